// SPDX-License-Identifier: Apache-2.0
/* The node that an operation on images is for. */
#pragma once

#include "cli/api_client.h"

/* The given one, or the only one there is; of several the one whose name this machine carries. The caller frees *ret.
 * -EINVAL or -ENOENT with `e`. */
int node_pick(struct cli *cli, const char *given, char **ret, struct err *e);
/* Is the node connected to its head right now? (Its Ready condition stands for a while after a head was started again.)
 * 0; -EBUSY with `e`: it is not. */
int node_answers(struct cli *cli, const char *node, struct err *e);
