// SPDX-License-Identifier: Apache-2.0
/* Makes the object that is stored out of the one that was given. */
#include "head/object_shape.h"

#include <errno.h>
#include <string.h>

#include "head/object_secret.h"

/* Metadata that the head alone writes: taken from clients only to be compared. */
static const char *const system_meta[] = {
    "uid", "resourceVersion", "generation", "creationTimestamp", "deletionTimestamp", "deletionGracePeriodSeconds",
};

/* What a new object of the kind begins with. */
static const struct {
    const char *kind, *phase;
} first_phases[] = {{"Namespace", "Active"}, {"Pod", "Pending"}, {"Volume", "Pending"}};

json_t *object_part(json_t *obj, const char *key)
{
    json_t *part = json_object_get(obj, key);
    if (json_is_object(part))
        return part;
    part = json_object();
    json_object_set_new(obj, key, part);
    return part;
}

int object_name_check(const struct kind *k, const char *name, const char *path, struct err *e)
{
    bool dots = str_eq(k->name, "Pod") || str_eq(k->name, "Node") || str_eq(k->name, "Event") ||
                str_eq(k->name, "ControllerRevision") || str_eq(k->name, "Secret");
    if (str_empty(name))
        return err_set(e, EINVAL, "%s: required", path);
    if (dots ? str_is_dns_name(name) : str_is_label(name))
        return 0;
    return err_set(e, EINVAL, "%s: '%s' is no %s; use %s of a-z, 0-9 and '-', not at the ends", path, name,
                   dots ? "DNS name" : "DNS label", dots ? "dot-separated labels" : "1 to 63");
}

char *object_name_generate(const struct kind *k, const char *prefix)
{
    char tail[6];
    str_random(tail, 5);
    size_t most = (str_eq(k->name, "Pod") || str_eq(k->name, "Event") ? 253 : 63) - 5;
    return mem_printf("%.*s%s", (int)most, prefix, tail);
}

static int check_word(const json_t *given, const char *key, const char *wanted, struct err *e)
{
    const json_t *v = json_object_get(given, key);
    if (!v || str_eq(json_string_value(v), wanted) || str_eq(json_string_value(v), ""))
        return 0;
    return err_set(e, EINVAL, "%s: '%s' was given where '%s' belongs", key,
                   json_is_string(v) ? json_string_value(v) : "something else", wanted);
}

static int check_type(const struct kind *k, const json_t *given, struct err *e)
{
    if (!json_is_object(given))
        return err_set(e, EINVAL, "object: must be an object");
    int r = check_word(given, "kind", k->name, e);
    return r < 0 ? r : check_word(given, "apiVersion", k->api_version, e);
}

int object_shape_normal(const struct kind *k, const json_t *given, json_t **ret, struct err *e)
{
    AUTO_FREE void *decoded = mem_alloc(k->table->size);
    int r = fields_decode(k->table, given, decoded, e);
    if (r < 0)
        return r;
    AUTO_JSON json_t *v = fields_encode(k->table, decoded);
    fields_done(k->table, decoded);
    json_put_str(v, "apiVersion", k->api_version);
    json_put_str(v, "kind", k->name);
    if (str_eq(k->name, "Secret"))
        object_secret_fold(v);
    r = object_rules_check(k, v, e);
    if (r == 0)
        *ret = take_ptr(v);
    return r;
}

static int set_place(const struct object_birth *b, json_t *meta, struct err *e)
{
    const char *ns = json_str(meta, "namespace", NULL);
    if (b->ns && !str_empty(ns) && !str_eq(ns, b->ns))
        return err_set(e, EINVAL, "metadata.namespace: '%s' is not the namespace of the request, '%s'", ns, b->ns);
    if (b->ns)
        json_put_str(meta, "namespace", b->ns);
    else
        json_object_del(meta, "namespace");
    json_put_str(meta, "name", b->name);
    return object_name_check(b->kind, json_str(meta, "name", NULL), "metadata.name", e);
}

static void set_first_status(const struct object_birth *b, json_t *v)
{
    for (size_t i = 0; i < ARRAY_LEN(first_phases); i++)
        if (!json_object_get(v, "status") && str_eq(first_phases[i].kind, b->kind->name))
            json_put_str(object_part(v, "status"), "phase", first_phases[i].phase);
}

