// SPDX-License-Identifier: Apache-2.0
/* What a value must be: its data type, the constraints of the type and of the declaration, and the schema of its
 * entries. */
#pragma once

#include "tosca/constraint.h"
#include "tosca/member.h"

/* A validation clause. */
struct validation {
    struct at at;
    bool looks; /* it looks at other values, too */
};

struct schema {
    struct tdef *def;
    struct ttype *type; /* NULL when unknown (told) or not given: anything fits */
    enum prim prim;     /* PRIM_NONE with a type: a structure */
    struct clause *clauses;
    size_t n_clauses;
    struct validation *validations; /* of TOSCA 2.0 */
    size_t n_validations;
    const struct units *units;  /* of PRIM_SCALAR; NULL when the type's are faulty (told) */
    struct schema *number;      /* of PRIM_SCALAR: what stands before the unit */
    struct schema *entry, *key; /* by schema_entry, schema_key */
    bool entry_known, key_known;
};

/* The schema of a property, attribute, parameter or entry. Faults in it are told once, at the first call. */
struct schema *schema_of(struct tctx *c, struct tdef *d);
/* Of the entries of a list or a map; NULL: anything. */
struct schema *schema_entry(struct tctx *c, struct schema *s);
/* Of the keys of a map; NULL: any text. */
struct schema *schema_key(struct tctx *c, struct schema *s);
/* The name of its type for messages. */
const char *schema_words(const struct schema *s);
