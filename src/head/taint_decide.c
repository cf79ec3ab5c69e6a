// SPDX-License-Identifier: Apache-2.0
/* NoExecute. */
#include "head/taint_decide.h"

#include "head/schedule_node.h"

static bool drives_out(const json_t *node)
{
    size_t i;
    json_t *taint;
    json_array_foreach(json_at(node, "spec", "taints", NULL), i, taint)
    {
        if (str_eq(json_str(taint, "effect", ""), "NoExecute"))
            return true;
    }
    return false;
}

void taint_decide(const struct object_list *nodes, const struct object_list *pods, struct changes *ret)
{
    AUTO_MAP struct map tainted = {0};
    for (size_t i = 0; i < nodes->n; i++)
        if (drives_out(nodes->v[i]))
            map_set(&tainted, object_name(nodes->v[i]), (void *)(uintptr_t)nodes->v[i]);
    for (size_t i = 0; tainted.n > 0 && i < pods->n; i++) {
        const json_t *pod = pods->v[i];
        const json_t *node = map_get(&tainted, json_str(json_object_get(pod, "spec"), "nodeName", ""));
        const json_t *taint = node ? node_taint_against(pod, node, "NoExecute") : NULL;
        if (!taint || object_is_deleting(pod) || object_pod_ended(pod))
            continue;
        changes_event(ret, pod, true, "TaintEviction", "leaves node %s: it has the taint %s:NoExecute",
                      object_name(node), json_str(taint, "key", ""));
        changes_delete(ret, "Pod", pod);
    }
}
