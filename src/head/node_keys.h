// SPDX-License-Identifier: Apache-2.0
/* Which key each node has joined with, and its range of addresses. In the store under /node-keys/. A node that is not there has no rights, whatever certificate it shows. */
#pragma once

#include "base/base.h"
#include "io/tls.h"
#include "store/store.h"

struct node_key {
    char key_id[TLS_KEY_ID_SIZE];
    char *pod_cidr, *subcluster; /* owned; subcluster may be NULL */
};
void node_key_done(struct node_key *k);
int node_key_get(struct store *s, const char *node, struct node_key *ret, struct err *e); /* -ENOENT */
/* Takes a node in: with its range of before when it comes again with the same key, else with one that is free. -EEXIST with `e`: the name is taken by another key;
 * -ENOSPC: no range is left. `taken`: ranges that are not to be given out. The caller empties *ret. */
int node_key_add(struct store *s, const char *node, const char *key_id, const char *subcluster, const struct strv *taken, struct node_key *ret, struct err *e);
int node_key_remove(struct store *s, const char *node, struct err *e); /* 0 also when it was not there */

/* The first range "10.128.0.0/20", "10.128.16.0/20", ... of the 2048 for joined nodes that is in neither list. NULL: none is left. The caller frees. Pure. */
char *node_range_free(const struct strv *taken);