int object_shape_new(const struct object_birth *b, const json_t *given, json_t **ret, struct err *e)
{
    int r = check_type(b->kind, given, e);
    if (r < 0)
        return r;
    AUTO_JSON json_t *bare = json_copy((json_t *)(uintptr_t)given);
    if (!b->keep_status)
        json_object_del(bare, "status");
    AUTO_JSON json_t *v = NULL;
    r = object_shape_normal(b->kind, bare, &v, e);
    if (r < 0)
        return r;
    json_t *meta = object_part(v, "metadata");
    for (size_t i = 0; i < ARRAY_LEN(system_meta); i++)
        json_object_del(meta, system_meta[i]);
    r = set_place(b, meta, e);
    if (r < 0)
        return r;
    char now[32];
    json_put_str(meta, "uid", b->uid);
    json_put_str(meta, "creationTimestamp", clock_rfc3339(b->now_us, now, sizeof(now)));
    json_put_int(meta, "generation", 1);
    set_first_status(b, v);
    *ret = take_ptr(v);
    return 0;
}

static int check_version(const json_t *before, const json_t *given, struct err *e)
{
    static const char *const fields[] = {"resourceVersion", "uid"};
    const json_t *was = json_object_get(before, "metadata"), *is = json_object_get(given, "metadata");
    for (size_t i = 0; i < ARRAY_LEN(fields); i++) {
        const char *wanted = json_str(is, fields[i], NULL);
        if (!str_empty(wanted) && !str_eq(wanted, json_str(was, fields[i], NULL)))
            return err_set(e, EAGAIN, "metadata.%s: '%s' is not the object's, '%s'; it was changed: get it again",
                           fields[i], wanted, json_str(was, fields[i], ""));
    }
    return 0;
}

static int check_same_place(const json_t *before, json_t *meta, struct err *e)
{
    static const char *const fields[] = {"name", "namespace"};
    for (size_t i = 0; i < ARRAY_LEN(fields); i++) {
        const char *was = json_str(json_object_get(before, "metadata"), fields[i], NULL);
        const char *is = json_str(meta, fields[i], NULL);
        if (!str_empty(is) && !str_eq(is, was))
            return err_set(e, EINVAL, "metadata.%s: '%s' is not the one in the request, '%s'", fields[i], is,
                           was ? was : "");
        json_put_str(meta, fields[i], was);
    }
    return 0;
}

static void keep_system_meta(const json_t *before, json_t *meta)
{
    json_t *was = json_object_get(before, "metadata");
    for (size_t i = 0; i < ARRAY_LEN(system_meta); i++) {
        json_t *v = json_object_get(was, system_meta[i]);
        if (v)
            json_object_set(meta, system_meta[i], v);
        else
            json_object_del(meta, system_meta[i]);
    }
    if (json_object_get(was, "generateName"))
        json_object_set(meta, "generateName", json_object_get(was, "generateName"));
}

static void count_generation(const json_t *before, json_t *v)
{
    json_t *was = json_object_get(before, "spec"), *is = json_object_get(v, "spec");
    if (was != is && !(was && is && json_equal(was, is))) {
        json_t *meta = json_object_get(v, "metadata");
        json_put_int(meta, "generation", json_int(meta, "generation", 0) + 1);
    }
}

/* `before` with the given status, or the given object with the status of `before`. */
static json_t *combine(const json_t *before, enum objects_part part, const json_t *given)
{
    const json_t *main_part = part == OBJECTS_STATUS ? before : given,
                 *status_part = part == OBJECTS_STATUS ? given : before;
    json_t *v = json_copy((json_t *)(uintptr_t)main_part);
    json_t *status = json_object_get(status_part, "status");
    if (status)
        json_object_set(v, "status", status);
    else
        json_object_del(v, "status");
    return v;
}

int object_shape_next(const struct kind *k, const json_t *before, enum objects_part part, const json_t *given,
                      json_t **ret, struct err *e)
{
    int r = check_type(k, given, e);
    if (r == 0)
        r = check_version(before, given, e);
    if (r < 0)
        return r;
    AUTO_JSON json_t *whole = combine(before, part, given);
    AUTO_JSON json_t *v = NULL;
    r = object_shape_normal(k, whole, &v, e);
    if (r < 0)
        return r;
    json_t *meta = object_part(v, "metadata");
    r = check_same_place(before, meta, e);
    if (r < 0)
        return r;
    keep_system_meta(before, meta);
    r = fields_check_update(k->table, before, v, e);
    if (r == 0 && str_eq(k->name, "Secret"))
        r = object_secret_check_next(before, v, e);
    if (r < 0)
        return r;
    count_generation(before, v);
    *ret = take_ptr(v);
    return 0;
}
