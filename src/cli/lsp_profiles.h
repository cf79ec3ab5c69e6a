// SPDX-License-Identifier: Apache-2.0
/* The built-in types as files that an editor can open. */
#pragma once

#include "cli/lsp.h"

/* Path of a built-in file that says what `profiles` gives of it: the installed one, or else a copy that nobody can write
 * to, in the user's cache folder. NULL when neither can be had. The caller frees. */
char *lsp_profile_path(const struct lsp *s, const struct tosca_source *profiles, const char *path);
/* Is it such a file? */
bool lsp_profile_is(const struct lsp *s, const char *path);
