// SPDX-License-Identifier: Apache-2.0
/* Documents that the client has open, and their texts as overlays for the processor. */
#pragma once

#include "cli/lsp.h"
#include "cli/template_overlay.h"

void lsp_docs_start(struct lsp *s);
void lsp_docs_done(struct lsp *s);
struct lsp_doc *lsp_doc_find(const struct lsp *s, const char *uri);
struct lsp_doc *lsp_doc_of_path(const struct lsp *s, const char *path);
/* The document that the parameters of a request name (textDocument.uri), or NULL with `fault`. */
struct lsp_doc *lsp_doc_asked(struct lsp *s, const json_t *params, struct lsp_fault *fault);
/* The byte that a request asks about (position), or that its key of a range speaks of. */
size_t lsp_doc_offset(const struct lsp *s, const struct lsp_doc *d, const json_t *position);
/* {line, character} and {start, end} of bytes of a text. New. */
json_t *lsp_position(const struct lsp *s, const struct text_index *ix, size_t offset);
json_t *lsp_range(const struct lsp *s, const struct text_index *ix, size_t from, size_t to);
/* URI of a file: as the client spells it when it has it open. The caller frees. */
char *lsp_uri_of(const struct lsp *s, const char *path);

/* What is typed; and the same with texts that are broken replaced by the last well-formed ones, or by ones mended line
 * by line. `data` is the server. */
struct template_overlay lsp_overlay_typed(struct lsp *s);
struct template_overlay lsp_overlay_good(struct lsp *s);
/* Something changed: documents are to be checked and looked at anew. */
void lsp_changed(struct lsp *s);

/* Methods. */
json_t *lsp_did_open(struct lsp *s, const json_t *params, struct lsp_fault *fault);
json_t *lsp_did_change(struct lsp *s, const json_t *params, struct lsp_fault *fault);
json_t *lsp_did_close(struct lsp *s, const json_t *params, struct lsp_fault *fault);
json_t *lsp_did_save(struct lsp *s, const json_t *params, struct lsp_fault *fault);
json_t *lsp_files_changed(struct lsp *s, const json_t *params, struct lsp_fault *fault);
