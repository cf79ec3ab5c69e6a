// SPDX-License-Identifier: Apache-2.0
/* What running a child to its end and running it under a loop have in common. */
#pragma once

#include "io/child.h"

#define CHILD_MAX_OUTPUT (1024 * 1024) /* when the options name no limit */

/* The options' input in a new memory file, read from its start. */
int child_input_fd(const struct child_options *o, int *ret_fd, struct err *e);
/* A status of waitpid(2) in our words. */
void child_status(int status, struct child_result *ret);
/* Keeps output up to the limit and drops the rest. */
void child_keep(struct buf *to, const char *data, size_t len, size_t max);
