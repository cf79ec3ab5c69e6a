// SPDX-License-Identifier: Apache-2.0
/* Building up: what has to be raised so that everything wanted can reach its state.
 *
 * First, what only wants to be as it was, but needs what is to be stopped or deleted, gives up and is held where it
 * stands. Then whatever the rest requires is raised with it: for good where its final state requires it, for a while
 * where only operations on the way do. */
#include <errno.h>

#include "plan/plan_track.h"

static int hold(struct plan_phase *ph, const struct plan_need *need, struct err *e)
{
    struct plan_track *t = &ph->tracks[need->from];
    t->held = true;
    t->held_for = need->to;
    t->via = NULL;
    t->final = t->start;
    return plan_phase_route(ph, need->from, e);
}

// Only what moves, or was asked to run, is looked at: what stands untouched is not ours to judge.
static bool is_unmet(const struct plan_phase *ph, const struct plan_need *need, enum plan_use *ret)
{
    const struct plan_track *from = &ph->tracks[need->from];
    if (!from->start || (from->n == 0 && !from->must))
        return false;
    *ret = plan_phase_use(ph, need);
    return !plan_phase_met(ph, need, *ret);
}

static int fix_held(struct plan_phase *ph, const struct plan_need *need, struct err *e)
{
    const struct plan_track *from = &ph->tracks[need->from];
    enum plan_use use;
    if (from->must || from->held || !ph->tracks[need->to].held || !is_unmet(ph, need, &use))
        return 0;
    return hold(ph, need, e);
}

// Does the state offer all that others require of the component in the end?
static bool offers_to_stayers(const struct plan_phase *ph, size_t component, const struct protocol_state *s)
{
    const struct plan_graph *g = ph->graph;
    for (size_t i = g->in_at[component]; i < g->in_at[component + 1]; i++) {
        const struct plan_need *need = &g->needs[g->in[i]];
        const struct plan_track *from = &ph->tracks[need->from];
        bool counts = from->start && (from->n > 0 || from->must);
        if (counts && !plan_state_offers(s, need) && plan_phase_use(ph, need) == PLAN_USE_LASTING)
            return false;
    }
    return true;
}

static int raise_for_good(struct plan_phase *ph, const struct plan_need *need, struct err *e)
{
    struct plan_track *t = &ph->tracks[need->to];
    const struct protocol *p = &ph->graph->t->components[need->to].protocol;
    const struct protocol_state *s = protocol_state_find(p, protocol_running_state(p));
    if (!s || !offers_to_stayers(ph, need->to, s))
        s = plan_phase_nearest(ph, need->to, t->start, NULL, offers_to_stayers);
    if (!s)
        return err_set(e, EINVAL, "%s requires %s, which no state that %s can reach offers",
                       plan_phase_name(ph, need->from), need->capability, plan_phase_name(ph, need->to));
    t->final = s;
    t->via = NULL;
    t->must = true;
    return plan_phase_route(ph, need->to, e);
}

static int refuse_contradiction(const struct plan_phase *ph, const struct plan_need *need, struct err *e)
{
    // What is held for the sake of another is followed to the one that is to be stopped; each was held after the one it
    // needs.
    size_t root = need->to;
    while (ph->tracks[root].held_for != root)
        root = ph->tracks[root].held_for;
    const char *from = plan_phase_name(ph, need->from), *stopped = plan_phase_name(ph, root);
    if (root == need->to)
        return err_set(
            e, EINVAL,
            "%s is to run and requires %s of %s, which is to be stopped or deleted; run both, or stop %s too", from,
            need->capability, stopped, from);
    return err_set(
        e, EINVAL,
        "%s is to run and requires %s of %s, which cannot run without %s, which is to be stopped or deleted; "
        "run both, or stop %s too",
        from, need->capability, plan_phase_name(ph, need->to), stopped, from);
}

static int fix_up(struct plan_phase *ph, const struct plan_need *need, struct err *e)
{
    enum plan_use use;
    const struct plan_track *from = &ph->tracks[need->from], *to = &ph->tracks[need->to];
    if (!is_unmet(ph, need, &use))
        return 0;
    if (!to->held)
        return use == PLAN_USE_LASTING ? raise_for_good(ph, need, e) : plan_phase_raise_for_a_while(ph, need, e);
    if (!from->must)
        return hold(ph, need, e);
    return refuse_contradiction(ph, need, e);
}

int plan_settle_up(struct plan_phase *ph, struct err *e)
{
    int r = plan_phase_settle(ph, fix_held, e);
    return r < 0 ? r : plan_phase_settle(ph, fix_up, e);
}
