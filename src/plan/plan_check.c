// SPDX-License-Identifier: Apache-2.0
/* Simulation: may a step be done in these states, and whole plans step by step.
 *
 * The rule is TosKer's. A step needs a transition that leaves the component's present state. What that transition and
 * the state it leads to require must be offered now by every component that a requirement of that name points at. And
 * what the present state offers and the next one does not must not be required by the present state of any other
 * component. */
#include "plan/plan.h"

#include <errno.h>

#include "base/text.h"
#include "plan/plan_hook.h"

// A simulation under way: the graph, and the state of each component (NULL: one that its protocol does not know).
struct simulation {
    struct plan_graph graph;
    const struct protocol_state **at;
};

static void simulation_init(struct simulation *sim, const struct topology *t, const struct plan_states *states)
{
    plan_graph_init(&sim->graph, t);
    sim->at = mem_array(t->n_components, sizeof(*sim->at));
    for (size_t c = 0; c < t->n_components && c < states->n; c++)
        sim->at[c] = protocol_state_find(&t->components[c].protocol, states->v[c]);
}

static void simulation_done(struct simulation *sim)
{
    plan_graph_done(&sim->graph);
    free(sim->at);
}

static int refuse_component(const struct plan_graph *g, const char *name, struct err *e)
{
    AUTO_FREE const char **names = mem_array(g->t->n_components, sizeof(char *));
    for (size_t i = 0; i < g->t->n_components; i++)
        names[i] = g->t->components[i].name;
    char hint[120];
    str_suggest(hint, sizeof(hint), name, names, g->t->n_components);
    return err_set(e, EINVAL, "there is no component '%s' in the template%s", name, hint);
}

// Says what the component could do instead.
static int refuse_transition(const struct component *c, const char *state, const struct plan_step *step, struct err *e)
{
    AUTO_STRV struct strv others = {0};
    for (size_t i = 0; i < c->protocol.n_transitions; i++)
        if (str_eq(c->protocol.transitions[i].source, state))
            strv_addf(&others, "%s.%s", c->protocol.transitions[i].interface, c->protocol.transitions[i].operation);
    AUTO_FREE char *list = strv_join(&others, ", ");
    return err_set(e, EINVAL, "%s is %s, where it has no operation %s.%s (it has: %s)", c->name, state, step->interface,
                   step->operation, others.n ? list : "none");
}

// Is everything that `names` requires offered?
static int check_offered(const struct simulation *sim, size_t c, const struct strv *names, struct err *e)
{
    const struct plan_graph *g = &sim->graph;
    for (size_t k = 0; k < names->n; k++) {
        for (size_t i = g->out_at[c]; i < g->out_at[c + 1]; i++) {
            const struct plan_need *need = &g->needs[i];
            if (!str_eq(names->v[k], need->role) && !str_eq(names->v[k], need->requirement))
                continue;
            if (plan_state_offers(sim->at[need->to], need))
                continue;
            const struct protocol_state *at = sim->at[need->to];
            return err_set(e, EINVAL, "%s requires %s, which %s (%s) does not offer", g->t->components[c].name,
                           names->v[k], g->t->components[need->to].name, at ? at->name : "in an unknown state");
        }
    }
    return 0;
}

// Does nobody require what the component stops offering when it goes to `target`?
static int check_spared(const struct simulation *sim, size_t c, const struct protocol_state *target, struct err *e)
{
    const struct plan_graph *g = &sim->graph;
    const struct strv *offers = &sim->at[c]->offers;
    for (size_t k = 0; k < offers->n; k++) {
        if (strv_has(&target->offers, offers->v[k]))
            continue;
        for (size_t i = g->in_at[c]; i < g->in_at[c + 1]; i++) {
            const struct plan_need *need = &g->needs[g->in[i]];
            if (need->from == c || !str_eq(need->capability, offers->v[k]) ||
                !plan_state_requires(sim->at[need->from], need))
                continue;
            return err_set(e, EINVAL, "%s requires %s, which %s would stop offering", g->t->components[need->from].name,
                           offers->v[k], g->t->components[c].name);
        }
    }
    return 0;
}

// Judges one step; on success moves the component's state and tells the transition.
static int simulation_step(struct simulation *sim, const struct plan_step *step, const char *state_name, size_t *ret_c,
                           const struct protocol_transition **ret, struct err *e)
{
    int found = plan_graph_find(&sim->graph, step->component);
    if (found < 0)
        return refuse_component(&sim->graph, step->component, e);
    size_t c = (size_t)found;
    const struct component *component = &sim->graph.t->components[c];
    if (!sim->at[c])
        return err_set(e, EINVAL, "%s is in state '%s', which its protocol does not have", component->name,
                       state_name ? state_name : "");
    const struct protocol_transition *t =
        protocol_step(&component->protocol, sim->at[c]->name, step->interface, step->operation);
    if (!t)
        return refuse_transition(component, sim->at[c]->name, step, e);
    const struct protocol_state *target = protocol_state_find(&component->protocol, t->target);
    if (!target)
        return err_set(e, EINVAL, "%s leads to state '%s', which the protocol of %s does not have", t->operation,
                       t->target, component->name);
    int r = check_offered(sim, c, &target->requires, e);
    if (r >= 0)
        r = check_offered(sim, c, &t->requires, e);
    if (r >= 0)
        r = check_spared(sim, c, target, e);
    if (r < 0)
        return r;
    sim->at[c] = target;
    *ret_c = c;
    *ret = t;
    return 0;
}

