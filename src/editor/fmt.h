// SPDX-License-Identifier: Apache-2.0
/* Tidies YAML text, as docs/tosca-fmt.md says: one style, comments kept, the meaning the same. Pure. */
#pragma once

#include "base/yaml.h"

/* The tidied text of a file (UTF-8, at most ylimits_default); what is tidy already comes back byte for byte.
 * 0 with *ret, closed by NUL, which the caller frees. Else a fault with its place in `f`, and nothing in *ret:
 * -EINVAL: not well-formed, or with characters that YAML 1.1 and 1.2 read differently; -E2BIG: past a limit;
 * -ENOTRECOVERABLE: the result would not have meant the same. That is a fault of ours, never of the text. */
int fmt_text(const char *text, size_t len, char **ret, size_t *ret_len, struct yfault *f);
