// SPDX-License-Identifier: Apache-2.0
/* What an open document sees: its files and types, as well-formed as they can be had. Made when first asked for, and
 * again after changes. */
#pragma once

#include "cli/lsp.h"
#include "editor/world.h"

struct lsp_sight {
    uint64_t generation;
    struct template_overlay over;
    struct template *template;
    struct tosca_options options;
    struct world world;
};

/* For the document itself or the one that it is a part of; *ret_file: the document's file in it (NULL when it is not
 * among them). NULL when nothing can be seen. */
struct lsp_sight *lsp_sight_of(struct lsp *s, struct lsp_doc *d, struct tfile **ret_file);
void lsp_sight_free(struct lsp_sight *x); /* NULL is fine */
/* Absolute path of one of the user's files. The caller frees. */
char *lsp_sight_path(const struct lsp_sight *x, const char *path);
