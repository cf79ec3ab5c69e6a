// SPDX-License-Identifier: Apache-2.0
/* How often a requirement or a capability may occur: [lower, upper], UNBOUNDED, or one number for both. */
#pragma once

#include "tosca/context.h"

#define OCCURRENCES_UNBOUNDED INT64_MAX

struct occurrences {
    int64_t lower, upper;
};
/* Reads a range; false when there is none or it is malformed, which is told when `words` says of what it is. */
bool occurrences_read(struct tctx *c, struct at at, const char *words, struct occurrences *ret);
