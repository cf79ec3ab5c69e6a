// SPDX-License-Identifier: Apache-2.0
/* Deployment: a number of pods of one template. */
#pragma once

#include "model/pod.h"

struct pod_template {
    struct meta meta;
    struct pod_spec spec;
};
struct rolling_update {
    json_t *max_surge, *max_unavailable; /* number, or text "25%" */
};
struct deployment_strategy {
    char *type;
    struct rolling_update *rolling;
};
struct deployment_spec {
    int64_t replicas, history_limit, progress_s, min_ready_s;
    struct selector selector;
    struct pod_template template;
    struct deployment_strategy strategy;
    bool paused;
};
struct deployment_status {
    int64_t observed, replicas, updated, ready, available, unavailable;
    struct field_list conditions; /* struct condition */
};
struct deployment {
    OBJECT_HEAD;
    struct deployment_spec spec;
    struct deployment_status status;
};
extern const struct field_table deployment_fields;
