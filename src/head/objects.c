// SPDX-License-Identifier: Apache-2.0
/* Objects in the store: read, made, replaced and patched. */
#include "head/objects.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>

#include "head/objects_private.h"

#define TRIES_MAX 10 /* of one change that others come before, and of names that are taken */

char *objects_key(const struct kind *k, const char *ns, const char *name)
{
    if (!k->namespaced)
        return mem_printf("/%s/%s", k->plural, name ? name : "");
    return ns ? mem_printf("/%s/%s/%s", k->plural, ns, name ? name : "") : mem_printf("/%s/", k->plural);
}

json_t *objects_parse(struct objects *o, const char *key, const char *text, int64_t revision)
{
    struct err e = {0};
    json_t *v = json_parse(text, strlen(text), &e);
    if (!json_is_object(v)) {
        log_error("object %s in the store is damaged: %s", key, err_text(&e));
        json_decref(v);
        return NULL;
    }
    char number[24];
    snprintf(number, sizeof(number), "%lld", (long long)revision);
    json_put_str(object_part(v, "metadata"), "resourceVersion", number);
    if (objects_seal_applies(key) && objects_seal_open(&o->seal, key, v, &e) < 0) {
        log_error("%s", err_text(&e));
        json_object_del(v, "sealed");
        json_put_str(object_part(object_part(v, "metadata"), "annotations"), SEAL_UNREADABLE, err_text(&e));
    }
    return v;
}

bool objects_any(struct objects *o, const char *prefix)
{
    AUTO(store_list_done)
    struct store_list list = {0};
    return store_list(o->store, prefix, NULL, 1, &list, NULL) == 0 && list.n > 0;
}

/* ---- open and close ---- */

static int make_default(struct objects *o, struct err *e)
{
    AUTO_JSON json_t *ns = json_pack("{s:{s:s}}", "metadata", "name", "default");
    int r = objects_create(o, kind_find("Namespace"), NULL, ns, false, NULL, e);
    return r == -EEXIST ? 0 : r;
}

static int count_events(struct objects *o, struct err *e)
{
    AUTO(store_list_done)
    struct store_list list = {0};
    int r = store_list(o->store, "/events/", NULL, 0, &list, e);
    o->n_events = list.n;
    return r;
}

int objects_open(struct store *s, struct objects **ret, struct err *e)
{
    struct objects *o = mem_alloc(sizeof(*o));
    o->store = o->seal.store = s;
    int r = count_events(o, e);
    if (r == 0)
        r = store_watch(s, "/", store_revision(s), objects_feed, o, &o->feed, e);
    if (r == 0)
        r = make_default(o, e);
    if (r < 0) {
        objects_close(o);
        return err_wrap(e, r, "open the objects of the store");
    }
    *ret = o;
    return 0;
}

void objects_close(struct objects *o)
{
    if (!o)
        return;
    if (o->feed)
        store_unwatch(o->feed);
    objects_watches_done(o);
    objects_seal_done(&o->seal);
    free(o);
}

void objects_keep_key(struct objects *o, const char *path)
{
    objects_seal_done(&o->seal);
    o->seal.path = mem_strdup(path);
    objects_seal_check(&o->seal);
}

int objects_key_of_seals(struct objects *o, const struct seal_key **ret, struct err *e)
{
    int r = objects_seal_keys(&o->seal, e);
    if (r == 0)
        *ret = &o->seal.ring.keys[0];
    return r;
}

int64_t objects_revision(struct objects *o)
{
    return store_revision(o->store);
}

/* ---- read ---- */

static int not_found(struct object_ref ref, struct err *e)
{
    return err_set(e, ENOENT, "%s \"%s\" not found%s%s", ref.kind->plural, ref.name, ref.ns ? " in namespace " : "",
                   ref.ns ? ref.ns : "");
}

int objects_read(struct objects *o, struct object_ref ref, json_t **ret, int64_t *ret_revision, struct err *e)
{
    if (str_empty(ref.name) || strchr(ref.name, '/') || (ref.ns && strchr(ref.ns, '/')))
        return not_found(ref, e); /* would be another's key */
    AUTO(store_item_done)
    struct store_item item = {0};
    AUTO_FREE char *key = objects_key(ref.kind, ref.ns, ref.name);
    int r = store_get(o->store, key, &item, e);
    if (r == -ENOENT)
        return not_found(ref, e);
    if (r < 0)
        return r;
    *ret = objects_parse(o, key, item.value, item.modified);
    *ret_revision = item.modified;
    return *ret ? 0 : err_set(e, EIO, "%s \"%s\" is damaged in the store; delete it", ref.kind->plural, ref.name);
}

