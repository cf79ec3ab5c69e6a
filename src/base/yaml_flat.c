// SPDX-License-Identifier: Apache-2.0
/* Writes and reads flat YAML trees: node after node, each before what it holds.
 *
 *     kind and style (1 byte), line, column, length or number of children (4 bytes each, the lowest first),
 *     then a scalar's text and its NUL, or the children; a map's are key, value, key, value. */
#include "base/yaml_flat.h"

#include <errno.h>

#define KIND_BITS 3U
#define PLAIN     4U
#define DEPTH_MAX 128

struct flat {
    const unsigned char *at, *end;
    struct arena *arena;
};

static void put_number(struct buf *to, uint32_t v)
{
    unsigned char bytes[] = {(unsigned char)v, (unsigned char)(v >> 8), (unsigned char)(v >> 16),
                             (unsigned char)(v >> 24)};
    buf_add(to, bytes, sizeof(bytes));
}

static void put_node(struct buf *to, const struct ynode *n)
{
    buf_addc(to, (char)((unsigned)n->kind | (n->plain ? PLAIN : 0)));
    put_number(to, (uint32_t)n->line);
    put_number(to, (uint32_t)n->col);
    put_number(to, (uint32_t)(n->kind == Y_SCALAR ? n->len : n->n));
    if (n->kind == Y_SCALAR)
        buf_add(to, n->text, n->len + 1);
    for (size_t i = 0; n->kind == Y_SEQ && i < n->n; i++)
        put_node(to, n->items[i]);
    for (size_t i = 0; n->kind == Y_MAP && i < n->n; i++) {
        put_node(to, n->pairs[i].key);
        put_node(to, n->pairs[i].value);
    }
}

void yflat_write(const struct ydoc *doc, struct buf *ret)
{
    if (doc->root)
        put_node(ret, doc->root);
}

static bool get_number(struct flat *f, uint32_t *ret)
{
    if (f->end - f->at < 4)
        return false;
    *ret = (uint32_t)f->at[0] | (uint32_t)f->at[1] << 8 | (uint32_t)f->at[2] << 16 | (uint32_t)f->at[3] << 24;
    f->at += 4;
    return true;
}

static bool get_text(struct flat *f, struct ynode *n)
{
    if ((size_t)(f->end - f->at) <= n->len || f->at[n->len] != '\0')
        return false;
    n->text = (const char *)f->at;
    f->at += n->len + 1;
    return true;
}

static struct ynode *get_node(struct flat *f, unsigned depth);

static bool get_children(struct flat *f, struct ynode *n, unsigned depth)
{
    if (n->n > (size_t)(f->end - f->at)) /* each takes more than a byte */
        return false;
    if (n->kind == Y_SEQ)
        n->items = arena_alloc(f->arena, (n->n + 1) * sizeof(struct ynode *));
    else
        n->pairs = arena_alloc(f->arena, (n->n + 1) * sizeof(struct ypair));
    for (size_t i = 0; i < n->n; i++) {
        struct ynode *first = get_node(f, depth + 1);
        struct ynode *second = n->kind == Y_MAP && first ? get_node(f, depth + 1) : first;
        if (!second)
            return false;
        if (n->kind == Y_SEQ)
            n->items[i] = first;
        else
            n->pairs[i] = (struct ypair){first, second};
    }
    return true;
}

static struct ynode *get_node(struct flat *f, unsigned depth)
{
    uint32_t line, col, size;
    if (f->at == f->end || depth > DEPTH_MAX || (*f->at & KIND_BITS) > Y_MAP)
        return NULL;
    unsigned style = *f->at++;
    if (!get_number(f, &line) || !get_number(f, &col) || !get_number(f, &size))
        return NULL;
    struct ynode *n = arena_alloc(f->arena, sizeof(*n));
    *n = (struct ynode){.kind = (enum ykind)(style & KIND_BITS), .line = (int)line, .col = (int)col};
    n->plain = style & PLAIN;
    n->len = n->kind == Y_SCALAR ? size : 0;
    n->n = n->kind == Y_SCALAR ? 0 : size;
    return (n->kind == Y_SCALAR ? get_text(f, n) : get_children(f, n, depth)) ? n : NULL;
}

int yflat_read(const void *data, size_t len, struct ydoc *ret)
{
    struct flat f = {.at = data, .end = (const unsigned char *)data + len, .arena = arena_new(0)};
    *ret = (struct ydoc){.arena = f.arena, .root = get_node(&f, 0)};
    if (ret->root && f.at == f.end)
        return 0;
    ydoc_done(ret);
    return -EINVAL;
}
