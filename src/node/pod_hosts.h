// SPDX-License-Identifier: Apache-2.0
/* The texts of /etc/hosts and /etc/resolv.conf in a pod. Pure. */
#pragma once

#include "base/base.h"

struct host_name {
    const char *name, *address; /* address NULL: not known (yet), left out */
};
/* Loopback, the pod's own name at its address (NULL: 127.0.1.1), and the others. The caller frees. */
char *pod_hosts_text(const char *hostname, const char *address, const struct host_name *names, size_t n);
/* From the machine's resolv.conf: its name servers but those on loopback, which the pod would not reach, and its search
 * and options lines. The caller frees. */
char *pod_resolv_text(const char *machine);
/* Does it name a server that a pod can reach? */
bool pod_resolv_usable(const char *machine);
