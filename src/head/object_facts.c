// SPDX-License-Identifier: Apache-2.0
/* Reading objects: metadata, labels, conditions, pods' readiness. */
#include "head/object_facts.h"

static const char *meta_text(const json_t *object, const char *key)
{
    return json_str(json_object_get(object, "metadata"), key, "");
}

const char *object_name(const json_t *object)
{
    return meta_text(object, "name");
}

const char *object_namespace(const json_t *object)
{
    return meta_text(object, "namespace");
}

const char *object_uid(const json_t *object)
{
    return meta_text(object, "uid");
}

const char *object_created(const json_t *object)
{
    return meta_text(object, "creationTimestamp");
}

const char *object_label(const json_t *object, const char *key)
{
    return json_str(json_at(object, "metadata", "labels", NULL), key, NULL);
}

int64_t object_revision(const json_t *object)
{
    int64_t revision = 0;
    return str_to_i64(meta_text(object, "resourceVersion"), 0, INT64_MAX, &revision) ? revision : 0;
}

bool object_is_deleting(const json_t *object)
{
    return !str_empty(meta_text(object, "deletionTimestamp"));
}

const json_t *object_controller(const json_t *object)
{
    size_t i;
    json_t *owner;
    json_array_foreach(json_at(object, "metadata", "ownerReferences", NULL), i, owner)
    {
        if (json_bool(owner, "controller", false))
            return owner;
    }
    return NULL;
}

bool object_is_owned_by(const json_t *object, const char *uid)
{
    const json_t *owner = object_controller(object);
    return owner && str_eq(json_str(owner, "uid", ""), uid);
}

bool object_matches(const json_t *object, const json_t *selector)
{
    if (json_object_size(selector) == 0)
        return false;
    const char *key;
    json_t *value;
    json_object_foreach((json_t *)(uintptr_t)selector, key, value)
    {
        const char *label = object_label(object, key);
        if (!label || !str_eq(label, json_string_value(value)))
            return false;
    }
    return true;
}

const json_t *object_condition(const json_t *object, const char *type)
{
    size_t i;
    json_t *c;
    json_array_foreach(json_at(object, "status", "conditions", NULL), i, c)
    {
        if (str_eq(json_str(c, "type", ""), type))
            return c;
    }
    return NULL;
}

bool object_condition_is(const json_t *object, const char *type, const char *status)
{
    return str_eq(json_str(object_condition(object, type), "status", "Unknown"), status);
}

json_t *object_with_condition(const json_t *object, const char *type, bool status, const char *reason,
                              const char *message, const char *now)
{
    const char *word = status ? "True" : "False";
    const json_t *before = object_condition(object, type);
    const char *since =
        before && str_eq(json_str(before, "status", ""), word) ? json_str(before, "lastTransitionTime", now) : now;
    json_t *c = json_object();
    json_put_str(c, "type", type);
    json_put_str(c, "status", word);
    json_put_str(c, "reason", reason);
    json_put_str(c, "message", message);
    json_put_str(c, "lastTransitionTime", since);
    json_t *all = json_array();
    size_t i;
    json_t *old;
    bool placed = false;
    json_array_foreach(json_at(object, "status", "conditions", NULL), i, old)
    {
        bool same = str_eq(json_str(old, "type", ""), type);
        json_array_append(all, same ? c : old);
        placed = placed || same;
    }
    if (!placed)
        json_array_append(all, c);
    json_decref(c);
    return all;
}

bool object_pod_ready(const json_t *pod)
{
    return !object_is_deleting(pod) && object_condition_is(pod, "Ready", "True");
}

bool object_pod_runs(const json_t *pod)
{
    size_t i;
    json_t *c;
    json_array_foreach(json_at(pod, "status", "containerStatuses", NULL), i, c)
    {
        if (json_at(c, "state", "running", NULL))
            return true;
    }
    return false;
}

bool object_pod_serves(const json_t *pod)
{
    return object_pod_ready(pod) && object_pod_runs(pod);
}

bool object_pod_ended(const json_t *pod)
{
    const char *phase = json_str(json_object_get(pod, "status"), "phase", "");
    return str_eq(phase, "Succeeded") || str_eq(phase, "Failed");
}

json_t *object_normal(const struct kind *kind, const json_t *object, struct err *e)
{
    void *v = mem_alloc(kind->table->size);
    json_t *out = NULL;
    if (fields_decode(kind->table, object, v, e) == 0) {
        out = fields_encode(kind->table, v);
        fields_done(kind->table, v);
    }
    free(v);
    return out;
}

void object_list_add(struct object_list *l, const json_t *object)
{
    l->v = mem_push(l->v, l->n, sizeof(*l->v));
    l->v[l->n++] = object;
}

void object_list_done(struct object_list *l)
{
    free(l->v);
    *l = (struct object_list){0};
}

const json_t *object_list_find(const struct object_list *l, const char *name)
{
    for (size_t i = 0; i < l->n; i++)
        if (str_eq(object_name(l->v[i]), name))
            return l->v[i];
    return NULL;
}
