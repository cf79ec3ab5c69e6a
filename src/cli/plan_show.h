// SPDX-License-Identifier: Apache-2.0
/* A plan as the head made it (ApplicationPlan), for people. Pure but for the printing. */
#pragma once

#include "cli/cli_private.h"

/* The whole of it: differences with their reasons, a summary, the operations in order. To standard output. */
void plan_show(const struct cli *cli, const json_t *plan);
/* A line for each component that changes, at most twenty, and the summary. To standard error. */
void plan_show_brief(const struct cli *cli, const json_t *plan);
bool plan_has_changes(const json_t *plan);
/* One reason: `property ports.80: 8090 -> 8091 (input port)`. The caller frees. */
char *plan_reason_line(const json_t *reason);
