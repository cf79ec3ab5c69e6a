// SPDX-License-Identifier: Apache-2.0
/* Starts the controllers, and names to each what a change concerns. */
#include "head/controllers_private.h"

static const char *const watched[] = {"Node",    "Volume", "Application",        "Deployment",
                                      "Service", "Pod",    "ControllerRevision", NULL};

static void add_key(struct work_queue *q, const json_t *object)
{
    AUTO_FREE char *key = controllers_key(object);
    work_queue_add(q, key);
}

static void add_application_of(struct controllers *c, const json_t *object)
{
    const char *application = object_label(object, LABEL_APPLICATION);
    AUTO_FREE char *key = application ? mem_printf("%s/%s", object_namespace(object), application) : NULL;
    if (key)
        work_queue_add(c->applications, key);
}

static void add_all(struct controllers *c, struct work_queue *q, const char *kind)
{
    struct object_list all = {0};
    object_cache_list(c->cache, kind, NULL, NULL, NULL, &all);
    for (size_t i = 0; i < all.n; i++)
        add_key(q, all.v[i]);
    object_list_done(&all);
}

/* ---- owners ---- */

static void add_owned(struct controllers *c, const struct kind *kind, const json_t *object)
{
    AUTO_FREE char *key = mem_printf("%s/%s/%s", kind->name, object_namespace(object), object_name(object));
    work_queue_add(c->owned, key);
}

static bool is_owned(const void *uid, const json_t *object)
{
    return object_is_owned_by(object, uid);
}

static void owner_gone(struct controllers *c, const json_t *owner)
{
    for (size_t k = 0; watched[k]; k++) {
        struct object_list owned = {0};
        object_cache_list(c->cache, watched[k], NULL, is_owned, object_uid(owner), &owned);
        for (size_t i = 0; i < owned.n; i++)
            add_owned(c, kind_find(watched[k]), owned.v[i]);
        object_list_done(&owned);
    }
}

/* ---- what a change of a kind concerns ---- */

static void on_node(struct controllers *c, enum objects_change_type type, const json_t *node, const json_t *before)
{
    work_queue_add(c->scheduling, "pods");
    const json_t *taints = json_at(node, "spec", "taints", NULL);
    if (taints && !json_equal(taints, json_at(before, "spec", "taints", NULL)))
        work_queue_add(c->scheduling, "taints");
    work_queue_add(c->evictions, object_name(node));
    if (!before || object_condition_is(node, "Ready", "True") != object_condition_is(before, "Ready", "True"))
        controllers_lost_nodes(c);    /* there may be a place for their pods now */
    controllers_services_on(c->head); /* one that is gone is waited for no longer */
    if (!before ||
        !json_equal(json_at(node, "status", "addresses", NULL), json_at(before, "status", "addresses", NULL)))
        add_all(c, c->applications, "Application"); /* public addresses */
}

static void on_volume(struct controllers *c, enum objects_change_type type, const json_t *v, const json_t *before)
{
    work_queue_add(c->scheduling, "pods");
    add_application_of(c, v);
}

static void on_application(struct controllers *c, enum objects_change_type type, const json_t *v, const json_t *before)
{
    add_key(c->applications, v);
}

static void on_deployment(struct controllers *c, enum objects_change_type type, const json_t *v, const json_t *before)
{
    add_key(c->deployments, v);
    add_application_of(c, v);
}

static void on_service(struct controllers *c, enum objects_change_type type, const json_t *v, const json_t *before)
{
    add_key(c->services, v);
    add_application_of(c, v);
}

static void add_services(struct controllers *c, const json_t *pod, const json_t *before)
{
    struct object_list all = {0};
    object_cache_list(c->cache, "Service", object_namespace(pod), NULL, NULL, &all);
    for (size_t i = 0; i < all.n; i++) {
        const json_t *selector = json_at(all.v[i], "spec", "selector", NULL);
        if (object_matches(pod, selector) || (before && object_matches(before, selector)))
            add_key(c->services, all.v[i]);
    }
    object_list_done(&all);
}

