// SPDX-License-Identifier: Apache-2.0
/* The known of a pod as JSON, for the disk. Pure. */
#include "node/pod_known.h"

static json_t *save_end(const struct container_end *e)
{
    return json_pack("{s:I, s:I, s:b, s:I, s:I}", "code", (json_int_t)e->exit_code, "signal", (json_int_t)e->signal,
                     "oom", e->oom, "started", (json_int_t)e->started_us, "finished", (json_int_t)e->finished_us);
}

static json_t *save_container(const struct container_known *c)
{
    json_t *v = json_pack("{s:s, s:I, s:b, s:b}", "id", c->id, "restarts", (json_int_t)c->restarts, "started",
                          c->started, "again", c->again);
    json_put_str(v, "image", c->image_id);
    if (c->end.there)
        json_object_set_new(v, "end", save_end(&c->end));
    return v;
}

static json_t *save_component(const struct component_known *c)
{
    json_t *v =
        json_pack("{s:s, s:s, s:b, s:b, s:I, s:I}", "name", c->name, "state", c->state, "underWay", c->under_way,
                  "failed", c->failed, "exitCode", (json_int_t)c->exit_code, "attempt", (json_int_t)c->attempt);
    json_put_str(v, "operation", c->operation);
    json_put_str(v, "goal", c->goal);
    json_put_str(v, "message", c->message);
    json_put_str(v, "log", c->log);
    if (c->outputs)
        json_object_set(v, "outputs", c->outputs);
    return v;
}

static json_t *save_run(const struct run_known *r)
{
    json_t *v = json_pack("{s:s, s:b, s:b, s:b, s:I, s:I}", "id", r->id, "underWay", r->under_way, "done", r->done,
                          "failed", r->failed, "exitCode", (json_int_t)r->exit_code, "attempt", (json_int_t)r->attempt);
    json_put_str(v, "message", r->message);
    json_put_str(v, "log", r->log);
    if (r->outputs)
        json_object_set(v, "outputs", r->outputs);
    return v;
}

json_t *pod_known_save(const struct pod_known *k, const struct pod *p, const json_t *object)
{
    json_t *containers = json_array(), *components = json_array(), *runs = json_array();
    for (size_t i = 0; i < k->n_containers; i++)
        json_array_append_new(containers, save_container(&k->containers[i]));
    for (size_t i = 0; i < k->n_components; i++)
        json_array_append_new(components, save_component(&k->components[i]));
    for (size_t i = 0; i < k->n_runs; i++)
        json_array_append_new(runs, save_run(&k->runs[i]));
    json_t *v = json_pack("{s:O, s:b, s:b, s:o, s:o, s:o}", "object", object, "gone", k->gone, "files", k->files,
                          "containers", containers, "components", components, "runs", runs);
    json_put_str(v, "address", k->address);
    json_put_str(v, "started", k->started);
    json_put_str(v, "bundle", k->bundle);
    return v;
}

static void load_text(char **to, const json_t *from, const char *key)
{
    const char *text = json_str(from, key, NULL);
    if (text) {
        free(*to);
        *to = mem_strdup(text);
    }
}

static void load_container(struct container_known *c, const json_t *v)
{
    load_text(&c->id, v, "id");
    load_text(&c->image_id, v, "image");
    c->restarts = json_int(v, "restarts", 0);
    c->started = json_bool(v, "started", false);
    c->again = json_bool(v, "again", false);
    const json_t *end = json_object_get(v, "end");
    if (end)
        c->end = (struct container_end){true,
                                        json_int(end, "code", -1),
                                        json_int(end, "signal", 0),
                                        json_bool(end, "oom", false),
                                        json_int(end, "started", 0),
                                        json_int(end, "finished", 0)};
}

static void load_component(struct pod_known *k, const json_t *v)
{
    const char *name = json_str(v, "name", "");
    for (size_t i = 0; i < k->n_components; i++) {
        struct component_known *c = &k->components[i];
        if (!str_eq(c->name, name))
            continue;
        load_text(&c->state, v, "state");
        load_text(&c->operation, v, "operation");
        load_text(&c->goal, v, "goal");
        load_text(&c->message, v, "message");
        load_text(&c->log, v, "log");
        c->under_way = json_bool(v, "underWay", false);
        c->failed = json_bool(v, "failed", false);
        c->exit_code = json_int(v, "exitCode", 0);
        c->attempt = json_int(v, "attempt", 0);
        c->outputs = json_incref(json_object_get(v, "outputs"));
    }
}

static void load_run(struct pod_known *k, const json_t *v)
{
    struct run_known *r = pod_run_known(k, json_str(v, "id", ""));
    if (!r)
        return;
    load_text(&r->message, v, "message");
    load_text(&r->log, v, "log");
    r->under_way = json_bool(v, "underWay", false);
    r->done = json_bool(v, "done", false);
    r->failed = json_bool(v, "failed", false);
    r->exit_code = json_int(v, "exitCode", 0);
    r->attempt = json_int(v, "attempt", 0);
    r->outputs = json_incref(json_object_get(v, "outputs"));
}

void pod_known_load(struct pod_known *k, const struct pod *p, const json_t *from)
{
    size_t i;
    const json_t *item;
    json_array_foreach(json_object_get(from, "containers"), i, item)
    {
        if (i < k->n_containers)
            load_container(&k->containers[i], item);
    }
    json_array_foreach(json_object_get(from, "components"), i, item)
    {
        load_component(k, item);
    }
    json_array_foreach(json_object_get(from, "runs"), i, item)
    {
        load_run(k, item);
    }
    load_text(&k->address, from, "address");
    load_text(&k->started, from, "started");
    load_text(&k->bundle, from, "bundle");
    k->gone = json_bool(from, "gone", false);
    k->files = json_bool(from, "files", false);
}
