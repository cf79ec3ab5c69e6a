// SPDX-License-Identifier: Apache-2.0
/* Do the steps of work flows come to an end? Circles of steps, steps that nothing starts, work flows that inline
 * themselves, or so much that it cannot be meant. */
#include "tosca/workflow.h"

/* ---- steps ---- */

struct order {
    struct flow *f;
    const struct topology_workflow *w;
    struct map index; /* name -> number + 1, as a pointer */
    size_t *waits;    /* by step: how many steps that name it have not been taken off */
    bool *taken;
};

static size_t number_of(const struct order *o, const char *name)
{
    return (size_t)(uintptr_t)map_get(&o->index, name) - 1;
}

/* The steps that follow one: those of on_success, then those of on_failure. */
static size_t followers(const struct topology_step *s)
{
    return s->on_success.n + s->on_failure.n;
}
static const char *follower(const struct topology_step *s, size_t i)
{
    return i < s->on_success.n ? s->on_success.v[i] : s->on_failure.v[i - s->on_success.n];
}

/* Takes off what no step waits for, again and again; what is left goes round in circles, or waits for one. */
static void take_off(struct order *o)
{
    AUTO_FREE size_t *queue = mem_array(o->w->n_steps + 1, sizeof(*queue));
    size_t head = 0, tail = 0;
    for (size_t i = 0; i < o->w->n_steps; i++)
        for (size_t k = 0; k < followers(&o->w->steps[i]); k++)
            o->waits[number_of(o, follower(&o->w->steps[i], k))]++;
    for (size_t i = 0; i < o->w->n_steps; i++)
        if (o->waits[i] == 0)
            queue[tail++] = i;
    while (head < tail) {
        const struct topology_step *s = &o->w->steps[queue[head]];
        o->taken[queue[head++]] = true;
        for (size_t k = 0; k < followers(s) && tctx_spend(o->f->c, 1); k++) {
            size_t next = number_of(o, follower(s, k));
            if (--o->waits[next] == 0)
                queue[tail++] = next;
        }
    }
}

/* From a step that is left, back along what it waits for: a circle is met. */
static size_t step_before(const struct order *o, size_t step)
{
    for (size_t i = 0; i < o->w->n_steps; i++)
        for (size_t k = 0; !o->taken[i] && k < followers(&o->w->steps[i]); k++)
            if (number_of(o, follower(&o->w->steps[i], k)) == step)
                return i;
    return step;
}

static void tell_circle(struct order *o, struct at steps, size_t step)
{
    AUTO_FREE bool *seen = mem_array(o->w->n_steps, sizeof(*seen));
    AUTO_BUF struct buf text = {0};
    while (!seen[step]) {
        seen[step] = true;
        step = step_before(o, step);
    }
    size_t from = step;
    for (size_t i = step_before(o, step); i != step; i = step_before(o, i))
        from = i < from ? i : from; /* the first in the template begins */
    AUTO_STRV struct strv names = {0};
    for (size_t i = step_before(o, from); i != from && names.n < 20; i = step_before(o, i))
        strv_add(&names, o->w->steps[i].name);
    buf_addf(&text, "'%s' -> ", o->w->steps[from].name);
    for (size_t i = names.n; i-- > 0;)
        buf_addf(&text, "'%s' -> ", names.v[i]);
    const struct ypair *p = ynode_pair(steps.node, o->w->steps[from].name);
    tosca_error(o->f->c, at_of(steps.file, p ? p->key : steps.node), "CYCLE",
                "%s: steps follow each other in a circle, so that none of them is ever started: %s'%s'", o->f->words,
                buf_str(&text), o->w->steps[from].name);
}

/* Only operations and other work flows can fail. */
static bool can_fail(const struct topology_step *s)
{
    for (size_t i = 0; i < s->n_activities; i++)
        if (s->activities[i].kind != ACTIVITY_SET_STATE)
            return true;
    return false;
}

/* A step that only follows failures of steps that cannot fail. */
static void tell_unreachable(struct order *o, struct at steps)
{
    AUTO_FREE bool *named = mem_array(o->w->n_steps + 1, sizeof(*named));
    AUTO_FREE bool *led_to = mem_array(o->w->n_steps + 1, sizeof(*led_to));
    for (size_t i = 0; i < o->w->n_steps; i++) {
        const struct topology_step *s = &o->w->steps[i];
        for (size_t k = 0; k < followers(s); k++) {
            size_t next = number_of(o, follower(s, k));
            named[next] = true;
            led_to[next] = led_to[next] || k < s->on_success.n || can_fail(s);
        }
    }
    for (size_t i = 0; i < o->w->n_steps; i++) {
        const struct ypair *p = named[i] && !led_to[i] ? ynode_pair(steps.node, o->w->steps[i].name) : NULL;
        if (p)
            tosca_warn(o->f->c, at_of(steps.file, p->key), "NOT_RUN",
                       "%s: step '%s' is never started: it follows the failure of steps that cannot fail", o->f->words,
                       o->w->steps[i].name);
    }
}

