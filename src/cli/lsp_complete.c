// SPDX-License-Identifier: Apache-2.0
/* Names that can stand at the cursor (3.17, "Completion Request"). */
#include <string.h>

#include "cli/lsp_answers.h"
#include "cli/lsp_look.h"
#include "editor/name_describe.h"

#define ITEMS_MAX 2000

/* Kinds of items (3.17, "CompletionItemKind"). */
static const int kinds[] = {
    [NAME_KEY] = 14 /* keyword */,  [NAME_TYPE] = 7 /* class */,   [NAME_MEMBER] = 10 /* property */,
    [NAME_HERE] = 6 /* variable */, [NAME_THERE] = 2 /* method */, [NAME_FUNCTION] = 3 /* function */,
    [NAME_WORD] = 12 /* value */,
};

struct listing {
    struct lsp *s;
    struct lsp_look *look;
    json_t *items;
    struct map labels; /* given already */
    json_t *range;     /* what an item replaces */
    bool colon;        /* one stands behind the token */
};

/* What is written: a key gets its colon, unless one stands there. The caller frees. */
static char *text_of(const struct listing *l, const struct name *n)
{
    bool key = n->as_key && !l->colon;
    return mem_printf("%s%s", n->label, !key ? "" : n->nests ? ":" : ": ");
}

static void add(void *data, const struct name *n)
{
    struct listing *l = data;
    if (json_array_size(l->items) >= ITEMS_MAX || map_has(&l->labels, n->label) || strstr(n->label, LSP_CURSOR) ||
        !str_is_utf8(n->label, strlen(n->label)))
        return;
    map_set(&l->labels, n->label, l);
    AUTO_FREE char *text = text_of(l, n), *order = mem_printf("%d%s",
                                                              n->must                    ? 0
                                                              : n->kind == NAME_FUNCTION ? 3
                                                              : n->kind == NAME_KEY      ? 2
                                                                                         : 1,
                                                              n->label);
    json_t *v = json_pack("{s:s, s:i, s:s, s:{s:O, s:s}, s:s}", "label", n->label, "kind", kinds[n->kind], "filterText",
                          n->label, "textEdit", "range", l->range, "newText", text, "sortText", order);
    if (n->detail && str_is_utf8(n->detail, strlen(n->detail)))
        json_put_str(v, "detail", n->detail);
    AUTO_FREE char *words = json_array_size(l->items) < 200 ? name_describe(&l->look->cursor, n) : NULL;
    if (words && str_is_utf8(words, strlen(words)) && n->kind != NAME_TYPE)
        json_object_set_new(v, "documentation", json_pack("{s:s, s:s}", "kind", "markdown", "value", words));
    json_array_append_new(l->items, v);
}

/* The token without the word that was put in; quotes stay where they are. */
static void set_range(struct listing *l, const struct sketch_node *token)
{
    size_t from = token->from + (token->quoted ? 1 : 0), to = token->to - strlen(LSP_CURSOR);
    const struct lsp_doc *d = l->look->doc;
    if (token->quoted && to > from && sketch_text(&l->look->cursor.sketch, token) &&
        (d->text[to - 1] == '"' || d->text[to - 1] == '\''))
        to--;
    /* A plain text is replaced as far as its first blank. */
    for (size_t at = l->look->offset; !token->quoted && at < to; at++)
        if (d->text[at] == ' ' || d->text[at] == '\n')
            to = at;
    l->range = lsp_range(l->s, &d->index, from < l->look->offset ? from : l->look->offset,
                         to > l->look->offset ? to : l->look->offset);
    while (to < d->len && d->text[to] == ' ')
        to++;
    l->colon = token->is_key && to < d->len && d->text[to] == ':';
}

json_t *lsp_completion(struct lsp *s, const json_t *params, struct lsp_fault *fault)
{
    struct lsp_look x;
    if (!lsp_look_typing(s, params, &x, fault))
        return fault->text ? NULL : json_pack("{s:b, s:[]}", "isIncomplete", 0, "items");
    struct listing l = {.s = s, .look = &x, .items = json_array()};
    struct sketch_node *token = x.cursor.token;
    if (token && strstr(token->text, LSP_CURSOR) && !token->block) {
        set_range(&l, token);
        names_at(&x.cursor, false, add, &l);
    }
    bool all = json_array_size(l.items) < ITEMS_MAX;
    json_decref(l.range);
    map_done(&l.labels);
    lsp_look_done(&x);
    return json_pack("{s:b, s:o}", "isIncomplete", !all, "items", l.items);
}
