// SPDX-License-Identifier: Apache-2.0
/* Tells nodes what concerns them: all of it when they come, then each change. */
#include <errno.h>
#include <string.h>

#include "head/links_private.h"
#include "head/object_facts.h"
#include "model/secret_ref.h"

/* How the objects of a kind are told. */
static const struct {
    const char *kind, *type;
    const char *node; /* field of the spec that names the node it is for; NULL: for all */
    bool status;      /* its status is of interest, too */
} told[TOLD_KINDS] = {
    [TOLD_POD] = {"Pod", "pod", "nodeName", false},
    [TOLD_SERVICE] = {"Service", "service", NULL, true},
    [TOLD_VOLUME] = {"Volume", "volume", "nodeName", false},
};

/* The node that the object is for; NULL: for all of them; "": for none yet. */
static const char *node_of(enum told_kind k, const json_t *object)
{
    return told[k].node ? json_str(json_object_get(object, "spec"), told[k].node, "") : NULL;
}

static bool concerns(enum told_kind k, const struct link *l, const json_t *object)
{
    const char *node = node_of(k, object);
    return object && (!node || str_eq(node, l->node));
}

/* The values that a pod refers to, as far as they are there. NULL: it refers to none, or they cannot be read, and the
 * node keeps those that it has. */
static json_t *values_for(struct links *ls, const json_t *pod)
{
    AUTO_JSON json_t *refs = json_object();
    AUTO_JSON json_t *values = json_object();
    json_t *keys;
    const char *name;
    secret_refs_gather(json_object_get(pod, "spec"), refs);
    json_object_foreach(refs, name, keys)
    {
        struct err e = {0};
        AUTO_JSON json_t *secret = NULL;
        struct object_ref ref = {kind_find("Secret"), object_namespace(pod), name};
        int r = objects_get(ls->h->objects, ref, &secret, &e);
        if (r == 0)
            json_object_set_new(values, name, secret_refs_pick(keys, json_object_get(secret, "data")));
        else if (r != -ENOENT) {
            log_error("pod %s/%s: %s", object_namespace(pod), object_name(pod), err_text(&e));
            return NULL;
        }
    }
    return json_object_size(refs) > 0 ? take_ptr(values) : NULL;
}

static void send_object(struct link *l, enum told_kind k, const json_t *object)
{
    AUTO_JSON json_t *m = json_pack("{s:s, s:O}", "type", told[k].type, "object", object);
    json_t *values = k == TOLD_POD ? values_for(l->links, object) : NULL;
    if (values)
        json_object_set_new(m, "secrets", values);
    link_send(l, m);
}

void link_send_gone(struct link *l, const char *kind, const char *ns, const char *name, const char *uid)
{
    AUTO_JSON json_t *m =
        json_pack("{s:s, s:s, s:s, s:s, s:s}", "type", "gone", "kind", kind, "namespace", ns, "name", name, "uid", uid);
    link_send(l, m);
}

static bool same(const json_t *a, const json_t *b, const char *key)
{
    const json_t *x = json_object_get(a, key), *y = json_object_get(b, key);
    return x == y || (x && y && json_equal(x, y));
}

/* Metadata but for what changes with every write. */
static bool same_meta(const json_t *a, const json_t *b)
{
    AUTO_JSON json_t *x = json_copy(json_object_get(a, "metadata"));
    AUTO_JSON json_t *y = json_copy(json_object_get(b, "metadata"));
    json_object_del(x, "resourceVersion");
    json_object_del(y, "resourceVersion");
    return json_equal(x, y);
}

static bool matters(enum told_kind k, const json_t *object, const json_t *before)
{
    return !before || !same(object, before, "spec") || (told[k].status && !same(object, before, "status")) ||
           !same_meta(object, before);
}

static void tell(struct link *l, enum told_kind k, enum objects_change_type type, const json_t *object)
{
    const json_t *meta = json_object_get(object, "metadata");
    if (!l->greeted || !concerns(k, l, object))
        return;
    if (type == OBJECT_DELETED)
        link_send_gone(l, told[k].kind, json_str(meta, "namespace", ""), json_str(meta, "name", ""),
                       json_str(meta, "uid", ""));
    else
        send_object(l, k, object);
}

