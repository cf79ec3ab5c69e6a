// SPDX-License-Identifier: Apache-2.0
/* Links, addresses and routes: what the room asks of the kernel, a call each. All give 0 or a negative errno with the
 * kernel's words. */
#pragma once

#include "net/net_cidr.h"
#include "net/netlink.h"

#define NET_ROUTE_PROTOCOL 83 /* marks the routes that we made; free in the kernel's and iproute2's lists */

struct net_link {
    int index, master;
    char kind[16]; /* "bridge", "veth"; "" when the kernel names none */
};
/* -ENODEV when there is none. */
int net_link_find(struct netlink *nl, const char *name, struct net_link *ret, struct err *e);
int net_link_bridge(struct netlink *nl, const char *name, const uint8_t mac[6], int mtu, struct err *e);

struct net_veth {
    const char *name; /* of the end that stays */
    int bridge;       /* its master's index */
    int peer_ns;      /* descriptor of the namespace where the other end appears at once, as eth0 */
    uint8_t peer_mac[6];
    int mtu; /* 0: the kernel's default */
};
int net_link_veth(struct netlink *nl, const struct net_veth *v, struct err *e);
/* A bridge's port: sends back where it came from too (hairpin), makes itself no IPv6 address. */
int net_link_port(struct netlink *nl, int index, struct err *e);
int net_link_up(struct netlink *nl, int index, struct err *e);
int net_link_down(struct netlink *nl, int index, struct err *e);
int net_link_delete(struct netlink *nl, int index, struct err *e);
int net_link_addr(struct netlink *nl, int index, uint32_t address, int bits, struct err *e); /* 0 also when there */
/* Through the link to `to`; gateway 0: the link itself leads there. Replaces one to the same place. */
int net_link_route(struct netlink *nl, int index, const struct net_cidr *to, uint32_t gateway, struct err *e);
/* Takes away all addresses of the link save `keep`, and routes of ours over it save that to `to`. */
int net_link_prune(struct netlink *nl, int index, uint32_t keep, const struct net_cidr *to, struct err *e);
/* Names of all links whose master is `master`. */
int net_link_ports(struct netlink *nl, int master, struct strv *ret, struct err *e);
