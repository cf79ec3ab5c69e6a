// SPDX-License-Identifier: Apache-2.0
/* What of a pod's status counts as failed. */
#include "model/node_link.h"

#include "base/base.h"

const char *const pod_failures[] = {
    POD_FAILED_NAME,   POD_FAILED_PULL,   POD_FAILED_NO_IMAGE, POD_FAILED_CREATE, POD_FAILED_PORT,
    POD_FAILED_VOLUME, POD_FAILED_SECRET, POD_FAILED_BUNDLE, POD_FAILED_DISK,     POD_FAILED_CRASH,  NULL};

static bool is_failure(const char *reason)
{
    for (const char *const *f = pod_failures; *f; f++)
        if (str_eq(*f, reason))
            return true;
    return false;
}

const char *pod_failure(const json_t *status, const char **ret_reason)
{
    size_t i;
    json_t *report;
    json_array_foreach(json_object_get(status, "containerStatuses"), i, report)
    {
        const json_t *waiting = json_at(report, "state", "waiting", NULL);
        const char *reason = json_str(waiting, "reason", NULL);
        if (is_failure(reason)) {
            *ret_reason = reason;
            return json_str(waiting, "message", reason);
        }
    }
    return NULL;
}
