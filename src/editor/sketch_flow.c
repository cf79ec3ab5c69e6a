// SPDX-License-Identifier: Apache-2.0
/* Reads scalars, and collections in brackets. */
#include <string.h>

#include "editor/sketch_private.h"

#define NOWHERE SIZE_MAX

/* Is the line blank, or deeper than the column? */
static bool line_is_inside(const struct sketch_reader *r, size_t line, int col)
{
    size_t at = line;
    while (at < r->len && sketch_is(r->text[at], " \t"))
        at++;
    bool blank = at >= r->len || sketch_is(r->text[at], "\r\n");
    return col < INT32_MAX && (blank || (int64_t)(at - line) > col);
}

size_t sketch_quote_end(const struct sketch_reader *r, size_t from, int col)
{
    char quote = r->text[from];
    for (size_t at = from + 1; at < r->len; at++) {
        if (r->text[at] == '\\' && quote == '"') {
            at++;
        } else if (r->text[at] == quote && at + 1 < r->len && r->text[at + 1] == quote && quote == '\'') {
            at++;
        } else if (r->text[at] == quote) {
            return at + 1;
        } else if (r->text[at] == '\n' && !line_is_inside(r, at + 1, col)) {
            return NOWHERE;
        }
    }
    return NOWHERE;
}

/* The text between quotes, escapes carried out as far as names need it. */
static const char *unquoted(struct sketch_reader *r, size_t from, size_t to)
{
    AUTO_BUF struct buf out = {0};
    char quote = r->text[from];
    for (size_t at = from + 1; at < to; at++) {
        bool last = at + 1 == to;
        if (last && r->text[at] == quote)
            break;
        if (!last && (r->text[at] == '\\' ? quote == '"' : r->text[at] == '\'' && quote == '\''))
            at++;
        buf_addc(&out, r->text[at]);
    }
    return arena_strndup(r->s->arena, buf_str(&out), out.len);
}

struct sketch_node *sketch_scalar(struct sketch_reader *r, size_t from, size_t to)
{
    struct sketch_node *n = sketch_new(r, SKETCH_SCALAR, from, to);
    n->quoted = to > from && sketch_is(r->text[from], "\"'");
    n->text = n->quoted ? unquoted(r, from, to) : arena_strndup(r->s->arena, r->text + from, to - from);
    if (!n->quoted && n->text[0] == '*' && n->text[1])
        n->alias = n->text + 1;
    return n;
}

/* ---- brackets ---- */

/* To the next token; false where the collection ends, closed or not. */
static bool flow_token(struct sketch_reader *r, int col)
{
    while (r->at < r->len) {
        if (r->text[r->at] == '\n' || (r->text[r->at] == '#' && sketch_is_gap(r, r->at - 1))) {
            if (!sketch_goes_on(r, col))
                return false;
        } else if (sketch_is_gap(r, r->at)) {
            r->at++;
        } else {
            return true;
        }
    }
    return false;
}

static struct sketch_node *flow_scalar(struct sketch_reader *r, int col)
{
    size_t from = r->at, end = from;
    if (sketch_is(r->text[from], "\"'")) {
        end = sketch_quote_end(r, from, col);
        end = end == NOWHERE ? sketch_line_end(r, from) : end;
    } else {
        while (end < r->len && r->text[end] != '\n' && !sketch_is(r->text[end], ",[]{}") &&
               !(r->text[end] == '#' && sketch_is_gap(r, end - 1)) &&
               !(r->text[end] == ':' && (sketch_is_gap(r, end + 1) || sketch_is(r->text[end + 1], ",[]{}"))))
            end++;
        r->at = end;
        while (end > from && sketch_is_gap(r, end - 1))
            end--;
    }
    r->at = r->at > end ? r->at : end;
    struct sketch_node *n = sketch_scalar(r, from, end);
    n->flow = true;
    return n;
}

static struct sketch_node *flow_nothing(struct sketch_reader *r)
{
    struct sketch_node *n = sketch_new(r, SKETCH_NONE, r->at, r->at);
    n->flow = true;
    return n;
}

static struct sketch_node *flow_node(struct sketch_reader *r, int col)
{
    if (!flow_token(r, col) || sketch_is(r->text[r->at], ",]}"))
        return flow_nothing(r);
    if (sketch_is(r->text[r->at], "[{"))
        return sketch_flow(r, col);
    return flow_scalar(r, col);
}

/* Takes the colon behind a key. */
static bool flow_colon(struct sketch_reader *r, int col)
{
    struct sketch_reader before = *r;
    if (flow_token(r, col) && r->text[r->at] == ':') {
        r->at++;
        return true;
    }
    r->at = before.at;
    return false;
}

static void flow_pair(struct sketch_reader *r, struct sketch_node *map, struct sketch_growth *g, int col)
{
    struct sketch_node *key = flow_node(r, col);
    if (!flow_colon(r, col)) {
        sketch_add_pair(map, g, key, flow_nothing(r), false);
        return;
    }
    size_t behind = r->at;
    struct sketch_node *value = flow_node(r, col);
    if (value->kind == SKETCH_NONE)
        value->from = value->to = behind;
    sketch_add_pair(map, g, key, value, true);
}

/* "[a: b]" is a list of a map. */
static struct sketch_node *flow_item(struct sketch_reader *r, int col)
{
    struct sketch_node *n = flow_node(r, col);
    if (!flow_colon(r, col))
        return n;
    struct sketch_node *map = sketch_new(r, SKETCH_MAP, n->from, n->to), *value = flow_node(r, col);
    struct sketch_growth g = {0};
    map->flow = true;
    sketch_add_pair(map, &g, n, value, true);
    sketch_close(r, map, &g, value->to);
    return map;
}

struct sketch_node *sketch_flow(struct sketch_reader *r, int col)
{
    bool map = r->text[r->at] == '{';
    struct sketch_node *n = sketch_new(r, map ? SKETCH_MAP : SKETCH_SEQ, r->at, r->at);
    struct sketch_growth g = {0};
    n->flow = true;
    r->at++;
    bool room = r->depth < SKETCH_DEPTH_MAX;
    r->depth++;
    while (room && r->nodes < SKETCH_NODES_MAX && flow_token(r, col) && !sketch_is(r->text[r->at], "]}")) {
        size_t before = r->at;
        if (r->text[r->at] != ',' && map)
            flow_pair(r, n, &g, col);
        else if (r->text[r->at] != ',')
            sketch_add_item(n, &g, flow_item(r, col));
        if (r->at == before || (r->at < r->len && r->text[r->at] == ','))
            r->at++;
    }
    if (!room)
        r->at = sketch_line_end(r, r->at);
    r->depth--;
    if (room && r->at < r->len && r->text[r->at] == (map ? '}' : ']'))
        r->at++;
    sketch_close(r, n, &g, r->at);
    return n;
}
