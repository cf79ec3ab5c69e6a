// SPDX-License-Identifier: Apache-2.0
/* The built-in type definitions as they were when sedge was built, parsed: a file of profiles/ that still says the same
 * need not be parsed again. */
#pragma once

#include "base/yaml.h"

/* The tree of a profile's file, when the pack has one made from this very text: ydoc_done is the caller's. */
bool profile_pack_find(const char *path, const char *text, size_t len, struct ydoc *ret);
/* Which text an entry was made from: FNV-1a, 64 bits. */
uint64_t profile_pack_hash(const char *text, size_t len);
