// SPDX-License-Identifier: Apache-2.0
/* Operations that a work flow calls: one that leads the component to another state is done as a step of its life cycle,
 * any other is run by itself, once, in its pods. */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "head/orchestrate_private.h"

const struct component *orc_task_component(const struct orc *o, const struct flow_task *task)
{
    return &o->work->topology->components[task->component];
}

struct orc_record *orc_task_record(struct orc *o, const struct flow_task *task)
{
    const struct component *c = orc_task_component(o, task);
    return orc_record(o, c->name, c->protocol.initial);
}

enum flow_seen orc_broke(char **message, const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    if (vasprintf(message, fmt, ap) < 0)
        *message = NULL;
    va_end(ap);
    return FLOW_BROKE;
}

enum flow_seen orc_take_failure(struct orc_record *r, char **message, char **log)
{
    *message = r->operation && r->message ? mem_printf("%s: %s failed: %s", r->name, r->operation, r->message)
                                          : mem_printf("%s: %s", r->name, r->message ? r->message : "failed");
    *log = take_ptr(r->log);
    orc_end_operation(r);
    return FLOW_BROKE;
}

/* Waits while something goes on that may change it. */
static enum flow_seen not_now(const struct orc *o, char **message, const struct component *c, const char *operation,
                              const struct err *e)
{
    for (size_t i = 0; i < o->n_records; i++)
        if (o->records[i].operation && !o->records[i].failed)
            return FLOW_WAITS;
    return orc_broke(message, "%s: %s: %s", c->name, operation, err_text(e));
}

static void say_begun(struct orc *o, const struct flow_task *task)
{
    changes_event(&o->events, o->in->object, false, "OperationStarted", "%s: %s (step '%s' of work flow %s)",
                  orc_task_component(o, task)->name, task->what->name, o->flow.run.steps[task->step].name,
                  o->flow.name);
}

/* ---- as a step of the life cycle ---- */

static bool is_called(const struct protocol_transition *t, const char *operation)
{
    AUTO_FREE char *name = mem_printf("%s.%s", t->interface, t->operation);
    return str_eq(name, operation);
}

const struct protocol_transition *orc_transition_of(const struct component *c, const char *operation, const char *state,
                                                    bool arrives)
{
    for (size_t i = 0; i < c->protocol.n_transitions; i++) {
        const struct protocol_transition *t = &c->protocol.transitions[i];
        if (is_called(t, operation) && (!state || str_eq(arrives ? t->target : t->source, state)))
            return t;
    }
    return NULL;
}

