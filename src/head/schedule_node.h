// SPDX-License-Identifier: Apache-2.0
/* What a pod asks of a node itself, whatever stands on it: labels, taints, whether it takes pods at all. Pure. */
#pragma once

#include "head/object_facts.h"

/* Where a refusal is said: text NULL when nobody asks. */
struct schedule_why {
    char *text;
    size_t size;
    bool may_pass; /* waiting may help */
};
/* Writes the text; gives false. */
__attribute__((format(printf, 3, 4))) bool schedule_refuse(struct schedule_why *why, bool may_pass, const char *fmt,
                                                           ...);

/* Is the node ready and open, does it carry the labels (nodeSelector, required nodeAffinity), are its taints borne?
 * False with why ("has no label disk=ssd"). */
bool node_allows(const json_t *pod, const json_t *node, struct schedule_why *why);
/* How much it is preferred: the weights of preferred nodeAffinity that hold; 100 less for each PreferNoSchedule taint
 * that the pod does not bear. */
int64_t node_preferred(const json_t *pod, const json_t *node);
int64_t node_taints_score(const json_t *pod, const json_t *node);
/* A taint with that effect which the pod does not bear, or NULL. Borrowed from the node. */
const json_t *node_taint_against(const json_t *pod, const json_t *node, const char *effect);
