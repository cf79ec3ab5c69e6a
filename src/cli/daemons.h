// SPDX-License-Identifier: Apache-2.0
/* The daemons of this machine: started by their keeper, with this command's folders. */
#pragma once

#include "cli/cli_private.h"

/* Begins the words of a part of the program: its path, the part, --run and --state. */
void daemons_begin_part(const struct cli *cli, const char *part, struct strv *argv);
/* Runs a part to its end; what it prints goes where ours goes. Its exit status, or CLI_FAILED with a word why. */
int daemons_run_part(struct cli *cli, const struct strv *argv);
/* Starts the keeper with these daemons, or leaves the one that keeps them already. Exit status. */
int daemons_start(struct cli *cli, const char *runtime, const char *const *parts);
/* The same for a board that has joined a cluster: keeper and node, until the head sees it as ready. Exit status. */
int daemons_start_node(struct cli *cli);
/* The last lines of a daemon's log to standard error, after what failed. */
void daemons_tell_log(struct cli *cli, const char *name);
