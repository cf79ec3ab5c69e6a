// SPDX-License-Identifier: Apache-2.0
/* The run of a work flow as the status has it: written, and opened again. */
#include <errno.h>

#include "head/orchestrate_private.h"

static void put_texts(json_t *to, const char *key, const struct strv *texts)
{
    json_t *list = texts->n ? json_array() : NULL;
    for (size_t i = 0; i < texts->n; i++)
        json_array_append_new(list, json_string(texts->v[i]));
    if (list)
        json_object_set_new(to, key, list);
}

static json_t *step_json(const struct flow_step *s)
{
    json_t *v = json_pack("{s:s, s:s, s:I}", "name", s->name, "state", flow_state_name(s->state), "activity",
                          (json_int_t)s->activity);
    if ((s->state == FLOW_RUNNING || s->state == FLOW_FAILED) && s->activity < s->def->n_activities) {
        const struct topology_activity *a = &s->def->activities[s->activity];
        AUTO_FREE char *doing = mem_printf("%s %s", activity_kind_name(a->kind), a->name);
        json_put_str(v, "doing", doing);
    }
    put_texts(v, "targets", &s->targets);
    put_texts(v, "begun", &s->begun);
    put_texts(v, "alone", &s->alone);
    put_texts(v, "ended", &s->ended);
    json_put_str(v, "message", s->message);
    json_put_str(v, "log", s->log);
    return v;
}

static json_t *steps_json(const struct orc_flow *f)
{
    json_t *all = json_array();
    if (!f->run.n_steps && f->old_steps)
        json_array_extend(all, f->old_steps);
    for (size_t i = 0; i < f->run.n_steps; i++)
        json_array_append_new(all, step_json(&f->run.steps[i]));
    return all;
}

json_t *orc_flow_json(struct orc *o)
{
    const struct orc_flow *f = &o->flow;
    if (!f->known)
        return NULL;
    json_t *v = json_pack("{s:s, s:s, s:s, s:I, s:o}", "name", f->name, "id", f->id ? f->id : "", "state",
                          f->active   ? "Running"
                          : f->failed ? "Failed"
                                      : "Done",
                          "failures", (json_int_t)f->run.failures, "steps", steps_json(f));
    json_put_str(v, "message", f->active ? NULL : f->message);
    json_put_str(v, "basis", f->basis);
    if (f->given)
        json_object_set(v, "inputs", f->given);
    if (f->outputs)
        json_object_set(v, "outputs", f->outputs);
    return v;
}

json_t *orc_flows_json(const struct topology *t)
{
    json_t *all = json_array();
    for (size_t i = 0; i < t->n_workflows; i++) {
        const struct topology_workflow *w = &t->workflows[i];
        json_t *v = json_pack("{s:s, s:I, s:O}", "name", w->name, "steps", (json_int_t)w->n_steps, "inputs", w->inputs);
        json_put_str(v, "description", w->description);
        json_array_append_new(all, v);
    }
    return all;
}

static void resume_step(struct flow_step *s, const struct application_flow_step *from)
{
    flow_state_parse(from->state, &s->state);
    s->activity = from->activity >= 0 ? (size_t)from->activity : 0;
    if (s->activity >= s->def->n_activities && s->state == FLOW_RUNNING)
        s->state = FLOW_DONE;
    strv_copy(&s->targets, &from->targets);
    strv_copy(&s->begun, &from->begun);
    strv_copy(&s->alone, &from->alone);
    strv_copy(&s->ended, &from->ended);
    s->message = str_empty(from->message) ? NULL : mem_strdup(from->message);
    s->log = mem_strdup(from->log);
}

/* Every component that the run names is there still? */
static bool targets_known(const struct flow_run *r, const struct flow_step *s)
{
    for (size_t i = 0; i < s->targets.n; i++)
        if (topology_find(r->topology, s->targets.v[i]) < 0)
            return false;
    return true;
}

bool orc_flow_resume(struct orc *o, const struct application_workflow *s, struct err *e)
{
    struct flow_run *r = &o->flow.run;
    const struct topology_workflow *w = topology_workflow_find(o->work->topology, s->name);
    int64_t failures = r->failures;
    if (!w) {
        err_set(e, ENOENT, "broken off: the application has no such work flow any more");
        return false;
    }
    if (flow_open(r, o->work->topology, w, s->inputs, e) < 0)
        return false;
    r->failures = failures;
    const struct application_flow_step *from = s->steps.items;
    for (size_t i = 0; i < s->steps.n; i++) {
        int at = flow_find(r, from[i].name);
        if (at < 0)
            continue;
        resume_step(&r->steps[at], &from[i]);
        if (targets_known(r, &r->steps[at]))
            continue;
        err_set(e, ENOENT, "broken off: a component of step '%s' is no longer there", from[i].name);
        return false;
    }
    return true;
}
