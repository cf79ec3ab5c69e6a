// SPDX-License-Identifier: Apache-2.0
/* What the objects of an Application say of its components: states reached, and failures. */
#include "head/deployment_decide.h"
#include "head/orchestrate_private.h"
#include "head/schedule.h"

#define ROUND_ATTEMPTS 1000

void orc_sight_done(struct orc_sight *s)
{
    free(s->message);
    free(s->log);
    *s = (struct orc_sight){0};
}

const json_t *orc_of_component(const struct object_list *l, const char *component)
{
    for (size_t i = 0; i < l->n; i++)
        if (str_eq(object_label(l->v[i], LABEL_COMPONENT), component))
            return l->v[i];
    return NULL;
}

const json_t *orc_deployment(const struct orc *o, const char *container)
{
    return orc_of_component(&o->in->deployments, container);
}

void orc_all_pods(const struct orc *o, const char *container, struct object_list *ret)
{
    for (size_t i = 0; i < o->in->pods.n; i++)
        if (str_eq(object_label(o->in->pods.v[i], LABEL_COMPONENT), container))
            object_list_add(ret, o->in->pods.v[i]);
}

void orc_live_pods(const struct orc *o, const struct component *container, struct object_list *ret)
{
    const json_t *deployment = orc_deployment(o, container->name);
    struct object_list own = {0};
    struct deployment_pods sorted;
    if (!deployment)
        return;
    for (size_t i = 0; i < o->pods.n; i++)
        if (object_is_owned_by(o->pods.v[i], object_uid(deployment)))
            object_list_add(&own, o->pods.v[i]);
    deployment_sort_pods(deployment, &own, &sorted);
    for (size_t i = 0; i < sorted.fresh.n; i++)
        object_list_add(ret, sorted.fresh.v[i]);
    deployment_pods_done(&sorted);
    object_list_done(&own);
}

const json_t *orc_report(const json_t *pod, const char *software)
{
    return json_find(json_at(pod, "status", "components", NULL), "name", software);
}

const json_t *orc_run_report(const json_t *pod, const char *id)
{
    return json_find(json_at(pod, "status", "runs", NULL), "id", id);
}

/* The software's part of a pod's spec, or of a Deployment's template. */
static const json_t *told(const json_t *spec, const char *software)
{
    return json_find(json_at(spec, "sedge", "components", NULL), "name", software);
}

int64_t orc_round(const struct orc *o)
{
    int64_t failures = o->flow.known ? o->flow.run.failures : 0;
    return o->in->app->meta.generation * ROUND_ATTEMPTS + (failures < ROUND_ATTEMPTS ? failures : ROUND_ATTEMPTS - 1);
}

int64_t orc_attempt(struct orc *o, const struct component *container, const char *software)
{
    const json_t *deployment = orc_deployment(o, container->name);
    const json_t *there = told(json_at(deployment, "spec", "template", "spec", NULL), software);
    const struct orc_record *r = orc_find(o, software);
    int64_t round = orc_round(o), is = json_int(there, "attempt", 0);
    if (!there || (r && r->operation))
        return round;
    for (size_t i = 0; i < o->pods.n; i++) {
        const json_t *report =
            object_is_owned_by(o->pods.v[i], object_uid(deployment)) ? orc_report(o->pods.v[i], software) : NULL;
        if (json_bool(report, "failed", false) && json_int(report, "attempt", 0) >= is)
            return round; /* failed since, beside any plan: tried again with the next round */
    }
    return is;
}

/* ---- failures ---- */

static char *ended_badly(const json_t *pod)
{
    size_t i;
    json_t *c;
    bool never = str_eq(json_str(json_object_get(pod, "spec"), "restartPolicy", ""), "Never");
    if (!never || !str_eq(json_str(json_object_get(pod, "status"), "phase", ""), "Failed"))
        return NULL;
    json_array_foreach(json_at(pod, "status", "containerStatuses", NULL), i, c)
    {
        const json_t *ended = json_at(c, "state", "terminated", NULL);
        if (json_int(ended, "exitCode", 0) != 0)
            return mem_printf("container '%s' ended with exit status %lld", json_str(c, "name", ""),
                              (long long)json_int(ended, "exitCode", 0));
    }
    return mem_strdup(json_str(json_object_get(pod, "status"), "message", "the pod failed"));
}

