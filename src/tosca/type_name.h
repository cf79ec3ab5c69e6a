// SPDX-License-Identifier: Apache-2.0
/* Types by name: declared in a file, seen through its imports, and each with its parent. */
#pragma once

#include "tosca/context.h"

struct units;
struct schema;

enum prim {
    PRIM_NONE,
    PRIM_STRING,
    PRIM_INTEGER,
    PRIM_FLOAT,
    PRIM_BOOLEAN,
    PRIM_TIMESTAMP,
    PRIM_NULL,
    PRIM_VERSION,
    PRIM_RANGE,
    PRIM_LIST,
    PRIM_MAP,
    PRIM_BYTES,  /* text in base64 */
    PRIM_SCALAR, /* of TOSCA 2.0: a number and one of the type's units */
    PRIM_ANY,
    PRIM_UNIT, /* + enum unit_kind */
};

/* Its members, as kept per type (member.h). */
enum member {
    MEMBER_PROPERTY,
    MEMBER_ATTRIBUTE,
    MEMBER_CAPABILITY,
    MEMBER_REQUIREMENT,
    MEMBER_INTERFACE,
    MEMBER_ARTIFACT,
    MEMBER_KINDS
};

struct ttype {
    enum type_kind kind;
    const char *name;
    struct at at;            /* the definition; node NULL for a primitive */
    const struct ynode *key; /* where its name stands */
    struct ttype *parent;    /* "derived_from"; NULL at the root or when unknown; read it by type_parent */
    enum { PARENT_UNKNOWN, PARENT_KNOWN } parent_state;
    enum prim prim;                    /* a primitive data type itself */
    struct units *units;               /* a scalar type of TOSCA 2.0, when scalar_known: NULL if faulty (scalar_type.h) */
    struct schema *number;             /* of a scalar type: the type of its numbers; NULL: float */
    bool scalar_known;
    struct map *members[MEMBER_KINDS]; /* NULL until asked for */
    bool collecting[MEMBER_KINDS];
};

/* Fills file->own from its sections. */
void type_declare(struct tctx *c, struct tfile *f);
/* The type that the file sees under that name, or NULL: not told. */
struct ttype *type_find(struct tctx *c, struct tfile *f, enum type_kind kind, const char *name);
/* The same for a text in a file: told when unknown (UNKNOWN_TYPE unless a code is given); silent for a node that is no
 * text. */
struct ttype *type_at(struct tctx *c, struct at at, enum type_kind kind, const char *code);
/* The parent, sought (and a fault told) at the first call. */
struct ttype *type_parent(struct tctx *c, struct ttype *t);
bool type_is_a(struct tctx *c, struct ttype *t, const struct ttype *ancestor);
/* Has an ancestor (or is) of that full name? */
bool type_is_named(struct tctx *c, struct ttype *t, const char *name);
/* The primitive at the root of a data type's ancestry, PRIM_NONE for a structure. */
enum prim type_prim(struct tctx *c, struct ttype *t);
/* "node type" etc., and the section that declares the kind. */
const char *type_kind_words(enum type_kind kind);
const char *type_kind_section(enum type_kind kind);
/* The primitive data types that a file may name, by number from 0: NULL behind the last, "" for one of the other
 * generation. */
const char *type_primitive_name(const struct tfile *f, size_t i);
