// SPDX-License-Identifier: Apache-2.0
/* Single operations of an Application: of relationships, and those that lead from a state to itself.
 *
 * One that was started stands as a run in the specs of its container's pods (struct pod_run), under an id that is never
 * used again, until its end was seen. What was done for a relationship stays there as long as the relationship is in
 * that state, so that a pod that takes another's place does it too; it is the mark by which plans leave it out. */
#include <string.h>

#include "head/orchestrate_private.h"

/* What a run's text means in the topology that stands. */
struct single {
    struct plan step; /* of one step */
    size_t component, runner;
    const struct topology_link *link; /* NULL: of the component itself */
    const struct topology_operation *operation;
    int container; /* of the runner */
};

static void single_done(struct single *s)
{
    plan_done(&s->step);
}

static bool single_find(const struct orc *o, const char *text, struct single *ret)
{
    const struct topology *t = o->work ? o->work->topology : NULL;
    *ret = (struct single){0};
    if (!t || plan_read(text, strlen(text), false, &ret->step, NULL) < 0 || ret->step.n != 1)
        return false;
    struct plan_step *s = &ret->step.steps[0];
    plan_step_resolve(t, s);
    int c = topology_find(t, s->component);
    if (c < 0)
        return false;
    ret->component = ret->runner = (size_t)c;
    if (s->requirement) {
        ret->link = topology_link_labelled(&t->components[c], s->requirement);
        ret->operation = topology_link_operation(ret->link, s->interface, s->operation);
        if (!ret->operation)
            return false;
        ret->runner = ret->operation->on_target ? ret->link->target : ret->component;
    } else {
        ret->operation = topology_operation_find(&t->components[c], s->interface, s->operation);
    }
    ret->container = topology_container_of(t, ret->runner);
    return ret->container >= 0;
}

/* ---- the list ---- */

static void run_done(struct orc_run *r)
{
    char *texts[] = {r->id, r->text, r->state, r->message, r->log};
    for (size_t i = 0; i < ARRAY_LEN(texts); i++)
        free(texts[i]);
}

static void drop(struct orc *o, size_t i)
{
    run_done(&o->runs[i]);
    memmove(&o->runs[i], &o->runs[i + 1], (o->n_runs - i - 1) * sizeof(*o->runs));
    o->n_runs--;
}

static struct orc_run *add(struct orc *o, const char *id, const char *text, const char *state)
{
    o->runs = mem_push(o->runs, o->n_runs, sizeof(*o->runs));
    struct orc_run *r = &o->runs[o->n_runs++];
    *r = (struct orc_run){.id = mem_strdup(id), .text = mem_strdup(text)};
    r->state = str_empty(state) ? NULL : mem_strdup(state);
    return r;
}

void orc_runs_load(struct orc *o)
{
    const struct application_status *s = &o->in->app->status;
    const struct application_run *from = s->runs.items;
    o->runs_made = s->runs_made;
    for (size_t i = 0; i < s->runs.n; i++) {
        struct orc_run *r = add(o, from[i].id, from[i].operation, from[i].state);
        r->done = from[i].done;
        r->failed = from[i].failed && !from[i].done; /* of what was done it is seen again, if it still is so */
        r->attempt = from[i].attempt;
        r->message = r->failed ? mem_strdup(from[i].message) : NULL;
        r->log = r->failed ? mem_strdup(from[i].log) : NULL;
    }
}

void orc_runs_done(struct orc *o)
{
    for (size_t i = 0; i < o->n_runs; i++)
        run_done(&o->runs[i]);
    free(o->runs);
}

struct orc_run *orc_run_find(const struct orc *o, const char *text)
{
    for (size_t i = 0; i < o->n_runs; i++)
        if (str_eq(o->runs[i].text, text))
            return &o->runs[i];
    return NULL;
}

const struct orc_run *orc_runs_failed(const struct orc *o)
{
    for (size_t i = 0; i < o->n_runs; i++)
        if (o->runs[i].failed)
            return &o->runs[i];
    return NULL;
}

bool orc_runs_under_way(const struct orc *o)
{
    for (size_t i = 0; i < o->n_runs; i++)
        if (!o->runs[i].done && !o->runs[i].failed)
            return true;
    return false;
}

void orc_runs_marks(const struct orc *o, struct map *ret)
{
    for (size_t i = 0; i < o->n_runs; i++)
        if (o->runs[i].done)
            map_set(ret, o->runs[i].text, (void *)(uintptr_t)o); // NOLINT(performance-no-int-to-ptr)
}

/* ---- what pods say ---- */

static bool report_failed(const struct orc_run *r, const json_t *report)
{
    return json_bool(report, "failed", false) && json_int(report, "attempt", 0) >= r->attempt;
}

/* Looks at the run in all pods of its container. *ret_failed: the report of one that failed, or NULL; *ret_done: that
 * of the first pod. True when all have done it. */
