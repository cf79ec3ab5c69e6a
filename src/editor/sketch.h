// SPDX-License-Identifier: Apache-2.0
/* YAML as it is while someone types: a tree with places from any text, well-formed or not. Pure.
 *
 * The processor's reader (base/yaml.h) refuses a text at its first fault. This one never does: it goes by indentation,
 * takes a line without colon for a key that is still being typed, ends an unclosed bracket or quote where the
 * indentation falls back, and leaves out what it cannot make sense of. It is for finding out where a cursor stands and
 * which names a text has; what a text means is the processor's. */
#pragma once

#include "base/base.h"

enum sketch_kind { SKETCH_NONE, SKETCH_SCALAR, SKETCH_MAP, SKETCH_SEQ }; /* NONE: nothing stands there */

struct sketch_node {
    enum sketch_kind kind;
    struct sketch_node *up;  /* map or list that it stands in; NULL: the root */
    struct sketch_node *key; /* of a value: its key */
    bool is_key;
    size_t from, to;          /* bytes in the text; quotes, brackets and what stands inside included */
    const char *text;         /* scalar: without quotes, closed by NUL; "" for others */
    bool quoted, block, flow; /* flow: in [] or {}, or such a collection itself */
    bool own_line;            /* scalar that begins its line, or its item of a list */
    const char *alias;        /* "*name" */
    struct sketch_node **items;
    struct sketch_pair *pairs;
    size_t n;
};
struct sketch_pair {
    struct sketch_node *key, *value; /* value: kind NONE when nothing stands there */
    bool colon;                      /* false: a word that may become a key */
};

struct sketch {
    struct arena *arena;
    struct sketch_node *root;
    struct map anchors; /* name -> struct sketch_node */
};

#define SKETCH_NODES_MAX 500000 /* what comes behind so many is left out */
#define SKETCH_DEPTH_MAX 64

void sketch_read(struct sketch *ret, const char *text, size_t len);
void sketch_done(struct sketch *s);

/* Value of a key, also by way of "<<"; aliases are followed. NULL when there is none, or no map. */
struct sketch_node *sketch_get(const struct sketch *s, const struct sketch_node *map, const char *key);
/* Key node of a key that stands in the map itself, or NULL. */
struct sketch_node *sketch_key(const struct sketch_node *map, const char *key);
/* The value at a path of keys from the root, closed by NULL. */
struct sketch_node *sketch_at(const struct sketch *s, ...) __attribute__((sentinel));
/* Text of a scalar, or NULL for anything else and for an empty one. */
const char *sketch_text(const struct sketch *s, const struct sketch_node *n);
/* What an alias stands for; the node itself otherwise. NULL is fine. */
struct sketch_node *sketch_real(const struct sketch *s, struct sketch_node *n);
/* The scalar or key whose text holds or ends at the offset, or NULL. */
struct sketch_node *sketch_find(const struct sketch *s, size_t offset);
