// SPDX-License-Identifier: Apache-2.0
/* What a work flow does for a component: set its recorded state, call an operation of its life cycle, or bring it where
 * a generated work flow would. */
#include "head/orchestrate_private.h"

/* ---- set_state ---- */

static enum flow_seen set_state(struct orc *o, const struct flow_task *task)
{
    struct orc_record *r = orc_task_record(o, task);
    free(r->label);
    r->label = str_eq(task->what->name, r->state) ? NULL : mem_strdup(task->what->name);
    changes_event(&o->events, o->in->object, false, "StateSet", "%s: %s", r->name, task->what->name);
    return FLOW_ENDED;
}

/* ---- delegate ---- */

static const enum plan_goal delegate_goals[] = {
    [DELEGATE_RUN] = PLAN_RUN, [DELEGATE_STOP] = PLAN_STOP, [DELEGATE_DELETE] = PLAN_DELETE};

/* What the work flow has under way, sorted. */
struct under_way {
    struct orc *o;
    struct plan calls;     /* operations that it calls */
    enum plan_goal *goals; /* by component */
    size_t n_delegates;
    const char *component; /* asked about */
    bool called, delegated;
};

static void sort_task(void *data, const struct flow_task *task)
{
    struct under_way *u = data;
    const struct component *c = orc_task_component(u->o, task);
    if (task->what->kind == ACTIVITY_DELEGATE) {
        u->goals[task->component] = delegate_goals[topology_delegate(task->what->name)];
        u->n_delegates++;
        u->delegated = u->delegated || str_eq(c->name, u->component);
        return;
    }
    const struct orc_record *r = orc_find(u->o, c->name);
    const struct protocol_transition *t = r && r->operation && str_eq(r->operation, task->what->name)
                                              ? orc_transition_of(c, r->operation, r->state, false)
                                              : NULL;
    u->called = u->called || str_eq(c->name, u->component);
    if (t)
        plan_add(&u->calls, &(struct plan_step){.component = c->name,
                                                .interface = t->interface,
                                                .operation = t->operation,
                                                .source = t->source,
                                                .target = t->target,
                                                .why = "a work flow calls it"});
}

static void look_under_way(struct orc *o, const char *component, struct under_way *ret)
{
    size_t n = o->work->topology->n_components;
    *ret = (struct under_way){.o = o, .goals = mem_array(n + 1, sizeof(*ret->goals)), .component = component};
    for (size_t i = 0; i < n; i++)
        ret->goals[i] = PLAN_KEEP;
    flow_each_task(&o->flow.run, sort_task, ret);
}

static void under_way_done(struct under_way *u)
{
    plan_done(&u->calls);
    free(u->goals);
}

/* A component that failed on the way of a delegated work flow: of the one for that component, or else of each. */
static struct orc_record *failure_for(struct orc *o, const struct flow_task *task)
{
    const char *own = orc_task_component(o, task)->name;
    for (size_t i = 0; i < o->n_records; i++) {
        struct orc_record *r = &o->records[i];
        if (!r->failed)
            continue;
        AUTO(under_way_done)
        struct under_way u;
        look_under_way(o, r->name, &u);
        if (!u.called && (str_eq(r->name, own) || !u.delegated))
            return r;
    }
    return NULL;
}

/* Is there nothing left to be done for it alone? */
static bool is_there(struct orc *o, const struct flow_task *task, enum plan_goal goal)
{
    const struct topology *t = o->work->topology;
    AUTO_FREE enum plan_goal *goals = mem_array(t->n_components, sizeof(*goals));
    struct plan none = {0};
    struct err e = {0};
    for (size_t i = 0; i < t->n_components; i++)
        goals[i] = i == task->component ? goal : PLAN_KEEP;
    return orc_plan_towards(o, goals, &none, &e) == 0 && o->plan.n == 0;
}

static enum flow_seen delegate(struct orc *o, const struct flow_task *task, char **message, char **log)
{
    const struct component *c = orc_task_component(o, task);
    enum delegate kind = topology_delegate(task->what->name);
    if (kind == DELEGATE_UNKNOWN)
        return orc_broke(message, "%s: sedge generates no work flow '%s'", c->name, task->what->name);
    if (!task->begun)
        return FLOW_BEGUN;
    if (o->flow.conflict)
        return orc_broke(message, "%s: %s: %s", c->name, task->what->name, o->flow.conflict);
    struct orc_record *r = failure_for(o, task);
    if (r)
        return orc_take_failure(r, message, log);
    return is_there(o, task, delegate_goals[kind]) ? FLOW_ENDED : FLOW_BEGUN;
}

/* ---- all ---- */

enum flow_seen orc_act(void *orc, const struct flow_task *task, char **message, char **log)
{
    if (task->what->kind == ACTIVITY_SET_STATE)
        return set_state(orc, task);
    if (task->what->kind == ACTIVITY_CALL_OPERATION)
        return orc_call(orc, task, message, log);
    return delegate(orc, task, message, log);
}

void orc_flow_tasks(struct orc *o)
{
    AUTO(under_way_done)
    struct under_way u;
    struct err e = {0};
    look_under_way(o, "", &u);
    if (orc_plan_towards(o, u.goals, &u.calls, &e) == 0)
        return;
    if (u.n_delegates > 0)
        o->flow.conflict = mem_strdup(err_text(&e));
}
