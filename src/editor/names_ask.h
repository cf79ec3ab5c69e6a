// SPDX-License-Identifier: Apache-2.0
/* What the files names_*.c share. Private to them. */
#pragma once

#include "editor/names_at.h"

struct ask {
    struct cursor *p;
    bool all;
    void (*give)(void *data, const struct name *n);
    void *data;
};

/* A place to look names up from: the name rule's step, and its number. */
typedef void (*names_rule)(struct ask *a, int step, int arg);

void names_of_type(struct ask *a, struct ttype *type, enum member member, bool as_key);
void names_of_types(struct ask *a, enum type_kind kind);
void names_of_words(struct ask *a, const char *const *words); /* closed by NULL */
/* Names of a section of the topology. */
void names_of_section(struct ask *a, const char *section, const char *what);
void names_of_map(struct ask *a, const struct sketch_node *map, const char *what);
/* Node templates; the one at the step left out, and those that the requirement there does not take. */
void names_of_targets(struct ask *a, int step);
/* Values and keys of values by the schema of the property that the step is in. */
void names_of_value(struct ask *a, int step);
void names_of_fields(struct ask *a, int step);
/* Arguments of the call that the step is one of. */
void names_of_arguments(struct ask *a, int step);
/* Functions, as keys ("get_input") or, in TOSCA 2.0, "$get_input". */
void names_of_functions(struct ask *a);
/* What a step's own slot takes: names_slot.c. */
void names_of_slot(struct ask *a, int step);
/* The type of the node template of that name, "SELF" meaning the one around the step. */
struct ttype *ask_node_type(struct ask *a, int step, const char *name);
/* The value of a node template of that name, or NULL. */
const struct sketch_node *ask_node(struct ask *a, int step, const char *name);
/* Type by a text of the document, or NULL. */
struct ttype *ask_type(struct cursor *p, enum type_kind kind, const char *name);
