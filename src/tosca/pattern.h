// SPDX-License-Identifier: Apache-2.0
/* Regular expressions of constraints: POSIX extended with the common Perl classes, bounded before they reach the
 * library. */
#pragma once

#include "base/base.h"

/* Is it one that we take? False with the reason. */
bool pattern_check(const char *pattern, char *why, size_t why_size);
/* Does the whole text match? A malformed pattern matches everything: it is told elsewhere. */
bool pattern_matches(const char *pattern, const char *text);
