// SPDX-License-Identifier: Apache-2.0
/* Looks an entry of the pack up. An entry: length of the name (1 byte), name, hash of the text (8 bytes), lengths of
 * text and tree (4 bytes each), text, tree (base/yaml_flat.h); numbers with the lowest byte first. */
#include "tosca/profile_pack.h"

#include <string.h>

#include "base/yaml_flat.h"
#include "profile_pack_data.h"

#define NUMBERS 16 /* bytes of hash and lengths */

struct entry {
    uint64_t hash;
    const unsigned char *text, *tree;
    size_t text_len, tree_len;
};

static uint64_t number_at(const unsigned char *at, size_t bytes)
{
    uint64_t v = 0;
    for (size_t i = 0; i < bytes; i++)
        v |= (uint64_t)at[i] << (8 * i);
    return v;
}

static bool find(const char *path, struct entry *ret)
{
    const unsigned char *at = profile_pack_data, *end = at + sizeof(profile_pack_data);
    while (end - at > NUMBERS && end - at > 1 + *at + NUMBERS) {
        const unsigned char *numbers = at + 1 + *at;
        *ret = (struct entry){.hash = number_at(numbers, 8),
                              .text = numbers + NUMBERS,
                              .text_len = number_at(numbers + 8, 4),
                              .tree_len = number_at(numbers + 12, 4)};
        ret->tree = ret->text + ret->text_len;
        if (ret->text_len + ret->tree_len > (size_t)(end - ret->text))
            return false;
        if (strlen(path) == *at && memcmp(path, at + 1, *at) == 0)
            return true;
        at = ret->tree + ret->tree_len;
    }
    return false;
}

const char *profile_pack_text(const char *path, size_t *ret_len)
{
    struct entry e;
    if (!find(path, &e))
        return NULL;
    *ret_len = e.text_len;
    return (const char *)e.text;
}

bool profile_pack_find(const char *path, const char *text, size_t len, struct ydoc *ret)
{
    struct entry e;
    return find(path, &e) && (!text || e.hash == profile_pack_hash(text, len)) &&
           yflat_read(e.tree, e.tree_len, "_types", ret) == 0;
}
