// SPDX-License-Identifier: Apache-2.0
/* IPv4 ranges: parse one, count in it, and choose free addresses. Pure. */
#include <arpa/inet.h>
#include <errno.h>
#include <string.h>

#include "net/net.h"
#include "net/net_cidr.h"

uint32_t net_cidr_mask(int bits)
{
    return bits == 0 ? 0 : UINT32_MAX << (32 - bits);
}

bool net_cidr_overlap(const struct net_cidr *a, const struct net_cidr *b)
{
    uint32_t mask = net_cidr_mask(a->bits < b->bits ? a->bits : b->bits);
    return (a->base & mask) == (b->base & mask);
}

bool net_cidr_has(const struct net_cidr *c, uint32_t address)
{
    return (address & net_cidr_mask(c->bits)) == c->base;
}

bool net_addr_parse(const char *text, uint32_t *ret)
{
    struct in_addr a;
    if (text == NULL || inet_pton(AF_INET, text, &a) != 1)
        return false;
    *ret = ntohl(a.s_addr);
    return true;
}

char *net_addr_text(uint32_t address)
{
    return mem_printf("%u.%u.%u.%u", address >> 24, address >> 16 & 255, address >> 8 & 255, address & 255);
}

int net_cidr_parse(const char *text, struct net_cidr *ret, struct err *e)
{
    const char *slash = text != NULL ? strchr(text, '/') : NULL;
    int64_t bits = 0;
    uint32_t address = 0;
    AUTO_FREE char *head = slash != NULL ? mem_strndup(text, (size_t)(slash - text)) : NULL;
    if (head == NULL || !net_addr_parse(head, &address) || !str_to_i64(slash + 1, 0, 32, &bits))
        return err_set(e, EINVAL, "'%s' is no IPv4 range; write it as 10.88.0.0/16", text != NULL ? text : "");
    ret->bits = (int)bits;
    ret->base = address & net_cidr_mask(ret->bits);
    if (ret->base == address)
        return 0;
    AUTO_FREE char *base = net_addr_text(ret->base);
    return err_set(e, EINVAL, "'%s' has bits set behind its prefix; write %s/%d", text, base, ret->bits);
}

static uint64_t cidr_size(const struct net_cidr *c)
{
    return 1ULL << (32 - c->bits);
}

char *net_cidr_nth(const struct net_cidr *c, uint32_t n)
{
    return n < cidr_size(c) ? net_addr_text(c->base + n) : NULL;
}

static int compare_offsets(const void *a, const void *b)
{
    const uint32_t *x = a;
    const uint32_t *y = b;
    return *x < *y ? -1 : *x > *y;
}

/* Offsets of the taken addresses inside of the range, sorted. */
static uint32_t *taken_offsets(const struct net_cidr *c, const struct strv *taken, size_t *ret_n)
{
    uint32_t *offsets = mem_array(taken->n + 1, sizeof(*offsets));
    size_t n = 0;
    for (size_t i = 0; i < taken->n; i++) {
        uint32_t address;
        if (net_addr_parse(taken->v[i], &address) && net_cidr_has(c, address))
            offsets[n++] = address - c->base;
    }
    qsort(offsets, n, sizeof(*offsets), compare_offsets);
    *ret_n = n;
    return offsets;
}

/* Of taken->n + 1 tries in a row one must be free, unless the range ends before: so a full range costs n log n, not its
 * size. */
char *net_cidr_free(const struct net_cidr *c, const struct strv *taken, uint32_t *last)
{
    /* The network's own address and the broadcast address belong to nobody, save in ranges too small to have them. */
    uint64_t low = c->bits < 31 ? 1 : 0;
    uint64_t high = c->bits < 31 ? cidr_size(c) - 2 : cidr_size(c) - 1;
    uint64_t usable = high - low + 1;
    size_t n = 0;
    AUTO_FREE uint32_t *offsets = taken_offsets(c, taken, &n);
    uint64_t at = *last < low || *last >= high ? low : (uint64_t)*last + 1;
    for (uint64_t tries = 0; tries < usable && tries <= n; tries++) {
        uint32_t offset = (uint32_t)at;
        if (bsearch(&offset, offsets, n, sizeof(*offsets), compare_offsets) == NULL) {
            *last = offset;
            return net_addr_text(c->base + offset);
        }
        at = at >= high ? low : at + 1;
    }
    return NULL;
}
