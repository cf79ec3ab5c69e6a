// SPDX-License-Identifier: Apache-2.0
/* The outline of a document (3.17, "Document Symbols Request"): a tree, or a list for clients that know no trees. */
#include <string.h>

#include "cli/lsp_answers.h"
#include "cli/lsp_docs.h"
#include "editor/outline.h"

#define SYMBOLS_MAX 20000

struct outline {
    struct lsp *s;
    struct lsp_doc *doc;
    json_t *all;
    json_t *line[OUTLINE_DEPTH_MAX]; /* the last symbol of each depth */
    size_t n;
};

static json_t *symbol(const struct outline *o, const struct outline_symbol *x)
{
    const struct text_index *ix = &o->doc->index;
    if (!o->s->tree_symbols)
        return json_pack("{s:s, s:i, s:{s:s, s:o}}", "name", x->name, "kind", (int)x->kind, "location", "uri",
                         o->doc->uri, "range", lsp_range(o->s, ix, x->from, x->to));
    return json_pack("{s:s, s:s, s:i, s:o, s:o}", "name", x->name, "detail", x->detail, "kind", (int)x->kind, "range",
                     lsp_range(o->s, ix, x->from, x->to), "selectionRange",
                     lsp_range(o->s, ix, x->key_from, x->key_to));
}

static void add(void *data, const struct outline_symbol *x)
{
    struct outline *o = data;
    if (++o->n > SYMBOLS_MAX || !str_is_utf8(x->name, strlen(x->name)) || !str_is_utf8(x->detail, strlen(x->detail)))
        return;
    json_t *v = symbol(o, x), *up = x->depth && o->s->tree_symbols ? o->line[x->depth - 1] : NULL;
    json_t *list = up ? json_object_get(up, "children") : o->all;
    if (!list) {
        list = json_array();
        json_object_set_new(up, "children", list);
    }
    json_array_append_new(list, v);
    for (unsigned i = x->depth; i < OUTLINE_DEPTH_MAX; i++)
        o->line[i] = v;
}

json_t *lsp_symbols(struct lsp *s, const json_t *params, struct lsp_fault *fault)
{
    struct outline o = {.s = s, .doc = lsp_doc_asked(s, params, fault)};
    if (!o.doc)
        return NULL;
    o.all = json_array();
    outline_walk(o.doc->text, o.doc->len, add, &o);
    return o.all;
}
