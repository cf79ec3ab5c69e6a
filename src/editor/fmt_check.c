// SPDX-License-Identifier: Apache-2.0
/* Does the tidied text mean what the text meant, with every comment? The last look before anything is handed out. */
#include <string.h>

#include "editor/fmt_private.h"

/* ---- what is written ---- */

/* Kinds of tokens that are kept as they are, whatever moves around them. */
static bool is_kept(const struct ftoken *t)
{
    return t->type == YAML_ANCHOR_TOKEN || t->type == YAML_TAG_TOKEN || t->type == YAML_ALIAS_TOKEN ||
           t->type == YAML_SCALAR_TOKEN || t->type == YAML_VERSION_DIRECTIVE_TOKEN ||
           t->type == YAML_TAG_DIRECTIVE_TOKEN || t->type == YAML_DOCUMENT_START_TOKEN;
}

static const struct ftoken *next_kept(const struct ftokens *t, size_t *at)
{
    for (; *at < t->n; ++*at)
        if (is_kept(&t->items[*at]))
            return &t->items[(*at)++];
    return NULL;
}

/* Scalars by their style here, by their content in the trees. */
static bool same_token(const struct ftokens *a, const struct ftoken *x, const struct ftokens *b, const struct ftoken *y)
{
    if (x->type != y->type || x->style != y->style)
        return false;
    size_t len = x->end - x->start;
    return x->type == YAML_SCALAR_TOKEN ||
           (len == y->end - y->start && memcmp(a->text + x->start, b->text + y->start, len) == 0);
}

static bool same_notes(const struct ftokens *a, const struct ftokens *b)
{
    if (a->n_notes != b->n_notes)
        return false;
    for (size_t i = 0; i < a->n_notes; i++)
        if (a->notes[i].len != b->notes[i].len || memcmp(a->notes[i].text, b->notes[i].text, a->notes[i].len) != 0)
            return false;
    return true;
}

bool fmt_same_pieces(const struct ftokens *a, const struct ftokens *b)
{
    for (size_t i = 0, k = 0;;) {
        const struct ftoken *x = next_kept(a, &i), *y = next_kept(b, &k);
        if (!x && !y)
            return same_notes(a, b);
        if (!x || !y || !same_token(a, x, b, y))
            return false;
    }
}

/* ---- what it means ---- */

static bool same_node(const struct ynode *a, const struct ynode *b, const struct ynode **ret_apart);

static bool same_scalar(const struct ynode *a, const struct ynode *b)
{
    return a->plain == b->plain && a->len == b->len && memcmp(a->text, b->text, a->len) == 0;
}

static bool same_children(const struct ynode *a, const struct ynode *b, const struct ynode **ret_apart)
{
    for (size_t i = 0; i < a->n; i++) {
        if (a->kind == Y_SEQ && !same_node(a->items[i], b->items[i], ret_apart))
            return false;
        if (a->kind == Y_MAP && (!same_node(a->pairs[i].key, b->pairs[i].key, ret_apart) ||
                                 !same_node(a->pairs[i].value, b->pairs[i].value, ret_apart)))
            return false;
    }
    return true;
}

static bool same_node(const struct ynode *a, const struct ynode *b, const struct ynode **ret_apart)
{
    bool same =
        a->kind == b->kind && a->n == b->n && str_eq(a->tag, b->tag) && (a->kind != Y_SCALAR || same_scalar(a, b));
    if (!same)
        *ret_apart = a;
    return same && same_children(a, b, ret_apart);
}

bool fmt_same_tree(const struct ydoc *a, const struct ydoc *b, const struct ynode **ret_apart)
{
    *ret_apart = NULL;
    if (!a->root || !b->root)
        return a->root == b->root;
    return same_node(a->root, b->root, ret_apart);
}
