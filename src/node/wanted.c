// SPDX-License-Identifier: Apache-2.0
/* What the head wants of this node: takes its messages, and finds out what nobody wants any more. */
#include <string.h>
#include <unistd.h>

#include "io/file.h"
#include "node/node_state.h"
#include "node/pod_secret_keep.h"

/* ---- one pod ---- */

/* What is kept of an object: all that matters here, and nothing that changes with each report. */
static json_t *kept_part(const json_t *object)
{
    static const char *const meta_keys[] = {"name",   "namespace",         "uid",
                                            "labels", "deletionTimestamp", "deletionGracePeriodSeconds"};
    json_t *meta = json_object(), *from = json_object_get(object, "metadata");
    for (size_t i = 0; i < ARRAY_LEN(meta_keys); i++)
        if (json_object_get(from, meta_keys[i]))
            json_object_set(meta, meta_keys[i], json_object_get(from, meta_keys[i]));
    return json_pack("{s:s, s:s, s:o, s:O}", "apiVersion", "v1", "kind", "Pod", "metadata", meta, "spec",
                     json_object_get(object, "spec"));
}

static int64_t grace_of(const struct pod *p)
{
    return p->meta.grace_s == FIELD_UNSET ? -1 : p->meta.grace_s * US_PER_S;
}

static void timer_closed(uv_handle_t *h)
{
    free(h->data);
}

static void pod_free(struct node_pod *p)
{
    json_decref(p->object);
    pod_secrets_done(p);
    fields_done(&pod_fields, &p->pod);
    pod_known_done(&p->known);
    char *texts[] = {p->reported, p->saved, p->saving, p->software, p->software_saving};
    for (size_t i = 0; i < ARRAY_LEN(texts); i++)
        free(texts[i]);
    free(p->ports);
    uv_close((uv_handle_t *)&p->timer, timer_closed);
}

static struct node_pod *pod_add(struct node *n, const char *uid)
{
    struct node_pod *p = mem_alloc(sizeof(*p));
    p->node = n;
    p->grace_us = -1;
    p->known.step_component = -1;
    uv_timer_init(&n->loop, &p->timer);
    p->timer.data = p;
    map_set(&n->pods, uid, p);
    return p;
}

/* Takes a (new) spec. `kept` is handed over. */
static int pod_take(struct node_pod *p, json_t *kept, struct err *e)
{
    struct pod pod = {0};
    int r = fields_decode(&pod_fields, kept, &pod, e);
    if (r < 0) {
        json_decref(kept);
        return r;
    }
    json_decref(p->object);
    fields_done(&pod_fields, &p->pod);
    p->object = kept;
    p->pod = pod;
    pod_known_match(&p->known, &p->pod);
    if (!p->known.started) {
        char now[32];
        p->known.started = mem_strdup(clock_rfc3339(clock_now_us(), now, sizeof(now)));
    }
    for (size_t i = 0; i < p->known.n_containers && pod_wants_stopped(&p->pod.spec); i++)
        p->known.containers[i].again = true;
    if (!str_empty(p->pod.meta.deleted)) {
        p->deleting = true;
        p->grace_us = grace_of(&p->pod);
    }
    return 0;
}

/* What stood in the way of the old spec may not stand in the way of the new one. */
static void forgive(struct node_pod *p)
{
    p->known.setup.again_us = 0;
    for (size_t i = 0; i < p->known.n_containers; i++)
        if (p->known.containers[i].start.reason)
            p->known.containers[i].start_at_us = 0;
}

static void begin_end(struct node_pod *p)
{
    image_job_leave(p);
    bundle_leave(p);
}

/* The same pod, with other values: what waits for them goes on, what runs keeps those that it was started with. */
static void take_secrets_only(struct node_pod *p, const json_t *secrets)
{
    if (!pod_secrets_take(p, secrets))
        return;
    forgive(p);
    pod_kick(p);
}

static void take_pod(struct node *n, const json_t *object, const json_t *secrets)
{
    struct err e = {0};
    const json_t *meta = json_object_get(object, "metadata");
    const char *uid = json_str(meta, "uid", NULL);
    if (str_empty(uid) || strchr(uid, '/') || uid[0] == '.' || strlen(uid) > 100) {
        log_warn("the head sent a pod without a proper uid; it is passed over");
        return;
    }
    struct node_pod *p = map_get(&n->pods, uid);
    json_t *kept = kept_part(object);
    bool known = p != NULL, same = known && json_equal(p->object, kept);
    if (!known)
        p = pod_add(n, uid);
    p->seen = true;
    if (same) {
        json_decref(kept);
        take_secrets_only(p, secrets);
        return;
    }
    if (pod_take(p, kept, &e) < 0) {
        log_error("pod %s of the head cannot be understood: %s", uid, err_text(&e));
        if (!known) {
            map_del(&n->pods, uid);
            pod_free(p);
        }
        return;
    }
    p->cold = false; /* the head has planned it anew */
    p->services_turn = services_turn(n);
    pod_secrets_take(p, secrets);
    forgive(p);
    if (p->deleting)
        begin_end(p);
    else
        pod_names_write(p, NULL);
    pod_kick(p);
}

