// SPDX-License-Identifier: Apache-2.0
/* The phase of an Application; and when nothing is left to be started, whether all that stands is as it should be. */
#include <stdarg.h>
#include <stdio.h>

#include "head/orchestrate_private.h"

void orc_set_phase(struct orc *o, const char *phase, const char *fmt, ...)
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
    bool has = (int64_t)pods.n == orc_replicas(o, o->work->topology, (size_t)(c - o->work->topology->components));
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
        bool there =
            sight.seen == ORC_REACHED && has_replicas(o, c) && (c->kind != COMPONENT_CONTAINER || orc_serves(o, c));
        if (!there && !*ret_missing)
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

/* Has this round started a container whose own command may not last? */
static bool is_fresh(const struct orc *o)
{
    const struct topology *t = o->work->topology;
    for (size_t i = 0; o->steps_done > 0 && i < t->n_components; i++)
        if (t->components[i].kind == COMPONENT_CONTAINER && t->components[i].image_runs)
            return true;
    return false;
}

/* All is where it should be: has it to stay so for a while, or to reach the nodes' kernels, before that is told? */
static bool has_to_wait(struct orc *o)
{
    const char *node = orc_node_behind(o);
    o->out->awaits_nodes = node != NULL;
    if (is_fresh(o) && o->in->steady_us < o->in->steady_wanted_us) {
        o->out->look_again_us = o->in->steady_wanted_us - o->in->steady_us;
        orc_set_phase(o, "Deploying", "%lld operations done, 0 to do", (long long)o->steps_done);
        return true;
    }
    if (node)
        orc_set_phase(o, "Deploying", "waiting for node %s to have the services in its network", node);
    return node != NULL;
}

static void say_rests(struct orc *o, const char *phase, bool scaled)
{
    if (o->steps_done > 0)
        orc_set_phase(o, phase, "%lld operation%s done", (long long)o->steps_done, o->steps_done == 1 ? "" : "s");
    else if (!scaled)
        orc_set_phase(o, phase, "nothing to change");
    free(o->phase);
    o->phase = mem_strdup(phase);
    if (o->steps_done > 0 || scaled)
        changes_event(&o->events, o->in->object, false, str_eq(phase, "Stopped") ? "Stopped" : "Deployed", "%s",
                      o->message);
}

/* Nothing is left to be started. */
static void rest(struct orc *o)
{
    const char *missing, *phase = str_eq(o->in->app->spec.state, "Stopped") ? "Stopped" : "Running";
    bool rested = is_resting(o), scaled = o->message && str_starts(o->message, "scaled ");
    look_at_all(o, &missing);
    orc_runs_look(o);
    const struct orc_record *failed = first_failed(o);
    const struct orc_run *run = orc_runs_failed(o);
    if (!failed && run) {
        orc_set_phase(o, "Failed", "%s failed: %s", run->text, run->message);
    } else if (failed) {
        orc_set_phase(o, "Failed", "%s: %s", failed->name, failed->message);
    } else if (!missing && o->objects.n == 0 && !rested) {
        if (!has_to_wait(o))
            say_rests(o, phase, scaled);
    } else if (!rested && scaled) {
        free(o->phase);
        o->phase = mem_strdup("Deploying"); /* what was scaled stays its message */
    } else if (!rested && (o->new_round || !str_eq(o->phase, "Failed"))) {
        orc_set_phase(o, "Deploying", "waiting for %s", missing ? missing : "its objects");
    }
}

void orc_settle(struct orc *o)
{
    const struct orc_record *failed = first_failed(o);
    const struct orc_run *run = orc_runs_failed(o);
    if (o->error)
        orc_set_phase(o, "Failed", "%s", o->error);
    else if (o->flow.active)
        orc_flow_settle(o);
    else if (o->removing)
        orc_set_phase(o, "Removing", "%lld operations done", (long long)o->steps_done);
    else if (failed)
        orc_set_phase(o, "Failed", "%s: %s failed: %s", failed->name, failed->operation, failed->message);
    else if (run)
        orc_set_phase(o, "Failed", "%s failed: %s", run->text, run->message);
    else if (o->plan.n > 0)
        orc_set_phase(o, "Deploying", "%lld operations done, %zu to do", (long long)o->steps_done, o->plan.n);
    else
        rest(o);
    if (!o->error && !o->removing && !o->flow.active)
        orc_flow_settle(o);
}
