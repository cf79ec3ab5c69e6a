// SPDX-License-Identifier: Apache-2.0
/* Reads an application, changes it, and again when somebody else was quicker. */
#pragma once

#include "cli/names.h"

/* `change` gives the patch (the caller frees it), or NULL with `e`. 0 with *ret, the application as written (the caller
 * owns it). */
int app_patch(struct cli *cli, const char *name,
              json_t *(*change)(void *data, const json_t *application, struct err *e), void *data, json_t **ret,
              struct err *e);
