// SPDX-License-Identifier: Apache-2.0
/* What runs on this machine: its settings, its daemons by their pid files and /proc, their memory. */
#pragma once

#include "cli/cli_private.h"
#include "model/machine.h"

/* Reads <state_dir>/machine.json. -ENOENT: sedge was never up here. fields_done(&machine_fields, ret). */
int this_machine_read(const struct cli *cli, struct machine *ret, struct err *e);
/* The node's name; the caller frees. */
int this_machine_name(const struct cli *cli, char **ret);

struct daemon_facts {
    pid_t pid;      /* 0: it does not run */
    int64_t pss;    /* bytes of memory that are its own share; -1: unknown */
    int64_t age_us; /* since it was started; -1: unknown */
};
void this_machine_daemon(const struct cli *cli, const char *name, struct daemon_facts *ret);
/* Does the keeper that runs keep this daemon (its --daemon NAME=)? */
bool this_machine_keeps(pid_t keeper, const char *name);
/* "Pss:" of a smaps_rollup text in bytes; -1 when it is not there. Pure. */
int64_t this_machine_pss(const char *rollup);
