// SPDX-License-Identifier: Apache-2.0
/* The fields of namespaces, nodes, events and volumes. */
#include "model/cluster_kinds.h"

#include "model/rows.h"

static const struct field ns_status_rows[] = {
    ROW(namespace_status, "phase", phase, FIELD_TEXT, 0, "Active or Terminating"),
};
static const struct field_table ns_status_fields = FIELDS("NamespaceStatus", namespace_status, NULL, ns_status_rows);
static const struct field ns_rows[] = {
    OBJECT_ROWS(namespace_object),
    ROW(namespace_object, "spec", spec, FIELD_JSON, 0, "for Kubernetes clients"),
    ROW_OF(namespace_object, "status", status, FIELD_INLINE, FIELD_STATUS, &ns_status_fields, "what is"),
};
const struct field_table namespace_fields = FIELDS("Namespace", namespace_object, NULL, ns_rows);

static const struct field address_rows[] = {
    ROW(node_address, "type", type, FIELD_TEXT, 0, "InternalIP or Hostname"),
    ROW(node_address, "address", address, FIELD_TEXT, 0, "the address"),
};
static const struct field_table address_fields = FIELDS("NodeAddress", node_address, NULL, address_rows);
static const struct field info_rows[] = {
    ROW_DEFAULT(node_info, "machineID", machine_id, FIELD_TEXT, 0, "", "of /etc/machine-id"),
    ROW_DEFAULT(node_info, "systemUUID", system_uuid, FIELD_TEXT, 0, "", "of the board"),
    ROW_DEFAULT(node_info, "bootID", boot_id, FIELD_TEXT, 0, "", "changes at each boot"),
    ROW_DEFAULT(node_info, "kernelVersion", kernel, FIELD_TEXT, 0, "", "uname -r"),
    ROW_DEFAULT(node_info, "osImage", os_image, FIELD_TEXT, 0, "", "name of the system"),
    ROW_DEFAULT(node_info, "containerRuntimeVersion", runtime, FIELD_TEXT, 0, "", "engine"),
    ROW_DEFAULT(node_info, "kubeletVersion", kubelet, FIELD_TEXT, 0, "", "sedge's version"),
    ROW_DEFAULT(node_info, "kubeProxyVersion", kube_proxy, FIELD_TEXT, 0, "", "sedge's version"),
    ROW_DEFAULT(node_info, "operatingSystem", os, FIELD_TEXT, 0, "linux", "linux"),
    ROW_DEFAULT(node_info, "architecture", arch, FIELD_TEXT, 0, "", "as images name it"),
};
static const struct field_table info_fields = FIELDS("NodeSystemInfo", node_info, NULL, info_rows);
static const char *const effects[] = {"NoSchedule", "PreferNoSchedule", "NoExecute", NULL};
static const struct field taint_rows[] = {
    ROW(node_taint, "key", key, FIELD_TEXT, FIELD_REQUIRED, "name of the taint"),
    ROW(node_taint, "value", value, FIELD_TEXT, 0, "its value"),
    ROW_ONE_OF(node_taint, "effect", effect, FIELD_REQUIRED, NULL, effects, "what it does to pods that do not bear it"),
    ROW(node_taint, "timeAdded", added, FIELD_TEXT, 0, "for Kubernetes clients"),
};
static const struct field_table taint_fields = FIELDS("Taint", node_taint, NULL, taint_rows);

static const struct field node_spec_rows[] = {
    ROW(node_spec, "podCIDR", pod_cidr, FIELD_TEXT, 0, "addresses of its pods"),
    ROW(node_spec, "providerID", provider_id, FIELD_TEXT, 0, "for Kubernetes clients"),
    ROW(node_spec, "unschedulable", unschedulable, FIELD_BOOL, 0, "takes no new pods"),
    ROW_OF(node_spec, "taints", taints, FIELD_LIST, 0, &taint_fields, "what keeps pods away that do not bear it"),
};
static const struct field_table node_spec_fields = FIELDS("NodeSpec", node_spec, NULL, node_spec_rows);
static const struct field node_status_rows[] = {
    ROW(node_status, "capacity", capacity, FIELD_QUANTITIES, 0, "all that the machine has"),
    ROW(node_status, "allocatable", allocatable, FIELD_QUANTITIES, 0, "what pods may use of it"),
    ROW_OF(node_status, "conditions", conditions, FIELD_LIST, 0, &condition_fields, "Ready and others"),
    ROW_OF(node_status, "addresses", addresses, FIELD_LIST, 0, &address_fields, "how it is reached"),
    ROW_OF(node_status, "nodeInfo", info, FIELD_INLINE, 0, &info_fields, "what it is"),
};
static const struct field_table node_status_fields = FIELDS("NodeStatus", node_status, NULL, node_status_rows);
static const struct field node_rows[] = {
    OBJECT_ROWS(node_object),
    ROW_OF(node_object, "spec", spec, FIELD_INLINE, 0, &node_spec_fields, "what is wanted"),
    ROW_OF(node_object, "status", status, FIELD_INLINE, FIELD_STATUS, &node_status_fields, "what is"),
};
const struct field_table node_fields = FIELDS("Node", node_object, NULL, node_rows);

