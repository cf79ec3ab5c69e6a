// SPDX-License-Identifier: Apache-2.0
/* Pods of lost nodes: not ready at once, elsewhere after a while. */
#include "head/evict_decide.h"

#define REASON "NodeLost"

bool evict_is_blind(const struct evict_input *in)
{
    size_t boards = 0, ready = 0;
    for (size_t i = 0; i < in->nodes.n; i++) {
        bool own = str_eq(object_name(in->nodes.v[i]), in->own);
        boards += !own;
        ready += !own && object_condition_is(in->nodes.v[i], "Ready", "True");
    }
    return boards > 1 && ready == 0;
}

static bool another_is_ready(const struct evict_input *in)
{
    for (size_t i = 0; i < in->nodes.n; i++) {
        const json_t *n = in->nodes.v[i];
        if (!str_eq(object_name(n), in->node) && object_condition_is(n, "Ready", "True") && !object_is_deleting(n) &&
            !json_bool(json_object_get(n, "spec"), "unschedulable", false))
            return true;
    }
    return false;
}

static bool uses_a_volume(const json_t *pod)
{
    size_t i;
    json_t *v;
    json_array_foreach(json_at(pod, "spec", "volumes", NULL), i, v)
    {
        if (json_object_get(v, "persistentVolumeClaim"))
            return true;
    }
    return false;
}

/* Bound to this node by its own words: it can run nowhere else. */
static bool is_tied(const struct evict_input *in, const json_t *pod)
{
    return str_eq(json_str(json_at(pod, "spec", "nodeSelector", NULL), "kubernetes.io/hostname", NULL), in->node);
}

static bool may_move(const struct evict_input *in, const json_t *pod)
{
    return object_controller(pod) && !object_is_deleting(pod) && !object_pod_ended(pod) && !uses_a_volume(pod) &&
           !is_tied(in, pod);
}

static void say_lost(const struct evict_input *in, const json_t *pod, struct changes *ret)
{
    const json_t *ready = object_condition(pod, "Ready");
    if (!ready || !str_eq(json_str(ready, "status", ""), "True"))
        return;
    AUTO_FREE char *text = mem_printf("node %s is lost; what it runs cannot be seen", in->node);
    json_t *copy = json_deep_copy(pod);
    json_object_set_new(json_object_get(copy, "status"), "conditions",
                        object_with_condition(pod, "Ready", false, REASON, text, in->now));
    changes_status(ret, "Pod", copy);
}

static void pods_of_the_removed(const struct evict_input *in, struct changes *ret)
{
    for (size_t i = 0; i < in->pods.n; i++)
        changes_remove(ret, "Pod", in->pods.v[i]);
}

int64_t evict_decide(const struct evict_input *in, struct changes *ret)
{
    bool due = in->lost_us >= in->evict_after_us && !evict_is_blind(in) && another_is_ready(in), waits = false;
    if (!in->object)
        pods_of_the_removed(in, ret);
    if (!in->object || in->lost_us < 0)
        return 0;
    for (size_t i = 0; i < in->pods.n; i++) {
        const json_t *pod = in->pods.v[i];
        if (due && may_move(in, pod)) {
            changes_delete(ret, "Pod", pod);
            changes_event(ret, pod, true, REASON, "node %s is lost: made anew elsewhere", in->node);
            continue;
        }
        say_lost(in, pod, ret);
        waits = waits || may_move(in, pod);
    }
    return waits && in->lost_us < in->evict_after_us ? in->evict_after_us - in->lost_us : 0;
}