static void on_pod(struct controllers *c, enum objects_change_type type, const json_t *pod, const json_t *before)
{
    const json_t *owner = object_controller(pod);
    bool placed = !str_empty(json_str(json_object_get(pod, "spec"), "nodeName", ""));
    if (!placed || type == OBJECT_DELETED || object_pod_ended(pod) || object_is_deleting(pod))
        work_queue_add(c->scheduling, "pods");
    if (owner && str_eq(json_str(owner, "kind", ""), "Deployment")) {
        AUTO_FREE char *key = mem_printf("%s/%s", object_namespace(pod), json_str(owner, "name", ""));
        work_queue_add(c->deployments, key);
    }
    add_services(c, pod, before);
    add_application_of(c, pod);
    if (type == OBJECT_DELETED)
        crash_logs_forget(c->logs, pod);
}

static const struct {
    const char *kind;
    void (*on)(struct controllers *c, enum objects_change_type type, const json_t *object, const json_t *before);
} routes[] = {
    {"Node", on_node},       {"Volume", on_volume}, {"Application", on_application}, {"Deployment", on_deployment},
    {"Service", on_service}, {"Pod", on_pod},
};

static void on_change(void *data, const struct kind *kind, enum objects_change_type type, const json_t *object,
                      const json_t *before)
{
    struct controllers *c = data;
    for (size_t i = 0; i < ARRAY_LEN(routes); i++)
        if (str_eq(routes[i].kind, kind->name))
            routes[i].on(c, type, object, before);
    if (type == OBJECT_DELETED)
        owner_gone(c, object);
    else if (type == OBJECT_ADDED && object_controller(object))
        add_owned(c, kind, object);
}

/* ---- start and stop ---- */

static void logs_arrived(void *data, const char *key)
{
    struct controllers *c = data;
    work_queue_add(c->applications, key);
}

static void look_at_all(struct controllers *c)
{
    for (size_t k = 0; watched[k]; k++) {
        struct object_list all = {0};
        object_cache_list(c->cache, watched[k], NULL, NULL, NULL, &all);
        for (size_t i = 0; i < all.n; i++)
            if (object_controller(all.v[i]))
                add_owned(c, kind_find(watched[k]), all.v[i]);
        object_list_done(&all);
    }
    add_all(c, c->deployments, "Deployment");
    add_all(c, c->services, "Service");
    add_all(c, c->applications, "Application");
    work_queue_add(c->scheduling, "pods");
    work_queue_add(c->scheduling, "taints");
    controllers_lost_nodes(c);
}

int controllers_start(struct head *h, struct err *e)
{
    struct controllers *c = mem_alloc(sizeof(*c));
    c->head = h;
    c->steady_us = CONTROLLERS_STEADY_US;
    c->regained_us = clock_mono_us();
    map_init(&c->steady, free);
    map_init(&c->lost, free);
    map_init(&c->seen, free);
    map_init(&c->awaiting, NULL);
    map_init(&c->refused, refused_free);
    c->scheduling = work_queue_new(&h->loop, controllers_schedule, c);
    c->deployments = work_queue_new(&h->loop, controllers_deployment, c);
    c->services = work_queue_new(&h->loop, controllers_service, c);
    c->owned = work_queue_new(&h->loop, controllers_owned, c);
    c->applications = work_queue_new(&h->loop, controllers_application, c);
    c->evictions = work_queue_new(&h->loop, controllers_evict, c);
    c->sources = source_shelf_new(h->dir);
    c->logs = crash_logs_new(h, logs_arrived, c);
    h->controllers = c;
    int r = object_cache_open(h->objects, watched, on_change, c, &c->cache, e);
    if (r < 0) {
        controllers_stop(h);
        return err_wrap(e, r, "start the controllers");
    }
    look_at_all(c);
    return 0;
}

void controllers_stop(struct head *h)
{
    struct controllers *c = take_ptr(h->controllers);
    if (!c)
        return;
    object_cache_close(c->cache);
    work_queue_free(c->scheduling);
    work_queue_free(c->deployments);
    work_queue_free(c->services);
    work_queue_free(c->owned);
    work_queue_free(c->applications);
    work_queue_free(c->evictions);
    crash_logs_free(c->logs);
    source_shelf_free(c->sources);
    map_done(&c->steady);
    map_done(&c->lost);
    map_done(&c->seen);
    map_done(&c->awaiting);
    map_done(&c->refused);
    free(c);
}
