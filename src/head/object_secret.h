// SPDX-License-Identifier: Apache-2.0
/* What is special about Secrets: text becomes data, values are checked, immutable ones stay as they are. Pure. */
#pragma once

#include "base/base.h"

/* Moves stringData into data. */
void object_secret_fold(json_t *secret);
/* Names and base64 of the values, their size together. -EINVAL with `e`; a message never holds a value. */
int object_secret_rules(const json_t *secret, struct err *e);
/* How a pod's spec, which stands at `path`, refers to secrets: variables have one source, files plain names. -EINVAL
 * with `e`. */
int object_secret_check_pod(const json_t *spec, const char *path, struct err *e);
/* -EINVAL with `e` when `before` is immutable and `after` differs. */
int object_secret_check_next(const json_t *before, const json_t *after, struct err *e);
