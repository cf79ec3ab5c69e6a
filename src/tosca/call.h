// SPDX-License-Identifier: Apache-2.0
/* TOSCA's functions: get_input, get_property, concat and the others. What only run time can tell is left as a call. */
#pragma once

#include "tosca/value_read.h"

/* Is the place a call? A map of one key that names a function, unless the schema has a field of that name. */
bool call_is(struct tctx *c, struct at at, struct schema *schema);
bool call_is_json(const json_t *v);
/* Carries the call out. A new value (that may be or hold a run-time call), or NULL (told). */
json_t *call_do(struct scope s, struct at at, const struct what *w);

/* One call with its arguments read. */
struct call {
    struct scope s;
    struct tctx *c;
    struct at at; /* the function's name */
    const char *name;
    json_t *args; /* array */
    const struct what *w;
};
__attribute__((format(printf, 3, 4))) json_t *call_fault(const struct call *call, const char *code, const char *fmt,
                                                         ...);
/* The argument as text, NULL for other values. */
const char *call_text(const struct call *call, size_t i);
/* Walks into a value by the arguments from `i` on. New, or NULL (told). */
json_t *call_walk(const struct call *call, const json_t *v, size_t i);
/* The call as it is, for run time, with its first arguments replaced: new. */
json_t *call_later(const char *name, const char *first, const char *second, const struct call *rest, size_t rest_from);

/* In call_lookup.c. */
json_t *call_get_property(const struct call *call);
json_t *call_get_attribute(const struct call *call);
json_t *call_get_artifact(const struct call *call);
json_t *call_get_operation_output(const struct call *call);
