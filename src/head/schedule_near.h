// SPDX-License-Identifier: Apache-2.0
/* What a pod asks of the pods near it: podAffinity, podAntiAffinity, topologySpreadConstraints. Counts of pods by their
 * labels and places are kept, so that a question costs no look at the pods. Pure. */
#pragma once

#include "head/schedule_node.h"

/* Pods that have a node, by label, and how many of each asked-for kind stand at each place. Nodes are meant by their
 * number in the list given. Borrows nodes and pods. */
struct near_index;
struct near_index *near_new(const struct object_list *nodes);
void near_free(struct near_index *x);
void near_add(struct near_index *x, const json_t *pod, size_t node);

/* What one pod asks, looked up once. */
struct near_group; /* pods of a namespace and labels, counted by place */
struct near_term {
    const struct near_group *group;
    int64_t weight; /* of a preference; negative: to be apart */
    const json_t *labels;
    bool self; /* the pod is of the group itself */
};
struct near_spread {
    const struct near_group *group;
    int64_t max_skew, least; /* least: pods at the emptiest place that could take the pod */
    const char *key;
    const json_t *labels;
    bool must, self;
};
struct near_asks {
    struct near_term *with, *apart, *prefer;
    struct near_spread *spread;
    const struct near_group **guarded; /* where pods stand that have to be apart from this one */
    size_t n_with, n_apart, n_prefer, n_spread, n_guarded;
};
/* open: by node, whether it could take the pod for what the node is (node_allows); only these places count for spread. */
void near_ask(struct near_index *x, const json_t *pod, const bool *open, struct near_asks *ret);
void near_asks_done(struct near_asks *a);

/* Do the pods that stand allow it there, those too that have to be apart from it? A pod that others are to be with may go anywhere while there is none of them.
 * False with why. */
bool near_allows(const struct near_asks *a, size_t node, struct schedule_why *why);
/* The weights of what holds there; and, for ScheduleAnyway, 10 less for each pod more than at the emptiest place (at
 * most 100, and 100 where the node has no such label). */
int64_t near_preferred(const struct near_asks *a, size_t node);
int64_t near_spread_score(const struct near_asks *a, size_t node);
