// SPDX-License-Identifier: Apache-2.0
/* Flow collections: on one line when they were and fit, else an item a line. */
#include <string.h>

#include "editor/fmt_private.h"

static void line_node(struct buf *to, const struct ftokens *all, const struct fnode *n);

static void add_slice(struct buf *to, const struct ftokens *all, size_t start, size_t end)
{
    buf_add(to, all->text + start, end - start);
}

bool fmt_key_open(const struct fnode *key)
{
    if (key->kind == F_NONE)
        return key->n_props > 0;
    return key->kind == F_SCALAR && key->token->type == YAML_ALIAS_TOKEN;
}

/* Does an entry end in what a comma right behind it would be read into: a colon, an anchor, a tag? */
static bool ends_open(const struct fentry *e)
{
    const struct fnode *last = e->value ? e->value : e->colon ? NULL : e->key;
    if (e->colon && (!last || (last->kind == F_NONE && last->n_props == 0)))
        return true;
    return last && last->kind == F_NONE && last->n_props > 0;
}

/* A key that was written on one line stays as it is when it is a collection: a key has a longest length. */
static void line_key(struct buf *to, const struct ftokens *all, const struct fnode *key)
{
    for (size_t i = 0; i < key->n_props; i++) {
        add_slice(to, all, key->props[i].start, key->props[i].end);
        if (i + 1 < key->n_props || key->kind != F_NONE)
            buf_addc(to, ' ');
    }
    if (key->kind != F_NONE)
        add_slice(to, all, key->token->start, key->close ? key->close->end : key->token->end);
}

static void line_entry(struct buf *to, const struct ftokens *all, const struct fentry *e)
{
    if (e->mark)
        buf_adds(to, "? ");
    if (e->key && e->mark)
        line_node(to, all, e->key);
    else if (e->key)
        line_key(to, all, e->key);
    if (e->colon)
        buf_adds(to, fmt_key_open(e->key) ? " :" : ":");
    if (e->colon && e->value && fnode_first(e->value))
        buf_addc(to, ' ');
    if (e->value)
        line_node(to, all, e->value);
}

static void line_flow(struct buf *to, const struct ftokens *all, const struct fnode *n)
{
    bool map = n->kind == F_FLOW_MAP;
    buf_adds(to, !map ? "[" : n->n ? "{ " : "{");
    for (size_t i = 0; i < n->n; i++) {
        line_entry(to, all, &n->entries[i]);
        bool last = i + 1 == n->n;
        if (ends_open(&n->entries[i]) && !(map && last))
            buf_addc(to, ' ');
        if (!last)
            buf_adds(to, ", ");
    }
    buf_adds(to, !map ? "]" : n->n ? " }" : "}");
}

/* A node that stands on one line. */
static void line_node(struct buf *to, const struct ftokens *all, const struct fnode *n)
{
    for (size_t i = 0; i < n->n_props; i++) {
        add_slice(to, all, n->props[i].start, n->props[i].end);
        if (i + 1 < n->n_props || n->kind != F_NONE)
            buf_addc(to, ' ');
    }
    if (fnode_is_flow(n))
        line_flow(to, all, n);
    else if (n->kind == F_SCALAR)
        add_slice(to, all, n->token->start, n->token->end);
}

void fmt_key(struct fwriter *w, const struct fnode *key)
{
    AUTO_BUF struct buf line = {0};
    line_key(&line, w->tokens, key);
    fwriter_text(w, buf_str(&line), line.len);
}

/* Without its anchor and tag, which stand before it already. */
bool fmt_flow_fits(const struct fwriter *w, const struct fnode *n, size_t col, bool inside)
{
    bool bare = n->n == 0 && n->token->behind.n == 0 && n->close->before.n == 0;
    if (n->token->line != n->close->line && !bare)
        return false;
    AUTO_BUF struct buf line = {0};
    line_flow(&line, w->tokens, n);
    return col + fmt_width(buf_str(&line), line.len) + inside <= FMT_WIDTH;
}

/* ---- an item a line ---- */

static void put_pair(struct fwriter *w, const struct fentry *e, size_t indent)
{
    if (e->mark) {
        fwriter_token(w, e->mark);
        fmt_child(w, e->mark, e->key, indent + FMT_STEP, F_INSIDE);
    } else {
        fmt_key(w, e->key);
    }
    if (!e->colon)
        return;
    if (w->n_pending || e->colon->before.n) {
        fwriter_notes(w, e->colon->before, indent);
        fwriter_line(w, indent, false);
    } else if (fmt_key_open(e->key) || !fnode_first(e->key)) {
        fwriter_text(w, " ", 1);
    }
    fwriter_token(w, e->colon);
    fmt_child(w, e->colon, e->value, indent + FMT_STEP, F_INSIDE);
}

/* An item begins a line. Comments around its comma go behind it. */
static void put_item(struct fwriter *w, const struct fentry *e, size_t indent, bool first, bool last)
{
    struct ftoken *begin = fentry_first(e);
    fwriter_notes(w, begin->before, indent);
    fwriter_line(w, indent, begin->blank && !(first && begin->before.n == 0));
    if (e->key)
        put_pair(w, e, indent);
    else
        fmt_child(w, NULL, e->value, indent + FMT_STEP, F_INSIDE);
    if (!last && ends_open(e))
        fwriter_text(w, " ", 1);
    if (!last)
        fwriter_text(w, ",", 1);
    if (e->comma) {
        fwriter_pend(w, e->comma->before);
        fwriter_pend(w, e->comma->behind);
    }
}

void fmt_flow(struct fwriter *w, const struct fnode *n, size_t indent, bool inside)
{
    if (fmt_flow_fits(w, n, w->col, inside)) {
        AUTO_BUF struct buf line = {0};
        line_flow(&line, w->tokens, n);
        fwriter_text(w, buf_str(&line), line.len);
        fwriter_pend(w, n->close->behind);
        return;
    }
    fwriter_token(w, n->token);
    for (size_t i = 0; i < n->n; i++)
        put_item(w, &n->entries[i], indent + FMT_STEP, i == 0, i + 1 == n->n);
    fwriter_notes(w, n->close->before, indent + FMT_STEP);
    fwriter_line(w, indent, false);
    fwriter_token(w, n->close);
}
