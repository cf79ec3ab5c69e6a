// SPDX-License-Identifier: Apache-2.0
/* Conditions of TOSCA 2.0: boolean expressions of functions, as validation clauses, node filters and the like have
 * them. */
#pragma once

#include "tosca/value_read.h"

enum holds {
    HOLDS_YES,
    HOLDS_NO,
    HOLDS_OPEN,   /* only run time can tell, or there is no value to ask it of */
    HOLDS_FAULTY, /* no condition, or it cannot be worked out: told */
};

/* Asks the condition, seen from that scope. */
enum holds condition_holds(struct scope s, struct at at, const struct what *w);
/* The same without telling what cannot be found: a filter asks nodes that lack what it asks for. HOLDS_FAULTY then
 * means that. */
enum holds condition_passes(struct scope s, struct at at, const struct what *w);
/* Checks its form (functions, arguments, types as far as they are known) where it is declared; `schema`: of the value
 * that $value means, or NULL. */
void condition_check(struct topo *t, struct at at, struct schema *schema, const char *words);
/* Was it found faulty by condition_check? */
bool condition_is_told(struct tctx *c, struct at at);
/* The clause as text for messages, cut to the room. */
void condition_text(struct at at, char *ret, size_t size);
/* Does it look at other values than $value? */
bool condition_looks(struct tctx *c, struct at at);
