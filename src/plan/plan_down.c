// SPDX-License-Identifier: Apache-2.0
/* Taking down: what has to leave its state because of what is deleted or stopped.
 *
 * Each way begins as the component's own goal has it. Where a component is to stop offering what another still
 * requires, that other is lowered to the nearest state that does without. Where the lowering itself needs something
 * that is not there now (deleting software needs its host running), what is needed is raised for a while. */
#include <errno.h>

#include "plan/plan_track.h"

// May the component stand in `s` when all is done? A requirement that was not met before and is not touched is not ours
// to mend here.
static bool may_stand(const struct plan_phase *ph, size_t component, const struct protocol_state *s)
{
    const struct plan_graph *g = ph->graph;
    const struct plan_track *t = &ph->tracks[component];
    for (size_t i = g->out_at[component]; i < g->out_at[component + 1]; i++) {
        const struct plan_need *need = &g->needs[i];
        if (!plan_state_requires(s, need) || plan_state_offers(ph->tracks[need->to].final, need))
            continue;
        if (s != t->start || t->via || plan_phase_passes(ph, need))
            return false;
    }
    return true;
}

static int lower(struct plan_phase *ph, const struct plan_need *need, struct err *e)
{
    size_t c = need->from;
    struct plan_track *t = &ph->tracks[c];
    const char *stopped = protocol_stopped_state(&ph->graph->t->components[c].protocol);
    const struct protocol_state *s = plan_phase_nearest(ph, c, t->wanted, stopped, may_stand);
    if (!s || s == t->final)
        return err_set(e, EINVAL,
                       "%s requires %s, which %s is to stop offering, and no operation leads it away from that",
                       plan_phase_name(ph, c), need->capability, plan_phase_name(ph, need->to));
    t->final = s;
    return plan_phase_route(ph, c, e);
}

static int fix_down(struct plan_phase *ph, const struct plan_need *need, struct err *e)
{
    const struct plan_track *from = &ph->tracks[need->from];
    if (!from->start)
        return 0;
    enum plan_use use = plan_phase_use(ph, need);
    if (plan_phase_met(ph, need, use))
        return 0;
    if (use == PLAN_USE_PASSING)
        return plan_phase_raise_for_a_while(ph, need, e);
    if (from->n == 0 && !plan_phase_passes(ph, need))
        return 0;
    return lower(ph, need, e);
}

int plan_settle_down(struct plan_phase *ph, struct err *e)
{
    return plan_phase_settle(ph, fix_down, e);
}