int objects_get(struct objects *o, struct object_ref ref, json_t **ret, struct err *e)
{
    int64_t revision;
    int r = objects_read(o, ref, ret, &revision, e);
    const char *why = r < 0 ? NULL : json_str(json_at(*ret, "metadata", "annotations", NULL), SEAL_UNREADABLE, NULL);
    if (!why || !str_eq(ref.kind->name, "Secret"))
        return r;
    r = err_set(e, ENOKEY, "%s", why);
    json_decref(take_ptr(*ret));
    return r;
}

int objects_list(struct objects *o, const struct kind *k, const char *ns, json_t **ret, int64_t *ret_revision,
                 struct err *e)
{
    AUTO(store_list_done)
    struct store_list list = {0};
    AUTO_FREE char *prefix = objects_key(k, ns, NULL);
    int r = store_list(o->store, prefix, NULL, 0, &list, e);
    if (r < 0)
        return r;
    json_t *all = json_array();
    for (size_t i = 0; i < list.n; i++) {
        json_t *v = objects_parse(o, list.items[i].key, list.items[i].value, list.items[i].modified);
        if (v)
            json_array_append_new(all, v);
    }
    *ret = all;
    if (ret_revision)
        *ret_revision = list.revision;
    return 0;
}

/* ---- write ---- */

void objects_dry(struct objects *o, bool dry)
{
    o->dry = dry;
}

/* Would the write be carried out? */
static int check_expected(struct objects *o, const struct store_op *op, struct err *e)
{
    AUTO(store_item_done)
    struct store_item item = {0};
    int r = store_get(o->store, op->key, &item, e);
    if (r < 0 && r != -ENOENT)
        return r;
    int64_t is = r == -ENOENT ? 0 : item.modified;
    err_clear(e);
    return op->expect < 0 || op->expect == is ? 0 : -EAGAIN;
}

int objects_commit(struct objects *o, const struct store_op *ops, size_t n, int64_t *ret_revision, struct err *e)
{
    if (!o->dry)
        return store_write(o->store, ops, n, ret_revision, NULL, e);
    *ret_revision = store_revision(o->store);
    for (size_t i = 0; i < n; i++) {
        int r = check_expected(o, &ops[i], e);
        if (r < 0)
            return r;
    }
    return 0;
}

int objects_put(struct objects *o, struct object_ref ref, json_t *object, int64_t expect, struct err *e)
{
    json_t *meta = object_part(object, "metadata");
    json_object_del(meta, "resourceVersion");
    AUTO_FREE char *key = objects_key(ref.kind, ref.ns, ref.name);
    AUTO_JSON json_t *sealed = NULL;
    int r = objects_seal_applies(key) ? objects_seal_close(&o->seal, key, object, &sealed, e) : 0;
    if (r < 0)
        return err_wrap(e, r, "seal %s \"%s\"", ref.kind->plural, ref.name);
    AUTO_FREE char *text = json_text(sealed ? sealed : object);
    if (strlen(text) > JSON_MAX_BYTES)
        return err_set(e, EINVAL, "object: %s \"%s\" is larger than %u bytes", ref.kind->plural, ref.name,
                       JSON_MAX_BYTES);
    struct store_op op = {.key = key, .value = text, .expect = expect};
    int64_t revision;
    r = objects_commit(o, &op, 1, &revision, e);
    if (r == -EAGAIN)
        return err_set(e, EAGAIN, "%s \"%s\" was changed meanwhile: get it again", ref.kind->plural, ref.name);
    if (r < 0)
        return err_wrap(e, r, "store %s \"%s\"", ref.kind->plural, ref.name);
    char number[24];
    snprintf(number, sizeof(number), "%lld", (long long)revision);
    json_put_str(meta, "resourceVersion", number);
    return 0;
}

/* A random (version 4) UUID. */
static void make_uid(char ret[37])
{
    uint8_t b[16];
    if (getrandom(b, sizeof(b), 0) != (ssize_t)sizeof(b))
        abort(); /* cannot be: 16 bytes are never cut */
    b[6] = (b[6] & 0x0f) | 0x40;
    b[8] = (b[8] & 0x3f) | 0x80;
    for (size_t i = 0; i < sizeof(b); i++) {
        *ret = '\0';
        ret += sprintf(ret, "%02x%s", b[i], i == 3 || i == 5 || i == 7 || i == 9 ? "-" : "");
    }
}

