// SPDX-License-Identifier: Apache-2.0
/* Which steps of a plan may run side by side.
 *
 * A plan is one order that works; another one works as well when it keeps, for each need between two components, the
 * order of those steps that have to do with it: a step that needs waits for the last earlier one that made the target
 * offer; a step that stops offering waits for the last earlier one that needed. "Needs" counts the state that is left,
 * the operation and the state that is reached, so it holds for steps under way too. Needs of both topologies count,
 * since the steps of the first one may still run when those of the second begin. */
#include "plan/plan.h"

#include "base/map.h"
#include "plan/plan_hook.h"

struct wait {
    size_t before, after;
};

struct plan_order {
    size_t n;
    struct wait *waits;
    size_t n_waits;
};

/* What an order is made from. */
struct builder {
    struct plan_order *order;
    const struct plan *plan;                        /* weak */
    const struct protocol_transition **transitions; /* by step; NULL: not known, the steps then go one by one */
    const struct protocol_state **sources, **targets;
    struct map components; /* name -> struct steps_of */
};

/* The steps of one component, in the plan's order. */
struct steps_of {
    size_t *v, n;
};

static void steps_free(void *p)
{
    struct steps_of *s = p;
    free(s->v);
    free(s);
}

static void add_wait(struct plan_order *o, size_t before, size_t after)
{
    o->waits = mem_push(o->waits, o->n_waits, sizeof(*o->waits));
    o->waits[o->n_waits++] = (struct wait){.before = before, .after = after};
}

static bool resolve(struct builder *b, const struct plan_graph *g, size_t i)
{
    const struct plan_step *step = &b->plan->steps[i];
    int c = plan_graph_find(g, step->component);
    if (c < 0 || !step->source || !step->target)
        return false;
    const struct protocol *p = &g->t->components[c].protocol;
    b->transitions[i] = protocol_step(p, step->source, step->interface, step->operation);
    b->sources[i] = protocol_state_find(p, step->source);
    b->targets[i] = protocol_state_find(p, step->target);
    return b->transitions[i] && b->sources[i] && b->targets[i];
}

/* Whose steps an operation of a relationship stands between; NULL: it is not known. */
static const char *anchor_of(const struct plan_graph *g, const struct plan_step *step)
{
    size_t c;
    const struct topology_link *l;
    const struct topology_operation *o;
    if (!plan_hook_find(g, step, &c, &l, &o))
        return NULL;
    return plan_hook_kind(o).of_target ? g->t->components[l->target].name : step->component;
}

static void add_to(struct builder *b, const char *component, size_t step)
{
    struct steps_of *s = map_get(&b->components, component);
    if (!s)
        map_set(&b->components, component, s = mem_alloc(sizeof(*s)));
    if (s->n > 0)
        add_wait(b->order, s->v[s->n - 1], step);
    s->v = mem_push(s->v, s->n, sizeof(*s->v));
    s->v[s->n++] = step;
}

/* The step stands where the plan has it among the steps of that component, which are not its own. */
static void stand_among(struct builder *b, const char *component, size_t step)
{
    const struct steps_of *s = map_get(&b->components, component);
    size_t low = 0, high = s ? s->n : 0;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (s->v[middle] < step)
            low = middle + 1;
        else
            high = middle;
    }
    if (s && low < s->n && s->v[low] == step)
        return; /* its own */
    if (s && low > 0)
        add_wait(b->order, s->v[low - 1], step);
    if (s && low < s->n)
        add_wait(b->order, step, s->v[low]);
}

/* What an operation of a relationship needs stays while it runs: its ends, and the hosts below the one it runs in. */
static void add_hook(struct builder *b, const struct plan_graph *g, size_t i)
{
    size_t c;
    const struct topology_link *l;
    const struct topology_operation *o;
    if (!plan_hook_find(g, &b->plan->steps[i], &c, &l, &o))
        return;
    if (!plan_hook_kind(o).of_target) {
        stand_among(b, g->t->components[c].name, i);
        stand_among(b, g->t->components[l->target].name, i);
    }
    size_t at = o->on_target ? l->target : c;
    for (size_t budget = g->t->n_components; budget > 0; budget--) {
        const struct topology_link *host = topology_host_link(&g->t->components[at]);
        if (!host || host->target >= g->t->n_components)
            break;
        at = host->target;
        stand_among(b, g->t->components[at].name, i);
    }
}

static void add_hooks(struct builder *b, const struct plan_graph *now, const struct plan_graph *next)
{
    for (size_t i = 0; i < b->plan->n; i++)
        if (b->plan->steps[i].requirement)
            add_hook(b, i < b->plan->n_down || !next ? now : next, i);
}

