// SPDX-License-Identifier: Apache-2.0
/* What the node tells of a pod: PodStatus as JSON from what is known. Pure. */
#pragma once

#include "node/pod_machine.h"

struct status_around {
    const char *host_ip;
    bool after; /* as in struct pod_around */
    bool deleting;
    bool in_force;  /* its published ports are */
    int64_t now_us; /* monotonic */
};
/* The caller owns the value. Times are those of the events, so that two calls with nothing changed give the same. */
json_t *status_make(const struct pod *p, const struct pod_known *k, const struct status_around *a);
