// SPDX-License-Identifier: Apache-2.0
/* A Node's status: what the node says of itself, and what the head sees of it. Pure. */
#pragma once

#include "base/base.h"

/* Whether the node is connected. */
struct node_ready {
    bool ready;
    const char *message;
    int64_t now_us;
};
/* The status to store: `reported` (NULL: as before) with the condition Ready, whose time changes only when its status
 * does. before: the status as it is, or NULL. The caller owns it. */
json_t *node_ready_status(const json_t *before, const json_t *reported, const struct node_ready *r);
