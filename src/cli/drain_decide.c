// SPDX-License-Identifier: Apache-2.0
/* One pod of an owner at a time, and the next when its replacement is ready. */
#include "cli/drain_decide.h"

static const char *meta(const json_t *pod, const char *key)
{
    return json_str(json_object_get(pod, "metadata"), key, "");
}

static const json_t *owner_of(const json_t *pod)
{
    size_t i;
    json_t *o;
    json_array_foreach(json_at(pod, "metadata", "ownerReferences", NULL), i, o)
    {
        if (json_bool(o, "controller", false))
            return o;
    }
    return NULL;
}

static const char *owner_uid(const json_t *pod)
{
    return json_str(owner_of(pod), "uid", "");
}

static bool is_going(const json_t *pod)
{
    return meta(pod, "deletionTimestamp")[0] != '\0';
}

static bool has_ended(const json_t *pod)
{
    const char *phase = json_str(json_object_get(pod, "status"), "phase", "");
    return str_eq(phase, "Succeeded") || str_eq(phase, "Failed");
}

static bool is_ready(const json_t *pod)
{
    const json_t *c = json_find(json_at(pod, "status", "conditions", NULL), "type", "Ready");
    return str_eq(json_str(c, "status", ""), "True");
}

bool drain_stands(const json_t *pod, const char *node)
{
    return str_eq(json_str(json_object_get(pod, "spec"), "nodeName", ""), node) && !has_ended(pod);
}

const char *drain_objection(const json_t *pod, bool volumes, bool unowned)
{
    size_t i;
    json_t *v;
    const json_t *spec = json_object_get(pod, "spec");
    const char *tied = json_str(json_object_get(spec, "nodeSelector"), "kubernetes.io/hostname", NULL);
    if (!owner_of(pod) && !unowned)
        return "nobody makes it anew elsewhere";
    if (!volumes && tied && str_eq(tied, json_str(spec, "nodeName", "")))
        return "its nodeSelector keeps it on this node";
    json_array_foreach(json_at(pod, "spec", "volumes", NULL), i, v)
    {
        if (!volumes && json_object_get(v, "persistentVolumeClaim"))
            return "its volume stays on this node";
    }
    return NULL;
}

void drain_owners(const json_t *pods, struct map *ret)
{
    size_t i;
    json_t *pod;
    json_array_foreach(pods, i, pod)
    {
        const char *uid = owner_uid(pod);
        if (uid[0] && !has_ended(pod) && !is_going(pod))
            map_set(ret, uid, (void *)((uintptr_t)map_get(ret, uid) + 1));
    }
}

/* May one of the owner's pods that serve be taken away now? */
static bool owner_spares(const struct drain *d, const char *uid)
{
    uintptr_t there = 0;
    size_t i;
    json_t *pod;
    json_array_foreach(d->pods, i, pod)
    {
        if (!str_eq(owner_uid(pod), uid) || has_ended(pod))
            continue;
        if (is_going(pod))
            return false;
        if (!drain_stands(pod, d->node) && !is_ready(pod))
            return false;
        there++;
    }
    return there >= (uintptr_t)map_get(d->want, uid);
}

static bool may_go(const struct drain *d, const json_t *pod)
{
    const char *uid = owner_uid(pod);
    return uid[0] == '\0' || !is_ready(pod) || owner_spares(d, uid);
}

static bool owner_is_among(const json_t *const *chosen, size_t n, const json_t *pod)
{
    for (size_t i = 0; i < n; i++)
        if (owner_uid(pod)[0] && str_eq(owner_uid(chosen[i]), owner_uid(pod)))
            return true;
    return false;
}

size_t drain_next(const struct drain *d, const json_t **ret, size_t most)
{
    size_t i, n = 0, going = 0;
    json_t *pod;
    json_array_foreach(d->pods, i, pod)
    {
        going += drain_stands(pod, d->node) && is_going(pod);
    }
    json_array_foreach(d->pods, i, pod)
    {
        if (n >= most || n + going >= d->at_once)
            break;
        if (drain_stands(pod, d->node) && !is_going(pod) && !owner_is_among(ret, n, pod) && may_go(d, pod))
            ret[n++] = pod;
    }
    return n;
}

size_t drain_left(const struct drain *d)
{
    size_t i, n = 0;
    json_t *pod;
    json_array_foreach(d->pods, i, pod)
    {
        n += drain_stands(pod, d->node);
    }
    return n;
}
