// SPDX-License-Identifier: Apache-2.0
/* What becomes of a node's pods when it is lost or removed. Pure. */
#pragma once

#include "head/object_changes.h"

struct evict_input {
    const char *node;         /* its name */
    const char *own;          /* name of the head's own node: it is never out of sight */
    const json_t *object;     /* the Node, or NULL: it was removed from the cluster */
    struct object_list pods;  /* those bound to it */
    struct object_list nodes; /* all */
    int64_t lost_us;          /* for how long it has been lost; negative: it is not */
    int64_t evict_after_us;
    const char *now; /* RFC 3339 */
};
/* A lost node's pods are not ready from then on, so that services leave them out; after a while they are asked to go, and their owners make others elsewhere. They stay
 * where they are when no other node is ready, or none of several boards (it is the head then that was cut off), when nobody would make others, and when they use a volume: its data is on that
 * node, and an empty one elsewhere is no substitute. The pods of a removed node are gone. Gives how long until it has to be asked again; 0: not before something changes. */
/* Several boards, and none of them is ready: nothing can be said of any. */
bool evict_is_blind(const struct evict_input *in);
int64_t evict_decide(const struct evict_input *in, struct changes *ret);
