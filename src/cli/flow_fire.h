// SPDX-License-Identifier: Apache-2.0
/* Runs a work flow of an application and waits for its end, for verbs that fire one. In verb_workflow.c. */
#pragma once

#include "cli/cli_private.h"

/* `app`: as it is now. inputs: NAME=VALUE each. Tells how it goes; gives the exit status. */
int flow_fire(struct cli *cli, const json_t *app, const char *flow, const struct strv *inputs, int64_t timeout_us);
