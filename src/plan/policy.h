// SPDX-License-Identifier: Apache-2.0
/* What policies and groups make of containers: replicas, where pods may go, how they are replaced. Pure. */
#pragma once

#include "model/topology.h"

/* The number of pods of a container: its own property, else default_instances of a scaling policy on it, else 1; within
 * the policy's min_instances and max_instances. */
int64_t policy_replicas(const struct topology *t, size_t container);
/* The scaling policy on a container or on software in it, or NULL: the first one. */
const struct topology_policy *policy_scaling(const struct topology *t, size_t container);
/* The number that a scaling policy tells under one of the names in use for it ("min_instances", "min_replicas", ...);
 * `fallback` where it tells none. */
int64_t policy_number(const struct topology_policy *p, const char *name, int64_t fallback);

/* Labels, nodeSelector and affinity of a container's pods, into the pod template; nothing where no policy or group
 * speaks of it. application: metadata.name. */
void policy_place(const struct topology *t, size_t container, const char *application, json_t *labels, json_t *spec);
/* The strategy of its Deployment by an update policy: new, or NULL. */
json_t *policy_strategy(const struct topology *t, size_t container);

/* Everything for people and for the Application's status: a new array of {name, type, kind, targets, does: [text],
 * keeps: [text], autoscaler?, triggers: [{name, event, flow, does}]}, and units {name, type, kind: "unit",
 * targets, does}. What stands under "keeps" is not carried out yet. */
json_t *policies_json(const struct topology *t);
