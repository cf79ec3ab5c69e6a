// SPDX-License-Identifier: Apache-2.0
/* SHA-256, whole and in pieces (nettle underneath). */
#pragma once

#include <nettle/sha2.h>

#include "base/mem.h"

#define DIGEST_TEXT_SIZE 72 /* "sha256:" + 64 hex digits + NUL */

struct digest {
    struct sha256_ctx ctx;
};
void digest_init(struct digest *d);
void digest_add(struct digest *d, const void *data, size_t len);
/* The first n of its 32 bytes. Either this or the text ends it. */
void digest_bytes(struct digest *d, uint8_t *ret, size_t n);
/* "sha256:<64 hex>". */
void digest_text(struct digest *d, char ret[DIGEST_TEXT_SIZE]);
void digest_of(const void *data, size_t len, char ret[DIGEST_TEXT_SIZE]);
/* Is it "sha256:" and 64 lower-case hex digits? The only digests we take: anything else is refused, also as a path. */
bool digest_valid(const char *s);
