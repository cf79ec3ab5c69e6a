// SPDX-License-Identifier: Apache-2.0
/* Reads blocks of lines by their indentation. */
#include "editor/sketch.h"

#include <string.h>

#include "editor/sketch_private.h"

#define NOWHERE SIZE_MAX

static struct sketch_node *read_block(struct sketch_reader *r, int outer, bool dash_level);

/* ---- nodes ---- */

struct sketch_node *sketch_new(struct sketch_reader *r, enum sketch_kind kind, size_t from, size_t to)
{
    struct sketch_node *n = arena_alloc(r->s->arena, sizeof(*n));
    *n = (struct sketch_node){.kind = kind, .from = from, .to = to, .text = ""};
    r->nodes++;
    return n;
}

void sketch_add_item(struct sketch_node *list, struct sketch_growth *g, struct sketch_node *item)
{
    item->up = list;
    g->items = mem_push(g->items, g->n, sizeof(struct sketch_node *));
    g->items[g->n++] = item;
}

void sketch_add_pair(struct sketch_node *map, struct sketch_growth *g, struct sketch_node *key,
                     struct sketch_node *value, bool colon)
{
    key->up = value->up = map;
    key->is_key = true;
    value->key = key;
    g->pairs = mem_push(g->pairs, g->n, sizeof(*g->pairs));
    g->pairs[g->n++] = (struct sketch_pair){key, value, colon};
}

void sketch_close(struct sketch_reader *r, struct sketch_node *n, struct sketch_growth *g, size_t to)
{
    bool map = n->kind == SKETCH_MAP;
    size_t size = map ? sizeof(*g->pairs) : sizeof(*g->items);
    void *from = map ? (void *)g->pairs : (void *)g->items, *kept = arena_alloc(r->s->arena, g->n * size);
    if (g->n)
        memcpy(kept, from, g->n * size);
    n->pairs = map ? kept : NULL;
    n->items = map ? NULL : kept;
    n->n = g->n;
    n->to = to > n->from ? to : n->from;
    free(from);
}

/* ---- lines ---- */

size_t sketch_line_start(const struct sketch_reader *r, size_t at)
{
    while (at > 0 && r->text[at - 1] != '\n')
        at--;
    return at;
}

size_t sketch_next_line(const struct sketch_reader *r, size_t at)
{
    const char *end = at < r->len ? memchr(r->text + at, '\n', r->len - at) : NULL;
    return end ? (size_t)(end - r->text) + 1 : r->len;
}

bool sketch_is_gap(const struct sketch_reader *r, size_t at)
{
    return at >= r->len || strchr(" \t\r\n", r->text[at]); /* NUL counts, too */
}

size_t sketch_line_end(const struct sketch_reader *r, size_t at)
{
    size_t end = at;
    while (end < r->len && r->text[end] != '\n' && !(r->text[end] == '#' && (end == 0 || sketch_is_gap(r, end - 1))))
        end++;
    while (end > at && sketch_is_gap(r, end - 1))
        end--;
    return end;
}

static int column_of(const struct sketch_reader *r, size_t at)
{
    size_t col = at - sketch_line_start(r, at);
    return col > INT32_MAX ? INT32_MAX : (int)col;
}

/* "---" and "..." alone, and directives, are no content. */
static bool is_marker(const struct sketch_reader *r, size_t at)
{
    if (at != sketch_line_start(r, at) || r->len - at < 3)
        return false;
    return ((!memcmp(r->text + at, "---", 3) || !memcmp(r->text + at, "...", 3)) && sketch_is_gap(r, at + 3)) ||
           r->text[at] == '%';
}

/* The offset of the next content from `at` on, or NOWHERE; *ret_col: its column. */
static size_t content_from(const struct sketch_reader *r, size_t at, int *ret_col)
{
    while (at < r->len) {
        bool skip = is_marker(r, at) || (r->text[at] == '#' && (at == 0 || sketch_is_gap(r, at - 1)));
        if (skip) {
            at = sketch_next_line(r, at);
        } else if (sketch_is_gap(r, at)) {
            at++;
        } else {
            *ret_col = column_of(r, at);
            return at;
        }
    }
    return NOWHERE;
}

/* A line that begins with a closing bracket belongs to nothing here. */
static bool peek(struct sketch_reader *r, int *ret_col)
{
    size_t at = content_from(r, r->at, ret_col);
    while (at != NOWHERE && sketch_is(r->text[at], "]}"))
        at = content_from(r, sketch_next_line(r, at), ret_col);
    if (at == NOWHERE || r->nodes > SKETCH_NODES_MAX)
        return false;
    r->at = at;
    return true;
}

bool sketch_goes_on(struct sketch_reader *r, int col)
{
    int next;
    size_t at = content_from(r, r->at, &next);
    if (at == NOWHERE || (next <= col && !sketch_is(r->text[at], "]}")))
        return false;
    r->at = at;
    return true;
}

