// SPDX-License-Identifier: Apache-2.0
/* What the node's three programs share: their folders, machine.json and the pid files' locks. */
#pragma once

#include <sys/types.h>

#include "model/machine.h"
#include "net/net.h"

struct node_options {
    const char *run_dir, *state_dir;
    const char *name, *pod_cidr, *service_cidr, *listen, *runtime; /* NULL: not given */
    const char *head, *token;                                      /* of node-join */
};
/* Which of them a program takes. */
enum node_options_kind { NODE_OPTIONS_FOLDERS, NODE_OPTIONS_SETUP, NODE_OPTIONS_JOIN };
/* Reads the options. 0, or -EINVAL with `e`. */
int node_options_read(int argc, char **argv, enum node_options_kind kind, struct node_options *ret, struct err *e);
/* machine.json. 0; -ENOENT; -errno with `e`. machine_done is the caller's. */
int machine_load(const char *state_dir, struct machine *ret, struct err *e);
int machine_save(const char *state_dir, const struct machine *m, struct err *e);
void machine_done(struct machine *m);
char *machine_own_name(void); /* the host's, as a node's name; the caller frees */
/* Can this machine run containers with that OCI runtime? 0, or -errno with `e`. Prepares cgroups. */
int machine_check(const char *runtime, struct err *e);
/* Checks it, chooses addresses where none are given, and writes machine.json; what is there already stays unless given anew. The caller empties *ret. */
int machine_set_up(const struct node_options *o, struct machine *ret, struct err *e);
/* How the network of a machine is named and laid out. Borrows from both. */
struct net_config machine_net(const struct machine *m, const char *run_dir);
/* The pid of who holds the lock of <run_dir>/<name>.pid; 0 when nobody does. */
pid_t lock_holder(const char *run_dir, const char *name);
