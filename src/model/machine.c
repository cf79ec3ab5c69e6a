// SPDX-License-Identifier: Apache-2.0
/* The fields of machine.json. */
#include "model/machine.h"

#include "model/rows.h"

static const struct field machine_rows[] = {
    ROW(machine, "name", name, FIELD_TEXT, FIELD_REQUIRED | FIELD_LABEL, "name of the node"),
    ROW(machine, "podCIDR", pod_cidr, FIELD_TEXT, FIELD_REQUIRED, "addresses of pods"),
    ROW(machine, "serviceCIDR", service_cidr, FIELD_TEXT, FIELD_REQUIRED, "addresses of services"),
    ROW_DEFAULT(machine, "listen", listen, FIELD_TEXT, 0, "0.0.0.0:6443", "address and port of the API over TLS"),
    ROW(machine, "nodeLostMilliseconds", node_lost_ms, FIELD_INT, 0, "silence after which a node counts as lost"),
    ROW(machine, "evictMilliseconds", evict_ms, FIELD_INT, 0, "time from then until its pods are made elsewhere"),
    ROW_DEFAULT(machine, "head", head, FIELD_TEXT, 0, "", "the head that the node has joined; empty: this machine's"),
    ROW_DEFAULT(machine, "runtime", runtime, FIELD_TEXT, 0, "crun", "the OCI runtime's program"),
};
const struct field_table machine_fields = FIELDS("Machine", machine, NULL, machine_rows);
