// SPDX-License-Identifier: Apache-2.0
/* How an application came out: where it is reached, and its outputs. */
#pragma once

#include "cli/cli_private.h"

/* app: as it is now. Exit status. */
int app_result_show(struct cli *cli, const char *name, const json_t *app);
