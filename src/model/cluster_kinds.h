// SPDX-License-Identifier: Apache-2.0
/* Namespace, Node, Event and Volume: the smaller kinds. */
#pragma once

#include "model/object.h"

struct namespace_status {
    char *phase;
};
struct namespace_object {
    OBJECT_HEAD;
    json_t *spec;
    struct namespace_status status;
};

struct node_address {
    char *type, *address;
};
struct node_info {
    char *machine_id, *system_uuid, *boot_id, *kernel, *os_image, *runtime, *kubelet, *kube_proxy, *os, *arch;
};
struct node_taint {
    char *key, *value, *effect; /* NoSchedule, PreferNoSchedule, NoExecute */
    char *added;
};
struct node_spec {
    char *pod_cidr, *provider_id;
    bool unschedulable;
    struct field_list taints; /* struct node_taint */
};
struct node_status {
    json_t *capacity, *allocatable;
    struct field_list conditions; /* struct condition */
    struct field_list addresses;  /* struct node_address */
    struct node_info info;
};
struct node_object {
    OBJECT_HEAD;
    struct node_spec spec;
    struct node_status status;
};

struct event_involved {
    char *api_version, *kind, *namespace, *name, *uid, *resource_version, *field_path;
};
struct event_source {
    char *component, *host;
};
struct event_object {
    OBJECT_HEAD;
    struct event_involved involved;
    struct event_source source;
    char *reason, *message, *type, *first, *last, *event_time, *reporting, *instance;
    int64_t count;
};

struct volume_spec {
    char *node;
};
struct volume_status {
    char *phase, *message;
};
struct volume_object {
    OBJECT_HEAD;
    struct volume_spec spec;
    struct volume_status status;
};
extern const struct field_table namespace_fields, node_fields, event_fields, volume_fields;
