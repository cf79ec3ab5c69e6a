// SPDX-License-Identifier: Apache-2.0
/* The fields of pods' statuses. */
#include "model/pod.h"
#include "model/rows.h"

static const struct field waiting_rows[] = {
    ROW(state_waiting, "reason", reason, FIELD_TEXT, 0, "one word"),
    ROW(state_waiting, "message", message, FIELD_TEXT, 0, "a sentence"),
};
static const struct field_table waiting_fields = FIELDS("ContainerStateWaiting", state_waiting, NULL, waiting_rows);

static const struct field running_rows[] = {
    ROW(state_running, "startedAt", started, FIELD_TEXT, 0, "since when"),
};
static const struct field_table running_fields = FIELDS("ContainerStateRunning", state_running, NULL, running_rows);

static const struct field terminated_rows[] = {
    ROW(state_terminated, "exitCode", exit_code, FIELD_INT, 0, "exit status; -1: unknown"),
    ROW(state_terminated, "signal", signal, FIELD_INT, 0, "signal that ended it"),
    ROW(state_terminated, "reason", reason, FIELD_TEXT, 0, "Completed, Error, OOMKilled"),
    ROW(state_terminated, "message", message, FIELD_TEXT, 0, "a sentence"),
    ROW(state_terminated, "startedAt", started, FIELD_TEXT, 0, "from"),
    ROW(state_terminated, "finishedAt", finished, FIELD_TEXT, 0, "to"),
    ROW(state_terminated, "containerID", container_id, FIELD_TEXT, 0, "container"),
};
static const struct field_table terminated_fields =
    FIELDS("ContainerStateTerminated", state_terminated, NULL, terminated_rows);

static const struct field state_rows[] = {
    ROW_OF(container_state, "waiting", waiting, FIELD_OBJECT, 0, &waiting_fields, "not started (yet)"),
    ROW_OF(container_state, "running", running, FIELD_OBJECT, 0, &running_fields, "runs"),
    ROW_OF(container_state, "terminated", terminated, FIELD_OBJECT, 0, &terminated_fields, "has ended"),
};
static const struct field_table state_fields = FIELDS("ContainerState", container_state, NULL, state_rows);

static const struct field report_rows[] = {
    ROW(container_report, "name", name, FIELD_TEXT, FIELD_REQUIRED, "container of the spec"),
    ROW_DEFAULT(container_report, "image", image, FIELD_TEXT, 0, "", "image reference"),
    ROW_DEFAULT(container_report, "imageID", image_id, FIELD_TEXT, 0, "", "digest of the image's configuration"),
    ROW(container_report, "containerID", container_id, FIELD_TEXT, 0, "sedge://id"),
    ROW(container_report, "ready", ready, FIELD_BOOL, 0, "takes traffic"),
    ROW(container_report, "started", started, FIELD_BOOL, 0, "has been started"),
    ROW_DEFAULT(container_report, "restartCount", restarts, FIELD_INT, 0, "0", "how often it was started again"),
    ROW_DEFAULT(container_report, "pid", pid, FIELD_INT, 0, "0", "first process on the node (sedge)"),
    ROW_OF(container_report, "state", state, FIELD_INLINE, 0, &state_fields, "now"),
    ROW_OF(container_report, "lastState", last_state, FIELD_INLINE, 0, &state_fields, "before the last start"),
};
static const struct field_table report_fields = FIELDS("ContainerStatus", container_report, "name", report_rows);

static const struct field component_rows[] = {
    ROW(component_report, "name", name, FIELD_TEXT, FIELD_REQUIRED, "component of the spec"),
    ROW(component_report, "state", state, FIELD_TEXT, 0, "state reached"),
    ROW(component_report, "operation", operation, FIELD_TEXT, 0, "under way or failed"),
    ROW(component_report, "failed", failed, FIELD_BOOL, 0, "the operation failed; raise attempt to try again"),
    ROW_DEFAULT(component_report, "exitCode", exit_code, FIELD_INT, 0, "0", "of the failed operation"),
    ROW_DEFAULT(component_report, "attempt", attempt, FIELD_INT, 0, "0", "attempt that this speaks of"),
    ROW(component_report, "message", message, FIELD_TEXT, 0, "why it failed"),
    ROW(component_report, "log", log, FIELD_TEXT, 0, "last lines of the failed operation"),
    ROW(component_report, "outputs", outputs, FIELD_JSON, 0, "what its operations put out, by operation and name"),
};
static const struct field_table component_report_fields =
    FIELDS("ComponentStatus", component_report, "name", component_rows);

static const struct field run_report_rows[] = {
    ROW(run_report, "id", id, FIELD_TEXT, FIELD_REQUIRED, "run of the spec"),
    ROW(run_report, "done", done, FIELD_BOOL, 0, "ended well: it is not run again"),
    ROW(run_report, "failed", failed, FIELD_BOOL, 0, "raise its attempt to try again"),
    ROW_DEFAULT(run_report, "exitCode", exit_code, FIELD_INT, 0, "0", "of the failed operation"),
    ROW_DEFAULT(run_report, "attempt", attempt, FIELD_INT, 0, "0", "attempt that this speaks of"),
    ROW(run_report, "message", message, FIELD_TEXT, 0, "why it failed"),
    ROW(run_report, "log", log, FIELD_TEXT, 0, "last lines of the failed operation"),
    ROW(run_report, "outputs", outputs, FIELD_JSON, 0, "what it put out, by name"),
};
static const struct field_table run_report_fields = FIELDS("RunStatus", run_report, "id", run_report_rows);

static const struct field ip_rows[] = {
    ROW(pod_ip, "ip", ip, FIELD_TEXT, 0, "address"),
};
static const struct field_table ip_fields = FIELDS("PodIP", pod_ip, "ip", ip_rows);

static const struct field status_rows[] = {
    ROW(pod_status, "phase", phase, FIELD_TEXT, 0, "Pending, Running, Succeeded, Failed, Unknown"),
    ROW(pod_status, "reason", reason, FIELD_TEXT, 0, "one word"),
    ROW(pod_status, "message", message, FIELD_TEXT, 0, "a sentence"),
    ROW(pod_status, "hostIP", host_ip, FIELD_TEXT, 0, "the node's address"),
    ROW(pod_status, "podIP", pod_ip, FIELD_TEXT, 0, "the pod's address"),
    ROW_OF(pod_status, "podIPs", ips, FIELD_LIST, 0, &ip_fields, "the pod's addresses"),
    ROW(pod_status, "startTime", started, FIELD_TEXT, 0, "when the node took it on"),
    ROW(pod_status, "qosClass", qos, FIELD_TEXT, 0, "class by limits"),
    ROW_OF(pod_status, "conditions", conditions, FIELD_LIST, 0, &condition_fields, "Ready and others"),
    ROW_OF(pod_status, "containerStatuses", containers, FIELD_LIST, 0, &report_fields, "a container each"),
    ROW_OF(pod_status, "components", components, FIELD_LIST, 0, &component_report_fields, "a component each (sedge)"),
    ROW_OF(pod_status, "runs", runs, FIELD_LIST, 0, &run_report_fields, "a run each that was begun (sedge)"),
};
const struct field_table pod_status_fields = FIELDS("PodStatus", pod_status, NULL, status_rows);
