// SPDX-License-Identifier: Apache-2.0
/* Waiting for what the head makes of an application, with progress shown, and telling why one failed. */
#pragma once

#include "cli/names.h"

struct app_wait {
    const char *name;
    int64_t generation; /* the status must speak of this one or a later one */
    int64_t timeout_us; /* 0: none */
    const char *scaled; /* component that must have `replicas` pods, all ready; NULL: none must */
    int64_t replicas;
    bool gone;           /* wait until it is gone, instead of until it is settled */
    json_t **ret_seen;   /* gone: what it was when it was last seen, for the caller to own; NULL: not wanted */
    const char *leaving; /* said when the user breaks off (Ctrl-C): what goes on without him */
};
/* 0 with the application as it is then (NULL: gone; the caller owns it): its phase is Running, Stopped or Failed.
 * -ETIMEDOUT, others with `e`. */
int app_wait(struct cli *cli, const struct app_wait *w, json_t **ret, struct err *e);
/* Tells which components failed, at what and why, with the last lines of their logs. */
void app_tell_failure(struct cli *cli, const json_t *application);
/* How a verb that waited ends: tells a time-out, a failure. `verb`: "deploy". Exit status. */
int app_end(struct cli *cli, const struct app_wait *w, const char *verb, int r, const json_t *application,
            const struct err *e);
/* Has the status seen this generation and come to rest? Pure. */
bool app_settled(const json_t *application, int64_t generation);
