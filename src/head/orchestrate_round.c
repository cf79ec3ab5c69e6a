// SPDX-License-Identifier: Apache-2.0
/* One look at an Application: what was started is seen done or failed, what may be started is, and where nothing is
 * left to do it rests. */
#include <stdarg.h>
#include <stdio.h>

#include "head/orchestrate_private.h"

static char *operation_text(const struct plan_step *s)
{
    return mem_printf("%s.%s", s->interface, s->operation);
}

static bool is_of(const struct orc_record *r, const struct plan_step *s)
{
    AUTO_FREE char *text = s ? operation_text(s) : NULL;
    return text && str_eq(text, r->operation);
}

/* ---- steps that were started ---- */

static void finish(struct orc *o, struct orc_record *r, const struct plan_step *s)
{
    int i = topology_find(o->work->topology, r->name);
    const struct component *c = &o->work->topology->components[i];
    orc_set_state(r, s->target);
    orc_end_operation(r);
    o->steps_done++;
    if (str_eq(s->source, c->protocol.initial))
        json_put_str(o->hashes, r->name, o->work->hashes[i]);
    if (str_eq(s->target, c->protocol.initial))
        json_object_del(o->hashes, r->name);
    changes_event(&o->events, o->in->object, false, "OperationDone", "%s: %s.%s", s->component, s->interface,
                  s->operation);
}

static void say_failed(struct orc *o, const struct plan_step *s, const struct orc_sight *sight)
{
    changes_event(&o->events, o->in->object, true, "OperationFailed", "%s: %s.%s failed: %s%s", s->component,
                  s->interface, s->operation, sight->message,
                  o->removing ? "; it is passed over, the application is being removed" : "");
}

/* What became of a step that was started: true when something has changed by it. */
static bool take_in(struct orc *o, struct orc_record *r, const struct plan_step *s)
{
    int i = topology_find(o->work->topology, r->name);
    const struct component *c = &o->work->topology->components[i];
    bool away = !str_eq(s->target, protocol_running_state(&c->protocol)) && !str_eq(s->source, c->protocol.initial);
    AUTO(orc_sight_done)
    struct orc_sight sight = orc_look(o, (size_t)i, s->target, away);
    if (sight.seen == ORC_FAILED && sight.ask_log && !o->removing) {
        object_list_add(&o->out->ask_logs, sight.pod);
        return false;
    }
    if (sight.seen == ORC_NOT_YET)
        return false;
    if (sight.seen == ORC_FAILED)
        say_failed(o, s, &sight);
    if (sight.seen == ORC_REACHED || o->removing) {
        finish(o, r, s);
        return true;
    }
    r->failed = true;
    free(r->message);
    free(r->log);
    r->message = take_ptr(sight.message);
    r->log = take_ptr(sight.log);
    return true;
}

static bool take_in_all(struct orc *o)
{
    bool changed = false;
    for (size_t i = 0; i < o->n_records; i++) {
        struct orc_record *r = &o->records[i];
        if (!r->operation || r->failed)
            continue;
        const struct plan_step *s = orc_first_step(o, r->name);
        if (is_of(r, s)) {
            changed = take_in(o, r, s) || changed;
        } else {
            orc_end_operation(r); /* no longer wanted */
            changed = true;
        }
    }
    return changed;
}

/* ---- steps to start ---- */

static void start(struct orc *o, const struct plan_step *s)
{
    const struct topology *t = o->work->topology;
    struct orc_record *r = orc_record(o, s->component, t->components[topology_find(t, s->component)].protocol.initial);
    orc_end_operation(r);
    r->operation = operation_text(s);
    changes_event(&o->events, o->in->object, false, "OperationStarted", "%s: %s (%s)", s->component, r->operation,
                  s->why ? s->why : "as the plan says");
}

static bool any_under_way(const struct orc *o)
{
    for (size_t i = 0; i < o->n_records; i++)
        if (o->records[i].operation && !o->records[i].failed)
            return true;
    return false;
}

static void start_all(struct orc *o)
{
    AUTO_FREE size_t *ready = mem_array(o->plan.n, sizeof(*ready));
    size_t n = orc_startable(o, ready);
    struct err e = {0};
    for (size_t i = 0; i < n; i++)
        if (orc_values_known(o, &o->plan.steps[ready[i]], &e))
            start(o, &o->plan.steps[ready[i]]);
    if (o->n_startable > 0 && !any_under_way(o)) {
        const struct plan_step *first = &o->plan.steps[n > 0 ? ready[0] : 0];
        orc_error(o, "%s: %s.%s cannot be started: %s", first->component, first->interface, first->operation,
                  err_text(&e));
    }
}

void orc_advance(struct orc *o)
{
    while (orc_plan(o))
        if (!take_in_all(o)) {
            if (!orc_has_failed(o))
                start_all(o);
            return;
        }
}

static void set_targets(struct orc *o)
{
    const struct topology *t = o->work ? o->work->topology : NULL;
    for (size_t i = 0; t && i < t->n_components; i++)
        orc_record(o, t->components[i].name, t->components[i].protocol.initial);
    for (size_t i = 0; i < o->n_records; i++) {
        struct orc_record *r = &o->records[i];
        const struct plan_step *s = orc_first_step(o, r->name);
        r->target = r->operation && is_of(r, s) ? s->target : r->state;
    }
}

/* ---- rest ---- */

__attribute__((format(printf, 3, 4))) static void set_phase(struct orc *o, const char *phase, const char *fmt, ...)
{
    char *text = NULL;
    va_list ap;
    va_start(ap, fmt);
    if (vasprintf(&text, fmt, ap) < 0)
        text = NULL;
    va_end(ap);
    free(o->phase);
    free(o->message);
    o->phase = mem_strdup(phase);
    o->message = text;
}

