// SPDX-License-Identifier: Apache-2.0
/* The steps of an Application's plan: those that were started are seen done or failed, those that may be started are.
 */
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
    orc_runs_after(o, (size_t)i, s);
    if (str_eq(s->target, c->protocol.initial))
        orc_given_forget(o, r->name);
    changes_event(&o->events, o->in->object, false, "OperationDone", "%s: %s.%s", s->component, s->interface,
                  s->operation);
}

/* What fails while all is removed holds nothing up, unless a work flow wants to know. */
static bool is_passed_over(const struct orc *o)
{
    return o->removing && !o->flow.active;
}

static void say_failed(struct orc *o, const struct plan_step *s, const struct orc_sight *sight)
{
    changes_event(&o->events, o->in->object, true, "OperationFailed", "%s: %s.%s failed: %s%s", s->component,
                  s->interface, s->operation, sight->message,
                  is_passed_over(o) ? "; it is passed over, the application is being removed" : "");
}

/* What became of a step that was started: true when something has changed by it. */
static bool take_in(struct orc *o, struct orc_record *r, const struct plan_step *s)
{
    int i = topology_find(o->work->topology, r->name);
    const struct component *c = &o->work->topology->components[i];
    bool away = !str_eq(s->target, protocol_running_state(&c->protocol)) && !str_eq(s->source, c->protocol.initial);
    AUTO(orc_sight_done)
    struct orc_sight sight = orc_look(o, (size_t)i, s->target, away);
    if (sight.seen == ORC_FAILED && sight.ask_log && !is_passed_over(o)) {
        object_list_add(&o->out->ask_logs, sight.pod);
        return false;
    }
    if (sight.seen == ORC_NOT_YET)
        return false;
    if (sight.seen == ORC_FAILED)
        say_failed(o, s, &sight);
    if (sight.seen == ORC_REACHED || is_passed_over(o)) {
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
    bool changed = o->work && orc_runs_take_in(o);
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
    if (plan_step_is_single(s)) {
        orc_run_start(o, s);
        return;
    }
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
    return orc_runs_under_way(o);
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

void orc_set_targets(struct orc *o)
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
