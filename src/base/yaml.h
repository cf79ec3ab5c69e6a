// SPDX-License-Identifier: Apache-2.0
/* YAML text as a tree that knows line and column, read from libyaml's events within budgets for size, depth and aliases. */
#pragma once

#include "base/json.h"
#include "base/mem.h"

enum ykind { Y_SCALAR, Y_SEQ, Y_MAP };

struct ynode;
struct ypair {
    struct ynode *key; /* mostly a scalar; any kind is kept */
    struct ynode *value;
};

/* All memory is the document's arena. Aliases give the same node again (the tree is a graph without circles);
 * merge keys ("<<") are already carried out: own keys win. */
struct ynode {
    enum ykind kind;
    int line, col;    /* 1-based place of the first character */
    const char *text; /* scalar: its text, NUL-closed */
    size_t len;
    bool plain;       /* scalar: no quotes, no block, no tag: its text may mean null, a number or a boolean */
    bool folded;      /* mapping: not taken apart yet (yaml_flat.h), its bytes are `text` and `len` */
    const char *tag;  /* explicit tag, or NULL */
    struct ynode **items; /* sequence */
    struct ypair *pairs;  /* mapping, in order of the text */
    size_t n;             /* number of items or pairs */
};

struct ydoc {
    struct arena *arena;
    struct ynode *root; /* NULL for an empty text */
};

struct ylimits {
    size_t max_bytes, max_nodes, max_depth; /* max_nodes counts what aliases and merges reach again, too */
};
extern const struct ylimits ylimits_default; /* 8 MiB, 1 000 000 nodes, depth 64 */

/* The fault of a text. */
struct yfault {
    int line, col;
    char text[200];
};

/* Reads one document. 0, or -EINVAL (not well-formed, a duplicate key, an unknown alias, a second document), -E2BIG (a limit) with `f`. */
int yaml_read(const char *text, size_t len, const struct ylimits *limits, struct ydoc *ret, struct yfault *f);
void ydoc_done(struct ydoc *d);

struct ynode *ynode_get(const struct ynode *map, const char *key);     /* value of a scalar key, or NULL */
struct ypair *ynode_pair(const struct ynode *map, const char *key);
bool ynode_is_null(const struct ynode *n); /* absent value, plain ~ or null (any YAML 1.2 core spelling) */
/* As JSON by the YAML 1.2 core schema (plain scalars become null, boolean, integer, real where they read so; keys become text).
 * NULL with `e` past JSON's reach. The caller owns it. */
json_t *ynode_to_json(const struct ynode *n, struct err *e);
