// SPDX-License-Identifier: Apache-2.0
/* What differs between two texts, line by line, as diff -u shows it. Pure. */
#pragma once

#include "base/base.h"

/* The unified diff from `a` to `b`, with three lines around each change and `name` in both heads; "" when the texts are
 * the same. Texts that differ in more than some thousand lines are told apart as one block. The caller frees. */
char *line_diff(const char *a, size_t a_len, const char *b, size_t b_len, const char *name);