// Finds each step's transition, and waits of steps of the same component.
static bool resolve_all(struct builder *b, const struct plan_graph *now, const struct plan_graph *next)
{
    for (size_t i = 0; i < b->plan->n; i++) {
        const struct plan_graph *g = i < b->plan->n_down || !next ? now : next;
        const char *anchor = b->plan->steps[i].component;
        if (g && b->plan->steps[i].requirement)
            anchor = anchor_of(g, &b->plan->steps[i]);
        else if (!g || !resolve(b, g, i))
            return false;
        if (!anchor)
            return false;
        add_to(b, anchor, i);
    }
    return true;
}

static bool is_used(const struct builder *b, size_t step, const struct plan_need *need, bool with_source)
{
    return plan_need_in(need, &b->transitions[step]->requires) || plan_state_requires(b->targets[step], need) ||
           (with_source && plan_state_requires(b->sources[step], need));
}

// Goes through the steps of both ends of a need in the plan's order.
static void add_waits(struct builder *b, const struct plan_need *need, const struct steps_of *from,
                      const struct steps_of *to)
{
    const size_t none = b->plan->n;
    size_t last_gain = none, last_use = none;
    for (size_t f = 0, t = 0; f < from->n || t < to->n;) {
        if (f < from->n && (t >= to->n || from->v[f] < to->v[t])) {
            size_t step = from->v[f++];
            if (!b->transitions[step])
                continue; /* of a relationship */
            if (last_gain != none && is_used(b, step, need, false))
                add_wait(b->order, last_gain, step);
            if (is_used(b, step, need, true))
                last_use = step;
            continue;
        }
        size_t step = to->v[t++];
        if (!b->transitions[step])
            continue;
        bool before = plan_state_offers(b->sources[step], need), after = plan_state_offers(b->targets[step], need);
        if (after && !before)
            last_gain = step;
        if (before && !after && last_use != none)
            add_wait(b->order, last_use, step);
    }
}

static void add_needs(struct builder *b, const struct plan_graph *g)
{
    for (size_t i = 0; i < g->n_needs; i++) {
        const struct plan_need *need = &g->needs[i];
        const struct steps_of *from = map_get(&b->components, g->t->components[need->from].name);
        const struct steps_of *to = map_get(&b->components, g->t->components[need->to].name);
        if (from && to && from != to)
            add_waits(b, need, from, to);
    }
}

static void one_by_one(struct plan_order *o)
{
    o->n_waits = 0;
    for (size_t i = 1; i < o->n; i++)
        add_wait(o, i - 1, i);
}

static void build(struct builder *b, const struct plan_graph *now, const struct plan_graph *next)
{
    size_t n = b->plan->n;
    b->transitions = mem_array(n, sizeof(*b->transitions));
    b->sources = mem_array(n, sizeof(*b->sources));
    b->targets = mem_array(n, sizeof(*b->targets));
    map_init(&b->components, steps_free);
    if (resolve_all(b, now, next)) {
        if (now)
            add_needs(b, now);
        if (next)
            add_needs(b, next);
        add_hooks(b, now, next);
    } else {
        one_by_one(b->order);
    }
    map_done(&b->components);
    free(b->transitions);
    free(b->sources);
    free(b->targets);
}

struct plan_order *plan_order_new(const struct plan *p, const struct topology *now, const struct topology *next)
{
    struct plan_order *o = mem_alloc(sizeof(*o));
    o->n = p->n;
    struct plan_graph now_graph = {0}, next_graph = {0};
    if (now)
        plan_graph_init(&now_graph, now);
    if (next && next != now)
        plan_graph_init(&next_graph, next);
    struct builder b = {.order = o, .plan = p};
    build(&b, now ? &now_graph : NULL, next && next != now ? &next_graph : NULL);
    plan_graph_done(&now_graph);
    plan_graph_done(&next_graph);
    return o;
}

size_t plan_order_ready(const struct plan_order *o, const bool *done, const bool *under_way, size_t *ret)
{
    AUTO_FREE bool *waits = mem_array(o->n, sizeof(*waits));
    for (size_t w = 0; w < o->n_waits; w++)
        if (!done[o->waits[w].before])
            waits[o->waits[w].after] = true;
    size_t n = 0;
    for (size_t i = 0; i < o->n; i++)
        if (!waits[i] && !done[i] && !under_way[i])
            ret[n++] = i;
    return n;
}

void plan_order_free(struct plan_order *o)
{
    if (!o)
        return;
    free(o->waits);
    free(o);
}

size_t plan_ready(const struct plan *p, const struct topology *now, const struct topology *next, const bool *done,
                  const bool *under_way, size_t *ret)
{
    struct plan_order *o = plan_order_new(p, now, next);
    size_t n = plan_order_ready(o, done, under_way, ret);
    plan_order_free(o);
    return n;
}
