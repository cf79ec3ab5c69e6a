// SPDX-License-Identifier: Apache-2.0
/* Which names can stand at a place of a template, and what each of them means. Completion lists them, hover and
 * definition look for the one that stands there. Pure. */
#pragma once

#include "editor/cursor.h"
#include "tosca/function.h"

enum name_kind {
    NAME_KEY,      /* keyname of the grammar */
    NAME_TYPE,     /* type */
    NAME_MEMBER,   /* what a type declares: property, requirement, ... */
    NAME_HERE,     /* what the document itself has: node template, input, ... */
    NAME_THERE,    /* what a file declares: an operation */
    NAME_FUNCTION, /* TOSCA function */
    NAME_WORD,     /* fixed word */
};

/* Lives as long as its place and its world. */
struct name {
    enum name_kind kind;
    const char *label;
    const char *detail;     /* a few words beside it, or NULL */
    bool as_key;            /* it is a key: a colon follows, */
    bool nests;             /* and then lines of its own */
    bool must;              /* a value is asked for */
    const struct gkey *key; /* NAME_KEY, in a map of that shape */
    enum shape in;
    struct ttype *type; /* NAME_TYPE; or the type of what it names, NULL: not known */
    struct tdef *def;   /* NAME_MEMBER */
    enum member member;
    const struct function *function;
    struct at at;                   /* NAME_THERE: its value */
    const struct ynode *at_key;     /* and its key */
    const struct sketch_node *here; /* its key in the document, or NULL */
};

/* Gives all of them, each once or more. all: also those that are there already, or would not fit. */
void names_at(struct cursor *p, bool all, void (*give)(void *data, const struct name *n), void *data);
/* The name that the token at the place is. False when it is none that is known. */
bool name_find(struct cursor *p, struct name *ret);
/* The type of the template or definition at a step ("node template 'api'" is of a node type), or NULL. */
struct ttype *cursor_type(struct cursor *p, int step);
/* The kind of types of a step's shape: a template's type, or a type itself. False: it has none. */
bool cursor_kind(const struct cursor *p, int step, enum type_kind *ret);
/* The declaration of the requirement assignment at a step, or NULL. */
struct tdef *cursor_requirement(struct cursor *p, int step);
