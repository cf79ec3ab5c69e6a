// SPDX-License-Identifier: Apache-2.0
/* What the cursor stands on, in words (3.17, "Hover Request"). */
#include <string.h>

#include "cli/lsp_answers.h"
#include "cli/lsp_look.h"
#include "editor/name_describe.h"

json_t *lsp_hover(struct lsp *s, const json_t *params, struct lsp_fault *fault)
{
    struct lsp_look x;
    if (!lsp_look_at(s, params, &x, fault))
        return NULL;
    AUTO_FREE char *text = cursor_describe(&x.cursor);
    json_t *v = NULL;
    if (text && str_is_utf8(text, strlen(text)))
        v = json_pack("{s:{s:s, s:s}, s:o}", "contents", "kind", "markdown", "value", text, "range",
                      lsp_range(s, &x.doc->index, x.cursor.token->from, x.cursor.token->to));
    lsp_look_done(&x);
    return v;
}