static bool look(struct orc *o, const struct orc_run *r, const struct single *s, const json_t **ret_failed,
                 const json_t **ret_done)
{
    const struct component *container = &o->work->topology->components[s->container];
    const json_t *deployment = orc_deployment(o, container->name);
    struct object_list pods = {0};
    int64_t done = 0;
    *ret_failed = *ret_done = NULL;
    orc_live_pods(o, container, &pods);
    for (size_t i = 0; i < pods.n; i++) {
        const json_t *report = orc_run_report(pods.v[i], r->id);
        done += json_bool(report, "done", false);
        *ret_done = i == 0 ? report : *ret_done;
        if (report_failed(r, report) && !*ret_failed)
            *ret_failed = report;
    }
    bool all =
        deployment && done == (int64_t)pods.n && done >= json_int(json_object_get(deployment, "spec"), "replicas", 1);
    object_list_done(&pods);
    return all;
}

static void take_failure(struct orc_run *r, const json_t *report)
{
    r->failed = true;
    free(r->message);
    free(r->log);
    r->message = mem_strdup(json_str(report, "message", "the operation failed"));
    r->log = mem_strdup(json_str(report, "log", ""));
}

void orc_runs_look(struct orc *o)
{
    for (size_t i = 0; i < o->n_runs; i++) {
        AUTO(single_done)
        struct single s = {0};
        const json_t *failed, *first;
        if (!o->runs[i].done || !single_find(o, o->runs[i].text, &s))
            continue;
        look(o, &o->runs[i], &s, &failed, &first);
        if (failed)
            take_failure(&o->runs[i], failed);
    }
}

void orc_runs_round(struct orc *o)
{
    for (size_t i = o->n_runs; i-- > 0;) {
        struct orc_run *r = &o->runs[i];
        AUTO(single_done)
        struct single s = {0};
        const json_t *failed = NULL, *first;
        if (!r->done && r->failed) {
            drop(o, i); /* planned again where it is still wanted, as another run */
            continue;
        }
        if (single_find(o, r->text, &s) && o->work)
            look(o, r, &s, &failed, &first);
        if (failed)
            r->attempt = orc_round(o);
    }
}

/* ---- their ends ---- */

enum sort { JOINS, LEAVES, AROUND, ALONE };

static enum sort sort_of(const struct single *s)
{
    static const struct {
        const char *operation;
        enum sort sort;
    } sorts[] = {{"add_target", JOINS},
                 {"add_source", JOINS},
                 {"remove_target", LEAVES},
                 {"remove_source", LEAVES},
                 {"pre_configure_source", AROUND},
                 {"pre_configure_target", AROUND},
                 {"post_configure_source", AROUND},
                 {"post_configure_target", AROUND}};
    for (size_t i = 0; s->link && s->operation->configures && i < ARRAY_LEN(sorts); i++)
        if (str_eq(sorts[i].operation, s->operation->name))
            return sorts[i].sort;
    return ALONE;
}

/* Forgets what was done of a sort for the link of `of` (NULL: for each link of the component). */
static void forget(struct orc *o, size_t component, const struct topology_link *link, enum sort sort)
{
    for (size_t i = o->n_runs; i-- > 0;) {
        AUTO(single_done)
        struct single s = {0};
        if (o->runs[i].done && single_find(o, o->runs[i].text, &s) && s.link && s.component == component &&
            (!link || s.link == link) && sort_of(&s) == sort)
            drop(o, i);
    }
}

static void finish(struct orc *o, size_t i, const struct single *s, const json_t *outputs)
{
    struct orc_run *r = &o->runs[i];
    const struct topology *t = o->work->topology;
    enum sort sort = sort_of(s);
    AUTO_FREE char *owner = s->link
                                ? mem_printf("%s/%s", t->components[s->component].name, s->step.steps[0].requirement)
                                : mem_strdup(t->components[s->component].name);
    AUTO_FREE char *operation = mem_printf("%s.%s", s->step.steps[0].interface, s->step.steps[0].operation);
    if (outputs)
        orc_given_put(o, owner, operation, outputs);
    changes_event(&o->events, o->in->object, false, "OperationDone", "%s: %s", owner, operation);
    o->steps_done++;
    r->done = true;
    r->failed = false;
    if (sort == ALONE)
        drop(o, i);
    if (sort == JOINS)
        forget(o, s->component, s->link, LEAVES);
    if (sort == LEAVES)
        forget(o, s->component, s->link, JOINS);
}

