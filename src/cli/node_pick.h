// SPDX-License-Identifier: Apache-2.0
/* The node that an operation on images is for. */
#pragma once

#include "cli/api_client.h"

/* The given one, or the only one there is; of several the one whose name this machine carries. The caller frees *ret.
 * -EINVAL or -ENOENT with `e`. */
int node_pick(struct cli *cli, const char *given, char **ret, struct err *e);
