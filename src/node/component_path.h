// SPDX-License-Identifier: Apache-2.0
/* A software component's way from state to state, by the steps that its pod's spec gives. Pure. */
#pragma once

#include "model/pod.h"

/* The number of steps from one state to another, -1 when there is no way. *ret_first (may be NULL): the first of them,
 * NULL when there is none; borrowed. */
int component_path(const struct pod_component *c, const char *from, const char *to,
                   const struct component_step **ret_first);
/* The state that it is in once its container has stopped: `state`, or the one it falls back to when it was beyond that.
 * Borrowed. */
const char *component_fallen(const struct pod_component *c, const char *state);
/* Does it have to go further from its initial state to be at its goal? */
bool component_goes_up(const struct pod_component *c, const char *state);
