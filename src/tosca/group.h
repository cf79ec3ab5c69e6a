// SPDX-License-Identifier: Apache-2.0
/* Groups and policies: their types, properties, members and targets. */
#pragma once

#include "tosca/topo.h"

void groups_check(struct topo *t);
/* Checks policies and their triggers, and notes on node templates the policy that gives their protocol. Both make what
 * the topology tells of them (topo->herds, topo->policies). */
void policies_check(struct topo *t);
/* The triggers that a policy type declares. */
void policy_type_check(struct topo *t, struct ttype *type);
/* In group_list.c: the nodes that a list of names means, groups taken apart, each once. Names of none are left out. */
struct tnode **herd_nodes(struct topo *t, struct at list, size_t *ret_n);
