// SPDX-License-Identifier: Apache-2.0
/* Cells and columns of every kind. */
#include "head/api_cells.h"
#include <string.h>

#include "model/revision.h"

void cell_since(const char *time, int64_t now_us, struct buf *to)
{
    int64_t then_us;
    char age[32];
    if (str_empty(time) || clock_parse_rfc3339(time, &then_us) < 0)
        buf_adds(to, "<unknown>");
    else
        buf_adds(to, clock_age(now_us > then_us ? now_us - then_us : 0, age, sizeof(age)));
}

void cell_or_none(const char *text, struct buf *to)
{
    buf_adds(to, str_empty(text) ? "<none>" : text);
}

void cell_labels(const json_t *labels, struct buf *to)
{
    const char *key;
    json_t *v;
    if (json_object_size(labels) == 0)
        buf_adds(to, "<none>");
    json_object_foreach((json_t *)(uintptr_t)labels, key, v)
    {
        buf_addf(to, "%s%s=%s", to->len ? "," : "", key, json_string_value(v));
    }
}

static const char *meta_text(const json_t *object, const char *key)
{
    return json_str(json_object_get(object, "metadata"), key, NULL);
}

void cell_name(const json_t *object, int64_t now_us, struct buf *to)
{
    (void)now_us;
    cell_or_none(meta_text(object, "name"), to);
}

void cell_age(const json_t *object, int64_t now_us, struct buf *to)
{
    cell_since(meta_text(object, "creationTimestamp"), now_us, to);
}

/* A cell that shows one text or number of the object. */
#define CELL_AT(fn, ...)                                                                                               \
    static void fn(const json_t *object, int64_t now_us, struct buf *to)                                               \
    {                                                                                                                  \
        (void)now_us;                                                                                                  \
        const json_t *v = json_at(object, __VA_ARGS__, NULL);                                                          \
        if (json_is_integer(v))                                                                                        \
            buf_addf(to, "%lld", (long long)json_integer_value(v));                                                    \
        else                                                                                                           \
            cell_or_none(json_string_value(v), to);                                                                    \
    }
CELL_AT(cell_phase, "status", "phase")
CELL_AT(cell_message, "status", "message")
CELL_AT(cell_pod_ip, "status", "podIP")
CELL_AT(cell_node_name, "spec", "nodeName")
CELL_AT(cell_updated, "status", "updatedReplicas")
CELL_AT(cell_available, "status", "availableReplicas")
CELL_AT(cell_version, "status", "nodeInfo", "kubeletVersion")
CELL_AT(cell_os_image, "status", "nodeInfo", "osImage")
CELL_AT(cell_kernel, "status", "nodeInfo", "kernelVersion")
CELL_AT(cell_runtime, "status", "nodeInfo", "containerRuntimeVersion")
CELL_AT(cell_service_type, "spec", "type")
CELL_AT(cell_cluster_ip, "spec", "clusterIP")
CELL_AT(cell_event_type, "type")
CELL_AT(cell_event_reason, "reason")
CELL_AT(cell_event_message, "message")
CELL_AT(cell_event_count, "count")
CELL_AT(cell_source, "source", "component")
CELL_AT(cell_field_path, "involvedObject", "fieldPath")
CELL_AT(cell_revision, "revision")
CELL_AT(cell_secret_type, "type")
CELL_AT(cell_bundle, "status", "applied", "bundle")

static void cell_none(const json_t *object, int64_t now_us, struct buf *to)
{
    (void)object;
    (void)now_us;
    buf_adds(to, "<none>");
}

/* ---- nodes ---- */

static void cell_node_status(const json_t *node, int64_t now_us, struct buf *to)
{
    (void)now_us;
    const char *shown = "Unknown";
    size_t i;
    json_t *c;
    json_array_foreach(json_at(node, "status", "conditions", NULL), i, c)
    {
        if (str_eq(json_str(c, "type", NULL), "Ready"))
            shown = str_eq(json_str(c, "status", NULL), "True") ? "Ready" : "NotReady";
    }
    buf_adds(to, shown);
    if (json_bool(json_object_get(node, "spec"), "unschedulable", false))
        buf_adds(to, ",SchedulingDisabled");
}

static void cell_node_address(const json_t *node, int64_t now_us, struct buf *to)
{
    (void)now_us;
    const char *shown = NULL;
    size_t i;
    json_t *a;
    json_array_foreach(json_at(node, "status", "addresses", NULL), i, a)
    {
        if (!shown && str_eq(json_str(a, "type", NULL), "InternalIP"))
            shown = json_str(a, "address", NULL);
    }
    cell_or_none(shown, to);
}

/* ---- deployments, services, applications ---- */

