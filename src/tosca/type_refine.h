// SPDX-License-Identifier: Apache-2.0
/* What a derived type makes of what it inherits: it narrows it, so that who counts on the parent can count on the child
 * (TOSCA 2.0: 6.4.2, 8.3, 8.6, 9.4; TOSCA 1.3: 3.7). Faults are INHERITANCE, with the place of what is inherited. */
#pragma once

#include "tosca/schema.h"
#include "tosca/topo.h"

/* A property, attribute or parameter: its type, the schemas under it, whether it is required, a value that is fixed. */
void refine_value(struct tctx *c, struct tdef *d, const char *words);
/* A data type: the schemas that it adds to its parent's. `mine`: its own schema. */
void refine_data(struct tctx *c, struct ttype *type, struct schema *mine, const char *words);
/* The type named by `key` of a capability or an interface. */
void refine_type(struct tctx *c, struct tdef *d, const char *key, enum type_kind kind, const char *words);
/* A capability: its type, the sources and relationships that it takes, its occurrences. */
void refine_capability(struct tctx *c, struct tdef *d, const char *words);
/* A requirement: what it asks for, and how often. */
void refine_requirement(struct tctx *c, struct tdef *d, const char *words);
/* The lists of types that a type itself has: members, targets, valid ends. */
void refine_lists(struct tctx *c, struct ttype *type);
