// SPDX-License-Identifier: Apache-2.0
/* Condition clauses of TOSCA 1.x (1.3, section 3.6.25: and, or, not, assert, and assertions written directly) as
 * boolean run-time calls. */
#pragma once

#include "tosca/topo.h"

/* Of whom a condition speaks. */
struct asserted {
    struct topo *t;
    struct scope scope;     /* from where operands are seen */
    struct tnode *node;     /* whose attributes and properties are asked; NULL: names are taken as they are */
    const struct trel *rel; /* those of this relationship instead; or NULL */
    const char *component;  /* the name by which run time asks: the node template's, or "SELF" */
    const char *words;      /* for messages: "workflow 'up': step 'a'" */
};

/* Reads a clause, or a list of clauses that must all hold: a new boolean run-time call or boolean. NULL where there is
 * none, or when it is faulty (told). An attribute that the type does not declare is warned of: it never holds. */
json_t *assertion_read(const struct asserted *a, struct at at);
/* A condition of either generation: of TOSCA 2.0 a boolean expression of functions (or a list of them). */
json_t *condition_read(const struct asserted *a, struct at at);
/* The name of the clauses' operators: and, or, not, assert. */
bool assertion_is_key(const char *name);
