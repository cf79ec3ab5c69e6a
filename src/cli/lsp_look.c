// SPDX-License-Identifier: Apache-2.0
/* Finds the document and the place that a request asks about. */
#include "cli/lsp_look.h"

#include <string.h>

static bool look(struct lsp *s, const json_t *params, struct lsp_look *ret, struct lsp_fault *fault, bool typing)
{
    *ret = (struct lsp_look){.doc = lsp_doc_asked(s, params, fault)};
    if (!ret->doc || ret->doc->foreign)
        return false;
    struct tfile *file = NULL;
    ret->offset = lsp_doc_offset(s, ret->doc, json_object_get(params, "position"));
    ret->sight = lsp_sight_of(s, ret->doc, &file);
    size_t len;
    AUTO_FREE char *text = text_replaced(ret->doc->text, ret->doc->len, ret->offset, ret->offset, LSP_CURSOR,
                                         typing ? strlen(LSP_CURSOR) : 0, &len);
    cursor_at(&ret->cursor, text, len, ret->offset, ret->sight ? &ret->sight->world : NULL, file);
    return true;
}

bool lsp_look_at(struct lsp *s, const json_t *params, struct lsp_look *ret, struct lsp_fault *fault)
{
    return look(s, params, ret, fault, false);
}

bool lsp_look_typing(struct lsp *s, const json_t *params, struct lsp_look *ret, struct lsp_fault *fault)
{
    return look(s, params, ret, fault, true);
}

void lsp_look_done(struct lsp_look *x)
{
    cursor_done(&x->cursor);
}
