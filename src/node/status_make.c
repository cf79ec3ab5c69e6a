// SPDX-License-Identifier: Apache-2.0
/* PodStatus from the known. */
#include "node/status_make.h"

#include "model/node_link.h"

static const struct pod_container *container_at(const struct pod *p, size_t i)
{
    return &((const struct pod_container *)p->spec.containers.items)[i];
}

static void put_time(json_t *to, const char *key, int64_t us)
{
    char text[32];
    if (us > 0)
        json_put_str(to, key, clock_rfc3339(us, text, sizeof(text)));
}

static json_t *terminated(const struct container_known *c)
{
    const struct container_end *e = &c->end;
    json_t *v = json_object();
    json_put_int(v, "exitCode", e->exit_code);
    if (e->signal)
        json_put_int(v, "signal", e->signal);
    json_put_str(v, "reason", e->oom ? "OOMKilled" : e->exit_code == 0 ? "Completed" : "Error");
    if (e->exit_code < 0)
        json_put_str(v, "message", "its exit status is not known");
    put_time(v, "startedAt", e->started_us);
    put_time(v, "finishedAt", e->finished_us);
    AUTO_FREE char *id = mem_printf("sedge://%s", c->id);
    json_put_str(v, "containerID", id);
    return json_pack("{s:o}", "terminated", v);
}

static json_t *waiting(const char *reason, const char *message)
{
    json_t *v = json_object();
    json_put_str(v, "reason", reason);
    json_put_str(v, "message", message);
    return json_pack("{s:o}", "waiting", v);
}

static json_t *crash_loop(const struct container_known *c)
{
    AUTO_FREE char *message =
        mem_printf("ended with exit status %lld, %lld times in a row; it is started again after a while",
                   (long long)c->end.exit_code, (long long)c->crash.fails);
    return waiting(POD_FAILED_CRASH, message);
}

/* Why a container that does not run does not. */
static json_t *state_at_rest(const struct pod *p, const struct pod_known *k, const struct container_known *c,
                             const struct status_around *a)
{
    if (a->deleting && c->end.there)
        return terminated(c);
    if (k->setup.reason)
        return waiting(k->setup.reason, k->setup.message);
    if (pod_wants_stopped(&p->spec) && c->image_id)
        return waiting(POD_WAITING_STOPPED, NULL);
    if (c->start.reason)
        return waiting(c->start.reason, c->start.message);
    if (container_is_done(&p->spec, c))
        return terminated(c);
    if (!c->again && c->end.there && c->crash.looping)
        return crash_loop(c);
    if (!c->again && c->end.there && c->start_at_us > a->now_us)
        return terminated(c);
    if (k->pulling && !c->image_id)
        return waiting(POD_WAITING_PULLING, NULL);
    if (!a->after)
        return waiting(POD_WAITING_AFTER, NULL);
    return waiting(POD_WAITING_CREATING, NULL);
}

static json_t *state_of(const struct pod *p, const struct pod_known *k, const struct container_known *c,
                        const struct status_around *a)
{
    if (c->run != KEEPER_RUNNING)
        return state_at_rest(p, k, c, a);
    json_t *v = json_object();
    put_time(v, "startedAt", c->started_us);
    return json_pack("{s:o}", "running", v);
}

static json_t *container_report(const struct pod *p, const struct pod_known *k, size_t i, const struct status_around *a)
{
    const struct container_known *c = &k->containers[i];
    bool up = c->run == KEEPER_RUNNING;
    json_t *v = json_object(), *state = state_of(p, k, c, a);
    json_put_str(v, "name", container_at(p, i)->name);
    json_put_str(v, "image", container_at(p, i)->image);
    json_put_str(v, "imageID", c->image_id ? c->image_id : "");
    if (up || c->end.there) {
        AUTO_FREE char *id = mem_printf("sedge://%s", c->id);
        json_put_str(v, "containerID", id);
    }
    json_object_set_new(v, "ready", json_boolean(up && !c->stopping));
    json_object_set_new(v, "started", json_boolean(up));
    json_put_int(v, "restartCount", c->restarts);
    json_put_int(v, "pid", up ? c->pid : 0);
    json_object_set_new(v, "lastState",
                        c->end.there && !json_object_get(state, "terminated") ? terminated(c) : json_object());
    json_object_set_new(v, "state", state);
    return v;
}

static void put_failure(json_t *v, int64_t exit_code, const char *message, const char *log)
{
    json_object_set_new(v, "failed", json_true());
    json_put_int(v, "exitCode", exit_code);
    json_put_str(v, "message", message);
    json_put_str(v, "log", log);
}

