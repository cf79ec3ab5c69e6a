// SPDX-License-Identifier: Apache-2.0
/* Questions about text that need no table: equality, names, likeness, base64, hex and random letters. */
#include "base/text.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>

#include "base/buf.h"
#include "base/digest.h"
#include "base/nettle_library.h"

#define LABEL_MOST    63
#define DNS_NAME_MOST 253
#define LABEL_HASH    8  /* hex digits behind a label that lost something */
#define NEAREST_MOST  64 /* longer words are not compared */

bool str_eq(const char *a, const char *b)
{
    if (a == NULL || b == NULL)
        return a == b;
    return strcmp(a, b) == 0;
}

bool str_starts(const char *s, const char *prefix)
{
    return s != NULL && strncmp(s, prefix, strlen(prefix)) == 0;
}

bool str_ends(const char *s, const char *suffix)
{
    if (s == NULL)
        return false;
    size_t len = strlen(s), tail = strlen(suffix);
    return len >= tail && memcmp(s + len - tail, suffix, tail) == 0;
}

bool str_empty(const char *s)
{
    return s == NULL || s[0] == '\0';
}

/* Edit distance (insert, drop, replace, swap of neighbours), over three rows of the table, of which only what lies at
 * most `most` off the diagonal can matter. Anything above `most` when it is more. */
static size_t str_distance(const char *a, size_t an, const char *b, size_t bn, size_t most)
{
    size_t rows[3][NEAREST_MOST + 2];
    size_t *before = rows[0], *above = rows[1], *row = rows[2];
    if ((an > bn ? an - bn : bn - an) > most)
        return most + 1;
    for (size_t j = 0; j <= bn; j++)
        before[j] = above[j] = j;
    for (size_t i = 1, least = 0; i <= an; i++) {
        size_t first = i > most ? i - most : 1, last = i + most < bn ? i + most : bn, least_above = least;
        least = row[first - 1] = first == 1 ? i : most + 1;
        for (size_t j = first; j <= last; j++) {
            size_t best = above[j - 1] + (a[i - 1] != b[j - 1]);
            if (above[j] + 1 < best)
                best = above[j] + 1;
            if (row[j - 1] + 1 < best)
                best = row[j - 1] + 1;
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] && before[j - 2] + 1 < best)
                best = before[j - 2] + 1;
            row[j] = best;
            least = best < least ? best : least;
        }
        row[last + 1] = most + 1;
        if (least > most && least_above > most)
            return most + 1;
        size_t *oldest = before;
        before = above;
        above = row;
        row = oldest;
    }
    return above[bn];
}

const char *str_nearest(const char *word, const char *const *candidates, size_t n)
{
    const char *nearest = NULL;
    size_t least = SIZE_MAX, word_len = word == NULL ? 0 : strlen(word);
    if (word_len == 0 || word_len > NEAREST_MOST)
        return NULL;
    for (size_t i = 0; i < n && least > 0; i++) {
        size_t len = candidates[i] == NULL ? 0 : strlen(candidates[i]);
        if (len == 0 || len > NEAREST_MOST)
            continue;
        size_t most = (len > word_len ? len : word_len) / 3;
        most = most < least ? most : least - 1;
        size_t distance = str_distance(word, word_len, candidates[i], len, most);
        if (distance <= most) {
            least = distance;
            nearest = candidates[i];
        }
    }
    return nearest;
}

void str_suggest(char *ret, size_t size, const char *word, const char *const *candidates, size_t n)
{
    const char *nearest = str_nearest(word, candidates, n);
    if (nearest == NULL)
        snprintf(ret, size, "%s", "");
    else
        snprintf(ret, size, ", did you mean '%s'?", nearest);
}

static bool label_char(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
}

/* Is [s, s + len) a label? */
static bool label_run(const char *s, size_t len)
{
    if (len == 0 || len > LABEL_MOST || !label_char(s[0]) || !label_char(s[len - 1]))
        return false;
    for (size_t i = 0; i < len; i++)
        if (!label_char(s[i]) && s[i] != '-')
            return false;
    return true;
}

bool str_is_label(const char *s)
{
    return s != NULL && label_run(s, strnlen(s, LABEL_MOST + 1));
}

bool str_is_dns_name(const char *s)
{
    if (s == NULL || strnlen(s, DNS_NAME_MOST + 1) > DNS_NAME_MOST)
        return false;
    for (;;) {
        size_t len = strcspn(s, ".");
        if (!label_run(s, len))
            return false;
        if (s[len] == '\0')
            return true;
        s += len + 1;
    }
}

