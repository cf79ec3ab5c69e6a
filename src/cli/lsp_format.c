// SPDX-License-Identifier: Apache-2.0
/* Tidies a document (3.17, "Document Formatting Request"): one edit, from the first line that changes to the last. */
#include <string.h>

#include "cli/lsp_answers.h"
#include "cli/lsp_docs.h"
#include "editor/fmt.h"

/* Bytes that both texts begin with, as far as whole lines go. */
static size_t same_head(const char *a, size_t a_len, const char *b, size_t b_len)
{
    size_t line = 0;
    for (size_t i = 0; i < a_len && i < b_len && a[i] == b[i]; i++)
        line = a[i] == '\n' ? i + 1 : line;
    return line;
}

/* Bytes that both end with, as far as whole lines go. */
static size_t same_tail(const char *a, size_t a_len, const char *b, size_t b_len)
{
    size_t line = 0;
    for (size_t i = 1; i <= a_len && i <= b_len && a[a_len - i] == b[b_len - i]; i++)
        line = i < a_len && i < b_len && a[a_len - i - 1] == '\n' && b[b_len - i - 1] == '\n' ? i : line;
    return line;
}

static json_t *edits(const struct lsp *s, const struct lsp_doc *d, const char *text, size_t len)
{
    if (len == d->len && memcmp(text, d->text, len) == 0)
        return json_array();
    size_t head = same_head(d->text, d->len, text, len);
    size_t tail = same_tail(d->text + head, d->len - head, text + head, len - head);
    return json_pack("[{s:o, s:s%}]", "range", lsp_range(s, &d->index, head, d->len - tail), "newText", text + head,
                     len - head - tail);
}

json_t *lsp_formatting(struct lsp *s, const json_t *params, struct lsp_fault *fault)
{
    const struct lsp_doc *d = lsp_doc_asked(s, params, fault);
    AUTO_FREE char *text = NULL;
    size_t len;
    struct yfault f;
    if (!d)
        return NULL;
    if (fmt_text(d->text, d->len, &text, &len, &f) == 0)
        return edits(s, d, text, len);
    *fault = (struct lsp_fault){LSP_FAILED, "what is no YAML cannot be tidied; mend what the editor shows first"};
    return NULL;
}
