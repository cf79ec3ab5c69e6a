// SPDX-License-Identifier: Apache-2.0
/* Values that must not stand in findings. */
#pragma once

#include "tosca/context.h"

/* Every text in the value from now on. */
void hidden_add(struct tctx *c, const json_t *v);
/* Puts "(sensitive)" in place of them, and of their beginnings (findings cut long values); text is in an array of that
 * size. */
void hidden_mask(const struct tctx *c, char *text, size_t size);
