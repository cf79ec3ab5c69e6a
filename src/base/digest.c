// SPDX-License-Identifier: Apache-2.0
/* SHA-256 digests in the one spelling that OCI uses for them. */
#include "base/digest.h"

#include <string.h>

#include "base/nettle_library.h"

void digest_init(struct digest *d)
{
    sha256_init(&d->ctx);
}

void digest_add(struct digest *d, const void *data, size_t len)
{
    if (len > 0)
        sha256_update(&d->ctx, len, data);
}

void digest_bytes(struct digest *d, uint8_t *ret, size_t n)
{
    sha256_digest(&d->ctx, n, ret);
}

void digest_text(struct digest *d, char ret[DIGEST_TEXT_SIZE])
{
    static const char hex[] = "0123456789abcdef";
    uint8_t sum[SHA256_DIGEST_SIZE];
    digest_bytes(d, sum, sizeof(sum));
    char *out = stpcpy(ret, "sha256:");
    for (size_t i = 0; i < sizeof(sum); i++) {
        *out++ = hex[sum[i] >> 4];
        *out++ = hex[sum[i] & 15];
    }
    *out = '\0';
}

void digest_of(const void *data, size_t len, char ret[DIGEST_TEXT_SIZE])
{
    struct digest d;
    digest_init(&d);
    digest_add(&d, data, len);
    digest_text(&d, ret);
}

bool digest_valid(const char *s)
{
    if (s == NULL || strncmp(s, "sha256:", 7) != 0)
        return false;
    return strlen(s + 7) == 2 * (size_t)SHA256_DIGEST_SIZE && strspn(s + 7, "0123456789abcdef") == 64;
}
