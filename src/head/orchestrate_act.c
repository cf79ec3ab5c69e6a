// SPDX-License-Identifier: Apache-2.0
/* What a work flow does for a component: set its recorded state, call an operation of its life cycle, or bring it where
 * a generated work flow would. */
#include <stdarg.h>
#include <stdio.h>

#include "head/orchestrate_private.h"

static const struct component *component_of(const struct orc *o, const struct flow_task *task)
{
    return &o->work->topology->components[task->component];
}

static struct orc_record *record_of(struct orc *o, const struct flow_task *task)
{
    const struct component *c = component_of(o, task);
    return orc_record(o, c->name, c->protocol.initial);
}

__attribute__((format(printf, 2, 3))) static enum flow_seen broke(char **message, const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    if (vasprintf(message, fmt, ap) < 0)
        *message = NULL;
    va_end(ap);
    return FLOW_BROKE;
}

/* Takes a failure out of the record: it is the work flow's now. */
static enum flow_seen take_failure(struct orc_record *r, char **message, char **log)
{
    *message = r->operation && r->message ? mem_printf("%s: %s failed: %s", r->name, r->operation, r->message)
                                          : mem_printf("%s: %s", r->name, r->message ? r->message : "failed");
    *log = take_ptr(r->log);
    orc_end_operation(r);
    return FLOW_BROKE;
}

static bool any_under_way(const struct orc *o)
{
    for (size_t i = 0; i < o->n_records; i++)
        if (o->records[i].operation && !o->records[i].failed)
            return true;
    return false;
}

/* ---- set_state ---- */

static enum flow_seen set_state(struct orc *o, const struct flow_task *task)
{
    struct orc_record *r = record_of(o, task);
    free(r->label);
    r->label = str_eq(task->what->name, r->state) ? NULL : mem_strdup(task->what->name);
    changes_event(&o->events, o->in->object, false, "StateSet", "%s: %s", r->name, task->what->name);
    return FLOW_ENDED;
}

/* ---- call_operation ---- */

static bool is_called(const struct protocol_transition *t, const char *operation)
{
    AUTO_FREE char *name = mem_printf("%s.%s", t->interface, t->operation);
    return str_eq(name, operation);
}

/* The transition by that operation that leaves (or, `arrives`, leads to) the state. */
static const struct protocol_transition *transition_of(const struct component *c, const char *operation,
                                                       const char *state, bool arrives)
{
    for (size_t i = 0; i < c->protocol.n_transitions; i++) {
        const struct protocol_transition *t = &c->protocol.transitions[i];
        if (is_called(t, operation) && str_eq(arrives ? t->target : t->source, state))
            return t;
    }
    return NULL;
}

/* May the operation be done now, by what the others offer? */
static bool allowed(struct orc *o, const struct flow_task *task, const struct protocol_transition *t, struct err *e)
{
    AUTO(plan_states_done)
    struct plan_states states = {0};
    struct plan_step step = {.component = mem_strdup(component_of(o, task)->name),
                             .interface = mem_strdup(t->interface),
                             .operation = mem_strdup(t->operation)};
    orc_states(o, o->work->topology, &states);
    bool ok = plan_apply(o->work->topology, &states, &step, e) == 0 && orc_values_known(o, &step, e);
    free(step.component);
    free(step.interface);
    free(step.operation);
    free(step.source);
    free(step.target);
    return ok;
}

static enum flow_seen begin_call(struct orc *o, const struct flow_task *task, char **message)
{
    const struct component *c = component_of(o, task);
    struct orc_record *r = record_of(o, task);
    const char *name = task->what->name;
    struct err e = {0};
    if (r->operation)
        return FLOW_WAITS; /* another one is under way there */
    const struct protocol_transition *t = transition_of(c, name, r->state, false);
    if (!t)
        return broke(message, "%s: %s leads nowhere from the state '%s' that it is in", c->name, name, r->state);
    if (!allowed(o, task, t, &e))
        return any_under_way(o) ? FLOW_WAITS : broke(message, "%s: %s: %s", c->name, name, err_text(&e));
    r->operation = mem_strdup(name);
    changes_event(&o->events, o->in->object, false, "OperationStarted", "%s: %s (step '%s' of work flow %s)", c->name,
                  name, o->flow.run.steps[task->step].name, o->flow.name);
    return FLOW_BEGUN;
}

static enum flow_seen look_at_call(struct orc *o, const struct flow_task *task, char **message, char **log)
{
    struct orc_record *r = record_of(o, task);
    const char *name = task->what->name;
    if (r->operation && str_eq(r->operation, name))
        return r->failed ? take_failure(r, message, log) : FLOW_BEGUN;
    if (transition_of(component_of(o, task), name, r->state, true))
        return FLOW_ENDED;
    if (!r->operation && transition_of(component_of(o, task), name, r->state, false))
        r->operation = mem_strdup(name); /* a new round forgot it */
    return FLOW_BEGUN;
}

static enum flow_seen call_operation(struct orc *o, const struct flow_task *task, char **message, char **log)
{
    if (task->relationship)
        return broke(message, "%s: operations of relationships (%s) are not called by themselves",
                     component_of(o, task)->name, task->relationship);
    return task->begun ? look_at_call(o, task, message, log) : begin_call(o, task, message);
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
    const struct component *c = component_of(u->o, task);
    if (task->what->kind == ACTIVITY_DELEGATE) {
        u->goals[task->component] = delegate_goals[topology_delegate(task->what->name)];
        u->n_delegates++;
        u->delegated = u->delegated || str_eq(c->name, u->component);
        return;
    }
    const struct orc_record *r = orc_find(u->o, c->name);
    const struct protocol_transition *t = r && r->operation && str_eq(r->operation, task->what->name)
                                              ? transition_of(c, r->operation, r->state, false)
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
    const char *own = component_of(o, task)->name;
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
    const struct component *c = component_of(o, task);
    enum delegate kind = topology_delegate(task->what->name);
    if (kind == DELEGATE_UNKNOWN)
        return broke(message, "%s: sedge generates no work flow '%s'", c->name, task->what->name);
    if (!task->begun)
        return FLOW_BEGUN;
    if (o->flow.conflict)
        return broke(message, "%s: %s: %s", c->name, task->what->name, o->flow.conflict);
    struct orc_record *r = failure_for(o, task);
    if (r)
        return take_failure(r, message, log);
    return is_there(o, task, delegate_goals[kind]) ? FLOW_ENDED : FLOW_BEGUN;
}

/* ---- all ---- */

enum flow_seen orc_act(void *orc, const struct flow_task *task, char **message, char **log)
{
    if (task->what->kind == ACTIVITY_SET_STATE)
        return set_state(orc, task);
    if (task->what->kind == ACTIVITY_CALL_OPERATION)
        return call_operation(orc, task, message, log);
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
