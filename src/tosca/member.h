// SPDX-License-Identifier: Apache-2.0
/* What a type declares, its ancestors' declarations included, each refining the one before it. */
#pragma once

#include "tosca/type_name.h"

struct schema;

/* A declaration of a property, attribute, capability, requirement, interface or artifact. */
struct tdef {
    const char *name;
    struct at at;            /* as it is written here */
    const struct ynode *key; /* where its name stands */
    struct ttype *owner;     /* the type that declares it; NULL for parameters and schemas */
    struct tdef *base;       /* the declaration that it refines, or NULL */
    bool short_type;         /* a scalar names the type (entry_schema: string) */
    struct schema *schema;   /* made at first use (schema.h) */
};

/* name -> struct tdef, the ancestors' first. Never NULL. */
const struct map *type_members(struct tctx *c, struct ttype *t, enum member kind);
struct tdef *type_member(struct tctx *c, struct ttype *t, enum member kind, const char *name);

/* A declaration that stands by itself: a parameter, a schema. */
struct tdef *tdef_make(struct tctx *c, const char *name, const struct ynode *key, struct at at);
/* The nearest value of that key along the refinements, or a place without node. */
struct at tdef_key(const struct tdef *d, const char *key);
/* What the declaration itself gives where nothing is assigned: a fixed value, else a default (which TOSCA 2.0 leaves
 * out of what is not required). */
struct at tdef_given(const struct tdef *d);
/* TOSCA 2.0: the value that the declaration (or one that it refines) fixes for good, or a place without node. */
struct at tdef_fixed(const struct tdef *d);
/* The type that a capability, requirement or interface declaration is of: its short form, or `key`. Told when unknown.
 */
struct ttype *tdef_type(struct tctx *c, const struct tdef *d, const char *key, enum type_kind kind);
/* Must it have a value? It need not where `required` is false, in whichever spelling. */
bool tdef_required(const struct tdef *d);
/* A declaration in long form, or one that sets nothing but a value ("location: /data")? */
bool tdef_is_value(const struct tdef *d);
