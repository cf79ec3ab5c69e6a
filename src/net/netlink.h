// SPDX-License-Identifier: Apache-2.0
/* One rtnetlink socket: a request and its acknowledgement, or a dump, always waited for and always checked. */
#pragma once

#include <linux/rtnetlink.h>

#include "base/base.h"
#include "net/mnl_library.h"

struct netlink {
    struct mnl_socket *sock; /* of the network namespace in which it was opened, for life; NULL: closed */
    uint32_t seq;
};
#define AUTO_NETLINK AUTO(netlink_close)

/* Room for one request of ours: all have a bounded size, far below this. */
struct netlink_msg {
    union {
        char bytes[1024];
        struct nlmsghdr h;
    };
};

int netlink_open(struct netlink *nl, struct err *e); /* in the namespace of the calling thread */
void netlink_close(struct netlink *nl);              /* also fine on a zeroed one */

/* Starts a message; gives its zeroed family header of `size` bytes. */
void *netlink_begin(struct netlink_msg *m, uint16_t type, uint16_t flags, size_t size);
/* Sends it and waits for the kernel's acknowledgement. 0, or what the kernel said (-EEXIST, ...) with its own words in
 * `e`. */
int netlink_request(struct netlink *nl, struct netlink_msg *m, struct err *e);
/* Sends it, gives the one answer to `each`, then waits for the acknowledgement. */
int netlink_get(struct netlink *nl, struct netlink_msg *m, mnl_cb_t each, void *data, struct err *e);
/* Asks for all: `each` sees every message (MNL_CB_ERROR is not used; MNL_CB_STOP ends the looking, not the reading).
 * -EAGAIN when the list changed under the dump: ask again. */
int netlink_dump(struct netlink *nl, struct netlink_msg *m, mnl_cb_t each, void *data, struct err *e);
