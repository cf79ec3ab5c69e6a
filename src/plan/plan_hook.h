// SPDX-License-Identifier: Apache-2.0
/* Operations of relationships in the order of change. Private to the room.
 *
 * The standard weaves them into the life cycle of the two ends: pre_configure_* before and post_configure_* after
 * `configure` of the end that they name, add_target and add_source once both ends run, remove_target and remove_source
 * before the source stops, target_changed on a source that stays when its target has been started anew. Where there is
 * no `configure` (a container), what belongs around it comes before `start`, or behind it where only then something can
 * be run inside. */
#pragma once

#include "base/map.h"
#include "plan/plan.h"
#include "plan/plan_track.h"

enum hook_time {
    HOOK_PRE,     /* before configure */
    HOOK_POST,    /* after configure */
    HOOK_JOINED,  /* both run */
    HOOK_LEAVING, /* before the source stops */
    HOOK_CHANGED, /* the target has been started anew */
    HOOK_NEVER,   /* none that comes by itself */
};
struct hook_kind {
    enum hook_time time;
    bool of_target; /* PRE, POST: around the target's configure, not the source's */
};
struct hook_kind plan_hook_kind(const struct topology_operation *o);
/* Is the operation one that is run at all? */
bool plan_hook_runs(const struct topology_operation *o);
/* Has the link operations of that time that come with the source's own steps? */
bool plan_hook_any(const struct topology_link *l, enum hook_time time);
/* The link and operation that a step speaks of, in `g`; false when there is none. */
bool plan_hook_find(const struct plan_graph *g, const struct plan_step *s, size_t *ret_component,
                    const struct topology_link **ret_link, const struct topology_operation **ret);

/* Weaves: called with each step of a phase in its order, puts it into the plan with what belongs around it. */
struct plan_weaver;
/* marks: plan_request.marks. down: the phase that goes before (NULL for it itself, or when there is none); `now`: its
 * graph. */
struct plan_weaver *plan_weaver_new(const struct plan_phase *ph, const struct map *marks, const struct plan_phase *down,
                                    struct plan *to);
void plan_weaver_step(struct plan_weaver *w, size_t component, const struct protocol_transition *t);
/* What is left to be done beside any step. */
void plan_weaver_end(struct plan_weaver *w);
void plan_weaver_free(struct plan_weaver *w);