/* May the operation be done now, by what the others offer? */
static bool allowed(struct orc *o, const struct flow_task *task, const struct protocol_transition *t, struct err *e)
{
    AUTO(plan_states_done)
    struct plan_states states = {0};
    struct plan_step step = {.component = mem_strdup(orc_task_component(o, task)->name),
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

static enum flow_seen begin_step(struct orc *o, const struct flow_task *task, const struct protocol_transition *t,
                                 char **message)
{
    struct err e = {0};
    if (!allowed(o, task, t, &e))
        return not_now(o, message, orc_task_component(o, task), task->what->name, &e);
    orc_task_record(o, task)->operation = mem_strdup(task->what->name);
    say_begun(o, task);
    return FLOW_BEGUN;
}

static enum flow_seen look_at_step(struct orc *o, const struct flow_task *task, char **message, char **log)
{
    struct orc_record *r = orc_task_record(o, task);
    const struct component *c = orc_task_component(o, task);
    const char *name = task->what->name;
    if (r->operation && str_eq(r->operation, name))
        return r->failed ? orc_take_failure(r, message, log) : FLOW_BEGUN;
    if (orc_transition_of(c, name, r->state, true))
        return FLOW_ENDED;
    if (!r->operation && orc_transition_of(c, name, r->state, false))
        r->operation = mem_strdup(name); /* a new round forgot it */
    return FLOW_BEGUN;
}

/* ---- by itself ---- */

/* The same for the whole run: a node never does what it has seen done under that name. */
static char *run_id(const struct orc *o, const struct flow_task *task)
{
    const struct flow_step *s = &o->flow.run.steps[task->step];
    return mem_printf("%s:%s:%zu:%s", o->flow.id, s->name, s->activity + 1, orc_task_component(o, task)->name);
}

/* "Backup.dump" in two. The caller frees *ret_interface; the name is in it. */
static const char *split(const char *operation, char **ret_interface)
{
    *ret_interface = mem_strdup(operation);
    char *dot = strrchr(*ret_interface, '.');
    if (!dot)
        return "";
    *dot = '\0';
    return dot + 1;
}

/* What is called: an operation of the component, or of its relationship; where it runs. */
struct called {
    const struct topology_operation *op; /* NULL: it has nothing to run */
    int container;                       /* in whose pods; -1: there is none */
};

static const struct topology_link *link_of(const struct component *c, const char *requirement)
{
    for (size_t i = 0; i < c->n_links; i++)
        if (str_eq(c->links[i].requirement, requirement))
            return &c->links[i];
    return NULL;
}

static struct called called_by(const struct orc *o, const struct flow_task *task)
{
    const struct topology *t = o->work->topology;
    const struct component *c = orc_task_component(o, task);
    const struct topology_link *link = task->relationship ? link_of(c, task->relationship) : NULL;
    AUTO_FREE char *interface = NULL;
    const char *name = split(task->what->name, &interface);
    struct called called = {.container = -1};
    if (task->relationship)
        called.op = link ? topology_link_operation(link, interface, name) : NULL;
    else
        called.op = topology_operation_find(c, interface, name);
    called.container =
        topology_container_of(t, called.op && called.op->on_target && link ? link->target : task->component);
    return called;
}

static bool inputs_known(struct orc *o, const struct flow_task *task, const struct topology_operation *op,
                         struct err *e)
{
    const json_t *given = task->what->inputs;
    const char *name;
    json_t *v;
    json_object_foreach(op->inputs, name, v)
    {
        AUTO_JSON json_t *known = json_object_get(given, name) ? NULL : orc_eval_known(o, v, e);
        if (!known && !json_object_get(given, name))
            return false;
    }
    AUTO_JSON json_t *bound = given ? flow_bind(&o->flow.run, o->flow.run.steps[task->step].frame, given) : NULL;
    AUTO_JSON json_t *known = bound ? orc_eval_known(o, bound, e) : NULL;
    return !bound || known;
}

static enum flow_seen begin_alone(struct orc *o, const struct flow_task *task, char **message)
{
    const struct topology *t = o->work->topology;
    const struct component *c = orc_task_component(o, task);
    struct called called = called_by(o, task);
    const struct topology_operation *op = called.op;
    const struct component *container = called.container >= 0 ? &t->components[called.container] : NULL;
    struct err e = {0};
    if (!op || !op->script)
        return FLOW_ENDED; /* nothing to run */
    if (!container || !str_eq(orc_state(o, container), protocol_running_state(&container->protocol)))
        err_set(&e, EINVAL, "its container does not run");
    else if (inputs_known(o, task, op, &e)) {
        say_begun(o, task);
        return FLOW_BEGUN_ALONE;
    }
    return not_now(o, message, c, task->what->name, &e);
}

/* In all pods of the container done, or in one failed. */
static enum flow_seen look_alone(struct orc *o, const struct flow_task *task, char **message, char **log)
{
    const struct topology *t = o->work->topology;
    int below = called_by(o, task).container;
    const struct component *c = orc_task_component(o, task);
    AUTO_FREE char *id = run_id(o, task);
    struct object_list pods = {0};
    enum flow_seen seen = FLOW_BEGUN;
    size_t done = 0;
    if (below >= 0)
        orc_live_pods(o, &t->components[below], &pods);
    for (size_t i = 0; i < pods.n && seen == FLOW_BEGUN; i++) {
        bool crashed;
        const json_t *report = orc_run_report(pods.v[i], id);
        AUTO_FREE char *trouble = report ? NULL : orc_pod_trouble(pods.v[i], &crashed);
        done += json_bool(report, "done", false);
        if (trouble)
            seen = orc_broke(message, "%s: %s: %s", c->name, task->what->name, trouble);
        if (!json_bool(report, "failed", false))
            continue;
        seen = orc_broke(message, "%s: %s failed: %s", c->name, task->what->name, json_str(report, "message", ""));
        *log = mem_strdup(json_str(report, "log", NULL));
    }
    if (seen == FLOW_BEGUN && pods.n > 0 && done == pods.n)
        seen = FLOW_ENDED;
    if (seen == FLOW_ENDED)
        changes_event(&o->events, o->in->object, false, "OperationDone", "%s: %s", c->name, task->what->name);
    object_list_done(&pods);
    return seen;
}

/* ---- either ---- */

/* A deployment that is repeated does not do again what is done already, nor is undone what is not there. */
static bool is_done_already(const struct orc *o, const struct component *c, const char *operation)
{
    bool whole = str_eq(o->flow.name, "deploy") || str_eq(o->flow.name, "undeploy");
    return whole && orc_transition_of(c, operation, NULL, false);
}

enum flow_seen orc_call(struct orc *o, const struct flow_task *task, char **message, char **log)
{
    const struct component *c = orc_task_component(o, task);
    const struct orc_record *r = orc_task_record(o, task);
    if (task->begun)
        return task->alone ? look_alone(o, task, message, log) : look_at_step(o, task, message, log);
    if (r->operation)
        return FLOW_WAITS; /* another one is under way there */
    if (task->relationship)
        return begin_alone(o, task, message);
    const struct protocol_transition *t = orc_transition_of(c, task->what->name, r->state, false);
    if (t)
        return begin_step(o, task, t, message);
    return is_done_already(o, c, task->what->name) ? FLOW_ENDED : begin_alone(o, task, message);
}

/* ---- what the pods are told ---- */

struct telling {
    struct orc *o;
    const struct compile_input *in;
    size_t container;
    json_t *sedge; /* of the pods' spec */
    bool failed;
};

static void tell_run(struct telling *t, const struct flow_task *task, json_t *run)
{
    AUTO_FREE char *id = run_id(t->o, task);
    const struct component *c = orc_task_component(t->o, task);
    if (!json_object_get(t->sedge, "runs"))
        json_object_set_new(t->sedge, "runs", json_array());
    json_put_str(run, "id", id);
    if (c->kind == COMPONENT_SOFTWARE)
        json_put_str(run, "state", orc_state(t->o, c));
    json_array_append(json_object_get(t->sedge, "runs"), run);
}

/* Inputs that the work flow gives stand for the template's, while it calls the step. */
static void tell_inputs(struct telling *t, const struct flow_task *task, const json_t *run)
{
    const struct component *c = orc_task_component(t->o, task);
    size_t i, k;
    json_t *part, *step;
    json_array_foreach(json_object_get(t->sedge, "components"), i, part)
    {
        if (!str_eq(json_str(part, "name", ""), c->name))
            continue;
        json_array_foreach(json_object_get(part, "steps"), k, step)
        {
            if (str_eq(json_str(step, "interface", ""), json_str(run, "interface", "")) &&
                str_eq(json_str(step, "operation", ""), json_str(run, "operation", "")) && json_object_get(step, "env"))
                json_object_set(step, "env", json_object_get(run, "env"));
        }
    }
}

static void tell(void *data, const struct flow_task *task)
{
    struct telling *t = data;
    const struct flow_run *flow = &t->o->flow.run;
    struct err e = {0};
    if (task->what->kind != ACTIVITY_CALL_OPERATION || (!task->alone && !task->what->inputs))
        return;
    struct called called = called_by(t->o, task);
    if (!called.op || called.container != (int)t->container)
        return;
    AUTO_JSON json_t *given =
        task->what->inputs ? flow_bind(flow, flow->steps[task->step].frame, task->what->inputs) : NULL;
    AUTO_JSON json_t *run = compile_run(t->in, task->component, called.op, given, &e);
    if (!run)
        orc_error(t->o, "%s", err_text(&e));
    else if (task->alone)
        tell_run(t, task, run);
    else
        tell_inputs(t, task, run);
}

void orc_flow_tell(struct orc *o, const struct compile_input *in, size_t container, json_t *deployment)
{
    struct telling t = {.o = o, .in = in, .container = container};
    t.sedge = json_at(deployment, "spec", "template", "spec", "sedge", NULL);
    if (o->flow.active && t.sedge)
        flow_each_task(&o->flow.run, tell, &t);
}
