// SPDX-License-Identifier: Apache-2.0
/* Writes and reads flat YAML trees: node after node, each before what it holds.
 *
 *     kind and style (1 byte), line, column, length or number of children (4 bytes each, the lowest first),
 *     then a scalar's text and its NUL, or how many bytes the children take (4 bytes) and the children; a map's are
 *     key, value, key, value. */
#include "base/yaml_flat.h"

#include <errno.h>
#include <string.h>

#include "base/text.h"

#define KIND_BITS  3U
#define PLAIN      4U
#define DEPTH_MAX  128
#define FOLD_DEPTH 2 /* of mappings that may stay folded: what the root's mappings hold */

struct flat {
    const unsigned char *at, *end;
    struct arena *arena;
    const char *folded; /* the end of the root's keys under whose mappings mappings stay folded, or NULL */
    bool folds;         /* such a key was the last one */
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
    if (n->kind == Y_SCALAR) {
        buf_add(to, n->text, n->len + 1);
        return;
    }
    AUTO_BUF struct buf children = {0};
    for (size_t i = 0; n->kind == Y_SEQ && i < n->n; i++)
        put_node(&children, n->items[i]);
    for (size_t i = 0; n->kind == Y_MAP && i < n->n; i++) {
        put_node(&children, n->pairs[i].key);
        put_node(&children, n->pairs[i].value);
    }
    put_number(to, (uint32_t)children.len);
    buf_add(to, buf_str(&children), children.len);
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

/* Reads what stands before text or children. False when the bytes are no node. */
static bool get_head(struct flat *f, struct ynode *n)
{
    uint32_t line, col, size;
    if (f->at == f->end || (*f->at & KIND_BITS) > Y_MAP)
        return false;
    unsigned style = *f->at++;
    if (!get_number(f, &line) || !get_number(f, &col) || !get_number(f, &size))
        return false;
    *n = (struct ynode){.kind = (enum ykind)(style & KIND_BITS), .line = (int)line, .col = (int)col};
    n->plain = style & PLAIN;
    *(n->kind == Y_SCALAR ? &n->len : &n->n) = size;
    return true;
}

/* Passes over the children; `ret` reads them. */
static bool get_inside(struct flat *f, struct flat *ret)
{
    uint32_t size;
    if (!get_number(f, &size) || size > (size_t)(f->end - f->at))
        return false;
    *ret = *f;
    ret->end = f->at + size;
    f->at += size;
    return true;
}

static struct ynode *get_node(struct flat *f, unsigned depth);

static bool get_children(struct flat *f, struct ynode *n, unsigned depth)
{
    if (n->n > (size_t)(f->end - f->at)) /* each takes more than a byte */
        return false;
    if (n->kind == Y_SEQ)
        n->items = arena_alloc(f->arena, n->n * sizeof(struct ynode *));
    else
        n->pairs = arena_alloc(f->arena, n->n * sizeof(struct ypair));
    for (size_t i = 0; i < n->n; i++) {
        struct ynode *first = get_node(f, depth + 1);
        if (depth == 0 && first)
            f->folds = f->folded && first->kind == Y_SCALAR && str_ends(first->text, f->folded);
        struct ynode *second = n->kind == Y_MAP && first ? get_node(f, depth + 1) : first;
        if (!second)
            return false;
        if (n->kind == Y_SEQ)
            n->items[i] = first;
        else
            n->pairs[i] = (struct ypair){first, second};
    }
    return f->at == f->end;
}

/* Leaves the mapping for later: it keeps its bytes, which begin at `start`. */
static void fold(struct ynode *n, const unsigned char *start, const unsigned char *end)
{
    n->folded = true;
    n->n = 0;
    n->text = (const char *)start;
    n->len = (size_t)(end - start);
}

static struct ynode *get_node(struct flat *f, unsigned depth)
{
    const unsigned char *start = f->at;
    struct flat inside;
    struct ynode *n = arena_alloc(f->arena, sizeof(*n));
    if (depth > DEPTH_MAX || !get_head(f, n))
        return NULL;
    if (n->kind == Y_SCALAR)
        return get_text(f, n) ? n : NULL;
    if (!get_inside(f, &inside))
        return NULL;
    if (!f->folds || depth != FOLD_DEPTH || n->kind != Y_MAP)
        return get_children(&inside, n, depth) ? n : NULL;
    fold(n, start, f->at);
    return n;
}

int yflat_read(const void *data, size_t len, const char *folded, struct ydoc *ret)
{
    struct flat f = {.at = data, .end = (const unsigned char *)data + len, .arena = arena_new(0), .folded = folded};
    *ret = (struct ydoc){.arena = f.arena, .root = get_node(&f, 0)};
    if (ret->root && f.at == f.end)
        return 0;
    ydoc_done(ret);
    return -EINVAL;
}

static struct flat folded_bytes(struct ydoc *doc, const struct ynode *n)
{
    const unsigned char *at = (const unsigned char *)n->text;
    return (struct flat){.at = at, .end = at + n->len, .arena = doc->arena};
}

void yflat_unfold(struct ydoc *doc, struct ynode *n)
{
    if (!n->folded)
        return;
    struct flat f = folded_bytes(doc, n);
    struct ynode *whole = get_node(&f, FOLD_DEPTH);
    *n = whole ? *whole : (struct ynode){.kind = Y_MAP, .line = n->line, .col = n->col};
}

static bool skip_node(struct flat *f)
{
    struct flat inside;
    struct ynode n;
    return get_head(f, &n) && (n.kind == Y_SCALAR ? get_text(f, &n) : get_inside(f, &inside));
}

const struct ynode *yflat_peek(struct ydoc *doc, const struct ynode *n, const char *key)
{
    if (!n->folded)
        return ynode_get(n, key);
    struct flat f = folded_bytes(doc, n), inside;
    struct ynode whole, k;
    if (!get_head(&f, &whole) || !get_inside(&f, &inside))
        return NULL;
    for (size_t i = 0; i < whole.n; i++) {
        if (!get_head(&inside, &k) || k.kind != Y_SCALAR || !get_text(&inside, &k))
            return NULL;
        if (str_eq(k.text, key))
            return get_node(&inside, FOLD_DEPTH + 1);
        if (!skip_node(&inside))
            return NULL;
    }
    return NULL;
}
