// SPDX-License-Identifier: Apache-2.0
/* What the makers of config.json share among themselves. */
#pragma once

#include "base/json.h"
#include "engine/container_spec.h"

#define CGROUP_ROOT_NAME    "sedge"       /* all containers' cgroups stand below it */
#define CONTAINER_INIT_PATH "/sedge/init" /* where the small init is in a container that asked for it */

/* Docker's default capabilities with the spec's additions and removals, as "CAP_..." texts in the kernel's order; all
 * of them when privileged; always only those possible (bit n: capability n). The caller owns it. */
json_t *capability_list(const struct container_spec *s, uint64_t possible);
/* -EINVAL with `e` for a name that is no capability, -EPERM for one to be added that is not possible. */
int capability_check(const struct container_spec *s, uint64_t possible, struct err *e);
/* The default profile (seccomp_default.json) for this machine and these capabilities, as linux.seccomp. The caller owns
 * it. */
json_t *seccomp_profile(const json_t *caps);
/* The same for another machine, as uname(2) names it: "x86_64", "x86", "aarch64", "arm", "riscv64". */
json_t *seccomp_profile_for(const char *machine, const json_t *caps);
/* Parts of the process object, for exec too. The caller owns them. */
json_t *config_user(const struct container_user *user);
json_t *config_capabilities(const json_t *caps, bool root);
