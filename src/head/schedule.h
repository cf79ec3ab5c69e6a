// SPDX-License-Identifier: Apache-2.0
/* Which node a pod goes to: the nodes that can take it, and of them the one with the fewest pods. Pure. */
#pragma once

#include "head/object_changes.h"

#define SCHEDULE_UNFIT                                                                                                 \
    "Unschedulable" /* reason: no node of those that are ready can take it, and waiting will not help */
#define SCHEDULE_WAITS                                                                                                 \
    "WaitingForNode" /* reason: none can take it now; a node may come back, a pod may go, a volume may come */

struct schedule_input {
    struct object_list pods;    /* all */
    struct object_list nodes;   /* all */
    struct object_list volumes; /* all */
    const char *now;            /* RFC 3339 */
};
/* Binds each pod that has no node to one (and the volumes that it names, where no node holds them yet), or says in its
 * condition PodScheduled, and once by an event, why none takes it. */
void schedule(const struct schedule_input *in, struct changes *ret);
