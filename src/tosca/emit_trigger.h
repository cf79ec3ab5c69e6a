// SPDX-License-Identifier: Apache-2.0
/* Triggers as work flows: what fires them asks for one by name. */
#pragma once

#include "model/topology.h"
#include "tosca/topo.h"

/* For each trigger with actions, behind the template's own work flows: one named "policy.trigger", with one step on the
 * policy's targets; a target that the condition does not hold for, or that lacks an operation, is passed over. */
void triggers_emit(struct topo *t, struct topology *to);
