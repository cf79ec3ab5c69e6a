// SPDX-License-Identifier: Apache-2.0
/* What pods print: read, followed, several at once with their names in front. */
#pragma once

#include "cli/stream.h"

struct pod_log_query {
    bool follow, timestamps;
    int64_t tail;      /* -1: all */
    const char *since; /* RFC 3339, or NULL */
};
/* Prints the logs of these pods (array) until their end. Exit status. */
int pod_log_print(struct cli *cli, const json_t *pods, const struct pod_log_query *q);
/* The last lines of a pod, both streams together. 0, or -errno with `e`. */
int pod_log_tail(struct cli *cli, const char *pod, int64_t lines, struct buf *ret, struct err *e);
/* The request. The caller owns it. */
json_t *pod_log_request(const struct pod_log_query *q);
