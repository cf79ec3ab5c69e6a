// SPDX-License-Identifier: Apache-2.0
/* Operations of a node template or a relationship: declared by interface types and node types, filled in by the
 * template. */
#pragma once

#include "tosca/topo.h"

struct toper {
    const char *interface, *name;
    struct at at;             /* where it was last written; node NULL: declared only */
    struct at implementation; /* the innermost one, or without node */
    struct map *inputs;       /* name -> struct tvalue */
    struct at outputs;        /* the innermost map of attribute mappings, or without node */
    struct ttype *type;       /* of its interface, or NULL */
    const char *words;
    /* Filled by operation_resolve. */
    const char *script;       /* path in the bundle, or NULL */
    struct strv dependencies; /* owned: strv_done, unless handed on */
    int64_t timeout_s;
    const char *interpreter; /* or NULL */
    const char *host;        /* "SELF", "HOST", "SOURCE", "TARGET", or NULL */
};

/* Is it a key of interfaces and interface types, and so no name of an operation? */
bool operation_is_key(const char *key);
/* The declared interface that a template means: by its name, or by the full name of its type; else the name itself. */
const char *operation_interface(struct tctx *c, const struct map *declared, const char *name);
/* All operations, in the order declared: "Interface.operation" -> struct toper. Undeclared interfaces and operations
 * are told. */
struct map *operations_collect(struct topo *t, struct scope scope, struct ttype *type, struct at given,
                               const char *words);
/* Can there be no operation that runs anything or takes an input? Then they need not be collected. */
bool operations_idle(struct topo *t, struct scope scope, struct ttype *type, struct at given);
/* Finds script, interpreter, dependencies, host and timeout. `relationship`: it is one's, so that SOURCE and TARGET
 * mean something. `n`: whose artifacts a name may mean, may be NULL; `must`: a missing file is
 * an error. */
void operation_resolve(struct topo *t, struct tnode *n, struct toper *o, bool relationship, bool must);
/* Reads the inputs of all; `must`: required ones need a value. */
void operations_check(struct topo *t, const struct map *operations, bool must);
/* Reads those inputs that are no calls: of a relationship that has no ends (yet). */
void operations_check_plain(struct topo *t, const struct map *operations);
