// SPDX-License-Identifier: Apache-2.0
/* Built-in types, and what was fetched, as files that an editor can open. */
#pragma once

#include "cli/lsp.h"

/* Path of a built-in file that says what `profiles` gives of it: the installed one, or else a copy that nobody can
 * write to, in the user's cache folder. NULL when neither can be had. The caller frees. */
char *lsp_profile_path(const struct lsp *s, const struct tosca_source *profiles, const char *path);
/* The same of a file that was fetched: always a copy. */
char *lsp_fetched_path(const struct tosca_source *files, const char *path);
/* Is it such a file? */
bool lsp_profile_is(const struct lsp *s, const char *path);
