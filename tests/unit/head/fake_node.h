// SPDX-License-Identifier: Apache-2.0
// A node in the head's own process: it answers pods and volumes as model/node_link.h promises, one action at a time, in
// an order made up from a seed.
#pragma once

#include "head/objects.h"
#include "plan/plan.h"

struct fake_node;
// name: of the Node object, which is made, Ready.
struct fake_node *fake_node_new(struct objects *o, const char *name, unsigned seed);
void fake_node_free(struct fake_node *n);
// Does one thing of what is to be done. False when there is nothing.
bool fake_node_act(struct fake_node *n);

// The next time that this operation of a software component is to run, it fails ("api", "Standard.start").
void fake_node_fail(struct fake_node *n, const char *component, const char *operation);
// The next pod of this container does not get its image; the next one crashes.
void fake_node_no_image(struct fake_node *n, const char *container);
void fake_node_crash(struct fake_node *n, const char *container);
// The next one runs, and is seen to, before it crashes.
void fake_node_crash_late(struct fake_node *n, const char *container);
// All containers end, as in a reboot: what was running is started again.
void fake_node_reboot(struct fake_node *n);

// From here on each operation is held against the topology: the test fails when one is done in a state that does not
// allow it. NULL: no more. Borrowed.
void fake_node_check(struct fake_node *n, const struct topology *t);
size_t fake_node_operations(const struct fake_node *n); // done so far
// The operations done since the last call, blank-separated. The caller frees.
char *fake_node_told(struct fake_node *n);
