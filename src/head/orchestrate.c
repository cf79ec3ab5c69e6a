// SPDX-License-Identifier: Apache-2.0
/* One look at an Application: what is known of it, what is to be done next, and what objects and status follow from
 * that. */
#include "head/orchestrate_private.h"

bool orchestrate_removes(const struct application *app)
{
    return str_eq(app->spec.state, "Removed") || !str_empty(app->meta.deleted);
}

static struct application_source copy_source(const struct application_source *s)
{
    return (struct application_source){mem_strdup(s->bundle), mem_strdup(s->entry), json_incref(s->inputs)};
}

void orc_open(struct orc *o)
{
    const struct orchestrate_input *in = o->in;
    const struct application_status *s = &in->app->status;
    o->removing = orchestrate_removes(in->app);
    o->applied = copy_source(&s->applied);
    o->is_next = !o->removing && in->now && in->next && orchestrate_same_source(&s->applied, &in->app->spec.source);
    o->work = o->is_next ? in->next : in->now;
    o->hashes = json_is_object(s->hashes) ? json_deep_copy(s->hashes) : json_object();
    o->steps_done = s->plan_done;
    o->plan_key = str_empty(s->plan_key) ? NULL : mem_strdup(s->plan_key);
    o->given = json_is_object(s->operation_outputs) ? secret_token_from_calls(s->operation_outputs) : json_object();
    o->phase = mem_strdup(s->phase);
    o->message = mem_strdup(s->message);
    o->new_round = in->app->meta.generation != s->observed;
    orc_runs_load(o);
    orc_load(o);
    for (size_t i = 0; i < o->n_records; i++)
        if (o->records[i].failed && (!o->records[i].operation || o->removing))
            orc_end_operation(&o->records[i]); /* seen again below, if it still is so */
    orc_flow_load(o);
    if (!o->removing && in->next)
        o->goals = orc_goals(in->next->topology, &in->app->spec);
    for (size_t i = 0; o->goals && i < in->next->topology->n_components; i++)
        if (orc_flow_runs(o) || orc_flow_stands(o))
            o->goals[i] = PLAN_KEEP; /* it says itself what is to be */
}

void orc_close(struct orc *o)
{
    orc_records_done(o);
    orc_flow_done(o);
    orc_runs_done(o);
    json_decref(o->given);
    free(o->plan_key);
    json_decref(o->hashes);
    free(o->applied.bundle);
    free(o->applied.entry);
    json_decref(o->applied.inputs);
    plan_done(&o->plan);
    free(o->goals);
    free(o->phase);
    free(o->message);
    free(o->error);
    object_list_done(&o->pods);
    changes_done(&o->deletions);
    changes_done(&o->objects);
    changes_done(&o->events);
}

/* What failed is tried again: failures are forgotten, and pods that hang in one are made anew. */
static void begin_round(struct orc *o)
{
    for (size_t i = 0; i < o->n_records; i++)
        orc_end_operation(&o->records[i]);
    orc_runs_round(o);
    if (o->removing || !o->plan_key)
        o->steps_done = 0; /* else the explicit plan decides */
    free(o->message);
    o->message = NULL;
    if (!o->removing)
        changes_event(&o->events, o->in->object, false, "DeployStarted", "generation %lld",
                      (long long)o->in->app->meta.generation);
}

static void sort_pods(struct orc *o)
{
    for (size_t i = 0; i < o->in->pods.n; i++) {
        const json_t *pod = o->in->pods.v[i];
        bool crashed, placed = !str_empty(json_str(json_object_get(pod, "spec"), "nodeName", ""));
        AUTO_FREE char *trouble =
            o->new_round && !o->removing && placed && !object_is_deleting(pod) ? orc_pod_trouble(pod, &crashed) : NULL;
        if (trouble)
            changes_delete(&o->deletions, "Pod", pod);
        else
            object_list_add(&o->pods, pod);
    }
}

void orc_begin(struct orc *o)
{
    if (o->new_round)
        begin_round(o);
    sort_pods(o);
    orc_given_take(o);
}

static void move(struct changes *from, struct changes *to)
{
    for (size_t i = 0; i < from->n; i++) {
        to->v = mem_push(to->v, to->n, sizeof(*to->v));
        to->v[to->n++] = from->v[i];
    }
    free(from->v);
    *from = (struct changes){0};
}

/* The status goes before the objects: what was started is known before it shows. */
static void put_out(struct orc *o, json_t *status)
{
    struct err e = {0};
    AUTO_JSON json_t *next = json_copy((json_t *)(uintptr_t)o->in->object);
    json_object_set_new(next, "status", status);
    json_t *normal = object_normal(kind_find("Application"), next, &e);
    move(&o->deletions, &o->out->changes);
    if (!normal)
        log_error("status of application %s: %s", o->in->app->meta.name, err_text(&e));
    else if (!json_equal(json_object_get(normal, "status"), json_object_get(o->in->object, "status")))
        changes_status(&o->out->changes, "Application", json_incref(normal));
    json_decref(normal);
    move(&o->objects, &o->out->changes);
    move(&o->events, &o->out->changes);
}

/* What stands stays as it is, and as it is known. */
static void give_up(struct orc *o, const char *why)
{
    const json_t *is = json_object_get(o->in->object, "status");
    json_t *status = is ? json_copy((json_t *)(uintptr_t)is) : json_object();
    json_put_str(status, "phase", "Failed");
    json_put_str(status, "message", why);
    json_put_int(status, "observedGeneration", o->in->app->meta.generation);
    put_out(o, status);
}

/* Whatever is wrong with what stands, it can be removed. */
static void go_without_plan(struct orc *o)
{
    changes_event(&o->events, o->in->object, true, "OperationFailed", "removed without its operations: %s", o->error);
    plan_done(&o->plan);
    o->n_startable = 0;
    free(take_ptr(o->error));
}

void orchestrate(const struct orchestrate_input *in, struct orchestrate_output *ret)
{
    struct orc o = {.in = in, .out = ret};
    bool left = true;
    *ret = (struct orchestrate_output){0};
    orc_open(&o);
    orc_revise(&o);
    if (in->error && !o.removing) {
        give_up(&o, in->error);
        orc_close(&o);
        return;
    }
    orc_begin(&o);
    orc_advance(&o);
    if (o.error && o.removing)
        go_without_plan(&o);
    if (!o.error)
        orc_set_targets(&o);
    if (!o.error && o.removing && o.plan.n == 0)
        left = !orc_take_away(&o);
    else if (!o.error)
        orc_want(&o);
    orc_settle(&o);
    if (left) {
        put_out(&o, orc_status(&o));
    } else {
        changes_event(&o.events, in->object, false, "Removed", "%lld operations done", (long long)o.steps_done);
        move(&o.events, &ret->changes);
        orc_forget_revisions(&o);
        changes_remove(&ret->changes, "Application", in->object);
        ret->sources_changed = true;
    }
    orc_close(&o);
}

void orchestrate_output_done(struct orchestrate_output *o)
{
    changes_done(&o->changes);
    object_list_done(&o->ask_logs);
}
