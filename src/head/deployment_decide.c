// SPDX-License-Identifier: Apache-2.0
/* Pods of a Deployment: made, replaced, changed in place, scaled down; one small step at a time. */
#include "head/deployment_decide.h"

#include <string.h>

#define MADE_AT_ONCE 50 /* pods in one step */

/* Parts of spec.sedge that a pod takes over while it lives. */
static const char *const in_place[] = {"state", "components", "links", "after", "bundle", "runs"};

void deployment_hash(const json_t *deployment, char ret[TEMPLATE_HASH_SIZE])
{
    AUTO_JSON json_t *template = json_deep_copy(json_at(deployment, "spec", "template", NULL));
    json_t *sedge = json_at(template, "spec", "sedge", NULL);
    for (size_t i = 0; i < ARRAY_LEN(in_place); i++)
        json_object_del(sedge, in_place[i]);
    if (sedge && json_object_size(sedge) == 0)
        json_object_del(json_object_get(template, "spec"), "sedge");
    AUTO_FREE char *text = json_text(template);
    char digest[DIGEST_TEXT_SIZE];
    digest_of(text, strlen(text), digest);
    memcpy(ret, digest + strlen("sha256:"), TEMPLATE_HASH_SIZE - 1);
    ret[TEMPLATE_HASH_SIZE - 1] = '\0';
}

json_t *deployment_sedge(const json_t *template_spec, const json_t *pod_spec)
{
    const json_t *wanted = json_object_get(template_spec, "sedge"), *is = json_object_get(pod_spec, "sedge");
    json_t *out = is ? json_deep_copy(is) : json_object();
    for (size_t i = 0; i < ARRAY_LEN(in_place); i++) {
        json_t *part = json_object_get(wanted, in_place[i]);
        if (part)
            json_object_set_new(out, in_place[i], json_deep_copy(part));
        else
            json_object_del(out, in_place[i]);
    }
    return out;
}

static int64_t replicas_of(const json_t *deployment)
{
    return json_int(json_object_get(deployment, "spec"), "replicas", 1);
}

static json_t *pod_template(const json_t *deployment)
{
    return json_at(deployment, "spec", "template", NULL);
}

/* An ended pod is replaced where its containers should run again: what ended well stays unless they should always run,
 * what failed stays only if they never should. */
static bool is_replaced(const json_t *pod)
{
    const char *policy = json_str(json_object_get(pod, "spec"), "restartPolicy", "Always");
    bool well = str_eq(json_str(json_object_get(pod, "status"), "phase", ""), "Succeeded");
    if (!object_pod_ended(pod) || str_eq(policy, "Never"))
        return false;
    return str_eq(policy, "Always") || !well;
}

void deployment_sort_pods(const json_t *deployment, const struct object_list *pods, struct deployment_pods *ret)
{
    char hash[TEMPLATE_HASH_SIZE];
    *ret = (struct deployment_pods){0};
    deployment_hash(deployment, hash);
    for (size_t i = 0; i < pods->n; i++) {
        const json_t *pod = pods->v[i];
        if (object_is_deleting(pod))
            object_list_add(&ret->going, pod);
        else if (is_replaced(pod))
            object_list_add(&ret->ended, pod);
        else if (str_eq(object_label(pod, POD_TEMPLATE_HASH), hash))
            object_list_add(&ret->fresh, pod);
        else
            object_list_add(&ret->stale, pod);
    }
}

void deployment_pods_done(struct deployment_pods *p)
{
    object_list_done(&p->fresh);
    object_list_done(&p->stale);
    object_list_done(&p->ended);
    object_list_done(&p->going);
}