static void cell_deployment_ready(const json_t *d, int64_t now_us, struct buf *to)
{
    (void)now_us;
    buf_addf(to, "%lld/%lld", (long long)json_int(json_object_get(d, "status"), "readyReplicas", 0),
             (long long)json_int(json_object_get(d, "spec"), "replicas", 0));
}

static void add_container_field(const json_t *d, const char *field, struct buf *to)
{
    size_t i;
    json_t *c;
    json_array_foreach(json_at(d, "spec", "template", "spec", "containers", NULL), i, c)
    {
        buf_addf(to, "%s%s", i ? "," : "", json_str(c, field, ""));
    }
}

static void cell_containers(const json_t *d, int64_t now_us, struct buf *to)
{
    (void)now_us;
    add_container_field(d, "name", to);
}

static void cell_images(const json_t *d, int64_t now_us, struct buf *to)
{
    (void)now_us;
    add_container_field(d, "image", to);
}

static void cell_deployment_selector(const json_t *d, int64_t now_us, struct buf *to)
{
    (void)now_us;
    cell_labels(json_at(d, "spec", "selector", "matchLabels", NULL), to);
}

static void cell_service_selector(const json_t *s, int64_t now_us, struct buf *to)
{
    (void)now_us;
    cell_labels(json_at(s, "spec", "selector", NULL), to);
}

static void cell_service_ports(const json_t *s, int64_t now_us, struct buf *to)
{
    (void)now_us;
    size_t i;
    json_t *p;
    json_array_foreach(json_at(s, "spec", "ports", NULL), i, p)
    {
        buf_addf(to, "%s%lld/%s", i ? "," : "", (long long)json_int(p, "port", 0), json_str(p, "protocol", "TCP"));
    }
    if (to->len == 0)
        buf_adds(to, "<all>"); /* a service without ports passes every port on */
}

static void cell_application_ready(const json_t *app, int64_t now_us, struct buf *to)
{
    (void)now_us;
    const json_t *components = json_at(app, "status", "components", NULL);
    size_t ready = 0, i;
    json_t *c;
    json_array_foreach((json_t *)(uintptr_t)components, i, c)
    {
        ready += json_object_get(c, "goal") && str_eq(json_str(c, "state", NULL), json_str(c, "goal", NULL));
    }
    buf_addf(to, "%zu/%zu", ready, json_array_size(components));
}

/* ---- revisions ---- */

static void cell_controller(const json_t *revision, int64_t now_us, struct buf *to)
{
    (void)now_us;
    const json_t *owner = json_array_get(json_at(revision, "metadata", "ownerReferences", NULL), 0);
    AUTO_FREE char *group = mem_printf("%s", json_str(owner, "apiVersion", ""));
    group[strcspn(group, "/")] = '\0';
    const struct kind *k = kind_find(json_str(owner, "kind", ""));
    if (owner)
        buf_addf(to, "%s.%s/%s", k ? k->singular : json_str(owner, "kind", ""), group, json_str(owner, "name", ""));
    else
        buf_adds(to, "<none>");
}

static void cell_cause(const json_t *revision, int64_t now_us, struct buf *to)
{
    (void)now_us;
    cell_or_none(json_str(json_at(revision, "metadata", "annotations", NULL), NOTE_MESSAGE, NULL), to);
}

/* ---- secrets ---- */

static void cell_secret_data(const json_t *secret, int64_t now_us, struct buf *to)
{
    (void)now_us;
    buf_addf(to, "%zu", json_object_size(json_object_get(secret, "data")));
}

/* ---- events ---- */

static const char *event_time(const json_t *event, const char *key)
{
    const char *time = json_str(event, key, NULL);
    if (str_empty(time))
        time = json_str(event, "eventTime", NULL);
    return str_empty(time) ? meta_text(event, "creationTimestamp") : time;
}

static void cell_last_seen(const json_t *event, int64_t now_us, struct buf *to)
{
    cell_since(event_time(event, "lastTimestamp"), now_us, to);
}

static void cell_first_seen(const json_t *event, int64_t now_us, struct buf *to)
{
    cell_since(event_time(event, "firstTimestamp"), now_us, to);
}

static void cell_involved(const json_t *event, int64_t now_us, struct buf *to)
{
    (void)now_us;
    const json_t *about = json_object_get(event, "involvedObject");
    const struct kind *k = kind_find(json_str(about, "kind", ""));
    buf_addf(to, "%s/%s", k ? k->singular : json_str(about, "kind", ""), json_str(about, "name", ""));
}

/* ---- the columns ---- */