static const struct field involved_rows[] = {
    ROW(event_involved, "apiVersion", api_version, FIELD_TEXT, 0, "version of the kind"),
    ROW(event_involved, "kind", kind, FIELD_TEXT, 0, "kind of the object"),
    ROW(event_involved, "namespace", namespace, FIELD_TEXT, 0, "its namespace"),
    ROW(event_involved, "name", name, FIELD_TEXT, 0, "its name"),
    ROW(event_involved, "uid", uid, FIELD_TEXT, 0, "its uid"),
    ROW(event_involved, "resourceVersion", resource_version, FIELD_TEXT, 0, "its revision"),
    ROW(event_involved, "fieldPath", field_path, FIELD_TEXT, 0, "the part of it"),
};
static const struct field_table involved_fields = FIELDS("ObjectReference", event_involved, NULL, involved_rows);
static const struct field source_rows[] = {
    ROW(event_source, "component", component, FIELD_TEXT, 0, "who says so"),
    ROW(event_source, "host", host, FIELD_TEXT, 0, "on which node"),
};
static const struct field_table source_fields = FIELDS("EventSource", event_source, NULL, source_rows);
static const struct field event_rows[] = {
    OBJECT_ROWS(event_object),
    ROW_OF(event_object, "involvedObject", involved, FIELD_INLINE, FIELD_REQUIRED, &involved_fields,
           "what it is about"),
    ROW_OF(event_object, "source", source, FIELD_INLINE, 0, &source_fields, "who says so"),
    ROW(event_object, "reason", reason, FIELD_TEXT, 0, "one word"),
    ROW(event_object, "message", message, FIELD_TEXT, 0, "a sentence"),
    ROW(event_object, "type", type, FIELD_TEXT, 0, "Normal or Warning"),
    ROW(event_object, "firstTimestamp", first, FIELD_TEXT, 0, "seen first"),
    ROW(event_object, "lastTimestamp", last, FIELD_TEXT, 0, "seen last"),
    ROW(event_object, "eventTime", event_time, FIELD_TEXT, 0, "for Kubernetes clients"),
    ROW(event_object, "reportingComponent", reporting, FIELD_TEXT, 0, "for Kubernetes clients"),
    ROW(event_object, "reportingInstance", instance, FIELD_TEXT, 0, "for Kubernetes clients"),
    ROW_DEFAULT(event_object, "count", count, FIELD_INT, 0, "1", "how often"),
};
const struct field_table event_fields = FIELDS("Event", event_object, NULL, event_rows);

static const struct field volume_spec_rows[] = {
    ROW(volume_spec, "nodeName", node, FIELD_TEXT, 0, "node that holds it"),
};
static const struct field_table volume_spec_fields = FIELDS("NodeVolumeSpec", volume_spec, NULL, volume_spec_rows);
static const struct field volume_status_rows[] = {
    ROW(volume_status, "phase", phase, FIELD_TEXT, 0, "Pending, Bound or Released"),
    ROW(volume_status, "message", message, FIELD_TEXT, 0, "a sentence"),
};
static const struct field_table volume_status_fields =
    FIELDS("NodeVolumeStatus", volume_status, NULL, volume_status_rows);
static const struct field volume_rows[] = {
    OBJECT_ROWS(volume_object),
    ROW_OF(volume_object, "spec", spec, FIELD_INLINE, 0, &volume_spec_fields, "what is wanted"),
    ROW_OF(volume_object, "status", status, FIELD_INLINE, FIELD_STATUS, &volume_status_fields, "what is"),
};
const struct field_table volume_fields = FIELDS("NodeVolume", volume_object, NULL, volume_rows);