static json_t *new_pod(const json_t *deployment)
{
    char hash[TEMPLATE_HASH_SIZE];
    AUTO_FREE char *prefix = mem_printf("%s-", object_name(deployment));
    const json_t *template = pod_template(deployment);
    json_t *labels = json_deep_copy(json_at(template, "metadata", "labels", NULL));
    if (!labels)
        labels = json_object();
    deployment_hash(deployment, hash);
    json_put_str(labels, POD_TEMPLATE_HASH, hash);
    json_t *meta = json_pack("{s:s, s:s, s:o, s:[{s:s, s:s, s:s, s:s, s:b, s:b}]}", "generateName", prefix, "namespace",
                             object_namespace(deployment), "labels", labels, "ownerReferences", "apiVersion", "apps/v1",
                             "kind", "Deployment", "name", object_name(deployment), "uid", object_uid(deployment),
                             "controller", 1, "blockOwnerDeletion", 1);
    json_t *annotations = json_at(template, "metadata", "annotations", NULL);
    if (annotations)
        json_object_set_new(meta, "annotations", json_deep_copy(annotations));
    json_t *pod = json_pack("{s:s, s:s, s:o}", "apiVersion", "v1", "kind", "Pod", "metadata", meta);
    json_object_set_new(pod, "spec", json_deep_copy(json_object_get(template, "spec")));
    return pod;
}

static void make_pods(const json_t *deployment, int64_t n, struct changes *ret)
{
    for (int64_t i = 0; i < n && i < MADE_AT_ONCE; i++)
        changes_create(ret, "Pod", new_pod(deployment));
}

/* Brings the parts that change in place up to date. */
static void change_in_place(const json_t *deployment, const struct object_list *pods, struct changes *ret)
{
    const json_t *wanted = json_object_get(pod_template(deployment), "spec");
    for (size_t i = 0; i < pods->n; i++) {
        const json_t *spec = json_object_get(pods->v[i], "spec");
        json_t *sedge = deployment_sedge(wanted, spec);
        const json_t *is = json_object_get(spec, "sedge");
        if (is ? json_equal(sedge, is) : json_object_size(sedge) == 0) {
            json_decref(sedge);
            continue;
        }
        json_t *copy = json_deep_copy(pods->v[i]);
        json_object_set_new(json_object_get(copy, "spec"), "sedge", sedge);
        changes_spec(ret, "Pod", copy);
    }
}

/* Whom to do without first: who has no node, who is not ready, the newest. */
static int dispensable(const void *a, const void *b)
{
    const json_t *x = *(const json_t *const *)a, *y = *(const json_t *const *)b;
    bool on_x = !str_empty(json_str(json_object_get(x, "spec"), "nodeName", ""));
    bool on_y = !str_empty(json_str(json_object_get(y, "spec"), "nodeName", ""));
    if (on_x != on_y)
        return on_x ? 1 : -1;
    if (object_pod_ready(x) != object_pod_ready(y))
        return object_pod_ready(x) ? 1 : -1;
    int newer = strcmp(object_created(y), object_created(x));
    return newer != 0 ? newer : strcmp(object_name(y), object_name(x));
}

static void delete_first(struct object_list *pods, int64_t n, struct changes *ret)
{
    if (pods->n > 1)
        qsort(pods->v, pods->n, sizeof(*pods->v), dispensable);
    for (size_t i = 0; i < pods->n && (int64_t)i < n; i++)
        changes_delete(ret, "Pod", pods->v[i]);
}

static bool spec_has(const json_t *deployment, bool (*holds)(const json_t *part), const char *list)
{
    size_t i;
    json_t *part;
    json_array_foreach(json_at(pod_template(deployment), "spec", list, NULL), i, part)
    {
        if (holds(part))
            return true;
    }
    return false;
}

static bool is_claim(const json_t *volume)
{
    return json_object_get(volume, "persistentVolumeClaim") != NULL;
}

static bool publishes(const json_t *container)
{
    size_t i;
    json_t *port;
    json_array_foreach(json_object_get(container, "ports"), i, port)
    {
        if (json_int(port, "hostPort", 0) > 0)
            return true;
    }
    return false;
}

static int64_t count_ready(const struct object_list *pods)
{
    int64_t n = 0;
    for (size_t i = 0; i < pods->n; i++)
        n += object_pod_ready(pods->v[i]);
    return n;
}

/* maxSurge or maxUnavailable as a number of pods; percentages of the number wanted are rounded up or down. */
static int64_t rolling(const json_t *deployment, const char *key, int64_t wanted, bool up, int64_t fallback)
{
    const json_t *v = json_at(deployment, "spec", "strategy", "rollingUpdate", key, NULL);
    const char *text = json_string_value(v);
    int64_t percent;
    if (json_is_integer(v))
        return json_integer_value(v) >= 0 ? json_integer_value(v) : fallback;
    AUTO_FREE char *number = text && str_ends(text, "%") ? mem_strndup(text, strlen(text) - 1) : NULL;
    if (!number || wanted > 1000000 || !str_to_i64(number, 0, 1000, &percent))
        return fallback;
    return (wanted * percent + (up ? 99 : 0)) / 100;
}

