// SPDX-License-Identifier: Apache-2.0
/* Values: read from the template by what their schema wants, calls carried out, and held against type and constraints.
 */
#pragma once

#include "tosca/topo.h"

/* Whose value it is, for messages. */
struct what {
    const struct what *up; /* of what it is a part, or NULL */
    const char *owner, *part, *name;
    bool nested; /* inside of a data type: text must be written as text there */
};

/* Reads the value at `at`. A new reference, or NULL when it is faulty (told). Never looks past a run-time call. */
json_t *value_read(struct scope s, struct at at, struct schema *schema, const struct what *w);
/* The same; *ret_schema becomes the schema of what a call there gives, as far as it is known. */
json_t *value_read_as(struct scope s, struct at at, struct schema *schema, const struct what *w,
                      struct schema **ret_schema);
/* The same for a value from elsewhere (an input, the result of a call): `at` is where faults are told. */
json_t *value_fit(struct scope s, struct at at, const json_t *v, struct schema *schema, const struct what *w);
/* The value of a property, attribute or input: given, else the default. Borrowed; NULL when it has none or is faulty.
 */
json_t *value_get(struct tctx *c, struct tvalue *v);
/* Where its value stands: given in the template, or else in the declaration; without node when it has none. */
struct at value_source(const struct tvalue *v);
/* Reads every value of the map; tells required ones that are missing. */
void values_check(struct tctx *c, const struct map *values);
/* Tells only required ones that nobody gives; reads none. */
void values_check_given(struct tctx *c, const struct map *values);
/* Reads those that are given and hold no calls: for a relationship that has no ends (yet), which calls might ask for. */
void values_check_plain(struct tctx *c, const struct map *values);
/* Does the value hold run-time calls? */
bool value_is_later(const json_t *v);
/* Is the JSON small enough to go on with? Told otherwise. */
bool value_weigh(struct tctx *c, struct at at, const json_t *v);
const char *what_text(struct tctx *c, const struct what *w);
