// SPDX-License-Identifier: Apache-2.0
/* Makes well-formed YAML of a text that is not, by leaving lines out. Pure. */
#pragma once

#include "base/base.h"

/* The text with the lines blanked at which the reader stumbles, one after the other; what is still broken after a few
 * is cut off there. Never NULL, as long as the text or shorter, perhaps empty. The caller frees. */
char *yaml_mended(const char *text, size_t len, size_t *ret_len);
