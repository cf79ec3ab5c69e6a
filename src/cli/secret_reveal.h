// SPDX-License-Identifier: Apache-2.0
/* Values that are made of secrets, asked for on purpose. */
#pragma once

#include "cli/api_client.h"

/* A copy of a value (JSON as the API has it) with what its references stand for, fetched from the head. 0 with *ret,
 * which the caller owns; -ENOENT, -errno with `e`. */
int secret_reveal(struct cli *cli, const json_t *v, json_t **ret, struct err *e);