char *orc_pod_trouble(const json_t *pod, bool *ret_crashed)
{
    const char *reason = NULL, *text = pod_failure(json_object_get(pod, "status"), &reason);
    *ret_crashed = false;
    if (text) {
        *ret_crashed = str_eq(reason, POD_FAILED_CRASH);
        return str_eq(text, reason) ? mem_strdup(reason) : mem_printf("%s: %s", reason, text);
    }
    char *badly = ended_badly(pod);
    *ret_crashed = badly != NULL;
    if (badly)
        return badly;
    const json_t *placed = object_condition(pod, "PodScheduled");
    if (str_empty(json_str(json_object_get(pod, "spec"), "nodeName", "")) &&
        str_eq(json_str(placed, "reason", ""), SCHEDULE_UNFIT))
        return mem_strdup(json_str(placed, "message", SCHEDULE_UNFIT));
    return NULL;
}

/* Fills `s` when one of the pods is in trouble. */
static bool look_for_trouble(struct orc *o, const struct object_list *pods, struct orc_sight *s)
{
    for (size_t i = 0; i < pods->n; i++) {
        bool crashed;
        s->message = orc_pod_trouble(pods->v[i], &crashed);
        if (!s->message)
            continue;
        s->seen = ORC_FAILED;
        s->pod = pods->v[i];
        if (crashed) {
            const char *log = o->in->log_of(o->in->data, pods->v[i]);
            s->ask_log = !log;
            s->log = mem_strdup(log);
        }
        return true;
    }
    return false;
}

/* ---- containers ---- */

/* Has a container's report what the running state asks for? */
static bool is_up(const json_t *pod, const json_t *report)
{
    const char *policy = json_str(json_object_get(pod, "spec"), "restartPolicy", "Always");
    const json_t *ended = json_at(report, "state", "terminated", NULL);
    if (json_at(report, "state", "running", NULL))
        return true;
    return ended && json_int(ended, "exitCode", -1) == 0 && !str_eq(policy, "Always");
}

static bool pod_runs(const json_t *pod)
{
    size_t i, up = 0, run = 0;
    json_t *report;
    const json_t *spec = json_object_get(pod, "spec");
    json_array_foreach(json_at(pod, "status", "containerStatuses", NULL), i, report)
    {
        up += is_up(pod, report);
        run += json_at(report, "state", "running", NULL) != NULL;
    }
    if (up < json_array_size(json_object_get(spec, "containers")))
        return false;
    /* its software reports for itself; without any, Ready says the same and knows more */
    return run == 0 || json_array_size(json_at(spec, "sedge", "components", NULL)) > 0 || object_pod_ready(pod);
}

static bool pod_is_stopped(const json_t *pod)
{
    size_t i, n = 0;
    json_t *report;
    json_array_foreach(json_at(pod, "status", "containerStatuses", NULL), i, report)
    {
        n += str_eq(json_str(json_at(report, "state", "waiting", NULL), "reason", ""), POD_WAITING_STOPPED);
    }
    return n > 0 && n >= json_array_size(json_at(pod, "spec", "containers", NULL));
}

static bool pod_has(const json_t *pod, const struct component *container, const char *target)
{
    bool runs = str_eq(target, protocol_running_state(&container->protocol));
    const char *is_told = json_str(json_at(pod, "spec", "sedge", NULL), "state", "Running");
    if (!str_eq(is_told, runs ? "Running" : "Stopped"))
        return false;
    return runs ? pod_runs(pod) : pod_is_stopped(pod);
}

/* A container without software runs when it can be reached; with software, that says so of itself. */
static bool waits_to_serve(struct orc *o, const struct component *c, const char *target, const struct object_list *pods)
{
    if (!str_eq(target, protocol_running_state(&c->protocol)))
        return false;
    for (size_t i = 0; i < pods->n; i++)
        if (json_array_size(json_at(pods->v[i], "spec", "sedge", "components", NULL)) > 0)
            return false;
    return !orc_serves(o, c);
}