char *str_to_label(const char *s)
{
    if (str_is_label(s))
        return mem_strdup(s);
    char label[LABEL_MOST + 1], sum[DIGEST_TEXT_SIZE];
    size_t n = 0;
    for (const char *p = s; *p != '\0' && n < LABEL_MOST - LABEL_HASH - 1; p++) {
        char c = *p >= 'A' && *p <= 'Z' ? (char)(*p - 'A' + 'a') : *p;
        if (label_char(c))
            label[n++] = c;
        else if (n > 0 && label[n - 1] != '-')
            label[n++] = '-';
    }
    while (n > 0 && label[n - 1] == '-')
        n--;
    label[n] = '\0';
    digest_of(s, strlen(s), sum);
    return mem_printf("%s%s%.*s", label, n > 0 ? "-" : "", LABEL_HASH, sum + strlen("sha256:"));
}

/* Length of the well-formed character at s, or 0 (RFC 3629: no long forms, no surrogates, nothing past U+10FFFF). */
static size_t utf8_char(const unsigned char *s, size_t len)
{
    static const struct {
        unsigned char first_min, first_max, second_min, second_max, size;
    } rows[] = {
        {0x00, 0x7f, 0x00, 0x00, 1}, {0xc2, 0xdf, 0x80, 0xbf, 2}, {0xe0, 0xe0, 0xa0, 0xbf, 3},
        {0xe1, 0xec, 0x80, 0xbf, 3}, {0xed, 0xed, 0x80, 0x9f, 3}, {0xee, 0xef, 0x80, 0xbf, 3},
        {0xf0, 0xf0, 0x90, 0xbf, 4}, {0xf1, 0xf3, 0x80, 0xbf, 4}, {0xf4, 0xf4, 0x80, 0x8f, 4},
    };
    size_t r = 0;
    while (r < ARRAY_LEN(rows) && (s[0] < rows[r].first_min || s[0] > rows[r].first_max))
        r++;
    if (r == ARRAY_LEN(rows) || rows[r].size > len)
        return 0;
    if (rows[r].size > 1 && (s[1] < rows[r].second_min || s[1] > rows[r].second_max))
        return 0;
    for (size_t i = 2; i < rows[r].size; i++)
        if ((s[i] & 0xc0) != 0x80)
            return 0;
    return rows[r].size;
}

bool str_is_utf8(const char *s, size_t len)
{
    const unsigned char *p = (const unsigned char *)s;
    while (len > 0) {
        size_t n = utf8_char(p, len);
        if (n == 0)
            return false;
        p += n;
        len -= n;
    }
    return true;
}

char *str_base64(const void *data, size_t len)
{
    if (len > SIZE_MAX / 4)
        mem_fail(len);
    size_t size = BASE64_ENCODE_RAW_LENGTH(len);
    char *text = mem_alloc(size + 1);
    base64_encode_raw(text, len, data);
    return text;
}

int str_unbase64(const char *s, size_t len, uint8_t **ret, size_t *ret_len)
{
    *ret = NULL;
    *ret_len = 0;
    if (len > SIZE_MAX / 8)
        return -EINVAL;
    struct base64_decode_ctx ctx;
    size_t n = BASE64_DECODE_LENGTH(len);
    AUTO_FREE uint8_t *data = mem_alloc(n + 1);
    base64_decode_init(&ctx);
    if (!base64_decode_update(&ctx, &n, data, len, s) || !base64_decode_final(&ctx))
        return -EINVAL;
    *ret = take_ptr(data);
    *ret_len = n;
    return 0;
}

char *str_hex(const uint8_t *data, size_t len)
{
    static const char digits[] = "0123456789abcdef";
    char *text = mem_array(len + 1, 2);
    for (size_t i = 0; i < len; i++) {
        text[2 * i] = digits[data[i] >> 4];
        text[2 * i + 1] = digits[data[i] & 15];
    }
    return text;
}

void str_random(char *ret, size_t n)
{
    static const char letters[] = "abcdefghijklmnopqrstuvwxyz0123456789";
    const unsigned fair = 256 / 36 * 36; /* bytes from here on would favour the first letters */
    size_t done = 0;
    while (done < n) {
        uint8_t raw[64];
        ssize_t got = getrandom(raw, sizeof(raw), 0);
        if (got < 0 && errno != EINTR) {
            perror("sedge: no random numbers from the kernel");
            abort();
        }
        for (ssize_t i = 0; i < got && done < n; i++)
            if (raw[i] < fair)
                ret[done++] = letters[raw[i] % 36];
    }
    ret[n] = '\0';
}
