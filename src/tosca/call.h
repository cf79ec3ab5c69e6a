// SPDX-License-Identifier: Apache-2.0
/* TOSCA's functions: get_input, get_property, concat and the others. What only run time can tell is left as a call. */
#pragma once

#include "tosca/function.h"
#include "tosca/value_read.h"

/* A call as it is written: 1.x "name: [...]", 2.0 "$name: [...]" or "$name" alone. */
struct call_site {
    const char *name, *shown; /* without and with the "$" */
    const struct function *f; /* NULL: no such function */
    struct at at;             /* the name */
    struct at args;           /* without node: there are none */
    const char *broken;       /* what is wrong with its form, or NULL */
};
/* Is there a call at the place? A file of TOSCA 2.0 has calls by their "$" alone; one of 1.x by the name of a function,
 * unless the schema has a field of that name. */
bool call_site(struct tctx *c, struct at at, struct schema *schema, struct call_site *ret);
bool call_is(struct tctx *c, struct at at, struct schema *schema);
/* Is there one anywhere in the value? */
bool call_within(struct tctx *c, struct at at);
bool call_is_json(const json_t *v);
/* Carries the call out. A new value (that may be or hold a run-time call) with the schema of what it gives (NULL: not
 * known), or NULL (told). */
json_t *call_do(struct scope s, struct at at, const struct what *w, struct schema *wanted, struct schema **ret_schema);
/* In a file of TOSCA 2.0 a "$$" at the head of a text stands for "$". */
const char *call_unescaped(struct at at, const char *text);
bool call_is_2(const struct tfile *f);
/* "; TOSCA 2.0 writes '$concat'" where the place holds a call as the other generation writes it, else "". */
const char *call_hint(struct tctx *c, struct at at);

/* One call with its arguments read. */
struct call {
    struct scope s;
    struct tctx *c;
    struct at at;     /* the function's name */
    const char *name; /* as it is shown */
    const struct function *f;
    json_t *args;            /* array */
    struct schema **schemas; /* of each argument; NULL: not known, it is a literal */
    struct schema *schema;   /* of the result: set by the one who does it */
    const struct what *w;
};
__attribute__((format(printf, 3, 4))) json_t *call_fault(const struct call *call, const char *code, const char *fmt,
                                                         ...);
/* The argument as text, NULL for other values. */
const char *call_text(const struct call *call, size_t i);
size_t call_count(const struct call *call);
/* Walks into a value of the schema call->schema by the arguments from `i` on, and call->schema with it. New, or NULL
 * (told). */
json_t *call_walk(struct call *call, const json_t *v, size_t i);
/* The call `name` for run time: the first arguments replaced by `head` (an array, taken over), the rest from `i` on. */
json_t *call_later(const struct call *call, const char *name, json_t *head, size_t i);

/* In call_lookup.c. */
json_t *call_get_property(struct call *call);
json_t *call_get_attribute(struct call *call);
/* In call_artifact.c. */
json_t *call_get_artifact(struct call *call);
json_t *call_get_operation_output(struct call *call);
/* In call_index.c. */
json_t *call_node_index(struct call *call);
json_t *call_relationship_index(struct call *call);
json_t *call_available_allocation(struct call *call);
/* In call_work.c: those that need nothing but their arguments. */
json_t *call_work(struct call *call);
