// SPDX-License-Identifier: Apache-2.0
/* From what is wanted of an application to a running one: planned by the head, shown, confirmed, written so that nobody
 * else's change comes between, and watched. */
#pragma once

#include "cli/app_change.h"
#include "cli/cli_private.h"

struct app_deploy {
    struct cli *cli;
    const char *verb; /* "deploy", "rollback" */
    const char *name;
    const struct app_wanted *wanted;
    const json_t *reviewed; /* the plan that it must be, and nothing else (a saved one); NULL: any */
    bool confirm, quiet;    /* ask before acting; quiet: do not show the plan */
    int64_t timeout_us;
    json_t *before;  /* the application as it stands; NULL: there is none. By app_deploy_look */
    json_t *written; /* as it was written */
};
/* Whatever of that name stands; one that is just leaving is waited for. OPTIONS_GO or an exit status. */
int app_deploy_look(struct app_deploy *d);
/* What the head would do. 0 with *ret, or -errno with `e`; needs `before`. */
int app_deploy_plan(struct app_deploy *d, json_t **ret, struct err *e);
/* Looks, plans, shows, asks, writes. OPTIONS_GO or an exit status. */
int app_deploy_write(struct app_deploy *d);
/* Watches it come up and shows how it ended. Exit status. */
int app_deploy_watch(struct app_deploy *d);
void app_deploy_done(struct app_deploy *d);
