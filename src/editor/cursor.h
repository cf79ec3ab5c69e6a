// SPDX-License-Identifier: Apache-2.0
/* Where a cursor stands in a template: the way from the root of the file to it, along the grammar's tables. Pure. */
#pragma once

#include "editor/sketch.h"
#include "editor/world.h"
#include "tosca/grammar.h"

/* One level on the way. */
struct step {
    enum shape shape;
    const struct gshape *g;
    const struct sketch_node *node; /* what stands there */
    const char *key;                /* keyname of the table under which it stands, in the core form; NULL: none */
    const char *name;               /* key under which it stands, as written; NULL: the root or an item */
    size_t index;                   /* of an item */
    bool pair;                      /* item of a list of one-key maps: its key is a name */
};

#define CURSOR_STEPS_MAX (2 * SKETCH_DEPTH_MAX + 4)

struct cursor {
    struct sketch sketch;
    struct world *world;       /* NULL: nothing is known of files and types */
    struct tfile *file;        /* the document's own, or NULL */
    bool second;               /* TOSCA 2.0 */
    struct sketch_node *token; /* scalar under the cursor, or NULL */
    bool as_key, as_value;     /* what the token can be: the last step is the map whose key, or the slot whose value */
    struct step steps[CURSOR_STEPS_MAX];
    size_t n; /* 0: nowhere */
    struct arena *arena;
};

/* The place of the scalar or key at the offset; one without token where there is none. cursor_done in any case. */
void cursor_at(struct cursor *ret, const char *text, size_t len, size_t offset, struct world *w, struct tfile *f);
void cursor_done(struct cursor *p);
/* The place of a node of the same sketch. */
void cursor_move(struct cursor *p, struct sketch_node *token);

/* Number of the nearest step of that shape at or before `from`, or -1. */
int cursor_back(const struct cursor *p, int from, enum shape shape);
/* Is step `i` under that keyname of a map of that shape, directly or as an item of the list there? */
bool cursor_under(const struct cursor *p, int i, enum shape in, const char *key);
/* The topology's section of that core name ("inputs", "node_templates"), or NULL. */
const struct sketch_node *cursor_section(const struct cursor *p, const char *key);
/* The shapes of the document's generation. */
const struct gshape *cursor_shapes(const struct cursor *p);
