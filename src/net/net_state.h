// SPDX-License-Identifier: Apache-2.0
/* What an open network holds; private to the room. */
#pragma once

#include "io/child.h"
#include "net/net_cidr.h"
#include "net/net_table.h"
#include "net/netlink.h"

/* One call of net_apply that waits for its answer. */
struct net_waiter {
    void (*done)(void *data, int r, const char *error);
    void *data;
    int r;
    char *error; /* owned */
};
struct net_waiters {
    struct net_waiter *v;
    size_t n;
};

struct net {
    uv_loop_t *loop;          /* weak */
    struct net_config config; /* texts owned */
    struct net_cidr pods, services;
    uint32_t gateway;
    int bridge; /* link index */
    struct netlink nl;
    struct map addresses; /* pod id -> address, as the files say; owned */
    uint32_t last;        /* offset of the address given out last */

    struct child *child; /* the nft that runs, or NULL */
    bool known;          /* `in_force` is what the kernel holds */
    bool running_whole;  /* the child writes the whole table, not a difference */
    bool wanting;        /* `wanted` waits for its turn */
    struct net_table in_force, running, wanted;
    struct net_waiters served, queued, ready; /* by the child; by `wanted`; their answer stands */
    uv_timer_t answer;                        /* answers from the loop, never from inside of net_apply */
    bool closing;
};

void net_apply_init(struct net *n);
void net_apply_close(struct net *n); /* frees n when the last of it has ended */
void net_state_free(struct net *n);

/* <run_dir>/netns/<pod id><suffix>; the caller frees. */
char *net_pod_path(const struct net_config *c, const char *pod_id, const char *suffix);
/* Pods of which anything is on the machine: a pin, an address, or both. Sorted. */
int net_pod_names(const struct net_config *c, struct strv *ret, struct err *e);
/* Name of the host's end of the pod's link. */
#define NET_HOST_END_SIZE 16
void net_pod_host_end(const char *pod_id, char ret[NET_HOST_END_SIZE]);
/* Takes the pod's link, pin and address file away, whichever are there. */
int net_pod_remove(struct netlink *nl, const struct net_config *c, const char *pod_id, struct err *e);
/* Reads the addresses from the files. */
int net_pod_load(struct net *n, struct err *e);

/* -EADDRINUSE with `e` when an address or route of the machine, other than those of the bridge, overlaps with one of
 * the ranges. */
int net_overlap_check(struct netlink *nl, int bridge, const struct net_config *c, struct err *e);
/* Takes all routes to other nodes' pods away. */
int net_peers_remove(struct netlink *nl, struct err *e);
