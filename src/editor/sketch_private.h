// SPDX-License-Identifier: Apache-2.0
/* What the sketch's reader shares between blocks, scalars and brackets. Private to sketch*.c. */
#pragma once

#include <string.h>

#include "editor/sketch.h"

struct sketch_reader {
    struct sketch *s;
    const char *text;
    size_t len, at; /* at: what is not read yet */
    size_t nodes;
    unsigned depth;
};

/* How a collection grows; handed over to its node at its end. */
struct sketch_growth {
    struct sketch_node **items;
    struct sketch_pair *pairs;
    size_t n;
};

/* Is it one of those characters? NUL is none. */
static inline bool sketch_is(char c, const char *set)
{
    return c && strchr(set, c);
}

struct sketch_node *sketch_new(struct sketch_reader *r, enum sketch_kind kind, size_t from, size_t to);
struct sketch_node *sketch_scalar(struct sketch_reader *r, size_t from, size_t to);
void sketch_add_item(struct sketch_node *list, struct sketch_growth *g, struct sketch_node *item);
void sketch_add_pair(struct sketch_node *map, struct sketch_growth *g, struct sketch_node *key,
                     struct sketch_node *value, bool colon);
void sketch_close(struct sketch_reader *r, struct sketch_node *n, struct sketch_growth *g, size_t to);

size_t sketch_line_start(const struct sketch_reader *r, size_t at);
size_t sketch_line_end(const struct sketch_reader *r, size_t at); /* of the line's text: blanks and comment left out */
size_t sketch_next_line(const struct sketch_reader *r, size_t at);
bool sketch_is_gap(const struct sketch_reader *r, size_t at); /* blank, line end or the text's end? */
/* Goes on to the next line that has content deeper than `col`, or with a closing bracket; false: there is none, and
 * r->at stays. */
bool sketch_goes_on(struct sketch_reader *r, int col);
/* Behind the closing quote of the one at `from`; SIZE_MAX when it is not closed before the indentation falls to `col`.
 */
size_t sketch_quote_end(const struct sketch_reader *r, size_t from, int col);
/* A collection in brackets that begins at r->at, in a block at column `col`. */
struct sketch_node *sketch_flow(struct sketch_reader *r, int col);
