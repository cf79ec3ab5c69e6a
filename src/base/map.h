// SPDX-License-Identifier: Apache-2.0
/* A table from text to pointer that keeps the order of insertion. */
#pragma once

#include "base/mem.h"

struct map_item {
    char *key;
    void *value;
};
struct map {
    struct map_item *items; /* in order of insertion; read it freely */
    size_t n;
    uint32_t *index; /* open addressing over items; private */
    size_t index_n;
    void (*value_free)(void *); /* NULL: values are not owned */
};
#define AUTO_MAP AUTO(map_done)

void map_init(struct map *m, void (*value_free)(void *)); /* a zeroed map is a ready map of values not owned */
void *map_get(const struct map *m, const char *key);      /* NULL when absent */
bool map_has(const struct map *m, const char *key);
void map_set(struct map *m, const char *key, void *value); /* copies the key; frees an owned value it replaces */
bool map_del(struct map *m, const char *key);              /* keeps the order of the rest; true when it was there */
void map_done(struct map *m);