/* Nothing is written to the store from here: frames are queued, and a queue that is too long breaks from the loop. */
static void on_told(struct links *ls, enum told_kind k, enum objects_change_type type, const json_t *object,
                    const json_t *before)
{
    if (type == OBJECT_MODIFIED && !matters(k, object, before))
        return;
    for (struct link *l = ls->all; l; l = l->next)
        tell(l, k, type, object);
}

static void on_pod(void *data, enum objects_change_type type, const json_t *object, const json_t *before,
                   int64_t revision)
{
    on_told(data, TOLD_POD, type, object, before);
}

static void on_service(void *data, enum objects_change_type type, const json_t *object, const json_t *before,
                       int64_t revision)
{
    on_told(data, TOLD_SERVICE, type, object, before);
}

static void on_volume(void *data, enum objects_change_type type, const json_t *object, const json_t *before,
                      int64_t revision)
{
    on_told(data, TOLD_VOLUME, type, object, before);
}

static bool refers_to(const json_t *pod, const char *secret)
{
    AUTO_JSON json_t *refs = json_object();
    secret_refs_gather(json_object_get(pod, "spec"), refs);
    return json_object_get(refs, secret) != NULL;
}

/* The pods that refer to it are told again, with its values as they are now. */
static void on_secret(void *data, enum objects_change_type type, const json_t *object, const json_t *before,
                      int64_t revision)
{
    struct links *ls = data;
    AUTO_JSON json_t *pods = NULL;
    size_t i;
    json_t *pod;
    if (type == OBJECT_MODIFIED && same(object, before, "data"))
        return;
    if (objects_list(ls->h->objects, kind_find("Pod"), object_namespace(object), &pods, NULL, NULL) < 0)
        return;
    json_array_foreach(pods, i, pod)
    {
        if (!refers_to(pod, object_name(object)))
            continue;
        for (struct link *l = ls->all; l; l = l->next)
            tell(l, TOLD_POD, OBJECT_MODIFIED, pod);
    }
}

int link_sync_start(struct links *ls, struct err *e)
{
    static const objects_told calls[TOLD_KINDS] = {
        [TOLD_POD] = on_pod, [TOLD_SERVICE] = on_service, [TOLD_VOLUME] = on_volume};
    struct objects *o = ls->h->objects;
    int r = 0;
    for (int k = 0; k < TOLD_KINDS && r == 0; k++)
        r = objects_watch(o, kind_find(told[k].kind), NULL, objects_revision(o), calls[k], ls, &ls->watches[k], e);
    if (r == 0)
        r = objects_watch(o, kind_find("Secret"), NULL, objects_revision(o), on_secret, ls, &ls->watches[TOLD_KINDS],
                          e);
    return r;
}

void link_sync_stop(struct links *ls)
{
    for (int k = 0; k < WATCHES; k++)
        objects_unwatch(take_ptr(ls->watches[k]));
}

void link_sync_all(struct link *l)
{
    struct err e = {0};
    /* Volumes first: pods use them. */
    static const enum told_kind order[] = {TOLD_VOLUME, TOLD_SERVICE, TOLD_POD};
    for (size_t i = 0; i < ARRAY_LEN(order); i++) {
        AUTO_JSON json_t *all = NULL;
        if (objects_list(l->links->h->objects, kind_find(told[order[i]].kind), NULL, &all, NULL, &e) < 0) {
            log_error("node=%s tell it what it is to run: %s", l->node, err_text(&e));
            return; /* without "synced" it keeps what it has */
        }
        size_t n;
        json_t *object;
        json_array_foreach(all, n, object)
        {
            if (concerns(order[i], l, object))
                send_object(l, order[i], object);
        }
    }
    if (link_peers_all(l, &e) < 0) {
        log_error("node=%s tell it the other nodes: %s", l->node, err_text(&e));
        return;
    }
    AUTO_JSON json_t *m = json_pack("{s:s}", "type", "synced");
    link_send(l, m);
}
