// SPDX-License-Identifier: Apache-2.0
/* Help texts, made from the verbs' tables. */
#pragma once

#include "cli/cli_private.h"

/* The whole text; the caller frees. */
char *help_overview_text(void);
char *help_verb_text(const struct verb *v);
/* Prints them to standard output. */
void help_overview(void);
void help_verb(const struct verb *v);
/* sedge's own part of what /version says ("v1.32.0+sedge-0.1.0"): "0.1.0". Borrowed. */
const char *head_version(const json_t *version);
