// SPDX-License-Identifier: Apache-2.0
/* Regular expressions of constraints: POSIX extended with the common Perl classes, bounded before they reach the
 * library. */
#pragma once

#include "base/base.h"

struct pattern;
/* Made ready to match; NULL with the reason when it is none that we take. */
struct pattern *pattern_new(const char *text, char *why, size_t why_size);
/* One that any part of the text may match, unless ^ and $ say otherwise. */
struct pattern *pattern_new_part(const char *text, char *why, size_t why_size);
void pattern_free(void *p); /* a struct pattern; NULL is fine */
/* Does the text (a part of it, or the whole) match? One that is too long to ask does. */
bool pattern_matches(const struct pattern *p, const char *text);
/* Roughly what that match may cost, in steps of work. */
int64_t pattern_cost(const struct pattern *p, const char *text);
