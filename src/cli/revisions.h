// SPDX-License-Identifier: Apache-2.0
/* The revisions of an application as the head keeps them. */
#pragma once

#include "cli/api_client.h"

/* *ret: array of ControllerRevisions, oldest first; the caller owns it. -ENOENT with `e` where there is no such
 * application. *ret_app (may be NULL): the application. */
int revisions_get(struct cli *cli, const char *app, json_t **ret, json_t **ret_app, struct err *e);
int64_t revision_number(const json_t *revision);
/* The one of that number, or NULL. Borrowed. */
const json_t *revision_find(const json_t *revisions, int64_t number);
/* The number in a word, or -EINVAL with `e`. */
int revision_parse(const char *text, int64_t *ret, struct err *e);
