// SPDX-License-Identifier: Apache-2.0
/* Imperative work flows of an Application: which one is due, which one runs, and how it ends. */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "head/orchestrate_private.h"

#define UNDEPLOY "undeploy"

/* What the user wants besides work flows: while it stays the same, the states that a work flow left stand. */
static char *basis_of(const struct orc *o)
{
    const json_t *spec = json_object_get(o->in->object, "spec");
    AUTO_JSON json_t *wanted =
        json_pack("{s:O?, s:O?, s:O?, s:[]}", "source", json_object_get(spec, "source"), "state",
                  json_object_get(spec, "state"), "attempt", json_object_get(spec, "attempt"), "components");
    size_t i;
    json_t *c;
    char digest[DIGEST_TEXT_SIZE];
    json_array_foreach(json_object_get(spec, "components"), i, c)
    {
        if (json_object_get(c, "state"))
            json_array_append_new(json_object_get(wanted, "components"),
                                  json_pack("[s, s]", json_str(c, "name", ""), json_str(c, "state", "")));
    }
    AUTO_FREE char *text = json_text(wanted);
    digest_of(text, strlen(text), digest);
    return mem_strndup(digest + strlen("sha256:"), 16);
}

static void flow_clear(struct orc_flow *f)
{
    free(f->name);
    free(f->id);
    free(f->message);
    free(f->basis);
    free(f->conflict);
    json_decref(f->given);
    json_decref(f->outputs);
    json_decref(f->old_steps);
    flow_close(&f->run);
    *f = (struct orc_flow){0};
}

void orc_flow_done(struct orc *o)
{
    flow_clear(&o->flow);
}

__attribute__((format(printf, 3, 4))) static void end_flow(struct orc *o, bool failed, const char *fmt, ...)
{
    struct orc_flow *f = &o->flow;
    va_list ap;
    char *message = NULL;
    va_start(ap, fmt);
    if (vasprintf(&message, fmt, ap) < 0)
        message = NULL;
    va_end(ap);
    free(f->message);
    f->message = message;
    f->active = false;
    f->failed = failed;
    changes_event(&o->events, o->in->object, failed, failed ? "WorkflowFailed" : "WorkflowDone", "%s: %s", f->name,
                  message);
}

static bool is_due(const struct orc *o)
{
    const struct application_request *r = o->in->app->spec.workflow;
    if (!r || str_empty(r->id) || str_eq(r->id, o->flow.id))
        return false;
    return !o->removing || (o->work && str_eq(r->name, UNDEPLOY));
}

static void load_known(struct orc *o, const struct application_workflow *s)
{
    struct orc_flow *f = &o->flow;
    f->known = true;
    f->name = mem_strdup(s->name);
    f->id = mem_strdup(s->id);
    f->message = mem_strdup(s->message);
    f->basis = mem_strdup(s->basis);
    f->given = json_incref(s->inputs);
    f->outputs = json_incref(s->outputs);
    f->active = str_eq(s->state, "Running");
    f->failed = str_eq(s->state, "Failed");
    f->old_steps = json_incref(json_at(o->in->object, "status", "workflow", "steps", NULL));
    f->run.failures = s->failures;
}

void orc_flow_load(struct orc *o)
{
    const struct application_workflow *s = o->in->app->status.workflow;
    struct orc_flow *f = &o->flow;
    struct err e = {0};
    if (s)
        load_known(o, s);
    if (f->active && o->removing && !str_eq(f->name, UNDEPLOY))
        end_flow(o, true, "broken off: the application is being removed");
    if (f->active && !o->work)
        end_flow(o, true, "broken off: nothing of the application stands");
    if (f->active && !orc_flow_resume(o, s, &e))
        end_flow(o, true, "%s", err_text(&e));
    f->due = is_due(o);
}

bool orc_flow_runs(const struct orc *o)
{
    return o->flow.active || o->flow.due;
}

bool orc_flow_stands(const struct orc *o)
{
    AUTO_FREE char *basis = o->flow.known && !o->flow.active ? basis_of(o) : NULL;
    return basis && str_eq(basis, o->flow.basis);
}

/* ---- running ---- */

static bool holds(void *data, const json_t *condition)
{
    AUTO_JSON json_t *v = orc_eval_known(data, condition, NULL);
    return json_is_true(v);
}

