// SPDX-License-Identifier: Apache-2.0
/* Looks of the scheduler, and at Deployments, Services and owned objects: gather, decide, carry out. */
#include <errno.h>
#include <string.h>

#include "head/controllers_private.h"
#include "head/deployment_decide.h"
#include "head/owned.h"
#include "head/schedule.h"
#include "head/service_decide.h"
#include "head/taint_decide.h"

char *controllers_key(const json_t *object)
{
    return mem_printf("%s/%s", object_namespace(object), object_name(object));
}

const json_t *controllers_object(const struct controllers *c, const char *kind, const char *key)
{
    const char *slash = strchr(key, '/');
    AUTO_FREE char *ns = mem_strndup(key, slash ? (size_t)(slash - key) : 0);
    return object_cache_get(c->cache, kind, ns, slash ? slash + 1 : key);
}

int controllers_apply(struct controllers *c, const struct changes *changes, const char *what, const char *key,
                      struct err *e)
{
    int r = changes_apply(c->head->objects, changes, e);
    if (r < 0 && r != -EAGAIN)
        log_warn("%s %s: %s", what, key, err_text(e));
    return r;
}

static char *now_text(char ret[32])
{
    return clock_rfc3339(clock_now_us(), ret, 32);
}

static bool is_owned(const void *uid, const json_t *object)
{
    return object_is_owned_by(object, uid);
}

static bool waits_for_node(const void *data, const json_t *pod)
{
    return str_empty(json_str(json_object_get(pod, "spec"), "nodeName", "")) && !object_is_deleting(pod);
}

static int64_t drive_out(struct controllers *c)
{
    AUTO_CHANGES struct changes changes = {0};
    struct object_list nodes = {0}, pods = {0};
    struct err e = {0};
    object_cache_list(c->cache, "Pod", NULL, NULL, NULL, &pods);
    object_cache_list(c->cache, "Node", NULL, NULL, NULL, &nodes);
    taint_decide(&nodes, &pods, &changes);
    object_list_done(&pods);
    object_list_done(&nodes);
    return controllers_apply(c, &changes, "taints of", "nodes", &e);
}

/* key: "pods": those that wait for a node; "taints": those that are to leave theirs */
int64_t controllers_schedule(void *data, const char *key)
{
    struct controllers *c = data;
    if (str_eq(key, "taints"))
        return drive_out(c);
    char now[32];
    struct object_list waiting = {0};
    object_cache_list(c->cache, "Pod", NULL, waits_for_node, NULL, &waiting);
    size_t n = waiting.n;
    object_list_done(&waiting);
    if (n == 0)
        return 0;
    AUTO_CHANGES struct changes changes = {0};
    struct schedule_input in = {.now = now_text(now)};
    struct err e = {0};
    object_cache_list(c->cache, "Pod", NULL, NULL, NULL, &in.pods);
    object_cache_list(c->cache, "Node", NULL, NULL, NULL, &in.nodes);
    object_cache_list(c->cache, "Volume", NULL, NULL, NULL, &in.volumes);
    schedule(&in, &changes);
    object_list_done(&in.pods);
    object_list_done(&in.nodes);
    object_list_done(&in.volumes);
    return controllers_apply(c, &changes, "schedule", "pods", &e);
}

int controllers_placement(struct head *h, const char *ns, const char *name, json_t **ret, struct err *e)
{
    const struct controllers *c = h->controllers;
    const json_t *pod = object_cache_get(c->cache, "Pod", ns, name);
    char now[32];
    struct schedule_input in = {.now = now_text(now)};
    if (!pod)
        return err_set(e, ENOENT, "pods \"%s\" not found", name);
    object_cache_list(c->cache, "Pod", NULL, NULL, NULL, &in.pods);
    object_cache_list(c->cache, "Node", NULL, NULL, NULL, &in.nodes);
    object_cache_list(c->cache, "Volume", NULL, NULL, NULL, &in.volumes);
    *ret = schedule_explain(&in, pod);
    object_list_done(&in.pods);
    object_list_done(&in.nodes);
    object_list_done(&in.volumes);
    return 0;
}

int64_t controllers_deployment(void *data, const char *key)
{
    struct controllers *c = data;
    AUTO_JSON json_t *deployment = json_incref((json_t *)(uintptr_t)controllers_object(c, "Deployment", key));
    AUTO_CHANGES struct changes changes = {0};
    struct object_list pods = {0};
    struct err e = {0};
    char now[32];
    if (!deployment)
        return 0;
    object_cache_list(c->cache, "Pod", object_namespace(deployment), is_owned, object_uid(deployment), &pods);
    deployment_decide(deployment, &pods, now_text(now), &changes);
    object_list_done(&pods);
    int r = controllers_apply(c, &changes, "deployment", key, &e);
    if (r < 0 && r != -EAGAIN)
        objects_event(c->head->objects, deployment, true, "FailedCreate", "%s", err_text(&e));
    return r;
}

int64_t controllers_service(void *data, const char *key)
{
    struct controllers *c = data;
    AUTO_JSON json_t *service = json_incref((json_t *)(uintptr_t)controllers_object(c, "Service", key));
    AUTO_CHANGES struct changes changes = {0};
    AUTO_MAP struct map taken = {0};
    struct object_list pods = {0}, services = {0};
    struct err e = {0};
    if (!service)
        return 0;
    object_cache_list(c->cache, "Pod", object_namespace(service), NULL, NULL, &pods);
    object_cache_list(c->cache, "Service", NULL, NULL, NULL, &services);
    for (size_t i = 0; i < services.n; i++)
        map_set(&taken, json_str(json_object_get(services.v[i], "spec"), "clusterIP", ""), c);
    service_decide(service, &pods, c->head->machine.service_cidr, &taken, &changes);
    object_list_done(&pods);
    object_list_done(&services);
    return controllers_apply(c, &changes, "service", key, &e);
}

/* key: "Kind/ns/name" */
int64_t controllers_owned(void *data, const char *key)
{
    struct controllers *c = data;
    const char *slash = strchr(key, '/');
    AUTO_FREE char *kind = mem_strndup(key, (size_t)(slash - key));
    const json_t *object = controllers_object(c, kind, slash + 1);
    AUTO_CHANGES struct changes changes = {0};
    struct err e = {0};
    if (object)
        owned_decide(c->cache, kind_find(kind), object, &changes);
    return controllers_apply(c, &changes, "owned object", key, &e);
}
