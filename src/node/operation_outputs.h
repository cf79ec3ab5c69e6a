// SPDX-License-Identifier: Apache-2.0
/* What a script put out: the text of the file that $SEDGE_OUTPUTS names, as values by name. Pure.
 *
 * The text is a JSON object when it begins with '{', else lines "name=value" (blank ones are passed over; of two lines
 * with one name the last counts; the value is text, as it stands behind the first '='). */
#pragma once

#include "base/base.h"

#define OUTPUTS_BYTES_MAX (64U << 10) /* of the file */
#define OUTPUTS_NAMES_MAX 100
#define OUTPUTS_NAME_MAX  128 /* bytes of a name: letters, digits, '_', '-', '.' */

/* 0 with *ret: an object that the caller owns, NULL where nothing was put out. -EINVAL with `e` ("line 3: ..."). */
int operation_outputs(const char *text, size_t len, json_t **ret, struct err *e);
