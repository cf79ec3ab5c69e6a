// SPDX-License-Identifier: Apache-2.0
/* The tidied text of a tree: block collections, what stands behind keys, and the document around them. */
#include "editor/fmt_private.h"

/* A new line for what begins with a token, below the comments before it. */
static void begin_line(struct fwriter *w, const struct ftoken *first, size_t indent)
{
    fwriter_notes(w, first->before, indent);
    fwriter_line(w, indent, first->blank);
}

/* ---- block collections ---- */

static void put_pair(struct fwriter *w, const struct fentry *e, size_t indent)
{
    if (!e->mark) {
        fmt_key(w, e->key);
        if (fmt_key_open(e->key))
            fwriter_text(w, " ", 1);
        fwriter_token(w, e->colon);
        fmt_child(w, e->colon, e->value, indent + FMT_STEP, F_UNDER);
        return;
    }
    fwriter_token(w, e->mark);
    fmt_child(w, e->mark, e->key, indent + FMT_STEP, F_COMPACT);
    if (!e->colon)
        return;
    begin_line(w, e->colon, indent);
    fwriter_token(w, e->colon);
    fmt_child(w, e->colon, e->value, indent + FMT_STEP, F_COMPACT);
}

/* The writer stands where the first entry goes. */
static void put_block(struct fwriter *w, const struct fnode *n, size_t indent)
{
    for (size_t i = 0; i < n->n; i++) {
        const struct fentry *e = &n->entries[i];
        if (i > 0)
            begin_line(w, fentry_first(e), indent);
        if (n->kind == F_BLOCK_MAP) {
            put_pair(w, e, indent);
        } else {
            fwriter_token(w, e->mark);
            fmt_child(w, e->mark, e->value, indent + FMT_STEP, F_COMPACT);
        }
    }
    fwriter_notes(w, n->tail, indent);
}

/* ---- values ---- */

/* Anchor and tag on one line. The comments between them go behind it, and below. */
static void put_props(struct fwriter *w, const struct fnode *n)
{
    for (size_t i = 0; i < n->n_props; i++) {
        if (i > 0) {
            fwriter_text(w, " ", 1);
            fwriter_pend(w, n->props[i].before);
        }
        fwriter_token(w, &n->props[i]);
    }
}

/* The first token behind anchor and tag; NULL when there is none. */
static const struct ftoken *content_of(const struct fnode *n)
{
    return n->token ? n->token : n->n ? fentry_first(&n->entries[0]) : NULL;
}

/* Does a value begin on a line of its own though no comment sends it there? */
static bool goes_below(const struct fwriter *w, const struct fnode *n, const struct ftoken *behind, enum fplace place)
{
    if (fnode_is_block(n))
        return place == F_UNDER || n->n_props > 0;
    if (place != F_UNDER)
        return false;
    if (fnode_is_flow(n))
        return !fmt_flow_fits(w, n, w->col + 1, false);
    const struct ftoken *t = n->token;
    if (ftoken_block_scalar(t) || t->line == behind->end_line)
        return false;
    size_t width = fmt_width(w->tokens->text + t->start, t->end - t->start);
    return !ftoken_one_line(t) || w->col + 1 + width > FMT_WIDTH;
}

/* Goes where a value begins: behind a blank, or below with the comments before it. Gives whether it is below. */
static bool place_value(struct fwriter *w, const struct fnode *n, const struct ftoken *t, const struct ftoken *behind,
                        size_t indent, enum fplace place)
{
    bool sent = w->n_pending > 0 || t->before.n > 0;
    if (sent || (t == content_of(n) && goes_below(w, n, behind, place))) {
        fwriter_notes(w, t->before, indent);
        fwriter_line(w, indent, t->blank && (sent || fnode_is_block(n)));
        return true;
    }
    fwriter_text(w, " ", 1);
    return false;
}

void fmt_child(struct fwriter *w, const struct ftoken *behind, const struct fnode *n, size_t indent, enum fplace place)
{
    struct ftoken *first = fnode_first(n);
    const struct ftoken *content = content_of(n);
    bool below = false;
    if (first && behind)
        below = place_value(w, n, first, behind, indent, place);
    put_props(w, n);
    if (content && n->n_props > 0)
        below = place_value(w, n, content, &n->props[n->n_props - 1], indent, place) || below;
    if (fnode_is_block(n))
        put_block(w, n, indent);
    else if (fnode_is_flow(n))
        fmt_flow(w, n, place == F_INSIDE && !below ? indent - FMT_STEP : indent, place == F_INSIDE);
    else if (content)
        fmt_scalar(w, content, indent);
    if (n->kind == F_NONE)
        fwriter_notes(w, n->tail, indent);
}

/* ---- the document ---- */

static void put_root(struct fwriter *w, const struct ftree *t)
{
    const struct ftoken *first = fnode_first(t->root);
    size_t indent = t->root->kind == F_SCALAR ? FMT_STEP : 0; /* or a line of it could be taken for a marker */
    if (!first)
        return;
    if (t->start && first->line == t->start->line) {
        fmt_child(w, t->start, t->root, indent, F_UNDER);
        return;
    }
    begin_line(w, first, 0);
    fmt_child(w, NULL, t->root, indent, F_UNDER);
}

void fmt_print(struct fwriter *w, const struct ftree *t)
{
    for (size_t i = 0; i < t->n_directives; i++) {
        begin_line(w, &t->directives[i], 0);
        fwriter_token(w, &t->directives[i]);
    }
    if (t->start) {
        begin_line(w, t->start, 0);
        fwriter_token(w, t->start);
    }
    put_root(w, t);
    if (t->stop) {
        begin_line(w, t->stop, 0);
        fwriter_token(w, t->stop);
    }
    fwriter_notes(w, t->end->before, 0);
}
