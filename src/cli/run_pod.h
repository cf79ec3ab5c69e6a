// SPDX-License-Identifier: Apache-2.0
/* The Pod that `sedge run` asks for, from its options. Pure. */
#pragma once

#include "base/base.h"

struct run_options {
    bool remove, detach, input, tty, read_only, privileged;
    const char *name, *dir, *user, *memory, *cpus, *entrypoint, *restart, *hostname, *node;
    int64_t pids; /* -1: none given */
    struct strv env, ports, volumes, cap_add, cap_drop;
};
/* The Pod; the caller owns it. NULL with `e` when an option's value is wrong. name: of the pod. here: folder that
 * relative mount sources are below, or NULL. The names of volumes that are not paths are added to `volumes`: they have
 * to be there first. */
json_t *run_pod_make(const struct run_options *o, const char *name, const char *here, int argc, char *const *argv,
                     struct strv *volumes, struct err *e);
/* "64m", "1g", "512Mi", "1000000" as bytes; false when malformed. */
bool run_pod_bytes(const char *text, int64_t *ret);
