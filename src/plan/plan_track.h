// SPDX-License-Identifier: Apache-2.0
/* The way each component takes through its protocol in one phase of a change, and the settling of all ways until they
 * fit together. Private to the room. */
#pragma once

#include "base/err.h"
#include "plan/plan_graph.h"

/* From `start` to `final`, past `via` where something only needs the component for a while (a container that is started
 * so that the software in it can be deleted). All states and transitions are borrowed from the protocol. Position k is
 * the state after k steps. */
struct plan_track {
    const struct protocol_state *start, *via, *final; /* start NULL: a component without protocol, which never moves */
    const struct protocol_state *wanted;              /* what its own goal asks for; `final` may have to differ */
    const struct protocol_transition **path;
    size_t n;
    const char *why; /* static; of the steps on the way */
    bool held;       /* nobody may raise it: it is to be stopped or deleted, or needs what is */
    size_t held_for; /* held because it needs this component, which is held; itself when it is its own goal */
    bool must;       /* it has to reach `final`: somebody wants or needs it running */
    size_t changes;  /* how often it was routed anew */
};

struct plan_phase {
    const struct plan_graph *graph; /* weak */
    struct plan_track *tracks;      /* by component */
    size_t *queue;                  /* ring of components to look at again */
    size_t queue_at, queue_n;
    bool *queued;
};

void plan_phase_init(struct plan_phase *ph, const struct plan_graph *g);
void plan_phase_done(struct plan_phase *ph);
const char *plan_phase_name(const struct plan_phase *ph, size_t component);

/* Makes path from start, via and final, and queues the component. -EINVAL when the protocol has no such way, or when
 * the component was routed so often that its neighbours must be pushing it in a circle. */
int plan_phase_route(struct plan_phase *ph, size_t component, struct err *e);

/* Calls `fix` for each need of and toward each component, again for those that it routed anew, until nothing changes.
 */
typedef int plan_fix(struct plan_phase *ph, const struct plan_need *need, struct err *e);
int plan_phase_settle(struct plan_phase *ph, plan_fix *fix, struct err *e);

const struct protocol_state *plan_track_at(const struct plan_graph *g, size_t component, const struct plan_track *t,
                                           size_t position);
/* Does some position of the target's way offer it? */
bool plan_phase_passes(const struct plan_phase *ph, const struct plan_need *need);

/* How a way uses a need: not at all, for some of its steps only, or also in its final state. */
enum plan_use { PLAN_USE_NONE, PLAN_USE_PASSING, PLAN_USE_LASTING };
enum plan_use plan_phase_use(const struct plan_phase *ph, const struct plan_need *need);
/* Is the use met by the target's way? */
bool plan_phase_met(const struct plan_phase *ph, const struct plan_need *need, enum plan_use use);

/* The state of `component` nearest to `from` for which `fits` holds, or NULL. Of equals, the one named `prefer` (may be
 * NULL). */
typedef bool plan_fits(const struct plan_phase *ph, size_t component, const struct protocol_state *s);
const struct protocol_state *plan_phase_nearest(const struct plan_phase *ph, size_t component,
                                                const struct protocol_state *from, const char *prefer, plan_fits *fits);
/* Sends the target of `need` past the nearest state that offers what all who pass by need of it. */
int plan_phase_raise_for_a_while(struct plan_phase *ph, const struct plan_need *need, struct err *e);

/* Carries a change out. `down`: from what stands to what may stay. `up`: from there to what is wanted. */
int plan_settle_down(struct plan_phase *ph, struct err *e);
int plan_settle_up(struct plan_phase *ph, struct err *e);

/* All steps of all ways in an order that keeps every need, in `ret` (room for the sum of all n) as component numbers:
 * the k-th mention of a component is its k-th step. -EINVAL names the circle where there is no such order. */
int plan_sort(const struct plan_phase *ph, size_t *ret, struct err *e);
