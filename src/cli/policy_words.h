// SPDX-License-Identifier: Apache-2.0
/* Policies and groups as people are shown them. */
#pragma once

#include "cli/cli_private.h"

/* Each of the list (plan/policy.h: policies_json) below a title, but protocols; nothing for none. lead: stands before
 * each line, "# " where the rest is read by programs. */
void policy_words_print(const struct cli *cli, const char *lead, const json_t *policies);