static bool is_dash(const struct sketch_reader *r, size_t at)
{
    return r->text[at] == '-' && sketch_is_gap(r, at + 1);
}

/* The colon behind the key that begins at `at`, or NOWHERE. */
static size_t colon_of(const struct sketch_reader *r, size_t at)
{
    size_t end = sketch_line_end(r, at);
    if (at < end && sketch_is(r->text[at], "[{"))
        return NOWHERE;
    if (at < end && sketch_is(r->text[at], "\"'")) {
        size_t quote = sketch_quote_end(r, at, INT32_MAX);
        at = quote == NOWHERE ? end : quote;
        while (at < end && r->text[at] == ' ')
            at++;
        return at < end && r->text[at] == ':' ? at : NOWHERE;
    }
    for (; at < end; at++)
        if (r->text[at] == ':' && sketch_is_gap(r, at + 1))
            return at;
    return NOWHERE;
}

/* ---- values ---- */

/* "|" and ">": all lines that are deeper than the block. */
static struct sketch_node *read_text_block(struct sketch_reader *r, int col)
{
    struct sketch_node *n = sketch_new(r, SKETCH_SCALAR, r->at, sketch_line_end(r, r->at));
    n->block = true;
    r->at = sketch_next_line(r, r->at);
    while (r->at < r->len) {
        size_t at = r->at;
        while (at < r->len && (r->text[at] == ' ' || r->text[at] == '\t'))
            at++;
        bool blank = at >= r->len || r->text[at] == '\n' || r->text[at] == '\r';
        if (!blank && (int64_t)(at - r->at) <= col)
            break;
        r->at = sketch_next_line(r, r->at);
        n->to = blank ? n->to : r->at;
    }
    return n;
}

/* A plain text may go on in deeper lines. */
static struct sketch_node *read_plain(struct sketch_reader *r, int col)
{
    size_t from = r->at, end = sketch_line_end(r, from);
    int next;
    r->at = sketch_next_line(r, end);
    for (size_t at; (at = content_from(r, r->at, &next)) != NOWHERE && next > col && !is_dash(r, at) &&
                    colon_of(r, at) == NOWHERE;) {
        end = sketch_line_end(r, at);
        r->at = sketch_next_line(r, end);
    }
    return sketch_scalar(r, from, end);
}

static struct sketch_node *read_quoted(struct sketch_reader *r, int col)
{
    size_t from = r->at, end = sketch_quote_end(r, from, col);
    end = end == NOWHERE ? sketch_line_end(r, from) : end;
    r->at = sketch_next_line(r, end);
    return sketch_scalar(r, from, end);
}

/* What stands on the line at r->at, in a block at column `col`. */
static struct sketch_node *read_inline(struct sketch_reader *r, int col)
{
    char c = r->text[r->at];
    if (c == '|' || c == '>')
        return read_text_block(r, col);
    if (c == '"' || c == '\'')
        return read_quoted(r, col);
    if (c != '[' && c != '{')
        return read_plain(r, col);
    struct sketch_node *n = sketch_flow(r, col);
    r->at = sketch_next_line(r, r->at);
    return n;
}

/* Passes over "&anchor" and "!tag". The anchor's name, or NULL. */
static const char *read_properties(struct sketch_reader *r)
{
    const char *anchor = NULL;
    size_t end = sketch_line_end(r, r->at);
    while (r->at < end && sketch_is(r->text[r->at], "&! \t")) {
        size_t from = r->at + 1;
        for (r->at++; r->at < end && !sketch_is_gap(r, r->at) && !sketch_is_gap(r, from - 1);)
            r->at++;
        if (r->text[from - 1] == '&')
            anchor = arena_strndup(r->s->arena, r->text + from, r->at - from);
    }
    return anchor;
}

/* The value behind a colon or a dash at r->at. */
static struct sketch_node *read_value(struct sketch_reader *r, int col, bool dash_level)
{
    size_t begin = r->at;
    const char *anchor = read_properties(r);
    struct sketch_node *n;
    if (r->at < sketch_line_end(r, r->at) && !sketch_is(r->text[r->at], "]}")) {
        n = read_inline(r, col);
    } else {
        r->at = sketch_next_line(r, r->at);
        n = read_block(r, col, dash_level);
        if (n->kind == SKETCH_NONE)
            n->from = n->to = begin;
    }
    if (anchor)
        map_set(&r->s->anchors, anchor, n);
    return n;
}

/* ---- maps and lists ---- */

/* A line without colon: a key that is being typed. What is deeper below it is taken for its value. */
static void read_half_pair(struct sketch_reader *r, struct sketch_node *map, struct sketch_growth *g, int col)
{
    size_t from = r->at, end = sketch_line_end(r, from);
    struct sketch_node *key = sketch_scalar(r, from, end);
    key->own_line = true;
    r->at = sketch_next_line(r, end);
    struct sketch_node *value = read_block(r, col, false);
    if (value->kind == SKETCH_NONE)
        value->from = value->to = end;
    sketch_add_pair(map, g, key, value, false);
}