static void pod_gone(struct node_pod *p)
{
    p->known.gone = p->deleting = true;
    begin_end(p);
    pod_kick(p);
}

void wanted_forget(struct node_pod *p)
{
    struct node *n = p->node;
    AUTO_FREE char *uid = mem_strdup(p->pod.meta.uid);
    AUTO_FREE char *ns = mem_strdup(p->pod.meta.namespace);
    AUTO_FREE char *name = mem_strdup(p->pod.meta.name);
    ops_pod_changed(n, p);
    pod_ports_release(p);
    wanted_remove_file(p);
    map_del(&n->pods, uid);
    pod_free(p);
    tell_pod_gone(n, ns, name, uid);
    services_kick(n);
    wanted_volumes_look(n);
    bundle_sweep(n);
    node_retry(n, NULL);
}

void wanted_load(struct node *n)
{
    AUTO_FREE char *folder = wanted_path(n, "pods");
    AUTO_STRV struct strv files = {0};
    struct err e = {0};
    uv_timer_init(&n->loop, &n->volumes_again);
    n->volumes_again.data = n;
    if (file_mkdirs(folder, 0700, &e) < 0 || file_list(folder, &files, &e) < 0)
        log_error("%s", err_text(&e));
    for (size_t i = 0; i < files.n; i++) {
        AUTO_FREE char *path = file_join(folder, files.v[i]);
        AUTO_FREE char *text = NULL;
        size_t len;
        if (files.v[i][0] == '.') { /* half a file of a run that was killed */
            unlink(path);
            continue;
        }
        if (file_read(path, JSON_MAX_BYTES, &text, &len, &e) < 0)
            len = 0; /* told below */
        AUTO_JSON json_t *v = json_parse(text, len, &e);
        const json_t *object = json_object_get(v, "object");
        const char *uid = json_str(json_object_get(object, "metadata"), "uid", NULL);
        if (!uid || map_has(&n->pods, uid)) {
            log_error("%s is no pod's file: %s; it is passed over", path, err_text(&e));
            n->unsure = true;
            continue;
        }
        struct node_pod *p = pod_add(n, uid);
        if (pod_take(p, kept_part(object), &e) < 0) {
            log_error("%s: %s; it is passed over", path, err_text(&e));
            n->unsure = true;
            map_del(&n->pods, uid);
            pod_free(p);
            continue;
        }
        pod_known_load(&p->known, &p->pod, v);
        pod_secrets_load(p, v);
        p->deleting = p->deleting || p->known.gone;
        p->cold = true;
        pod_kick(p);
    }
}

/* ---- volumes ---- */

static void volume_free(struct node_volume *v)
{
    char *texts[] = {v->ns, v->name, v->uid};
    for (size_t i = 0; i < ARRAY_LEN(texts); i++)
        free(texts[i]);
    free(v);
}

static void take_volume(struct node *n, const json_t *object)
{
    const json_t *meta = json_object_get(object, "metadata");
    const char *uid = json_str(meta, "uid", NULL), *name = json_str(meta, "name", NULL),
               *ns = json_str(meta, "namespace", NULL);
    if (!uid || !name || !ns)
        return;
    struct node_volume *v = map_get(&n->volumes, uid);
    if (!v) {
        v = mem_alloc(sizeof(*v));
        v->uid = mem_strdup(uid);
        v->name = mem_strdup(name);
        v->ns = mem_strdup(ns);
        map_set(&n->volumes, uid, v);
    }
    v->seen = true;
    v->deleting = json_str(meta, "deletionTimestamp", NULL) != NULL;
    bool bound = str_eq(json_str(json_object_get(object, "status"), "phase", NULL), "Bound");
    if (!v->deleting && !bound && !v->told)
        tell_volume(n, v, "volume-status", "Bound", NULL);
    v->told = true;
    wanted_volumes_look(n);
}

static bool pod_uses(const struct node_pod *p, const struct node_volume *v)
{
    const struct pod_volume *list = p->pod.spec.volumes.items;
    if (!str_eq(p->pod.meta.namespace, v->ns))
        return false;
    for (size_t i = 0; i < p->pod.spec.volumes.n; i++)
        if (list[i].claim && str_eq(list[i].claim->claim, v->name))
            return true;
    return false;
}

