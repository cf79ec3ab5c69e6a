// SPDX-License-Identifier: Apache-2.0
/* A hash index over an ordered list of items.
 *
 * The index holds item numbers plus one (0 is a free slot), is a power of two in size and at most half full, and is
 * probed linearly. Keys come from outside as well, so the hash is keyed with random numbers: nobody can choose keys
 * that fall together. */
#include "base/map.h"

#include <pthread.h>
#include <string.h>
#include <sys/random.h>
#include <time.h>

static uint64_t hash_secret[2];
static pthread_once_t hash_once = PTHREAD_ONCE_INIT;

static void hash_seed(void)
{
    if (getrandom(hash_secret, sizeof(hash_secret), GRND_NONBLOCK) != (ssize_t)sizeof(hash_secret)) {
        struct timespec now; /* early at boot: harder to guess than nothing */
        clock_gettime(CLOCK_MONOTONIC, &now);
        hash_secret[0] ^= (uint64_t)now.tv_nsec * 0x9e3779b97f4a7c15U;
        hash_secret[1] ^= (uint64_t)(uintptr_t)&now;
    }
    hash_secret[1] |= 1;
}

static uint64_t hash_fold(uint64_t a, uint64_t b)
{
    unsigned __int128 product = (unsigned __int128)a * b;
    return (uint64_t)product ^ (uint64_t)(product >> 64);
}

static uint64_t hash_key(const char *key)
{
    pthread_once(&hash_once, hash_seed);
    size_t len = strlen(key);
    uint64_t h = hash_secret[0] ^ len;
    for (size_t i = 0; i < len; i += 8) {
        uint64_t piece = 0;
        memcpy(&piece, key + i, len - i < 8 ? len - i : 8);
        h = hash_fold(h ^ piece, hash_secret[1]) + hash_secret[0];
    }
    return hash_fold(h, 0x9e3779b97f4a7c15U);
}

void map_init(struct map *m, void (*value_free)(void *))
{
    *m = (struct map){.value_free = value_free};
}

/* The slot that holds `key`, whose hash is given, or the free one where it belongs. The index must be there. */
static size_t map_slot_of(const struct map *m, const char *key, uint64_t hash)
{
    size_t mask = m->index_n - 1, at = hash & mask;
    while (m->index[at] != 0 && strcmp(m->items[m->index[at] - 1].key, key) != 0)
        at = (at + 1) & mask;
    return at;
}

static size_t map_slot(const struct map *m, const char *key)
{
    return map_slot_of(m, key, hash_key(key));
}

static struct map_item *map_find(const struct map *m, const char *key)
{
    if (m->n == 0)
        return NULL;
    uint32_t entry = m->index[map_slot(m, key)];
    return entry == 0 ? NULL : &m->items[entry - 1];
}

void *map_get(const struct map *m, const char *key)
{
    const struct map_item *item = map_find(m, key);
    return item == NULL ? NULL : item->value;
}

bool map_has(const struct map *m, const char *key)
{
    return map_find(m, key) != NULL;
}

static void map_reindex(struct map *m)
{
    m->index_n = m->index_n == 0 ? 8 : m->index_n * 2;
    free(m->index);
    m->index = mem_array(m->index_n, sizeof(*m->index));
    for (size_t i = 0; i < m->n; i++)
        m->index[map_slot(m, m->items[i].key)] = (uint32_t)(i + 1);
}

void map_set(struct map *m, const char *key, void *value)
{
    uint64_t hash = hash_key(key);
    size_t slot = m->index_n == 0 ? 0 : map_slot_of(m, key, hash);
    if (m->index_n > 0 && m->index[slot] != 0) {
        struct map_item *item = &m->items[m->index[slot] - 1];
        void *old = item->value;
        item->value = value;
        if (m->value_free != NULL && old != value)
            m->value_free(old);
        return;
    }
    if ((m->n + 1) * 2 > m->index_n) {
        map_reindex(m);
        slot = map_slot_of(m, key, hash);
    }
    m->items = mem_push(m->items, m->n, sizeof(*m->items));
    m->items[m->n] = (struct map_item){.key = mem_strdup(key), .value = value};
    m->index[slot] = (uint32_t)++m->n;
}

/* Frees a slot and draws those behind it nearer, so that no probe stops at the hole. */
static void map_close_hole(struct map *m, size_t hole)
{
    size_t mask = m->index_n - 1;
    m->index[hole] = 0;
    for (size_t at = (hole + 1) & mask; m->index[at] != 0; at = (at + 1) & mask) {
        size_t home = hash_key(m->items[m->index[at] - 1].key) & mask;
        if (((at - home) & mask) < ((at - hole) & mask))
            continue;
        m->index[hole] = m->index[at];
        m->index[at] = 0;
        hole = at;
    }
}

bool map_del(struct map *m, const char *key)
{
    struct map_item *found = map_find(m, key);
    if (found == NULL)
        return false;
    struct map_item gone = *found;
    size_t i = (size_t)(found - m->items);
    map_close_hole(m, map_slot(m, key));
    memmove(found, found + 1, (m->n - i - 1) * sizeof(*found));
    m->n--;
    for (size_t at = 0; at < m->index_n; at++)
        if (m->index[at] > i + 1)
            m->index[at]--;
    if (m->value_free != NULL)
        m->value_free(gone.value);
    free(gone.key); /* last: `key` may be this very text */
    return true;
}

void map_done(struct map *m)
{
    for (size_t i = 0; i < m->n; i++) {
        if (m->value_free != NULL)
            m->value_free(m->items[i].value);
        free(m->items[i].key);
    }
    free(m->items);
    free(m->index);
    *m = (struct map){.value_free = m->value_free};
}