static struct orc_sight look_at_container(struct orc *o, const struct component *c, const char *target, bool away)
{
    struct orc_sight s = {0};
    struct object_list pods = {0};
    if (str_eq(target, c->protocol.initial)) {
        orc_all_pods(o, c->name, &pods);
        s.seen = pods.n == 0 && !orc_deployment(o, c->name) ? ORC_REACHED : ORC_NOT_YET;
        object_list_done(&pods);
        return s;
    }
    const json_t *deployment = orc_deployment(o, c->name);
    int64_t wanted = json_int(json_object_get(deployment, "spec"), "replicas", 1), has = 0;
    orc_live_pods(o, c, &pods);
    for (size_t i = 0; i < pods.n; i++)
        has += pod_has(pods.v[i], c, target);
    if (deployment && has == (int64_t)pods.n && has >= wanted && !waits_to_serve(o, c, target, &pods))
        s.seen = ORC_REACHED;
    else if (!away)
        look_for_trouble(o, &pods, &s);
    object_list_done(&pods);
    return s;
}

/* ---- software ---- */

static bool software_has(const json_t *pod, const struct component *c, const char *target)
{
    const json_t *report = orc_report(pod, c->name);
    const json_t *part = told(json_object_get(pod, "spec"), c->name);
    bool failed = json_bool(report, "failed", false) && json_int(report, "attempt", 0) >= json_int(part, "attempt", 0);
    return str_eq(json_str(part, "goal", ""), target) && !failed &&
           str_eq(json_str(report, "state", c->protocol.initial), target);
}

static bool look_for_failure(struct orc *o, const struct component *c, const struct component *container,
                             const struct object_list *pods, struct orc_sight *s)
{
    int64_t attempt = orc_attempt(o, container, c->name);
    for (size_t i = 0; i < pods->n; i++) {
        const json_t *report = orc_report(pods->v[i], c->name);
        if (!json_bool(report, "failed", false) || json_int(report, "attempt", 0) < attempt)
            continue;
        s->seen = ORC_FAILED;
        s->pod = pods->v[i];
        s->message = mem_strdup(json_str(report, "message", "the operation failed"));
        s->log = mem_strdup(json_str(report, "log", ""));
        return true;
    }
    return false;
}

static struct orc_sight look_at_software(struct orc *o, size_t component, const char *target, bool away)
{
    const struct topology *t = o->work->topology;
    const struct component *c = &t->components[component];
    int below = topology_container_of(t, component);
    struct orc_sight s = {0};
    if (below < 0)
        return s;
    const struct component *container = &t->components[below];
    const json_t *deployment = orc_deployment(o, container->name);
    if (!deployment && str_eq(target, c->protocol.initial))
        s.seen = ORC_REACHED;
    if (!deployment)
        return s;
    struct object_list pods = {0};
    int64_t has = 0;
    orc_live_pods(o, container, &pods);
    for (size_t i = 0; i < pods.n; i++)
        has += software_has(pods.v[i], c, target);
    bool runs = str_eq(target, protocol_running_state(&c->protocol));
    if (has == (int64_t)pods.n && has >= json_int(json_object_get(deployment, "spec"), "replicas", 1) &&
        (!runs || orc_serves(o, container)))
        s.seen = ORC_REACHED;
    else if (!look_for_failure(o, c, container, &pods, &s))
        look_for_trouble(o, &pods, &s);
    object_list_done(&pods);
    return s;
}

static struct orc_sight look_at_volume(struct orc *o, const struct component *c, const char *target)
{
    const json_t *volume = orc_of_component(&o->in->volumes, c->name);
    bool gone = str_eq(target, c->protocol.initial);
    bool there = volume && !object_is_deleting(volume);
    return (struct orc_sight){.seen = (gone ? !volume : there) ? ORC_REACHED : ORC_NOT_YET};
}

struct orc_sight orc_look(struct orc *o, size_t component, const char *target, bool away)
{
    const struct component *c = &o->work->topology->components[component];
    if (c->kind == COMPONENT_CONTAINER)
        return look_at_container(o, c, target, away);
    if (c->kind == COMPONENT_SOFTWARE)
        return look_at_software(o, component, target, away);
    if (c->kind == COMPONENT_VOLUME)
        return look_at_volume(o, c, target);
    return (struct orc_sight){.seen = ORC_REACHED};
}
