// SPDX-License-Identifier: Apache-2.0
/* Pods in words. */
#include "cli/pod_words.h"

#include "model/node_link.h"

const json_t *pod_words_report(const json_t *pod)
{
    return json_array_get(json_at(pod, "status", "containerStatuses", NULL), 0);
}

static const json_t *state_of(const json_t *pod, const char *state)
{
    return json_at(pod_words_report(pod), "state", state, NULL);
}

static const char *phase_of(const json_t *pod)
{
    return json_str(json_object_get(pod, "status"), "phase", "Pending");
}

static char *ended_words(const json_t *terminated)
{
    const char *reason = json_str(terminated, "reason", "");
    int64_t code = json_int(terminated, "exitCode", 0);
    if (!str_empty(reason) && !str_eq(reason, "Completed") && !str_eq(reason, "Error"))
        return mem_printf("%s (%lld)", reason, (long long)code);
    return code < 0 ? mem_strdup("Exited (unknown)") : mem_printf("Exited (%lld)", (long long)code);
}

/* A component of the pod whose operation failed, or NULL. */
static const json_t *failed_component(const json_t *pod)
{
    size_t i;
    json_t *c;
    json_array_foreach(json_at(pod, "status", "components", NULL), i, c)
    {
        if (json_bool(c, "failed", false))
            return c;
    }
    return NULL;
}

char *pod_words_status(const json_t *pod)
{
    const json_t *waiting = state_of(pod, "waiting"), *terminated = state_of(pod, "terminated");
    const json_t *failed = failed_component(pod);
    if (json_at(pod, "metadata", "deletionTimestamp", NULL))
        return mem_strdup("Leaving");
    if (waiting)
        return mem_strdup(json_str(waiting, "reason", "Waiting"));
    if (terminated)
        return ended_words(terminated);
    if (failed)
        return mem_printf("Failed (%s %s)", json_str(failed, "name", ""), json_str(failed, "operation", ""));
    return mem_strdup(phase_of(pod));
}

enum pod_life pod_words_life(const json_t *pod)
{
    const char *phase = phase_of(pod);
    if (str_eq(phase, "Succeeded") || str_eq(phase, "Failed"))
        return POD_ENDED;
    if (str_eq(json_str(state_of(pod, "waiting"), "reason", ""), POD_WAITING_STOPPED))
        return POD_STANDS;
    return POD_GOES;
}

char *pod_words_ports(const json_t *pod)
{
    AUTO_BUF struct buf b = {0};
    size_t i, k;
    json_t *container, *port;
    json_array_foreach(json_at(pod, "spec", "containers", NULL), i, container)
    {
        json_array_foreach(json_object_get(container, "ports"), k, port)
        {
            int64_t host = json_int(port, "hostPort", 0);
            if (host <= 0)
                continue;
            const char *ip = json_str(port, "hostIP", "");
            buf_addf(&b, "%s%s%s%lld->%lld%s", b.len ? ", " : "", ip, ip[0] ? ":" : "", (long long)host,
                     (long long)json_int(port, "containerPort", 0),
                     str_eq(json_str(port, "protocol", "TCP"), "UDP") ? "/udp" : "");
        }
    }
    return b.len ? buf_take(&b) : NULL;
}

const char *pod_words_trouble(const json_t *pod, const char **ret_reason)
{
    const char *text = pod_failure(json_object_get(pod, "status"), ret_reason);
    const json_t *failed = failed_component(pod);
    if (text || !failed)
        return text;
    *ret_reason = json_str(failed, "operation", "operation");
    return json_str(failed, "message", "failed");
}

bool pod_words_exit(const json_t *pod, int *ret_code)
{
    const json_t *terminated = state_of(pod, "terminated");
    if (!terminated || pod_words_life(pod) != POD_ENDED)
        return false;
    *ret_code = (int)json_int(terminated, "exitCode", -1);
    return true;
}
