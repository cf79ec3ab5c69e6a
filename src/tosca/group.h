// SPDX-License-Identifier: Apache-2.0
/* Groups and policies: their types, properties, members and targets. */
#pragma once

#include "tosca/topo.h"

void groups_check(struct topo *t);
/* Checks policies, and notes on node templates the policy that gives their protocol. */
void policies_check(struct topo *t);
