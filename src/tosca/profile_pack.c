// SPDX-License-Identifier: Apache-2.0
/* Looks an entry of the pack up. An entry: length of the name (1 byte), name, hash of the text (8 bytes), length of the
 * tree (4 bytes), tree (base/yaml_flat.h); numbers with the lowest byte first. */
#include "tosca/profile_pack.h"

#include <string.h>

#include "base/yaml_flat.h"
#include "profile_pack_data.h"

#define NUMBERS 12 /* bytes of hash and length */

static uint64_t number_at(const unsigned char *at, size_t bytes)
{
    uint64_t v = 0;
    for (size_t i = 0; i < bytes; i++)
        v |= (uint64_t)at[i] << (8 * i);
    return v;
}

bool profile_pack_find(const char *path, const char *text, size_t len, struct ydoc *ret)
{
    const unsigned char *at = profile_pack_data, *end = at + sizeof(profile_pack_data);
    while (end - at > NUMBERS && end - at > 1 + *at + NUMBERS) {
        const unsigned char *numbers = at + 1 + *at;
        size_t size = number_at(numbers + 8, 4);
        if (size > (size_t)(end - numbers - NUMBERS))
            return false;
        if (strlen(path) == *at && memcmp(path, at + 1, *at) == 0)
            return number_at(numbers, 8) == profile_pack_hash(text, len) &&
                   yflat_read(numbers + NUMBERS, size, ret) == 0;
        at = numbers + NUMBERS + size;
    }
    return false;
}
