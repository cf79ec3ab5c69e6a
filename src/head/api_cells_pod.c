// SPDX-License-Identifier: Apache-2.0
/* The cells of pods, as kubectl's users know them. */
#include <stdio.h>
#include <string.h>

#include "head/api_cells.h"

static json_t *reports(const json_t *pod)
{
    return json_at(pod, "status", "containerStatuses", NULL);
}

void cell_pod_ready(const json_t *pod, int64_t now_us, struct buf *to)
{
    (void)now_us;
    size_t ready = 0, i;
    json_t *report;
    json_array_foreach(reports(pod), i, report)
    {
        ready += json_bool(report, "ready", false);
    }
    buf_addf(to, "%zu/%zu", ready, json_array_size(json_at(pod, "spec", "containers", NULL)));
}

/* Why a container does not run: the reason, or what ended it. NULL when it runs. */
static const char *container_reason(const json_t *report, char ret[32])
{
    const json_t *waiting = json_at(report, "state", "waiting", NULL);
    const json_t *ended = json_at(report, "state", "terminated", NULL);
    const char *reason = json_str(waiting ? waiting : ended, "reason", NULL);
    if (!str_empty(reason) || !ended)
        return str_empty(reason) ? NULL : reason;
    int64_t signal = json_int(ended, "signal", 0);
    snprintf(ret, 32, signal ? "Signal:%lld" : "ExitCode:%lld",
             (long long)(signal ? signal : json_int(ended, "exitCode", 0)));
    return ret;
}

void cell_pod_status(const json_t *pod, int64_t now_us, struct buf *to)
{
    (void)now_us;
    const json_t *status = json_object_get(pod, "status");
    const char *shown = json_str(status, "reason", NULL);
    char text[32];
    if (str_empty(shown))
        shown = json_str(status, "phase", "Pending");
    for (size_t i = json_array_size(reports(pod)); i > 0; i--) {
        const char *reason = container_reason(json_array_get(reports(pod), i - 1), text);
        if (reason) {
            buf_clear(to);
            buf_adds(to, reason);
        }
    }
    if (json_at(pod, "metadata", "deletionTimestamp", NULL)) {
        buf_clear(to);
        buf_adds(to, "Terminating");
    }
    if (to->len == 0)
        buf_adds(to, shown);
}

void cell_pod_restarts(const json_t *pod, int64_t now_us, struct buf *to)
{
    int64_t count = 0;
    const char *last = NULL;
    size_t i;
    json_t *report;
    json_array_foreach(reports(pod), i, report)
    {
        const char *ended = json_str(json_at(report, "lastState", "terminated", NULL), "finishedAt", NULL);
        count += json_int(report, "restartCount", 0);
        if (ended && (!last || strcmp(ended, last) > 0)) /* RFC 3339 in UTC: in order of text */
            last = ended;
    }
    buf_addf(to, "%lld", (long long)count);
    if (count > 0 && last) {
        buf_adds(to, " (");
        cell_since(last, now_us, to);
        buf_adds(to, " ago)");
    }
}
