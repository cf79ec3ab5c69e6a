// SPDX-License-Identifier: Apache-2.0
/* Keeps the known of a pod in step with its spec. */
#include "node/pod_known.h"

#include <string.h>

#include "engine/container_spec.h"

#define ID_MOST 110

void trouble_set(struct trouble *t, const char *reason, const char *message, int64_t again_us)
{
    char *copy = mem_strdup(message);
    free(t->message);
    t->message = copy;
    t->reason = reason;
    t->again_us = again_us;
}

void trouble_clear(struct trouble *t)
{
    free(t->message);
    *t = (struct trouble){0};
}

/* Lower case, and what an id cannot hold becomes '-'; long names lose their end, the uid keeps them apart. */
char *pod_container_id(const struct pod *p, size_t container)
{
    const struct pod_container *c = &((const struct pod_container *)p->spec.containers.items)[container];
    AUTO_BUF struct buf id = {0};
    AUTO_FREE char *tail =
        p->spec.containers.n > 1 ? mem_printf("-%.8s-%s", p->meta.uid, c->name) : mem_printf("-%.8s", p->meta.uid);
    size_t room = ID_MOST > strlen(tail) ? ID_MOST - strlen(tail) : 1;
    buf_addf(&id, "%.*s%s", (int)room, p->meta.name, tail);
    for (size_t i = 0; i < id.len; i++) {
        char *at = &id.data[i];
        if (*at >= 'A' && *at <= 'Z')
            *at = (char)(*at - 'A' + 'a');
        if (!strchr("abcdefghijklmnopqrstuvwxyz0123456789.-", *at) || (i == 0 && *at == '.'))
            *at = '-';
    }
    return buf_take(&id);
}

static void container_done(struct container_known *c)
{
    free(c->id);
    free(c->image_id);
    trouble_clear(&c->start);
}

static void component_done(struct component_known *c)
{
    char *texts[] = {c->name, c->state, c->operation, c->goal, c->message, c->log};
    for (size_t i = 0; i < ARRAY_LEN(texts); i++)
        free(texts[i]);
    json_decref(c->outputs);
}

static void run_done(struct run_known *r)
{
    free(r->id);
    free(r->message);
    free(r->log);
    json_decref(r->outputs);
}

void pod_known_done(struct pod_known *k)
{
    for (size_t i = 0; i < k->n_containers; i++)
        container_done(&k->containers[i]);
    for (size_t i = 0; i < k->n_components; i++)
        component_done(&k->components[i]);
    for (size_t i = 0; i < k->n_runs; i++)
        run_done(&k->runs[i]);
    free(k->containers);
    free(k->components);
    free(k->runs);
    trouble_clear(&k->setup);
    char *texts[] = {k->address, k->started, k->bundle, k->netns, k->ip};
    for (size_t i = 0; i < ARRAY_LEN(texts); i++)
        free(texts[i]);
    *k = (struct pod_known){0};
}

static void match_containers(struct pod_known *k, const struct pod *p)
{
    size_t n = p->spec.containers.n;
    for (size_t i = n; i < k->n_containers; i++)
        container_done(&k->containers[i]);
    k->containers = mem_grow(k->containers, n, sizeof(*k->containers));
    for (size_t i = k->n_containers; i < n; i++)
        k->containers[i] = (struct container_known){.id = pod_container_id(p, i)};
    k->n_containers = n;
}

static struct component_known *take_component(struct component_known *list, size_t n, const char *name)
{
    for (size_t i = 0; i < n; i++)
        if (str_eq(list[i].name, name))
            return &list[i];
    return NULL;
}

static void match_components(struct pod_known *k, const struct pod *p)
{
    const struct field_list empty = {0}, *wanted = p->spec.sedge ? &p->spec.sedge->components : &empty;
    struct component_known *list = mem_array(wanted->n + 1, sizeof(*list));
    const char *running = k->step_component >= 0 ? k->components[k->step_component].name : NULL;
    int step = -1;
    for (size_t i = 0; i < wanted->n; i++) {
        const struct pod_component *c = &((const struct pod_component *)wanted->items)[i];
        struct component_known *old = take_component(k->components, k->n_components, c->name);
        if (running && str_eq(running, c->name))
            step = (int)i;
        if (old) {
            list[i] = *old;
            *old = (struct component_known){0};
        } else {
            list[i] = (struct component_known){.name = mem_strdup(c->name), .state = mem_strdup(c->initial)};
        }
    }
    for (size_t i = 0; i < k->n_components; i++)
        component_done(&k->components[i]);
    free(k->components);
    k->components = list;
    k->n_components = wanted->n;
    k->step_component = step;
}

struct run_known *pod_run_known(struct pod_known *k, const char *id)
{
    for (size_t i = 0; i < k->n_runs; i++)
        if (str_eq(k->runs[i].id, id))
            return &k->runs[i];
    return NULL;
}

static void match_runs(struct pod_known *k, const struct pod *p)
{
    const struct field_list empty = {0}, *wanted = p->spec.sedge ? &p->spec.sedge->runs : &empty;
    struct run_known *list = mem_array(wanted->n + 1, sizeof(*list));
    for (size_t i = 0; i < wanted->n; i++) {
        const struct pod_run *run = &((const struct pod_run *)wanted->items)[i];
        struct run_known *old = pod_run_known(k, run->id);
        list[i] = old ? *old : (struct run_known){.id = mem_strdup(run->id)};
        if (old)
            *old = (struct run_known){0};
    }
    for (size_t i = 0; i < k->n_runs; i++)
        run_done(&k->runs[i]);
    free(k->runs);
    k->runs = list;
    k->n_runs = wanted->n;
}

void pod_known_match(struct pod_known *k, const struct pod *p)
{
    match_runs(k, p);
    match_containers(k, p);
    match_components(k, p);
}
