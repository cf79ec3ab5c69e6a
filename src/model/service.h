// SPDX-License-Identifier: Apache-2.0
/* Service: a stable name and address in front of pods. */
#pragma once

#include "model/object.h"

struct service_port {
    char *name, *protocol;
    int64_t port, target;
};
struct service_endpoint {
    char *ip, *pod, *node;
    bool ready;
};
struct service_spec {
    json_t *selector;        /* labels */
    struct field_list ports; /* struct service_port; none: all ports as they are */
    char *cluster_ip, *type, *session_affinity;
    struct strv cluster_ips, ip_families;
    char *ip_family_policy, *internal_policy;
};
struct service_status {
    struct field_list endpoints; /* struct service_endpoint: ours, computed */
    json_t *load_balancer;
};
struct service {
    OBJECT_HEAD;
    struct service_spec spec;
    struct service_status status;
};
extern const struct field_table service_fields;
