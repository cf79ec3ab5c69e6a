// SPDX-License-Identifier: Apache-2.0
// Ways of components through their protocols: routing, questions about them, and the loop that settles them all.
#include "plan/plan_track.h"

#include <errno.h>

#include "base/text.h"

void plan_phase_init(struct plan_phase *ph, const struct plan_graph *g)
{
    size_t n = g->t->n_components;
    *ph = (struct plan_phase){.graph = g,
                              .tracks = mem_array(n, sizeof(*ph->tracks)),
                              .queue = mem_array(n, sizeof(*ph->queue)),
                              .queued = mem_array(n, sizeof(*ph->queued))};
}

void plan_phase_done(struct plan_phase *ph)
{
    for (size_t c = 0; ph->graph && c < ph->graph->t->n_components; c++)
        free(ph->tracks[c].path);
    free(ph->tracks);
    free(ph->queue);
    free(ph->queued);
    *ph = (struct plan_phase){0};
}

const char *plan_phase_name(const struct plan_phase *ph, size_t component)
{
    return ph->graph->t->components[component].name;
}

static void queue_add(struct plan_phase *ph, size_t component)
{
    size_t n = ph->graph->t->n_components;
    if (ph->queued[component])
        return;
    ph->queue[(ph->queue_at + ph->queue_n++) % n] = component;
    ph->queued[component] = true;
}

static int queue_take(struct plan_phase *ph, size_t *ret)
{
    if (ph->queue_n == 0)
        return 0;
    *ret = ph->queue[ph->queue_at];
    ph->queue_at = (ph->queue_at + 1) % ph->graph->t->n_components;
    ph->queue_n--;
    ph->queued[*ret] = false;
    return 1;
}

static int add_way(struct plan_track *t, const struct protocol *p, const struct protocol_state *from,
                   const struct protocol_state *to, const char *name, struct err *e)
{
    int n = protocol_path(p, from->name, to->name, t->path + t->n);
    if (n < 0)
        return err_set(e, EINVAL, "%s cannot get from %s to %s: no operations of its protocol lead there", name,
                       from->name, to->name);
    t->n += (size_t)n;
    return 0;
}

int plan_phase_route(struct plan_phase *ph, size_t component, struct err *e)
{
    struct plan_track *t = &ph->tracks[component];
    const struct component *c = &ph->graph->t->components[component];
    queue_add(ph, component);
    // Each state can be chosen a few times at most while things settle; more means that there is nothing to settle on.
    if (t->changes++ > 4 * c->protocol.n_states + 8)
        return err_set(e, EINVAL, "the protocols of %s and of those that it requires do not fit together", c->name);
    free(t->path);
    t->path = mem_array(2 * c->protocol.n_states, sizeof(*t->path));
    t->n = 0;
    int r = 0;
    if (t->via)
        r = add_way(t, &c->protocol, t->start, t->via, c->name, e);
    if (r >= 0)
        r = add_way(t, &c->protocol, t->via ? t->via : t->start, t->final, c->name, e);
    return r;
}

int plan_phase_settle(struct plan_phase *ph, plan_fix *fix, struct err *e)
{
    const struct plan_graph *g = ph->graph;
    for (size_t c = 0; c < g->t->n_components; c++)
        queue_add(ph, c);
    int r = 0;
    for (size_t c; r >= 0 && queue_take(ph, &c);) {
        for (size_t i = g->out_at[c]; r >= 0 && i < g->out_at[c + 1]; i++)
            r = fix(ph, &g->needs[i], e);
        for (size_t i = g->in_at[c]; r >= 0 && i < g->in_at[c + 1]; i++)
            r = fix(ph, &g->needs[g->in[i]], e);
    }
    return r;
}

const struct protocol_state *plan_track_at(const struct plan_graph *g, size_t component, const struct plan_track *t,
                                           size_t position)
{
    if (position == 0)
        return t->start;
    return protocol_state_find(&g->t->components[component].protocol, t->path[position - 1]->target);
}

bool plan_phase_passes(const struct plan_phase *ph, const struct plan_need *need)
{
    const struct plan_track *t = &ph->tracks[need->to];
    for (size_t k = 0; k <= t->n; k++)
        if (plan_state_offers(plan_track_at(ph->graph, need->to, t, k), need))
            return true;
    return false;
}

enum plan_use plan_phase_use(const struct plan_phase *ph, const struct plan_need *need)
{
    const struct plan_track *t = &ph->tracks[need->from];
    if (plan_state_requires(t->final, need))
        return PLAN_USE_LASTING;
    for (size_t k = 0; k < t->n; k++)
        if (plan_need_in(need, &t->path[k]->requires) ||
            plan_state_requires(plan_track_at(ph->graph, need->from, t, k + 1), need))
            return PLAN_USE_PASSING;
    return PLAN_USE_NONE;
}

bool plan_phase_met(const struct plan_phase *ph, const struct plan_need *need, enum plan_use use)
{
    if (use == PLAN_USE_NONE)
        return true;
    if (use == PLAN_USE_LASTING)
        return plan_state_offers(ph->tracks[need->to].final, need);
    return plan_phase_passes(ph, need);
}

const struct protocol_state *plan_phase_nearest(const struct plan_phase *ph, size_t component,
                                                const struct protocol_state *from, const char *prefer, plan_fits *fits)
{
    const struct protocol *p = &ph->graph->t->components[component].protocol;
    AUTO_FREE const struct protocol_transition **way = mem_array(p->n_states, sizeof(struct protocol_transition *));
    const struct protocol_state *best = NULL;
    int best_n = 0;
    for (size_t i = 0; i < p->n_states; i++) {
        const struct protocol_state *s = &p->states[i];
        if (!fits(ph, component, s))
            continue;
        int n = protocol_path(p, from->name, s->name, way);
        if (n >= 0 && (!best || n < best_n || (n == best_n && str_eq(s->name, prefer))))
            best = s, best_n = n;
    }
    return best;
}

// Does the state offer what all who pass by need of the component?
static bool offers_to_passers(const struct plan_phase *ph, size_t component, const struct protocol_state *s)
{
    const struct plan_graph *g = ph->graph;
    for (size_t i = g->in_at[component]; i < g->in_at[component + 1]; i++) {
        const struct plan_need *need = &g->needs[g->in[i]];
        if (!plan_state_offers(s, need) && plan_phase_use(ph, need) == PLAN_USE_PASSING)
            return false;
    }
    return true;
}

int plan_phase_raise_for_a_while(struct plan_phase *ph, const struct plan_need *need, struct err *e)
{
    struct plan_track *t = &ph->tracks[need->to];
    const char *running = protocol_running_state(&ph->graph->t->components[need->to].protocol);
    t->via = plan_phase_nearest(ph, need->to, t->start, running, offers_to_passers);
    if (!t->via)
        return err_set(e, EINVAL, "%s requires %s for its operations, which no state that %s can reach offers",
                       plan_phase_name(ph, need->from), need->capability, plan_phase_name(ph, need->to));
    return plan_phase_route(ph, need->to, e);
}
