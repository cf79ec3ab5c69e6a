// SPDX-License-Identifier: Apache-2.0
/* A container of `sedge run` from its creation to its end: output shown, exit status, removal. */
#pragma once

#include "cli/relay.h"

struct run_watch {
    struct cli *cli;
    const char *pod, *image;
    const char *revision; /* of the pod as it was created */
    bool remove;          /* take it away at its end */
    bool remove_waits;    /* ... and wait until it is gone, so that its name can be used again */
    bool tty, input;
};
/* Until it has ended: shows its output and gives its exit status. What could not be started is told and removed:
 * CLI_FAILED. */
int run_watch_end(const struct run_watch *w);
/* Until it runs: prints its name. */
int run_watch_start(const struct run_watch *w);
/* Deletes a pod and waits until it is gone. */
int run_pod_remove(struct cli *cli, const char *pod, struct err *e);
