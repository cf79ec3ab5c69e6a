// SPDX-License-Identifier: Apache-2.0
/* Constraint clauses: read once against the type they stand on, then asked of values. */
#pragma once

#include "tosca/type_name.h"

enum clause_op {
    CLAUSE_EQUAL,
    CLAUSE_GREATER_THAN,
    CLAUSE_GREATER_OR_EQUAL,
    CLAUSE_LESS_THAN,
    CLAUSE_LESS_OR_EQUAL,
    CLAUSE_IN_RANGE,
    CLAUSE_VALID_VALUES,
    CLAUSE_LENGTH,
    CLAUSE_MIN_LENGTH,
    CLAUSE_MAX_LENGTH,
    CLAUSE_PATTERN,
    CLAUSE_SCHEMA,
    CLAUSE_OPS
};

struct pattern;
struct scope;
struct clause {
    enum clause_op op;
    enum prim prim;                /* of the values it is asked of */
    struct at at;                  /* the operand */
    json_t *operand;               /* borrowed from the context */
    const struct pattern *pattern; /* borrowed from the context */
    bool later;                    /* the operand holds a call: it is not asked */
};

/* Reads one clause, a one-key map, for values of that kind (PRIM_ANY: not known; `structure`: a data type with fields).
 * False when it is malformed, which is told. */
bool clause_read(struct tctx *c, struct at at, enum prim prim, bool structure, struct clause *ret);
/* Takes the value of a call that the operand holds, seen from that scope; it stays `later` where only run time knows
 * it. False when it is faulty (told). */
bool clause_resolve(struct scope s, struct clause *clause);
/* Does the value hold? False with the reason in words ("must be at least 1"). */
bool clause_holds(struct tctx *c, const struct clause *clause, const json_t *value, char *why, size_t why_size);
/* A regular expression made ready, once for each text; NULL with the reason. `whole`: it must match the whole text. */
const struct pattern *pattern_kept(struct tctx *c, const char *text, bool whole, char *why, size_t why_size);
/* Is that a constraint operator? */
bool clause_is_op(const char *name);
const char *clause_name(enum clause_op op);