void flow_check_order(struct flow *f, const struct topology_workflow *w)
{
    struct at steps = at_key(f->at, "steps");
    struct order o = {.f = f, .w = w};
    if (!w->n_steps || w->n_steps > TOPOLOGY_FLOW_STEPS_MAX)
        return;
    AUTO_FREE size_t *waits = o.waits = mem_array(w->n_steps, sizeof(*o.waits));
    AUTO_FREE bool *taken = o.taken = mem_array(w->n_steps, sizeof(*o.taken));
    for (size_t i = 0; i < w->n_steps; i++) {
        map_set(&o.index, w->steps[i].name, (void *)(uintptr_t)(i + 1));
        if (!w->steps[i].n_activities && at_null(at_key(at_key(steps, w->steps[i].name), "activities")))
            tosca_warn(f->c, at_key(steps, w->steps[i].name), "MISSING_KEY",
                       "%s: step '%s' has no activities: it only ends", f->words, w->steps[i].name);
    }
    take_off(&o);
    for (size_t i = 0; i < w->n_steps; i++) {
        if (o.taken[i])
            continue;
        tell_circle(&o, steps, i);
        break;
    }
    tell_unreachable(&o, steps);
    map_done(&o.index);
    (void)waits, (void)taken;
}

/* ---- work flows in work flows ---- */

struct nest {
    struct topo *t;
    const struct topology *to;
    enum { NEST_NEW, NEST_BUSY, NEST_DONE } * state;
    int64_t *steps; /* of a work flow with all that it inlines */
    unsigned depth;
};

static void tell_recursion(struct nest *n, const struct topology_activity *a, const char *name)
{
    struct at all = at_key(n->t->at, "workflows");
    const struct ypair *p = ynode_pair(all.node, name);
    tosca_error(n->t->c, at_of(all.file, p ? p->key : all.node), "CYCLE",
                "workflow '%s' inlines itself, by 'inline: %s' in line %d", name, a->name, a->place.line);
}

static int64_t nest_steps(struct nest *n, size_t w);

static int64_t inlined_steps(struct nest *n, const struct topology_activity *a, const char *name)
{
    const struct topology_workflow *inner = topology_workflow_find(n->to, a->name);
    size_t i = inner ? (size_t)(inner - n->to->workflows) : 0;
    if (!inner)
        return 0;
    if (n->state[i] != NEST_BUSY)
        return nest_steps(n, i);
    tell_recursion(n, a, name);
    return 0;
}

static int64_t nest_steps(struct nest *n, size_t w)
{
    const struct topology_workflow *flow = &n->to->workflows[w];
    if (n->state[w] == NEST_DONE)
        return n->steps[w];
    if (++n->depth > TOPOLOGY_INLINE_DEPTH_MAX) {
        n->depth--;
        return TOPOLOGY_FLOW_STEPS_MAX + 1;
    }
    n->state[w] = NEST_BUSY;
    int64_t steps = (int64_t)flow->n_steps;
    for (size_t i = 0; i < flow->n_steps; i++)
        for (size_t k = 0; k < flow->steps[i].n_activities && tctx_spend(n->t->c, 2); k++)
            if (flow->steps[i].activities[k].kind == ACTIVITY_INLINE && steps <= TOPOLOGY_FLOW_STEPS_MAX)
                steps += inlined_steps(n, &flow->steps[i].activities[k], flow->name);
    n->depth--;
    n->state[w] = NEST_DONE;
    return n->steps[w] = steps;
}

void flows_check_inline(struct topo *t, const struct topology *to)
{
    struct at all = at_key(t->at, "workflows");
    struct nest n = {.t = t, .to = to};
    AUTO_FREE void *state = n.state = mem_array(to->n_workflows + 1, sizeof(*n.state));
    AUTO_FREE int64_t *steps = n.steps = mem_array(to->n_workflows + 1, sizeof(*n.steps));
    for (size_t i = 0; i < to->n_workflows; i++) {
        const struct ypair *p = ynode_pair(all.node, to->workflows[i].name);
        if (nest_steps(&n, i) > TOPOLOGY_FLOW_STEPS_MAX)
            tosca_error(t->c, at_of(all.file, p ? p->key : all.node), "LIMIT",
                        "workflow '%s' has more than %d steps with all that it inlines, or inlines more than %d deep",
                        to->workflows[i].name, TOPOLOGY_FLOW_STEPS_MAX, TOPOLOGY_INLINE_DEPTH_MAX);
    }
    (void)state, (void)steps;
}
