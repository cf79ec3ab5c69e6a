// SPDX-License-Identifier: Apache-2.0
/* Can what runs be reached? By its service as the head has it, and in the kernels of the nodes that it runs on. */
#include "head/orchestrate_private.h"
#include "head/service_decide.h"

/* A pod with a failure in it is not ready until that is mended: nothing may wait for it to be. */
static bool is_about_to_serve(const json_t *pod)
{
    size_t i;
    json_t *report;
    if (!object_pod_runs(pod) || object_pod_ready(pod))
        return false;
    json_array_foreach(json_at(pod, "status", "components", NULL), i, report)
    {
        if (json_bool(report, "failed", false))
            return false;
    }
    return true;
}

bool orc_serves(struct orc *o, const struct component *container)
{
    const json_t *service = orc_of_component(&o->in->services, container->name);
    struct object_list pods = {0};
    bool serves = !service || object_is_deleting(service) || service_is_settled(service, &o->in->pods);
    orc_live_pods(o, container, &pods);
    for (size_t i = 0; i < pods.n; i++)
        serves = serves && !is_about_to_serve(pods.v[i]);
    object_list_done(&pods);
    return serves;
}

/* One that is not connected keeps what it has, and cannot be asked. */
static bool is_connected(const struct orc *o, const char *node)
{
    const json_t *object = object_list_find(&o->in->nodes, node);
    return object && object_condition_is(object, "Ready", "True");
}

const char *orc_node_behind(const struct orc *o)
{
    int64_t newest = 0;
    for (size_t i = 0; i < o->in->services.n; i++) {
        int64_t revision = object_revision(o->in->services.v[i]);
        newest = !object_is_deleting(o->in->services.v[i]) && revision > newest ? revision : newest;
    }
    if (!o->in->services_on)
        return NULL;
    for (size_t i = 0; i < o->pods.n; i++) {
        const char *node = json_str(json_object_get(o->pods.v[i], "spec"), "nodeName", "");
        if (object_pod_serves(o->pods.v[i]) && is_connected(o, node) && o->in->services_on(o->in->data, node) < newest)
            return node;
    }
    return NULL;
}