static json_t *component_report(const struct pod_component *c, const struct component_known *k)
{
    json_t *v = json_pack("{s:s, s:s, s:I}", "name", k->name, "state", k->state, "attempt", (json_int_t)k->attempt);
    bool failed = component_has_failed(c, k);
    if (k->outputs)
        json_object_set(v, "outputs", k->outputs);
    if (k->under_way || failed)
        json_put_str(v, "operation", k->operation);
    if (!failed)
        return v;
    put_failure(v, k->exit_code, k->message, k->log);
    return v;
}

static json_t *run_report(const struct pod_run *r, const struct run_known *k)
{
    json_t *v = json_pack("{s:s, s:I}", "id", k->id, "attempt", (json_int_t)k->attempt);
    if (k->outputs)
        json_object_set(v, "outputs", k->outputs);
    if (k->done)
        json_object_set_new(v, "done", json_true());
    if (!run_has_failed(r, k))
        return v;
    put_failure(v, k->exit_code, k->message, k->log);
    return v;
}

/* Those that were begun; NULL when there are none. */
static json_t *run_reports(const struct pod *p, const struct pod_known *k)
{
    json_t *all = NULL;
    for (size_t i = 0; i < k->n_runs; i++) {
        if (!k->runs[i].under_way && !k->runs[i].done && !k->runs[i].failed)
            continue;
        all = all ? all : json_array();
        json_array_append_new(all, run_report(&((const struct pod_run *)p->spec.sedge->runs.items)[i], &k->runs[i]));
    }
    return all;
}

static const char *phase_of(const struct pod *p, const struct pod_known *k)
{
    size_t up = 0, done = 0, failed = 0, ran = 0;
    for (size_t i = 0; i < k->n_containers; i++) {
        const struct container_known *c = &k->containers[i];
        up += c->run == KEEPER_RUNNING;
        ran += c->run == KEEPER_RUNNING || c->end.there;
        done += container_is_done(&p->spec, c);
        failed += container_is_done(&p->spec, c) && c->end.exit_code != 0;
    }
    if (done == k->n_containers && done > 0)
        return failed ? "Failed" : "Succeeded";
    if (ran == k->n_containers && ran > 0 && !(pod_wants_stopped(&p->spec) && up == 0))
        return "Running";
    return "Pending";
}

/* The latest thing that happened to it: when readiness changed, as far as the known tells. */
static int64_t latest_us(const struct pod_known *k)
{
    int64_t latest = 0;
    for (size_t i = 0; i < k->n_containers; i++) {
        const struct container_known *c = &k->containers[i];
        int64_t us = c->run == KEEPER_RUNNING ? c->started_us : c->end.finished_us;
        latest = us > latest ? us : latest;
    }
    return latest;
}

static json_t *conditions(const struct pod *p, const struct pod_known *k, const struct status_around *a)
{
    bool done;
    bool ready = pod_is_ready(&p->spec, k, &done) && !a->deleting && a->in_force;
    json_t *v = json_pack("{s:s, s:s}", "type", "Ready", "status", ready ? "True" : "False");
    if (done)
        json_put_str(v, "reason", "PodCompleted");
    else if (!ready)
        json_put_str(v, "reason", "ContainersNotReady");
    put_time(v, "lastTransitionTime", latest_us(k));
    return json_pack("[o]", v);
}

json_t *status_make(const struct pod *p, const struct pod_known *k, const struct status_around *a)
{
    json_t *v = json_object(), *containers = json_array(), *components = json_array();
    json_put_str(v, "phase", phase_of(p, k));
    json_put_str(v, "hostIP", a->host_ip);
    json_put_str(v, "startTime", k->started);
    if (k->ip) {
        json_put_str(v, "podIP", k->ip);
        json_object_set_new(v, "podIPs", json_pack("[{s:s}]", "ip", k->ip));
    }
    for (size_t i = 0; i < k->n_containers; i++)
        json_array_append_new(containers, container_report(p, k, i, a));
    for (size_t i = 0; i < k->n_components; i++)
        json_array_append_new(
            components,
            component_report(&((const struct pod_component *)p->spec.sedge->components.items)[i], &k->components[i]));
    json_object_set_new(v, "conditions", conditions(p, k, a));
    json_object_set_new(v, "containerStatuses", containers);
    json_object_set_new(v, "components", components);
    json_t *runs = run_reports(p, k);
    if (runs)
        json_object_set_new(v, "runs", runs);
    return v;
}
