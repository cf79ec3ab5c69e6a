// SPDX-License-Identifier: Apache-2.0
/* What a machine of the cluster is told about itself: <state_dir>/machine.json, written by `sedge up` and read by head and node. */
#pragma once

#include "model/fields.h"

struct machine {
    char *name;         /* of the node: a DNS label */
    char *pod_cidr;     /* "10.88.0.0/16" */
    char *service_cidr; /* "10.89.0.0/16" */
    char *listen;       /* "0.0.0.0:6443": where the API is served over TLS; "" for nowhere */
    char *runtime;      /* "crun": an OCI runtime's program */
    int64_t node_lost_ms; /* of the head's: a node elsewhere that is silent for so long is lost; 0: the default */
    int64_t evict_ms;     /* and after so much more its pods are made elsewhere; 0: the default */
    char *head;         /* "board1:6443": the head that this node has joined; "": it runs on this machine */
};
extern const struct field_table machine_fields;
#define MACHINE_FILE "machine.json"
#define NODE_LOST_MS 2000 /* defaults */
#define EVICT_MS     1500
#define HEAD_PORT    6443 /* where none is given */

#define SEDGE_RUN_DIR   "/run/sedge"     /* when neither --run nor SEDGE_RUN names another */
#define SEDGE_STATE_DIR "/var/lib/sedge" /* --state, SEDGE_STATE */
#define SEDGE_API_SOCKET "api.sock"      /* in the run folder; mode 0600 */
