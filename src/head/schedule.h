// SPDX-License-Identifier: Apache-2.0
/* Which node a pod goes to: of those that can take it the one with the highest score, of several the one with the
 * fewest pods. Pure. */
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

/* What each node says to the pod (in->pods may hold it: then as if it had no node yet), by the code that schedules:
 * {"kind": "PodPlacement", "pod", "namespace", "on": its node or absent, "best": the node it would get or absent, "why":
 * what keeps it from all nodes or absent, "nodes": [{"node", "pods": number there, "fits", "why" or "score" and
 * "parts": {"nodeAffinity", "taints", "podAffinity", "spread"}}]}. The caller owns it. */
json_t *schedule_explain(const struct schedule_input *in, const json_t *pod);