static bool is_used(const struct node *n, const struct node_volume *v)
{
    for (size_t i = 0; i < n->pods.n; i++)
        if (pod_uses(n->pods.items[i].value, v))
            return true;
    return false;
}

struct volume_removal {
    struct node *node;
    char *uid, *ns, *name;
    int r;
    struct err e;
};

static void remove_volume(void *data)
{
    struct volume_removal *w = data;
    w->r = volume_dir_remove(w->node->state_dir, w->ns, w->name, &w->e);
}

static void on_volumes_again(uv_timer_t *t)
{
    wanted_volumes_look(t->data);
}

static void volume_removed(void *data)
{
    struct volume_removal *w = data;
    struct node *n = w->node;
    struct node_volume *v = map_get(&n->volumes, w->uid);
    if (v && w->r < 0) {
        int64_t wait = back_off_retry(&v->tries, clock_mono_us());
        v->busy = false;
        uv_timer_start(&n->volumes_again, on_volumes_again, (uint64_t)(wait / US_PER_MS), 0);
        log_error("%s; trying again", err_text(&w->e));
        tell_volume(w->node, v, "volume-status", "Released", err_text(&w->e));
    } else if (v) {
        tell_volume(w->node, v, "volume-gone", NULL, NULL);
        map_del(&w->node->volumes, w->uid);
        volume_free(v);
    }
    free(w->uid);
    free(w->ns);
    free(w->name);
    free(w);
}

void wanted_volumes_look(struct node *n)
{
    for (size_t i = 0; i < n->volumes.n; i++) {
        struct node_volume *v = n->volumes.items[i].value;
        if (!v->deleting || v->busy || is_used(n, v))
            continue;
        struct volume_removal *w = mem_alloc(sizeof(*w));
        *w = (struct volume_removal){
            .node = n, .uid = mem_strdup(v->uid), .ns = mem_strdup(v->ns), .name = mem_strdup(v->name)};
        v->busy = true;
        node_work(n, remove_volume, volume_removed, w);
    }
}

/* ---- messages ---- */

void wanted_connected(struct node *n)
{
    n->synced = false;
    for (size_t i = 0; i < n->pods.n; i++) {
        struct node_pod *p = n->pods.items[i].value;
        p->seen = false;
        free(take_ptr(p->reported));
        pod_kick(p);
    }
    for (size_t i = 0; i < n->volumes.n; i++) {
        struct node_volume *v = n->volumes.items[i].value;
        v->seen = v->told = false;
    }
    services_connected(n);
    peers_connected(n);
}

static void take_synced(struct node *n)
{
    n->synced = true;
    for (size_t i = 0; i < n->pods.n; i++) {
        struct node_pod *p = n->pods.items[i].value;
        if (!p->seen)
            pod_gone(p);
    }
    for (size_t i = 0; i < n->volumes.n; i++) {
        struct node_volume *v = n->volumes.items[i].value;
        if (v->seen || v->busy)
            continue;
        map_del(&n->volumes, v->uid);
        volume_free(v);
        i--;
    }
    services_synced(n);
    peers_synced(n);
    node_retry(n, NULL);
    wanted_sweep(n);
}

static void take_gone(struct node *n, const json_t *m)
{
    const char *kind = json_str(m, "kind", ""), *uid = json_str(m, "uid", "");
    struct node_pod *p = map_get(&n->pods, uid);
    struct node_volume *v = map_get(&n->volumes, uid);
    if (str_eq(kind, "Pod") && p)
        pod_gone(p);
    if (str_eq(kind, "Service"))
        services_gone(n, uid);
    if (str_eq(kind, "Node"))
        peers_gone(n, json_str(m, "name", ""));
    if (str_eq(kind, "Volume") && v && !v->busy) {
        map_del(&n->volumes, uid);
        volume_free(v);
    }
}

void wanted_message(struct node *n, const json_t *m)
{
    const char *type = json_str(m, "type", "");
    const json_t *object = json_object_get(m, "object");
    if (str_eq(type, "pod"))
        take_pod(n, object, json_object_get(m, "secrets"));
    else if (str_eq(type, "service"))
        services_set(n, object);
    else if (str_eq(type, "volume"))
        take_volume(n, object);
    else if (str_eq(type, "peer"))
        peers_set(n, m);
    else if (str_eq(type, "synced"))
        take_synced(n);
    else if (str_eq(type, "gone"))
        take_gone(n, m);
    else
        log_debug("a message of type '%s' is not known here; it is passed over", type);
}