static void read_pair(struct sketch_reader *r, struct sketch_node *map, struct sketch_growth *g, int col)
{
    size_t colon = colon_of(r, r->at), end = colon;
    if (colon == NOWHERE) {
        read_half_pair(r, map, g, col);
        return;
    }
    while (end > r->at && r->text[end - 1] == ' ')
        end--;
    struct sketch_node *key = sketch_scalar(r, r->at, end);
    key->own_line = true;
    r->at = colon + 1;
    sketch_add_pair(map, g, key, read_value(r, col, true), true);
}

/* Keys at column `col`, in a block at column `outer`; lines between the two, or deeper ones that belong to nothing,
 * are taken as keys, too. */
static struct sketch_node *read_map(struct sketch_reader *r, int col, int outer)
{
    struct sketch_node *map = sketch_new(r, SKETCH_MAP, r->at, r->at);
    struct sketch_growth g = {0};
    for (int next; peek(r, &next) && next > outer;) {
        if (is_dash(r, r->at)) /* belongs to nothing */
            r->at = sketch_next_line(r, r->at);
        else
            read_pair(r, map, &g, next < col ? next : col);
    }
    sketch_close(r, map, &g, g.n ? g.pairs[g.n - 1].value->to : r->at);
    return map;
}

static struct sketch_node *read_seq(struct sketch_reader *r, int col);

static struct sketch_node *read_item(struct sketch_reader *r, int col)
{
    size_t dash = r->at;
    r->at++;
    while (r->at < r->len && (r->text[r->at] == ' ' || r->text[r->at] == '\t'))
        r->at++;
    bool filled = r->at < sketch_line_end(r, dash) && r->text[r->at] != '\n';
    if (filled && is_dash(r, r->at) && r->depth < SKETCH_DEPTH_MAX) {
        r->depth++;
        struct sketch_node *n = read_seq(r, column_of(r, r->at));
        r->depth--;
        return n;
    }
    if (filled && colon_of(r, r->at) != NOWHERE)
        return read_map(r, column_of(r, r->at), col);
    if (!filled)
        r->at = dash + 1;
    struct sketch_node *n = read_value(r, col, false);
    n->own_line = true;
    return n;
}

static struct sketch_node *read_seq(struct sketch_reader *r, int col)
{
    struct sketch_node *list = sketch_new(r, SKETCH_SEQ, r->at, r->at);
    struct sketch_growth g = {0};
    for (int next; peek(r, &next) && next >= col;) {
        if (next == col && !is_dash(r, r->at))
            break;
        if (next > col && g.n) /* belongs to nothing */
            r->at = sketch_next_line(r, r->at);
        else
            sketch_add_item(list, &g, read_item(r, col));
    }
    sketch_close(r, list, &g, g.n ? g.items[g.n - 1]->to : r->at);
    return list;
}

/* Is the line at r->at, without colon itself, one of a map that goes on at its column? */
static bool is_half_key(const struct sketch_reader *r, int col)
{
    int next;
    size_t at = content_from(r, sketch_next_line(r, r->at), &next);
    return at != NOWHERE && !sketch_is(r->text[r->at], "\"'[{|>") && next >= col && !is_dash(r, at) &&
           colon_of(r, at) != NOWHERE;
}

/* What is deeper than `outer`; dash_level: a list may stand at that very column. */
static struct sketch_node *read_block(struct sketch_reader *r, int outer, bool dash_level)
{
    int col;
    bool any = r->depth < SKETCH_DEPTH_MAX && peek(r, &col);
    if (!any || col < outer || (col == outer && !(dash_level && is_dash(r, r->at))))
        return sketch_new(r, SKETCH_NONE, r->at, r->at);
    r->depth++;
    struct sketch_node *n;
    if (is_dash(r, r->at)) {
        n = read_seq(r, col);
    } else if (colon_of(r, r->at) != NOWHERE || is_half_key(r, col)) {
        n = read_map(r, col, outer);
    } else {
        n = read_inline(r, outer);
        n->own_line = true;
    }
    r->depth--;
    return n;
}

void sketch_read(struct sketch *ret, const char *text, size_t len)
{
    *ret = (struct sketch){.arena = arena_new(0)};
    struct sketch_reader r = {.s = ret, .text = text, .len = len};
    if (len >= 3 && memcmp(text, "\xef\xbb\xbf", 3) == 0)
        r.at = 3;
    ret->root = read_block(&r, -1, false);
}

void sketch_done(struct sketch *s)
{
    map_done(&s->anchors);
    arena_free(s->arena);
    *s = (struct sketch){0};
}