static const struct table_column namespace_columns[] = {
    {"Status", "string", "", 0, cell_phase, "Active or Terminating"},
};
static const struct table_column node_columns[] = {
    {"Status", "string", "", 0, cell_node_status, "is it connected?"},
    {"Roles", "string", "", 0, cell_none, "roles of the node"},
    {"Version", "string", "", TABLE_BEHIND_AGE, cell_version, "sedge's version"},
    {"Internal-IP", "string", "", 1, cell_node_address, "address of the node"},
    {"External-IP", "string", "", 1, cell_none, "address from outside"},
    {"OS-Image", "string", "", 1, cell_os_image, "operating system"},
    {"Kernel-Version", "string", "", 1, cell_kernel, "kernel"},
    {"Container-Runtime", "string", "", 1, cell_runtime, "engine"},
};
static const struct table_column pod_columns[] = {
    {"Ready", "string", "", 0, cell_pod_ready, "containers that are ready, of all"},
    {"Status", "string", "", 0, cell_pod_status, "phase, or why it does not run"},
    {"Restarts", "string", "", 0, cell_pod_restarts, "how often containers were started again"},
    {"IP", "string", "", 1, cell_pod_ip, "address of the pod"},
    {"Node", "string", "", 1, cell_node_name, "node that runs it"},
    {"Nominated Node", "string", "", 1, cell_none, "for Kubernetes clients"},
    {"Readiness Gates", "string", "", 1, cell_none, "for Kubernetes clients"},
};
static const struct table_column service_columns[] = {
    {"Type", "string", "", 0, cell_service_type, "how it is reached"},
    {"Cluster-IP", "string", "", 0, cell_cluster_ip, "its address"},
    {"External-IP", "string", "", 0, cell_none, "address from outside"},
    {"Port(s)", "string", "", 0, cell_service_ports, "ports that it passes on"},
    {"Selector", "string", "", 1, cell_service_selector, "labels of its pods"},
};
static const struct table_column event_columns[] = {
    {"Last Seen", "string", "", 0, cell_last_seen, "time since it happened last"},
    {"Type", "string", "", 0, cell_event_type, "Normal or Warning"},
    {"Reason", "string", "", 0, cell_event_reason, "one word"},
    {"Object", "string", "", 0, cell_involved, "what it is about"},
    {"Subobject", "string", "", 1, cell_field_path, "part of it"},
    {"Source", "string", "", 1, cell_source, "who says so"},
    {"Message", "string", "", 0, cell_event_message, "a sentence"},
    {"First Seen", "string", "", 1, cell_first_seen, "time since it happened first"},
    {"Count", "integer", "", 1, cell_event_count, "how often"},
    {"Name", "string", "name", 1, cell_name, "name of the event"},
};
static const struct table_column deployment_columns[] = {
    {"Ready", "string", "", 0, cell_deployment_ready, "pods that are ready, of those wanted"},
    {"Up-to-date", "integer", "", 0, cell_updated, "pods of the newest template"},
    {"Available", "integer", "", 0, cell_available, "pods that take traffic"},
    {"Containers", "string", "", 1, cell_containers, "names of its containers"},
    {"Images", "string", "", 1, cell_images, "images of its containers"},
    {"Selector", "string", "", 1, cell_deployment_selector, "labels of its pods"},
};
static const struct table_column application_columns[] = {
    {"Status", "string", "", 0, cell_phase, "what it is doing"},
    {"Ready", "string", "", 0, cell_application_ready, "components at their goals, of all"},
    {"Message", "string", "", 1, cell_message, "why"},
    {"Bundle", "string", "", 1, cell_bundle, "what stands"},
};
static const struct table_column revision_columns[] = {
    {"Controller", "string", "", 0, cell_controller, "whose revision it is"},
    {"Revision", "integer", "", 0, cell_revision, "its number"},
    {"Change-Cause", "string", "", 1, cell_cause, "why it was made"},
};
static const struct table_column secret_columns[] = {
    {"Type", "string", "", 0, cell_secret_type, "what the values are for"},
    {"Data", "string", "", 0, cell_secret_data, "number of values"},
};
static const struct table_column volume_columns[] = {
    {"Status", "string", "", 0, cell_phase, "Pending, Bound or Released"},
    {"Node", "string", "", 0, cell_node_name, "node that holds it"},
    {"Message", "string", "", 1, cell_message, "why"},
};

#define COLUMNS(kind, list, own)                                                                                       \
    {                                                                                                                  \
        kind, list, ARRAY_LEN(list), own                                                                               \
    }
const struct kind_columns table_kinds[] = {
    COLUMNS("Namespace", namespace_columns, false),
    COLUMNS("Node", node_columns, false),
    COLUMNS("Pod", pod_columns, false),
    COLUMNS("Service", service_columns, false),
    COLUMNS("Secret", secret_columns, false),
    COLUMNS("Event", event_columns, true),
    COLUMNS("Deployment", deployment_columns, false),
    COLUMNS("ControllerRevision", revision_columns, false),
    COLUMNS("Application", application_columns, false),
    COLUMNS("Volume", volume_columns, false),
};
const size_t table_kinds_n = ARRAY_LEN(table_kinds);
