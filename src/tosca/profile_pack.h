// SPDX-License-Identifier: Apache-2.0
/* The built-in type definitions as they were when sedge was built, text and tree: a file of profiles/ that still says the
 * same need not be parsed again. */
#pragma once

#include "base/yaml.h"

/* The text of a profile's file, borrowed from the program; NULL when the pack has no such file. */
const char *profile_pack_text(const char *path, size_t *ret_len);
/* The tree of a profile's file, its types folded (base/yaml_flat.h), when the pack has one made from this very text (NULL: from
 * its own): ydoc_done is the caller's. */
bool profile_pack_find(const char *path, const char *text, size_t len, struct ydoc *ret);
/* Which text an entry was made from: FNV-1a, 64 bits. For who reads the pack, and for the build's tool that makes it. */
static inline uint64_t profile_pack_hash(const char *text, size_t len)
{
    uint64_t h = UINT64_C(0xcbf29ce484222325);
    for (size_t i = 0; i < len; i++)
        h = (h ^ (unsigned char)text[i]) * UINT64_C(0x100000001b3);
    return h;
}
