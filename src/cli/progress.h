// SPDX-License-Identifier: Apache-2.0
/* Progress of an application: a line for each component, drawn again on a terminal, told once at each change elsewhere.
 */
#pragma once

#include "cli/cli_private.h"

/* What a component (of an application's status) is at: "creating", "running, 1 of 3 ready", "failed at Standard.create:
 * ...". Pure; the caller frees. */
char *progress_words(const json_t *component, enum tint *ret_tint);

struct progress {
    const struct cli *cli;
    struct map told; /* component -> its words when last told */
    size_t drawn;    /* lines of it that stand on the terminal */
};
void progress_begin(struct progress *p, const struct cli *cli);
/* components: status.components. Writes to standard error. */
void progress_show(struct progress *p, const json_t *components);
void progress_done(struct progress *p);
