// SPDX-License-Identifier: Apache-2.0
/* Splits a command line into words, as a shell would without expanding anything. Pure. */
#pragma once

#include "base/base.h"

/* Quotes and backslashes as in POSIX sh. 0, or -EINVAL with `e` for a quote that is not closed. */
int compile_words(const char *line, struct strv *ret, struct err *e);
