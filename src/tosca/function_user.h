// SPDX-License-Identifier: Apache-2.0
/* Functions that a "functions" section of TOSCA 2.0 declares: found by name, their calls held against the signatures.
 */
#pragma once

#include "tosca/call.h"

struct ufunction {
    const char *name;
    struct at at, key;
    struct ufunction *base; /* the definition outside of the service template, which this one refines; or NULL */
};

/* The function that the file sees under that name ("name" or "prefix:name"), or NULL. */
struct ufunction *ufunction_find(struct tctx *c, struct tfile *f, const char *name);
/* Checks the call against the signatures. One that sedge knows is carried out; any other is left as
 * {"$call": [name, arguments]}, which nobody ever works out (told as a warning). */
json_t *ufunction_call(struct call *call, const struct ufunction *u);
/* Such a call's name, or NULL for any other value. */
const char *ufunction_json_name(const json_t *v);
bool ufunction_is_json(const json_t *v);
/* Checks a file's own declarations. */
void ufunctions_check(struct topo *t, struct tfile *f);
