// SPDX-License-Identifier: Apache-2.0
/* What a pod asks of the node and of the pods near it: nodeSelector, podAffinity, podAntiAffinity. Pure. */
#pragma once

#include "head/object_facts.h"

/* Pods that have a node; borrowed. */
struct near {
    const json_t *pod, *node;
};
struct near_list {
    struct near *v;
    size_t n;
};

/* Does the node carry the labels of the pod's nodeSelector? False with why ("has no label disk=ssd"). */
bool near_selects(const json_t *pod, const json_t *node, char *why, size_t why_size);
/* Do the pods that stand allow it? A pod that others are to be with may go anywhere while there is none of them. False
 * with why. */
bool near_allows(const struct near_list *all, const json_t *pod, const json_t *node, char *why, size_t why_size);
/* How much it is preferred there. */
int64_t near_score(const struct near_list *all, const json_t *pod, const json_t *node);