static struct flow_world world_of(struct orc *o)
{
    return (struct flow_world){.holds = holds, .act = orc_act, .data = o};
}

/* One that never began leaves things as they were. */
static void refuse(struct orc *o, bool stood, const char *why)
{
    if (!stood)
        free(take_ptr(o->flow.basis));
    flow_close(&o->flow.run);
    end_flow(o, true, "%s", why);
}

static void begin(struct orc *o)
{
    bool stood = orc_flow_stands(o);
    const struct application_request *r = o->in->app->spec.workflow;
    const struct topology_workflow *w = topology_workflow_find(o->work->topology, r->name);
    struct orc_flow *f = &o->flow;
    struct err e = {0};
    flow_clear(f);
    f->known = f->active = true;
    f->name = mem_strdup(r->name);
    f->id = mem_strdup(r->id);
    f->given = json_incref(r->inputs);
    f->basis = basis_of(o);
    if (!w) {
        refuse(o, stood, "the application has no work flow of that name");
        return;
    }
    if (flow_open(&f->run, o->work->topology, w, r->inputs, &e) < 0) {
        refuse(o, stood, err_text(&e));
        return;
    }
    changes_event(&o->events, o->in->object, false, "WorkflowStarted", "%s", f->name);
    struct flow_world world = world_of(o);
    const struct topology_precondition *p = flow_hindrance(&f->run, 0, &world);
    AUTO_FREE char *why = p ? mem_printf("its precondition%s%s does not hold (%s:%d)", p->target ? " for " : "",
                                         p->target ? p->target : "", p->place.file, p->place.line)
                            : NULL;
    if (why)
        refuse(o, stood, why);
}

static json_t *outputs_of(struct orc *o)
{
    json_t *all = json_object(), *call;
    const char *name;
    json_object_foreach(o->flow.run.frames[0].flow->outputs, name, call)
    {
        AUTO_JSON json_t *bound = flow_bind(&o->flow.run, 0, call);
        json_t *v = orc_eval_known(o, bound, NULL);
        json_object_set_new(all, name, v ? v : json_null());
    }
    return all;
}

static size_t count(const struct flow_run *r, enum flow_state state)
{
    size_t n = 0;
    for (size_t i = 0; i < r->n_steps; i++)
        n += r->steps[i].state == state;
    return n;
}

static void end_by_outcome(struct orc *o, enum flow_state outcome, int failed)
{
    struct orc_flow *f = &o->flow;
    size_t done = count(&f->run, FLOW_DONE), mended = count(&f->run, FLOW_FAILED);
    f->outputs = outputs_of(o);
    if (outcome == FLOW_FAILED)
        end_flow(o, true, "step '%s' failed: %s", f->run.steps[failed].name,
                 f->run.steps[failed].message ? f->run.steps[failed].message : "no reason was told");
    else if (mended)
        end_flow(o, false, "%zu step%s done, %zu failed and handled", done, done == 1 ? "" : "s", mended);
    else
        end_flow(o, false, "%zu step%s done", done, done == 1 ? "" : "s");
}

bool orc_flow_plan(struct orc *o)
{
    struct orc_flow *f = &o->flow;
    struct flow_world world = world_of(o);
    int failed;
    if (!f->active)
        begin(o);
    f->due = false;
    for (bool again = f->active; again;) {
        flow_advance(&f->run, &world);
        free(take_ptr(f->conflict));
        enum flow_state outcome = flow_outcome(&f->run, &failed);
        if (outcome != FLOW_PENDING)
            end_by_outcome(o, outcome, failed);
        else
            orc_flow_tasks(o);
        again = f->active && f->conflict; /* once more: those that cannot go together fail */
    }
    f->due = !f->active && is_due(o);
    return f->active;
}

void orc_flow_settle(struct orc *o)
{
    const struct orc_flow *f = &o->flow;
    if (f->active) {
        const char *phase = o->removing ? "Removing" : str_eq(f->name, "deploy") ? "Deploying" : "Working";
        orc_set_phase(o, phase, "work flow %s: %zu of %zu steps done", f->name, count(&f->run, FLOW_DONE),
                      f->run.n_steps);
        return;
    }
    if (f->known && f->failed && str_eq(f->name, "deploy") && orc_flow_stands(o))
        orc_set_phase(o, "Failed", "work flow deploy failed: %s", f->message ? f->message : "");
}