/* One more than wanted at most, as many ready as wanted at least, unless the strategy says otherwise; where a pod needs
 * what another holds (host ports, volumes), one goes before the next comes. */
static void roll(const json_t *deployment, struct deployment_pods *p, bool exclusive, struct changes *ret)
{
    int64_t wanted = replicas_of(deployment), fresh = (int64_t)p->fresh.n, stale = (int64_t)p->stale.n;
    int64_t ready = count_ready(&p->fresh) + count_ready(&p->stale);
    bool settled = count_ready(&p->fresh) == fresh;
    if (exclusive) {
        if (fresh + stale + (int64_t)p->going.n < wanted)
            make_pods(deployment, 1, ret);
        else if (stale > 0 && settled && p->going.n == 0)
            delete_first(&p->stale, 1, ret);
        return;
    }
    int64_t lack = rolling(deployment, "maxUnavailable", wanted, false, 0);
    int64_t surge = rolling(deployment, "maxSurge", wanted, true, 1);
    int64_t room = wanted + (surge + lack > 0 ? surge : 1) - fresh - stale, missing = wanted - fresh;
    make_pods(deployment, missing < room ? missing : room, ret);
    int64_t unready = stale - count_ready(&p->stale), spare = ready - (wanted - lack);
    delete_first(&p->stale, unready + (spare > 0 ? spare : 0), ret);
}

static void replace_stale(const json_t *deployment, struct deployment_pods *p, bool exclusive, struct changes *ret)
{
    const char *type = json_str(json_at(deployment, "spec", "strategy", NULL), "type", "Recreate");
    if (str_eq(type, "RollingUpdate") && replicas_of(deployment) > 0)
        roll(deployment, p, exclusive, ret);
    else
        delete_first(&p->stale, (int64_t)p->stale.n, ret);
}

static void scale(const json_t *deployment, struct deployment_pods *p, bool waits, struct changes *ret)
{
    int64_t missing = replicas_of(deployment) - (int64_t)p->fresh.n;
    if (missing < 0)
        delete_first(&p->fresh, -missing, ret);
    else if (!waits)
        make_pods(deployment, missing, ret);
}

/* Is a pod of a former template still there? Under Recreate none of the new comes before it is gone. */
static bool is_stale_going(const json_t *deployment, const struct object_list *going)
{
    char hash[TEMPLATE_HASH_SIZE];
    deployment_hash(deployment, hash);
    for (size_t i = 0; i < going->n; i++)
        if (!str_eq(object_label(going->v[i], POD_TEMPLATE_HASH), hash))
            return true;
    return false;
}

void deployment_decide(const json_t *deployment, const struct object_list *pods, const char *now, struct changes *ret)
{
    struct deployment_pods p;
    deployment_sort_pods(deployment, pods, &p);
    json_t *status = deployment_status(deployment, &p, now);
    if (!object_is_deleting(deployment) && !json_bool(json_object_get(deployment, "spec"), "paused", false)) {
        bool claims = spec_has(deployment, is_claim, "volumes");
        bool exclusive = claims || spec_has(deployment, publishes, "containers");
        const char *type = json_str(json_at(deployment, "spec", "strategy", NULL), "type", "Recreate");
        for (size_t i = 0; i < p.ended.n; i++)
            changes_delete(ret, "Pod", p.ended.v[i]);
        change_in_place(deployment, &p.fresh, ret);
        /* two pods never write to one volume where one of them is to follow the other */
        bool waits =
            (claims && p.going.n + p.ended.n > 0) || (str_eq(type, "Recreate") && is_stale_going(deployment, &p.going));
        if (p.stale.n > 0)
            replace_stale(deployment, &p, exclusive, ret);
        else
            scale(deployment, &p, waits, ret);
    }
    if (!json_equal(status, json_object_get(deployment, "status"))) {
        json_t *copy = json_deep_copy(deployment);
        json_object_set(copy, "status", status);
        changes_status(ret, "Deployment", copy);
    }
    json_decref(status);
    deployment_pods_done(&p);
}
