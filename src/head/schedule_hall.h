// SPDX-License-Identifier: Apache-2.0
/* All nodes with what stands on them, and the one place where it is decided whether a node takes a pod, and how well:
 * schedule() and schedule_explain() both ask here. Private to the scheduler; pure. */
#pragma once

#include "head/schedule.h"
#include "head/schedule_near.h"
#include "head/schedule_seat.h"

/* How pods of one nodeSelector, nodeAffinity and tolerations find the nodes, whatever stands there. */
struct hall_view {
    bool *open;      /* by seat */
    int64_t *score;  /* by seat: preferences and taints */
    bool even;       /* all scores are the same */
};
struct hall {
    const struct schedule_input *in;
    struct seat *seats;
    size_t n;
    struct seat_order order;
    struct near_index *near; /* pods that have a node, those placed in this pass too */
    struct map by_name;      /* name of a node -> struct seat */
    struct map volumes;      /* "ns/name" -> Volume */
    struct map volume_nodes; /* "ns/name" -> weak name of the node chosen in this pass */
    struct map views;        /* what is asked of nodes, as text -> struct hall_view */
};
void hall_open(struct hall *h, const struct schedule_input *in);
void hall_close(struct hall *h);
/* The pod stands there from now on. */
void hall_seat(struct hall *h, struct seat *s, const json_t *pod);

/* One pod's question, with all that is looked up for it once. */
struct hall_ask {
    const json_t *pod;
    int64_t needs[SEAT_RESOURCES];
    bool ports, volumes;
    const struct hall_view *view;
    struct near_asks near;
};
void hall_ask(struct hall *h, const json_t *pod, struct hall_ask *ret);
void hall_ask_done(struct hall_ask *a);

struct hall_score {
    int64_t affinity, taints, near, spread, sum;
};
/* Does the seat take it? False with why. */
bool hall_takes(const struct hall *h, const struct hall_ask *a, size_t seat, struct schedule_why *why);
/* How well it fits there; with equal sums the node with fewer pods is taken, then the first. */
int64_t hall_sum(const struct hall_ask *a, size_t seat);
struct hall_score hall_score(const struct hall *h, const struct hall_ask *a, size_t seat);
/* The best seat, or NULL. */
struct seat *hall_choose(struct hall *h, const struct hall_ask *a);

/* A volume that the pod names and that is not there, or NULL: no node takes the pod then. */
const char *hall_missing_claim(const struct hall *h, const json_t *pod);
/* Calls `each` for the pod's volumes that no node holds yet, and notes that the seat's is to. */
void hall_bind_volumes(struct hall *h, const json_t *pod, const struct seat *s,
                       void (*each)(void *data, const json_t *volume), void *data);
