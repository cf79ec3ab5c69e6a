// SPDX-License-Identifier: Apache-2.0
/* Policies and groups as people are shown them. */
#pragma once

#include "cli/cli_private.h"

/* A section for each of the list (plan/policy.h: policies_json), below the title; nothing for an empty list. */
void policy_words_print(const struct cli *cli, const json_t *policies);
