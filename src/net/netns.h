// SPDX-License-Identifier: Apache-2.0
/* Network namespaces pinned by a bind mount, so that they live without a process. */
#pragma once

#include "net/netlink.h"

bool netns_pinned(const char *path);
/* Makes and pins a namespace at path (adopts one that is pinned there), and opens a netlink socket inside of it.
 * *ret_fd: the namespace itself. *ret_made: it is new. Nothing of it is left on failure, save a file that was there. */
int netns_pin(const char *path, int *ret_fd, struct netlink *ret_nl, bool *ret_made, struct err *e);
int netns_unpin(const char *path, struct err *e); /* 0 also when absent */
