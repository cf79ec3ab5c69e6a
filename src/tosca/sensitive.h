// SPDX-License-Identifier: Apache-2.0
/* Which values are not for eyes: those whose declaration says so, and credentials. */
#pragma once

#include "tosca/schema.h"

/* Does the declaration (or one that it refines) have `metadata: {sensitive: true}`, or is its type, or that of its
 * entries, a credential? NULL: no. */
bool def_is_sensitive(struct tctx *c, struct tdef *d);
/* The value of a sensitive declaration stands at the place: inputs that are given to it as they are become sensitive, too
 * (c->to_secrets). Of a credential that holds for token and keys. */
void sensitive_note_inputs(struct tctx *c, struct tdef *d, struct at at);
