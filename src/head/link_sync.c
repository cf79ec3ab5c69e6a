// SPDX-License-Identifier: Apache-2.0
/* Tells nodes what concerns them: all of it when they come, then each change. */
#include <errno.h>
#include <string.h>

#include "head/links_private.h"

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

static void send_object(struct link *l, enum told_kind k, const json_t *object)
{
    AUTO_JSON json_t *m = json_pack("{s:s, s:O}", "type", told[k].type, "object", object);
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

int link_sync_start(struct links *ls, struct err *e)
{
    static const objects_told calls[TOLD_KINDS] = {
        [TOLD_POD] = on_pod, [TOLD_SERVICE] = on_service, [TOLD_VOLUME] = on_volume};
    struct objects *o = ls->h->objects;
    int r = 0;
    for (int k = 0; k < TOLD_KINDS && r == 0; k++)
        r = objects_watch(o, kind_find(told[k].kind), NULL, objects_revision(o), calls[k], ls, &ls->watches[k], e);
    return r;
}

void link_sync_stop(struct links *ls)
{
    for (int k = 0; k < TOLD_KINDS; k++)
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