bool orc_runs_take_in(struct orc *o)
{
    bool changed = false;
    for (size_t i = o->n_runs; i-- > 0;) {
        if (i >= o->n_runs || o->runs[i].done || o->runs[i].failed)
            continue;
        AUTO(single_done)
        struct single s = {0};
        const json_t *failed, *first;
        bool known = single_find(o, o->runs[i].text, &s);
        if (!known || !orc_deployment(o, o->work->topology->components[s.container].name)) {
            drop(o, i); /* there is nothing any more that it could run in */
            changed = true;
            continue;
        }
        bool done = look(o, &o->runs[i], &s, &failed, &first);
        if (failed)
            changes_event(&o->events, o->in->object, true, "OperationFailed", "%s failed: %s%s", o->runs[i].text,
                          json_str(failed, "message", ""),
                          o->removing ? "; it is passed over, the application is being removed" : "");
        if (failed && !o->removing)
            take_failure(&o->runs[i], failed);
        else if (failed || done)
            finish(o, i, &s, json_object_get(first, "outputs"));
        changed = changed || failed || done;
    }
    return changed;
}

void orc_runs_after(struct orc *o, size_t component, const struct plan_step *step)
{
    const struct component *c = &o->work->topology->components[component];
    bool gone = str_eq(step->target, c->protocol.initial);
    if (str_eq(step->source, protocol_running_state(&c->protocol))) {
        forget(o, component, NULL, JOINS);
        forget(o, component, NULL, LEAVES);
    }
    for (size_t i = o->n_runs; gone && i-- > 0;) {
        AUTO(single_done)
        struct single s = {0};
        if (single_find(o, o->runs[i].text, &s) && (s.component == component || s.runner == component))
            drop(o, i);
    }
}

void orc_runs_switch(struct orc *o)
{
    for (size_t i = o->n_runs; i-- > 0;) {
        AUTO(single_done)
        struct single s = {0};
        if (!single_find(o, o->runs[i].text, &s))
            drop(o, i);
    }
}

/* ---- their beginnings ---- */

bool orc_single_known(struct orc *o, const struct plan_step *step, const struct topology_operation **ret)
{
    AUTO_FREE char *text = plan_step_text(step);
    AUTO(single_done)
    struct single s = {0};
    bool known = single_find(o, text, &s);
    *ret = known ? s.operation : NULL;
    return known;
}

void orc_run_start(struct orc *o, const struct plan_step *step)
{
    AUTO_FREE char *text = plan_step_text(step);
    AUTO(single_done)
    struct single s = {0};
    if (!single_find(o, text, &s)) {
        orc_error(o, "%s: there is no container that it could run in", text);
        return;
    }
    struct orc_run *old = orc_run_find(o, text);
    if (old)
        drop(o, (size_t)(old - o->runs));
    const struct component *runner = &o->work->topology->components[s.runner];
    AUTO_FREE char *id = mem_printf("%lld-%s", (long long)++o->runs_made, text);
    struct orc_run *r = add(o, id, text, runner->kind == COMPONENT_SOFTWARE ? orc_state(o, runner) : NULL);
    r->attempt = orc_round(o);
    changes_event(&o->events, o->in->object, false, "OperationStarted", "%s (%s)", text,
                  step->why ? step->why : "as the plan says");
}

/* ---- writing ---- */

json_t *orc_runs_spec(struct orc *o, size_t container, const struct compile_input *in, struct err *e)
{
    AUTO_JSON json_t *all = json_array();
    for (size_t i = 0; i < o->n_runs; i++) {
        const struct orc_run *r = &o->runs[i];
        AUTO(single_done)
        struct single s = {0};
        if (!single_find(o, r->text, &s) || s.container != (int)container)
            continue;
        const struct plan_step *step = &s.step.steps[0];
        json_t *v = json_pack("{s:s, s:s, s:s, s:s, s:I}", "id", r->id, "component",
                              o->work->topology->components[s.runner].name, "interface", step->interface, "operation",
                              step->operation, "attempt", (json_int_t)r->attempt);
        json_put_str(v, "state", r->state);
        json_array_append_new(all, v);
        if (s.operation && compile_operation(in, &o->work->topology->components[s.component], s.operation, v, e) < 0)
            return NULL;
    }
    return take_ptr(all);
}

json_t *orc_runs_json(const struct orc *o)
{
    json_t *all = json_array();
    for (size_t i = 0; i < o->n_runs; i++) {
        const struct orc_run *r = &o->runs[i];
        json_t *v = json_pack("{s:s, s:s, s:I}", "id", r->id, "operation", r->text, "attempt", (json_int_t)r->attempt);
        json_put_str(v, "state", r->state);
        json_put_str(v, "message", r->message);
        json_put_str(v, "log", r->log);
        if (r->done)
            json_object_set_new(v, "done", json_true());
        if (r->failed)
            json_object_set_new(v, "failed", json_true());
        json_array_append_new(all, v);
    }
    return all;
}

const struct orc_run *orc_run_at(const struct orc *o, const char *component)
{
    for (size_t i = 0; i < o->n_runs; i++) {
        AUTO(single_done)
        struct single s = {0};
        if ((!o->runs[i].done || o->runs[i].failed) && single_find(o, o->runs[i].text, &s) &&
            str_eq(o->work->topology->components[s.runner].name, component))
            return &o->runs[i];
    }
    return NULL;
}