/* May an operation of a relationship be run now? In the container of one end, which has to run. */
static int check_relationship(const struct simulation *sim, struct plan_step *step, struct err *e)
{
    const struct topology *t = sim->graph.t;
    size_t c;
    const struct topology_link *l;
    const struct topology_operation *o;
    if (plan_graph_find(&sim->graph, step->component) < 0)
        return refuse_component(&sim->graph, step->component, e);
    if (!plan_hook_find(&sim->graph, step, &c, &l, &o))
        return err_set(e, EINVAL, "%s has no relationship '%s' with an operation %s.%s", step->component,
                       step->requirement, step->interface, step->operation);
    size_t runner = o->on_target ? l->target : c;
    int below = topology_container_of(t, runner);
    const struct component *container = below < 0 ? NULL : &t->components[below];
    if (!container || !sim->at[below] || !str_eq(sim->at[below]->name, protocol_running_state(&container->protocol)))
        return err_set(e, EINVAL, "it runs in the container of %s, which does not run", t->components[runner].name);
    if (!sim->at[runner] || str_eq(sim->at[runner]->name, t->components[runner].protocol.initial))
        return err_set(e, EINVAL, "it runs where %s is, which is %s", t->components[runner].name,
                       t->components[runner].protocol.initial);
    char *state = sim->at[c] ? sim->at[c]->name : "";
    free(step->source);
    free(step->target);
    step->source = mem_strdup(state);
    step->target = mem_strdup(state);
    return 0;
}

static void note_states(struct plan_step *step, const struct protocol_transition *t)
{
    free(step->source);
    free(step->target);
    step->source = mem_strdup(t->source);
    step->target = mem_strdup(t->target);
}

static int step_in(struct simulation *sim, struct plan_states *s, struct plan_step *step, struct err *e)
{
    size_t c = 0;
    const struct protocol_transition *t = NULL;
    plan_step_resolve(sim->graph.t, step);
    if (step->requirement)
        return check_relationship(sim, step, e);
    int found = plan_graph_find(&sim->graph, step->component);
    const char *state = found >= 0 && (size_t)found < s->n ? s->v[found] : NULL;
    int r = simulation_step(sim, step, state, &c, &t, e);
    if (r < 0)
        return r;
    note_states(step, t);
    plan_states_set(s, c, t->target);
    return 0;
}

int plan_apply(const struct topology *t, struct plan_states *s, struct plan_step *step, struct err *e)
{
    struct simulation sim;
    simulation_init(&sim, t, s);
    int r = step_in(&sim, s, step, e);
    simulation_done(&sim);
    return r;
}

static int check_range(const struct topology *t, struct plan_states *s, struct plan *p, size_t from, size_t to,
                       struct err *e)
{
    struct simulation sim;
    simulation_init(&sim, t, s);
    int r = 0;
    for (size_t i = from; i < to && r >= 0; i++) {
        struct plan_step *step = &p->steps[i];
        r = step_in(&sim, s, step, e);
        if (r < 0) {
            AUTO_FREE char *text = plan_step_text(step);
            err_wrap(e, r, step->line > 0 ? "line %d: %s" : "step %d: %s", step->line > 0 ? step->line : (int)i + 1,
                     text);
        }
    }
    simulation_done(&sim);
    return r;
}

int plan_check(const struct topology *t, struct plan_states *s, struct plan *p, struct err *e)
{
    return check_range(t, s, p, 0, p->n, e);
}

static void states_copy(struct plan_states *to, const struct plan_states *from)
{
    *to = (struct plan_states){.v = mem_array(from->n, sizeof(*to->v)), .n = from->n};
    for (size_t i = 0; i < from->n; i++)
        to->v[i] = mem_strdup(from->v[i]);
}

// The states of next's components, once the work in `now` has left its own in `stand`.
static void states_carry(const struct topology *now, const struct plan_states *stand, const struct topology *next,
                         struct plan_states *ret)
{
    struct plan_graph g;
    plan_graph_init(&g, now);
    plan_states_initial(ret, next);
    for (size_t i = 0; i < next->n_components; i++) {
        int old = plan_graph_find(&g, next->components[i].name);
        if (old < 0 || (size_t)old >= stand->n)
            continue;
        const struct protocol_state *s = plan_carry(&now->components[old], stand->v[old], &next->components[i]);
        if (s)
            plan_states_set(ret, i, s->name);
    }
    plan_graph_done(&g);
}

int plan_check_made(const struct topology *now, const struct plan_states *have, const struct topology *next,
                    struct plan *p, struct plan_states *ret, struct err *e)
{
    *ret = (struct plan_states){0};
    if (p->n_down > p->n || (!now && p->n_down > 0) || (!next && p->n_down < p->n))
        return err_set(e, EINVAL, "the plan has steps for a topology that is not there");
    AUTO(plan_states_done)
    struct plan_states stand = {0};
    if (now) {
        states_copy(&stand, have);
        int r = check_range(now, &stand, p, 0, p->n_down, e);
        if (r < 0)
            return r;
    }
    if (!next)
        *ret = stand, stand = (struct plan_states){0};
    else if (now)
        states_carry(now, &stand, next, ret);
    else
        plan_states_initial(ret, next);
    int r = next ? check_range(next, ret, p, p->n_down, p->n, e) : 0;
    if (r < 0)
        plan_states_done(ret);
    return r;
}
