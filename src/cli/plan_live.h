// SPDX-License-Identifier: Apache-2.0
/* `sedge plan` against what runs: the head says what it would do. */
#pragma once

#include "cli/plan_saved.h"

struct plan_live {
    const struct template_check *check;
    const char *name;    /* of the application; NULL: the template's, or the saved plan's */
    const char *save;    /* file to write the plan to, or NULL */
    bool detailed;       /* exit status 2 when there are changes */
    const json_t *saved; /* instead of showing it, hold it against this one; NULL */
    const char *file;    /* where that stands */
};
/* The exit status; OPTIONS_GO when nothing of that name stands, or no head answers, and nothing but a look was asked
 * for: the caller plans from nothing. */
int plan_live(struct cli *cli, const struct plan_live *p);