static int check_namespace(struct objects *o, const struct kind *k, const char *ns, struct err *e)
{
    if (!k->namespaced)
        return 0;
    if (str_empty(ns))
        return err_set(e, EINVAL, "metadata.namespace: required");
    AUTO_JSON json_t *v = NULL;
    return objects_get(o, (struct object_ref){kind_find("Namespace"), NULL, ns}, &v, e);
}

static int create_named(struct objects *o, const struct object_birth *b, const json_t *given, json_t **ret,
                        struct err *e)
{
    AUTO_JSON json_t *v = NULL;
    int r = object_shape_new(b, given, &v, e);
    if (r < 0)
        return r;
    struct object_ref ref = {b->kind, b->ns, json_str(json_object_get(v, "metadata"), "name", NULL)};
    r = objects_put(o, ref, v, 0, e);
    if (r == -EAGAIN)
        return err_set(e, EEXIST, "%s \"%s\" already exists", ref.kind->plural, ref.name);
    if (r == 0 && ret)
        *ret = take_ptr(v);
    return r;
}

int objects_create(struct objects *o, const struct kind *k, const char *ns, const json_t *object, bool keep_status,
                   json_t **ret, struct err *e)
{
    ns = k->namespaced ? ns : NULL;
    int r = check_namespace(o, k, ns, e);
    if (r < 0)
        return r;
    char uid[37];
    make_uid(uid);
    const json_t *meta = json_object_get(object, "metadata");
    const char *prefix = str_empty(json_str(meta, "name", NULL)) ? json_str(meta, "generateName", NULL) : NULL;
    struct object_birth b = {.kind = k, .ns = ns, .uid = uid, .now_us = clock_now_us(), .keep_status = keep_status};
    if (str_eq(k->name, "Event"))
        objects_events_room(o);
    r = -EEXIST;
    for (int i = 0; i < TRIES_MAX && r == -EEXIST && (i == 0 || prefix); i++) {
        err_clear(e);
        AUTO_FREE char *name = str_empty(prefix) ? NULL : object_name_generate(k, prefix);
        b.name = name;
        r = create_named(o, &b, object, ret, e);
    }
    return r;
}

/* Kubernetes' rule: an object whose deletion was asked for goes with its last finalizer; unless sedge's own parts take
 * it away. */
static bool goes_now(const struct kind *k, const json_t *before, const json_t *after)
{
    return json_at(after, "metadata", "deletionTimestamp", NULL) && json_at(before, "metadata", "finalizers", NULL) &&
           !json_at(after, "metadata", "finalizers", NULL) && !object_is_held(k, after);
}

/* Writes `after` over `before`, which has the revision; nothing when they are the same. */
static int write_next(struct objects *o, struct object_ref ref, const json_t *before, int64_t revision, json_t *after,
                      struct err *e)
{
    if (goes_now(ref.kind, before, after))
        return objects_remove(o, ref, NULL, e);
    return json_equal(before, after) ? 0 : objects_put(o, ref, after, revision, e);
}

int objects_replace(struct objects *o, struct object_ref ref, enum objects_part part, const json_t *object,
                    json_t **ret, struct err *e)
{
    AUTO_JSON json_t *before = NULL, *after = NULL;
    int64_t revision;
    int r = objects_read(o, ref, &before, &revision, e);
    if (r == 0)
        r = object_shape_next(ref.kind, before, part, object, &after, e);
    if (r == 0)
        r = write_next(o, ref, before, revision, after, e);
    if (r == 0 && ret)
        *ret = take_ptr(after);
    return r;
}

int objects_patch(struct objects *o, struct object_ref ref, enum objects_part part, const json_t *merge_patch,
                  json_t **ret, struct err *e)
{
    if (!json_is_object(merge_patch))
        return err_set(e, EINVAL, "patch: must be an object");
    AUTO_JSON json_t *before = NULL;
    int r = objects_get(o, ref, &before, e);
    if (r < 0)
        return r;
    AUTO_JSON json_t *merged = json_merge_patch(before, merge_patch);
    return objects_replace(o, ref, part, merged, ret, e);
}

int objects_change(struct objects *o, struct object_ref ref, enum objects_part part,
                   int (*change)(void *data, json_t *object), void *data, json_t **ret, struct err *e)
{
    int r = -EAGAIN;
    for (int i = 0; i < TRIES_MAX && r == -EAGAIN; i++) {
        AUTO_JSON json_t *v = NULL;
        r = objects_get(o, ref, &v, e);
        if (r < 0)
            return r;
        r = change(data, v);
        if (r < 0)
            return r;
        r = objects_replace(o, ref, part, v, ret, e);
    }
    return r;
}
