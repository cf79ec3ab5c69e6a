// SPDX-License-Identifier: Apache-2.0
/* Automatic planning, in two phases.
 *
 * Down, in the topology that stands: what is removed, changed or asked to be deleted goes to its initial state, what is
 * to be stopped to its stopped one; what required them is lowered with them. Up, in the topology wanted: what is to run
 * goes to its running state with all that it requires; what only had to give way goes back to where it was. Each phase
 * first gives every component a way through its protocol, settles the ways until they fit (plan_down.c, plan_up.c),
 * then sorts their steps (plan_sort.c). Last the whole plan is simulated: protocols may be anybody's, so what comes out
 * is proven, not believed. */
#include "plan/plan.h"

#include <errno.h>

#include "base/text.h"
#include "plan/plan_graph.h"
#include "plan/plan_hook.h"
#include "plan/plan_track.h"

struct maker {
    const struct plan_request *request; /* weak */
    const struct topology *now, *next;  /* weak; next is now where all of it is to go */
    enum plan_goal fallback;            /* where the request gives no goals */
    struct plan_graph now_graph, next_graph;
    struct plan_phase down, up;
    struct plan *plan; /* weak */
};

static enum plan_goal goal_of(const struct maker *m, size_t next_index)
{
    return m->request->goals ? m->request->goals[next_index] : m->fallback;
}

// The component of `now` that goes on as `c` of next, or of next that `c` of now becomes: same name and kind. -1: none.
static int same_in(const struct plan_graph *other, const struct component *c)
{
    int i = other->t ? plan_graph_find(other, c->name) : -1;
    return i >= 0 && other->t->components[i].kind == c->kind ? i : -1;
}

// Is the component of `now` to be made anew? So it is as well when its new protocol does not know the state that it is
// in.
static bool is_changed(const struct maker *m, size_t c, size_t next_index)
{
    const struct component *old = &m->now->components[c];
    const char *state = m->request->have->v[c];
    if (m->request->changed && m->request->changed[c])
        return true;
    if (str_eq(state, old->protocol.initial))
        return false;
    const struct protocol_state *carried = plan_carry(old, state, &m->next->components[next_index]);
    return carried && !str_eq(carried->name, state);
}

static bool is_kept_volume(const struct maker *m, const struct component *c)
{
    return c->kind == COMPONENT_VOLUME && !m->request->delete_volumes;
}

// Why the component of `now` has to be deleted, or NULL.
static const char *why_delete(const struct maker *m, size_t c)
{
    const struct component *component = &m->now->components[c];
    if (is_kept_volume(m, component))
        return NULL;
    int i = same_in(&m->next_graph, component);
    if (i < 0 || (!m->request->next && !m->request->goals))
        return "removed";
    if (goal_of(m, (size_t)i) == PLAN_DELETE)
        return "asked for";
    return is_changed(m, c, (size_t)i) ? "changed" : NULL;
}

static const struct protocol_state *find_state(const struct component *c, const char *name, struct err *e)
{
    const struct protocol_state *s = protocol_state_find(&c->protocol, name);
    if (!s)
        err_set(e, EINVAL, "the protocol of %s has no state '%s'", c->name, name ? name : "");
    return s;
}

// Has the component reached its running state, or gone past it?
static bool is_past_start(const struct protocol *p, const char *state)
{
    const char *running = protocol_running_state(p);
    AUTO_FREE const struct protocol_transition **way = mem_array(p->n_states, sizeof(struct protocol_transition *));
    int n = protocol_path(p, p->initial, state, way);
    for (int i = 0; i < n; i++)
        if (str_eq(way[i]->target, running))
            return true;
    return false;
}

static int begin_down(struct maker *m, size_t c, struct err *e)
{
    const struct component *component = &m->now->components[c];
    struct plan_track *t = &m->down.tracks[c];
    if (component->protocol.n_states == 0)
        return 0;
    t->start = find_state(component, m->request->have->v[c], e);
    if (!t->start)
        return -EINVAL;
    t->wanted = t->start;
    const char *why = why_delete(m, c);
    int next = same_in(&m->next_graph, component);
    if (why) {
        t->wanted = find_state(component, component->protocol.initial, e);
    } else if (next >= 0 && goal_of(m, (size_t)next) == PLAN_STOP &&
               is_past_start(&component->protocol, t->start->name)) {
        why = "asked for";
        t->wanted = find_state(component, protocol_stopped_state(&component->protocol), e);
    }
    if (!t->wanted)
        return -EINVAL;
    t->why = why ? why : "follows a change";
    t->final = t->wanted;
    return plan_phase_route(&m->down, c, e);
}

// Where PLAN_KEEP brings a component back to.
static const struct protocol_state *kept_state(const struct maker *m, const struct component *c, int old,
                                               const struct protocol_state *start)
{
    if (old < 0)
        return start;
    const struct component *before = &m->now->components[old];
    const char *state = m->request->have->v[old];
    if (str_eq(state, protocol_running_state(&before->protocol)))
        return protocol_state_find(&c->protocol, protocol_running_state(&c->protocol));
    return plan_carry(before, state, c);
}

