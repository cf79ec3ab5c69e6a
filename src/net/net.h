// SPDX-License-Identifier: Apache-2.0
/* The network of containers on a machine: a bridge, a namespace and an address for each pod, published ports and services as nftables maps.
 *
 * How it works. Pods hang on the bridge "sedge0" by veth pairs, each with a /32 address and the bridge's address as gateway, so that all traffic between pods is routed by the host:
 * thus a service's address can be translated for any pod, also to one on the same bridge. One table of ours, "ip sedge", written whole in one atomic `nft -j -f -` batch when something
 * changed; lookups are maps, whose cost does not grow with their number. */
#pragma once

#include <netinet/in.h>
#include <uv.h>

#include "base/base.h"

struct net_config {
    const char *bridge;   /* "sedge0" */
    const char *pod_cidr; /* "10.88.0.0/16": of this node; the first address is the gateway */
    const char *service_cidr; /* "10.89.0.0/16" */
    const char *run_dir;  /* namespaces are pinned at <run_dir>/netns/<pod id> */
    int mtu;              /* 0: the kernel's default */
};
struct net;
/* Makes bridge, addresses, forwarding sysctls (route_localnet on the bridge, send_redirects off) and the nft table's frame; adopts what is there from before. -EADDRINUSE with `e` when the cidr overlaps an address
 * or route of the host that is not ours. The nft run is synchronous here only. */
int net_open(uv_loop_t *loop, const struct net_config *c, struct net **ret, struct err *e);
void net_close(struct net *n); /* leaves everything in place */
/* Removes all that is ours from the machine: table, bridge, pinned namespaces, veths. Works without net_open (after a crash). 0 also when nothing was there. */
int net_cleanup(const struct net_config *c, struct err *e);

/* A namespace with loopback up, eth0 with the address, default route by the gateway. address: NULL or "" = choose a free one; the same one is taken again when given and free.
 * Fast (no child process, a millisecond or two). *ret_netns: path to the pinned namespace; *ret_ip: its address; the caller frees both. All undone on failure. Safe to repeat (adopts). */
int net_attach(struct net *n, const char *pod_id, const char *address, char **ret_netns, char **ret_ip, struct err *e);
int net_detach(struct net *n, const char *pod_id, struct err *e); /* 0 also when absent */
int net_list(struct net *n, struct strv *ret_pod_ids, struct err *e); /* those pinned now */

/* Another node, whose pods are reached by its address: both on one LAN. */
struct net_peer {
    const char *address, *pod_cidr;
};
/* Makes the machine's routes to other nodes' pods just these. -errno with `e` when one cannot be made (nothing leads to its address); the others stand. */
int net_peers(struct net *n, const struct net_peer *peers, size_t n_peers, struct err *e);

/* A port of the host that leads to a pod. */
struct net_port {
    char *host_ip; /* NULL or "": all of the host's addresses, loopback included */
    uint16_t host_port, pod_port;
    bool udp;
    char *pod_ip;
};
/* Reserves a host port for us: binds it without listening, so that nobody else can take it and a port taken already is noticed. -EADDRINUSE with `e` naming the port and, from /proc, the program that holds it. The
 * descriptor is the reservation: close it to give the port back. */
int net_port_reserve(const char *host_ip, uint16_t port, bool udp, int *ret_fd, struct err *e);

/* A service: one address in front of the addresses of its pods. With ports, only these are translated (port -> target port); without, every port of every protocol as it is. */
struct net_service {
    char *address;
    struct strv endpoints; /* pod addresses that are ready */
    struct { uint16_t port, target; bool udp; } *ports;
    size_t n_ports;
};
/* Makes the table say just this: asynchronous, one nft child at a time, later calls while one runs are merged into one more. `done` is called when the state of THIS call is in force (r < 0: nft's words in
 * `error`; the state before stays). Does nothing (and calls done at once, from the loop) when nothing differs from what is in force. */
void net_apply(struct net *n, const struct net_port *ports, size_t n_ports, const struct net_service *services, size_t n_services,
               void (*done)(void *data, int r, const char *error), void *data);
/* The batch as JSON for nft: pure, for tests. The caller owns it. */
json_t *net_ruleset(const struct net_config *c, const struct net_port *ports, size_t n_ports, const struct net_service *services, size_t n_services);

/* Addresses. Pure. */
struct net_cidr {
    uint32_t base; /* host order */
    int bits;
};
int net_cidr_parse(const char *text, struct net_cidr *ret, struct err *e);
/* nth address of it (0 is the network's own) as text; NULL past its end. The caller frees. */
char *net_cidr_nth(const struct net_cidr *c, uint32_t n);
/* A free address chosen round robin after `last`; `taken` holds texts. NULL when the range is full. The caller frees. */
char *net_cidr_free(const struct net_cidr *c, const struct strv *taken, uint32_t *last);
/* The index of the first candidate whose ranges overlap with no address or route of this machine (those of its own bridge aside): asks the kernel. -EADDRINUSE with `e` when none is
 * free. */
int net_cidr_choose(const struct net_config *candidates, size_t n, size_t *ret, struct err *e);
