// SPDX-License-Identifier: Apache-2.0
/* Management protocols: the built-in ones, and those that a policy writes out. */
#pragma once

#include "tosca/topo.h"

/* Fills ret (protocol_done) for a component: from its policy, or by its kind. Faults are told. */
void protocol_read(struct topo *t, const struct tnode *n, struct protocol *ret);
/* Does the protocol ask for that requirement by name? */
bool protocol_asks_for(const struct protocol *p, const char *requirement);
