// SPDX-License-Identifier: Apache-2.0
/* Writes ustar headers and pax records. */
#include "tar_fixture.h"

#include <stdio.h>
#include <string.h>

#define BLOCK 512U

static void pad(struct buf *to)
{
    static const char zeros[BLOCK];
    buf_add(to, zeros, (BLOCK - to->len % BLOCK) % BLOCK);
}

/* `width` octal digits with zeros in front, and a NUL. */
static void octal(char *at, int width, uint64_t v)
{
    at[width] = '\0';
    for (int i = width - 1; i >= 0; i--, v /= 8)
        at[i] = (char)('0' + v % 8);
}

void tar_add(struct buf *to, const struct tar_entry *x)
{
    char h[BLOCK + 1] = {0};
    size_t len = x->data ? strlen(x->data) : 0;
    unsigned sum = 0, mode = x->mode ? x->mode : x->type == '5' ? 0755 : 0644;
    snprintf(h, 101, "%s", x->name);
    octal(h + 100, 7, mode);
    octal(h + 108, 7, x->uid);
    octal(h + 116, 7, x->gid);
    octal(h + 124, 11, x->claims ? (uint64_t)x->claims : len);
    octal(h + 136, 11, x->mtime);
    h[156] = x->type ? x->type : '0';
    snprintf(h + 157, 100, "%s", x->link ? x->link : "");
    memcpy(h + 257, "ustar", 6);
    memcpy(h + 263, "00", 2);
    if (x->type == '3' || x->type == '4') {
        octal(h + 329, 7, 1U);
        octal(h + 337, 7, 3U);
    }
    memset(h + 148, ' ', 8);
    for (size_t i = 0; i < BLOCK; i++)
        sum += (unsigned char)h[i];
    octal(h + 148, 6, sum);
    buf_add(to, h, BLOCK);
    if (len > 0)
        buf_add(to, x->data, len);
    pad(to);
}

/* "<length> <key>=<value>\n", the length counting its own digits. */
static void add_record(struct buf *to, const char *key, const char *value)
{
    size_t rest = strlen(key) + strlen(value) + 3, len = rest + 1;
    char digits[24];
    while ((size_t)snprintf(digits, sizeof(digits), "%zu", len) + rest != len)
        len++;
    buf_addf(to, "%zu %s=%s\n", len, key, value);
}

void tar_pax(struct buf *to, const char *const *pairs)
{
    AUTO_BUF struct buf records = {0};
    for (; pairs[0]; pairs += 2)
        add_record(&records, pairs[0], pairs[1]);
    tar_add(to, &(struct tar_entry){.name = "pax", .type = 'x', .data = buf_str(&records)});
}

void tar_end(struct buf *to)
{
    static const char zeros[2 * BLOCK];
    buf_add(to, zeros, sizeof(zeros));
}
