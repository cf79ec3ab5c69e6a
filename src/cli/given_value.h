// SPDX-License-Identifier: Apache-2.0
/* Values that are not to stand on a command line, where every user of the machine can read them. */
#pragma once

#include "base/base.h"

#define GIVEN_VALUE_MAX (1024 * 1024) /* bytes */

/* "@FILE": the file's bytes; "-": standard input's, or, where that is a terminal, a line that is asked for without
 * being shown. `what`: said in that question and in errors. 0 with *ret (closed by NUL; the caller frees); -EINVAL:
 * neither of both; -EFBIG, -errno with `e`. */
int given_value_read(const char *from, const char *what, char **ret, size_t *ret_len, struct err *e);
/* Overwrites a value in the arguments of this process, so that /proc shows it no longer. */
void given_value_hide(char *argument);
