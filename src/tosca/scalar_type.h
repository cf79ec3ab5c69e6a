// SPDX-License-Identifier: Apache-2.0
/* Scalar types of TOSCA 2.0: units, prefixes, the canonical unit, and the type of the number (section 9.1.2.2). */
#pragma once

#include "tosca/schema.h"

/* Fills schema->units and schema->number from its type; faults in the type are told once. */
void scalar_type_schema(struct tctx *c, struct schema *s);
/* Checks a data type's own definition: that its units make sense, and that no other type has any. */
void scalar_type_check(struct topo *t, struct ttype *type);
