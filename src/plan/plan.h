// SPDX-License-Identifier: Apache-2.0
/* The order of change: a topology and the state of its components in, operations out; and a check of any plan by simulation. Pure. */
#pragma once

#include "base/map.h"
#include "model/topology.h"

/* One operation on one component, or of one of its relationships. */
struct plan_step {
    char *component;
    char *requirement; /* of a relationship: the label of the component's link (topology_link_label); NULL */
    char *interface, *operation;
    char *source, *target; /* the states that it leads between; NULL in a plan that was read and not yet checked */
    int line;              /* of the plan file; 0 for a plan that was made */
    const char *why;       /* static: "new", "changed", "removed", "follows a change", "asked for" */
};
struct plan {
    struct plan_step *steps;
    size_t n;
    size_t n_down; /* the first n_down steps work on the topology that stands (request.now), the rest on the one wanted; 0 for a plan that was read */
};
void plan_done(struct plan *p);
/* Puts a step at the end; `plan` copies the texts. */
void plan_add(struct plan *p, const struct plan_step *step);
/* "component:Interface.operation", the way plan files write it; "component/requirement:Interface.operation" of a relationship. The caller frees. */
char *plan_step_text(const struct plan_step *s);
/* Is it a single operation, which leads to no other state: of a relationship, or from a state to itself? Once checked. */
bool plan_step_is_single(const struct plan_step *s);
/* A step that was read may mean an operation of a relationship by its component's name: then splits it. */
void plan_step_resolve(const struct topology *t, struct plan_step *s);

/* The state each component is in, by component index: owned names. */
struct plan_states {
    char **v;
    size_t n;
};
void plan_states_initial(struct plan_states *s, const struct topology *t); /* everything deleted */
void plan_states_set(struct plan_states *s, size_t component, const char *state);
void plan_states_done(struct plan_states *s);

/* May `step` be done now? The rule of TosKer: the transition leaves the current state; what the transition and its target state require is offered;
 * nothing that a dependant now requires is lost. On success moves the state and fills step->source/target.
 * -EINVAL with `e` naming the component, the requirement and who does not offer it, such as
 * "api requires connection, which mongodb (deleted) does not offer" / "gui requires feature, which api would stop offering". */
int plan_apply(const struct topology *t, struct plan_states *s, struct plan_step *step, struct err *e);
/* Simulates the whole plan from `s` (changed in place). 0, or -EINVAL: `e` says "line 3: api:Standard.create: api requires ...". */
int plan_check(const struct topology *t, struct plan_states *s, struct plan *p, struct err *e);

/* The state in which a component of `next` begins, when the one of the same name in `now` (NULL: there is none) is in `state`: the same state,
 * or its own initial one where that is of another kind or knows no such state. Borrowed from `next`, NULL for a protocol without states. */
const struct protocol_state *plan_carry(const struct component *now, const char *state, const struct component *next);
/* Simulates a made plan from `have`, the states of now's components: the first n_down steps in `now`, what stands then carried over to `next`, the rest in `next`.
 * ret gets the states of next's components at the end (plan_states_done). now or next may be NULL, then plan->n_down must be 0 or plan->n. */
int plan_check_made(const struct topology *now, const struct plan_states *have, const struct topology *next, struct plan *p,
                    struct plan_states *ret, struct err *e);

/* Reads a ".plan" text ("component:Interface.operation" a line, blank lines and '#' comments) or, with csv, "component,interface,operation".
 * -EINVAL with `e` naming the line. At most 10 000 steps. */
int plan_read(const char *text, size_t len, bool csv, struct plan *ret, struct err *e);

enum plan_goal { PLAN_RUN, PLAN_STOP, PLAN_DELETE, PLAN_KEEP };

/* What is wanted: a goal for each component of `t`, by index. Goals are closed over what they need: running a component runs what it requires,
 * stopping or deleting one stops or deletes first what requires it. A component to run that requires one to be stopped or deleted is an error.
 * PLAN_KEEP leaves a component in its state, or brings it back there after a change, as far as what is stopped or deleted allows.
 * A changed component whose goal is PLAN_STOP is deleted, and made anew when it is next run. A changed volume counts as unchanged without delete_volumes. */
struct plan_request {
    const struct topology *now;  /* the topology that the states belong to; NULL when nothing stands */
    const struct plan_states *have; /* states of now's components; NULL with now == NULL */
    const struct topology *next; /* the topology wanted; NULL: everything is to be deleted (volumes kept unless delete_volumes) */
    const bool *changed;         /* by index of now: this component's definition differs in next: it is deleted and made anew; NULL: none */
    const enum plan_goal *goals; /* by index of next (of now, where next is NULL); NULL: PLAN_RUN for all (PLAN_DELETE where next is NULL) */
    const struct map *marks;     /* texts of the operations of relationships that are done, so that they are not planned again; NULL: none */
    bool delete_volumes;         /* a volume that is no longer in next, or a PLAN_DELETE on a volume, is carried out; else volumes stay created */
};
/* Makes the plan: first down (in now), then up (in next); every made plan passes plan_check. A cycle or a component that cannot reach its goal is -EINVAL with
 * `e` naming the components. An empty plan means that nothing is to do. */
int plan_make(const struct plan_request *request, struct plan *ret, struct err *e);

/* Which step of a plan waits for which. plan_ready is plan_order_new, plan_order_ready and plan_order_free in one; keep the order where it is asked often.
 * Sound with respect to plan_apply also while steps are under way: what a step under way needs stays, what it gives does not count before it is done.
 * A plan that was read must have passed plan_check first, or its steps go one by one. Borrows nothing. */
struct plan_order;
struct plan_order *plan_order_new(const struct plan *p, const struct topology *now, const struct topology *next);
size_t plan_order_ready(const struct plan_order *o, const bool *done, const bool *under_way, size_t *ret);
void plan_order_free(struct plan_order *o); /* NULL is fine */

/* Names of the steps of `p` that may run at once next, given which are done (by index; true = done) and under way:
 * a step waits for every earlier step of its own component and for every earlier step that its preconditions or its dependants need.
 * Fills ret (room for p->n) with indices and gives their number. */
size_t plan_ready(const struct plan *p, const struct topology *now, const struct topology *next, const bool *done, const bool *under_way, size_t *ret);