static const char *why_up(const struct maker *m, size_t c, int old)
{
    if (old < 0 || str_eq(m->request->have->v[old], m->now->components[old].protocol.initial))
        return "new";
    if (is_changed(m, (size_t)old, c) && !is_kept_volume(m, &m->now->components[old]))
        return "changed";
    return m->down.tracks[old].n > 0 ? "follows a change" : "asked for";
}

static int begin_up(struct maker *m, size_t c, struct err *e)
{
    const struct component *component = &m->next->components[c];
    struct plan_track *t = &m->up.tracks[c];
    if (component->protocol.n_states == 0)
        return 0;
    int old = m->now ? same_in(&m->now_graph, component) : -1;
    const struct protocol_state *stands = old >= 0 ? m->down.tracks[old].final : NULL;
    t->start = plan_carry(stands ? &m->now->components[old] : NULL, stands ? stands->name : NULL, component);
    if (!t->start)
        return find_state(component, component->protocol.initial, e) ? 0 : -EINVAL;
    enum plan_goal goal = goal_of(m, c);
    t->must = goal == PLAN_RUN;
    t->held = goal == PLAN_STOP || goal == PLAN_DELETE;
    t->held_for = c;
    t->wanted = t->start;
    if (goal == PLAN_RUN)
        t->wanted = find_state(component, protocol_running_state(&component->protocol), e);
    else if (goal == PLAN_KEEP)
        t->wanted = kept_state(m, component, old, t->start);
    if (!t->wanted)
        return -EINVAL;
    t->why = why_up(m, c, old);
    t->final = t->wanted;
    return plan_phase_route(&m->up, c, e);
}

static int add_steps(struct maker *m, const struct plan_phase *ph, struct err *e)
{
    const struct topology *t = ph->graph->t;
    size_t n = 0;
    for (size_t c = 0; c < t->n_components; c++)
        n += ph->tracks[c].n;
    AUTO_FREE size_t *order = mem_array(n, sizeof(*order));
    AUTO_FREE size_t *taken = mem_array(t->n_components, sizeof(*taken));
    int r = plan_sort(ph, order, e);
    struct plan_weaver *w = plan_weaver_new(ph, m->request->marks, m->now ? &m->down : NULL, m->plan);
    for (size_t i = 0; r >= 0 && i < n; i++)
        plan_weaver_step(w, order[i], ph->tracks[order[i]].path[taken[order[i]]++]);
    if (r >= 0)
        plan_weaver_end(w);
    plan_weaver_free(w);
    return r;
}

static int make_down(struct maker *m, struct err *e)
{
    int r = 0;
    if (!m->now)
        return 0;
    for (size_t c = 0; r >= 0 && c < m->now->n_components; c++)
        r = begin_down(m, c, e);
    if (r >= 0)
        r = plan_settle_down(&m->down, e);
    if (r >= 0)
        r = add_steps(m, &m->down, e);
    m->plan->n_down = m->plan->n;
    return r;
}

static int make_up(struct maker *m, struct err *e)
{
    int r = 0;
    for (size_t c = 0; r >= 0 && c < m->next->n_components; c++)
        r = begin_up(m, c, e);
    if (r >= 0)
        r = plan_settle_up(&m->up, e);
    return r < 0 ? r : add_steps(m, &m->up, e);
}

static int prove(const struct maker *m, struct err *e)
{
    AUTO(plan_states_done)
    struct plan_states end = {0};
    int r = plan_check_made(m->now, m->request->have, m->next, m->plan, &end, e);
    return err_wrap(e, r, "the protocols of the components allow no plan");
}

static void maker_done(struct maker *m)
{
    plan_phase_done(&m->down);
    plan_phase_done(&m->up);
    plan_graph_done(&m->now_graph);
    plan_graph_done(&m->next_graph);
}

int plan_make(const struct plan_request *request, struct plan *ret, struct err *e)
{
    *ret = (struct plan){0};
    AUTO(maker_done)
    struct maker m = {.request = request,
                      .now = request->now,
                      .next = request->next ? request->next : request->now,
                      .fallback = request->next ? PLAN_RUN : PLAN_DELETE,
                      .plan = ret};
    if (!m.next)
        return 0;
    if (m.now && (!request->have || request->have->n < m.now->n_components))
        return err_set(e, EINVAL, "the states of the components are not known; ask for them first");
    plan_graph_init(&m.next_graph, m.next);
    plan_phase_init(&m.up, &m.next_graph);
    if (m.now) {
        plan_graph_init(&m.now_graph, m.now);
        plan_phase_init(&m.down, &m.now_graph);
    }
    int r = make_down(&m, e);
    if (r >= 0)
        r = make_up(&m, e);
    if (r >= 0)
        r = prove(&m, e);
    if (r < 0)
        plan_done(ret);
    return r;
}