static const struct orc_record *first_failed(const struct orc *o)
{
    for (size_t i = 0; i < o->n_records; i++)
        if (o->records[i].failed)
            return &o->records[i];
    return NULL;
}

static bool has_replicas(struct orc *o, const struct component *c)
{
    struct object_list pods = {0};
    if (c->kind != COMPONENT_CONTAINER)
        return true;
    orc_live_pods(o, c, &pods);
    bool has = (int64_t)pods.n == orc_replicas(o, c);
    object_list_done(&pods);
    return has;
}

/* Looks at everything that stands: marks what has failed; *ret_missing: a component that is not where it should be, or
 * NULL. */
static void look_at_all(struct orc *o, const char **ret_missing)
{
    const struct topology *t = o->work->topology;
    *ret_missing = NULL;
    for (size_t i = 0; i < t->n_components; i++) {
        const struct component *c = &t->components[i];
        struct orc_record *r = orc_find(o, c->name);
        if (str_eq(r->state, c->protocol.initial))
            continue;
        bool away = !str_eq(r->state, protocol_running_state(&c->protocol));
        AUTO(orc_sight_done)
        struct orc_sight sight = orc_look(o, i, r->state, away);
        if ((sight.seen != ORC_REACHED || !has_replicas(o, c)) && !*ret_missing)
            *ret_missing = c->name;
        if (sight.seen != ORC_FAILED)
            continue;
        r->failed = true;
        r->message = take_ptr(sight.message);
        r->log = take_ptr(sight.log);
        if (sight.ask_log)
            object_list_add(&o->out->ask_logs, sight.pod);
    }
}

static bool is_resting(const struct orc *o)
{
    return !o->new_round && (str_eq(o->phase, "Running") || str_eq(o->phase, "Stopped"));
}

/* Nothing is left to be started. */
static void rest(struct orc *o)
{
    const char *missing, *phase = str_eq(o->in->app->spec.state, "Stopped") ? "Stopped" : "Running";
    bool rested = is_resting(o), scaled = o->message && str_starts(o->message, "scaled ");
    look_at_all(o, &missing);
    const struct orc_record *failed = first_failed(o);
    if (failed) {
        set_phase(o, "Failed", "%s: %s", failed->name, failed->message);
    } else if (!missing && o->objects.n == 0 && !rested) {
        if (o->steps_done > 0)
            set_phase(o, phase, "%lld operation%s done", (long long)o->steps_done, o->steps_done == 1 ? "" : "s");
        else if (!scaled)
            set_phase(o, phase, "nothing to change");
        free(o->phase);
        o->phase = mem_strdup(phase);
        if (o->steps_done > 0 || scaled)
            changes_event(&o->events, o->in->object, false, str_eq(phase, "Stopped") ? "Stopped" : "Deployed", "%s",
                          o->message);
    } else if (!rested && (o->new_round || !str_eq(o->phase, "Failed")) && !scaled) {
        set_phase(o, "Deploying", "waiting for %s", missing ? missing : "its objects");
    }
}

void orc_settle(struct orc *o)
{
    const struct orc_record *failed = first_failed(o);
    if (o->error)
        set_phase(o, "Failed", "%s", o->error);
    else if (o->removing)
        set_phase(o, "Removing", "%lld operations done", (long long)o->steps_done);
    else if (failed)
        set_phase(o, "Failed", "%s: %s failed: %s", failed->name, failed->operation, failed->message);
    else if (o->plan.n > 0)
        set_phase(o, "Deploying", "%lld operations done, %zu to do", (long long)o->steps_done, o->plan.n);
    else
        rest(o);
}

/* ---- the whole ---- */

bool orchestrate_removes(const struct application *app)
{
    return str_eq(app->spec.state, "Removed") || !str_empty(app->meta.deleted);
}

static struct application_source copy_source(const struct application_source *s)
{
    return (struct application_source){mem_strdup(s->bundle), mem_strdup(s->entry), json_incref(s->inputs)};
}

static void open_orc(struct orc *o)
{
    const struct orchestrate_input *in = o->in;
    const struct application_status *s = &in->app->status;
    o->removing = orchestrate_removes(in->app);
    o->applied = copy_source(&s->applied);
    o->is_next = !o->removing && in->now && in->next && orchestrate_same_source(&s->applied, &in->app->spec.source);
    o->work = o->is_next ? in->next : in->now;
    o->hashes = json_is_object(s->hashes) ? json_deep_copy(s->hashes) : json_object();
    o->steps_done = s->plan_done;
    o->phase = mem_strdup(s->phase);
    o->message = mem_strdup(s->message);
    o->new_round = in->app->meta.generation != s->observed;
    orc_load(o);
    for (size_t i = 0; i < o->n_records; i++)
        if (o->records[i].failed && (!o->records[i].operation || o->removing))
            orc_end_operation(&o->records[i]); /* seen again below, if it still is so */
    if (!o->removing && in->next)
        o->goals = orc_goals(in->next->topology, &in->app->spec);
}

static void close_orc(struct orc *o)
{
    orc_records_done(o);
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
    o->steps_done = 0;
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
    open_orc(&o);
    if (in->error && !o.removing) {
        give_up(&o, in->error);
        close_orc(&o);
        return;
    }
    if (o.new_round)
        begin_round(&o);
    sort_pods(&o);
    orc_advance(&o);
    if (o.error && o.removing)
        go_without_plan(&o);
    if (!o.error)
        set_targets(&o);
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
        changes_remove(&ret->changes, "Application", in->object);
        ret->sources_changed = true;
    }
    close_orc(&o);
}

void orchestrate_output_done(struct orchestrate_output *o)
{
    changes_done(&o->changes);
    object_list_done(&o->ask_logs);
}
