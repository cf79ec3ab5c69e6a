// SPDX-License-Identifier: Apache-2.0
/* Artifacts of node templates: their type, file and repository, from the template and from the type. */
#pragma once

#include "tosca/topo.h"

struct artifact {
    const char *name;
    struct at at;
    struct ttype *type;     /* NULL when unknown */
    const char *file;       /* as written */
    const char *path;       /* in the bundle; NULL when there is no such file */
    const char *repository; /* URL, or NULL */
};

/* The artifact of that name; false when there is none. */
bool artifact_find(struct topo *t, struct tnode *n, const char *name, struct artifact *ret);
/* All of a node template's: calls back in the template's order. */
size_t artifact_all(struct topo *t, struct tnode *n, struct artifact **ret);
/* Checks them: type, file, repository. */
void artifact_check(struct topo *t, struct tnode *n);
/* Checks the form of one; `base`: what it refines, or without node; `must`: required properties need a value. */
void artifact_check_one(struct topo *t, struct at at, struct at base, const char *owner, const char *name, bool must);
