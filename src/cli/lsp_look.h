// SPDX-License-Identifier: Apache-2.0
/* A look at a position of an open document: what the methods that ask about one begin with. */
#pragma once

#include "cli/lsp_docs.h"
#include "cli/lsp_sight.h"
#include "editor/cursor.h"

struct lsp_look {
    struct lsp_doc *doc;
    struct lsp_sight *sight; /* NULL: no files and types are known */
    size_t offset;
    struct cursor cursor;
};

/* The document and the position of the parameters. False with `fault`, or without one where the document is
 * no template; else lsp_look_done. */
bool lsp_look_at(struct lsp *s, const json_t *params, struct lsp_look *ret, struct lsp_fault *fault);
/* The same with a word put in at the position, so that there is something to complete where nothing stands yet:
 * cursor.token's text is what was typed before the position, LSP_CURSOR, and what follows. */
bool lsp_look_typing(struct lsp *s, const json_t *params, struct lsp_look *ret, struct lsp_fault *fault);
void lsp_look_done(struct lsp_look *x);

#define LSP_CURSOR "\x01"
