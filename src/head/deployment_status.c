// SPDX-License-Identifier: Apache-2.0
/* The status of a Deployment, as kubectl reads it. */
#include "head/deployment_decide.h"

static void count(const struct object_list *pods, int64_t *ready, int64_t *available)
{
    for (size_t i = 0; i < pods->n; i++) {
        bool is_ready = object_pod_ready(pods->v[i]);
        *ready += is_ready;
        *available += is_ready;
    }
}

static json_t *with_condition(json_t *status, const char *type, bool is, const char *reason, const char *text,
                              const char *now)
{
    AUTO_JSON json_t *holder = json_pack("{s:O}", "status", status);
    return object_with_condition(holder, type, is, reason, text, now);
}

json_t *deployment_status(const json_t *deployment, const struct deployment_pods *pods, const char *now)
{
    int64_t wanted = json_int(json_object_get(deployment, "spec"), "replicas", 1);
    int64_t fresh = (int64_t)pods->fresh.n, all = fresh + (int64_t)pods->stale.n, ready = 0, available = 0;
    count(&pods->fresh, &ready, &available);
    int64_t fresh_ready = ready;
    count(&pods->stale, &ready, &available);
    int64_t missing = wanted > available ? wanted - available : 0;
    json_t *status =
        json_pack("{s:I, s:I, s:I, s:I, s:I, s:I}", "observedGeneration",
                  (json_int_t)json_int(json_object_get(deployment, "metadata"), "generation", 0), "replicas",
                  (json_int_t)all, "updatedReplicas", (json_int_t)fresh, "readyReplicas", (json_int_t)ready,
                  "availableReplicas", (json_int_t)available, "unavailableReplicas", (json_int_t)missing);
    json_t *before = json_at(deployment, "status", "conditions", NULL);
    if (before)
        json_object_set(status, "conditions", before);
    json_object_set_new(status, "conditions",
                        with_condition(status, "Available", missing == 0,
                                       missing == 0 ? "MinimumReplicasAvailable" : "MinimumReplicasUnavailable",
                                       missing == 0 ? "as many pods as wanted are ready" : "some pods are not ready",
                                       now));
    bool complete = fresh_ready == wanted && all == wanted;
    json_object_set_new(status, "conditions",
                        with_condition(status, "Progressing", true,
                                       complete ? "NewReplicaSetAvailable" : "ReplicaSetUpdated",
                                       complete ? "all pods are of the newest template" : "pods are being made", now));
    return status;
}
