// SPDX-License-Identifier: Apache-2.0
/* Looks things up in a sketch. */
#include <stdarg.h>
#include <string.h>

#include "editor/sketch.h"

#define ALIASES_MAX 8 /* that lead from one to the next */

struct sketch_node *sketch_real(const struct sketch *s, struct sketch_node *n)
{
    for (int i = 0; n && n->alias && i < ALIASES_MAX; i++)
        n = map_get(&s->anchors, n->alias);
    return n;
}

struct sketch_node *sketch_key(const struct sketch_node *map, const char *key)
{
    for (size_t i = 0; map && map->kind == SKETCH_MAP && i < map->n; i++)
        if (map->pairs[i].key->kind == SKETCH_SCALAR && str_eq(map->pairs[i].key->text, key))
            return map->pairs[i].key;
    return NULL;
}

static struct sketch_node *own_value(const struct sketch_node *map, const char *key)
{
    for (size_t i = 0; map && map->kind == SKETCH_MAP && i < map->n; i++)
        if (map->pairs[i].key->kind == SKETCH_SCALAR && str_eq(map->pairs[i].key->text, key))
            return map->pairs[i].value;
    return NULL;
}

struct sketch_node *sketch_get(const struct sketch *s, const struct sketch_node *map, const char *key)
{
    for (int i = 0; map && i < ALIASES_MAX; i++) {
        struct sketch_node *v = own_value(map, key);
        if (v)
            return sketch_real(s, v);
        map = sketch_real(s, own_value(map, "<<"));
    }
    return NULL;
}

struct sketch_node *sketch_at(const struct sketch *s, ...)
{
    struct sketch_node *n = s->root;
    va_list ap;
    va_start(ap, s);
    for (const char *key; n && (key = va_arg(ap, const char *)) != NULL;)
        n = sketch_get(s, n, key);
    va_end(ap);
    return n;
}

const char *sketch_text(const struct sketch *s, const struct sketch_node *n)
{
    n = sketch_real(s, (struct sketch_node *)(uintptr_t)n);
    return n && n->kind == SKETCH_SCALAR && *n->text ? n->text : NULL;
}

static bool holds(const struct sketch_node *n, size_t offset)
{
    return n->from <= offset && offset <= n->to;
}

/* The child that the offset falls into, or NULL. */
static struct sketch_node *child_at(const struct sketch_node *n, size_t offset)
{
    for (size_t i = 0; i < n->n; i++) {
        struct sketch_node *key = n->kind == SKETCH_MAP ? n->pairs[i].key : NULL;
        struct sketch_node *value = key ? n->pairs[i].value : n->items[i];
        if (key && holds(key, offset))
            return key;
        if (value->kind != SKETCH_NONE && holds(value, offset))
            return value;
    }
    return NULL;
}

struct sketch_node *sketch_find(const struct sketch *s, size_t offset)
{
    struct sketch_node *n = s->root;
    while (n && n->kind != SKETCH_SCALAR)
        n = n->n ? child_at(n, offset) : NULL;
    return n && holds(n, offset) ? n : NULL;
}
