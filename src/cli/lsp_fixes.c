// SPDX-License-Identifier: Apache-2.0
/* "did you mean" as an edit that the editor offers (3.17, "Code Action Request"). */
#include "cli/lsp_answers.h"
#include "cli/lsp_docs.h"

/* Do two ranges of lines touch? */
static bool touches(const json_t *a, const json_t *b)
{
    json_int_t a_from = json_integer_value(json_at(a, "start", "line", NULL)),
               a_to = json_integer_value(json_at(a, "end", "line", NULL)),
               b_from = json_integer_value(json_at(b, "start", "line", NULL)),
               b_to = json_integer_value(json_at(b, "end", "line", NULL));
    return a_from <= b_to && b_from <= a_to;
}

static json_t *action(const struct lsp_doc *d, const json_t *fix)
{
    AUTO_FREE char *title = mem_printf("Write '%s'", json_str(fix, "text", ""));
    return json_pack("{s:s, s:s, s:[O], s:b, s:{s:{s:[{s:O, s:O}]}}}", "title", title, "kind", "quickfix",
                     "diagnostics", json_object_get(fix, "problem"), "isPreferred", 1, "edit", "changes", d->uri,
                     "range", json_object_get(fix, "range"), "newText", json_object_get(fix, "text"));
}

json_t *lsp_code_actions(struct lsp *s, const json_t *params, struct lsp_fault *fault)
{
    const struct lsp_doc *d = lsp_doc_asked(s, params, fault);
    if (!d)
        return NULL;
    json_t *actions = json_array(), *fix;
    size_t i;
    json_array_foreach((json_t *)map_get(&s->fixes, d->uri), i, fix)
    {
        /* After a change the places are those of an older text: they come anew with the next check. */
        if (!s->changed_us && touches(json_object_get(fix, "range"), json_object_get(params, "range")))
            json_array_append_new(actions, action(d, fix));
    }
    return actions;
}
