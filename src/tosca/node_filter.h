// SPDX-License-Identifier: Apache-2.0
/* Node filters: constraints on the properties of a node and of its capabilities. */
#pragma once

#include "tosca/topo.h"

/* Tells malformed constraints in the filter; `type`: of the nodes that it is asked of, or NULL. */
void node_filter_check(struct tctx *c, struct at filter, struct ttype *type);
/* Does the node pass? What only run time knows passes. */
bool node_filter_passes(struct topo *t, struct at filter, struct tnode *n);
/* The same for the filter of a requirement: in TOSCA 2.0 SELF is the relationship that would be made from `from` to
 * that capability (which may be NULL). */
bool node_filter_passes_from(struct topo *t, struct at filter, struct tnode *from, struct tnode *n,
                             struct tcap *capability);
