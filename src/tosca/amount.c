// SPDX-License-Identifier: Apache-2.0
/* Decimal arithmetic in 128 bits, refused before it overflows. */
#include "tosca/amount.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

__extension__ typedef __int128 wide;

#define DIGITS_MAX   36
#define READ_MAX     18
#define QUOTIENT_MAX 17
#define EXPONENT_MAX 400

static unsigned digits_of(wide m)
{
    unsigned n = 0;
    for (; m; m /= 10)
        n++;
    return n;
}

static wide power_of_ten(unsigned n)
{
    wide x = 1;
    while (n-- > 0)
        x *= 10;
    return x;
}

static bool settle(wide m, int e, struct amount *ret)
{
    while (m && m % 10 == 0) {
        m /= 10;
        e++;
    }
    *ret = (struct amount){.m = m, .e = m ? e : 0};
    return digits_of(m) <= DIGITS_MAX && e >= -EXPONENT_MAX && e <= EXPONENT_MAX;
}

/* An exponent behind the digits; a letter that no number follows belongs to the unit. */
static const char *read_exponent(const char *p, int *e)
{
    if (*p != 'e' && *p != 'E')
        return p;
    const char *digits = p + 1 + (p[1] == '-' || p[1] == '+');
    size_t n = strspn(digits, "0123456789");
    if (!n || n > 4)
        return p;
    *e += (p[1] == '-' ? -1 : 1) * (int)strtol(digits, NULL, 10);
    return digits + n;
}

const char *amount_read(const char *text, struct amount *ret)
{
    const char *p = text + (*text == '-' || *text == '+');
    bool point = false, any = false;
    unsigned digits = 0, noughts = 0;
    wide m = 0;
    int e = 0;
    for (; isdigit((unsigned char)*p) || (*p == '.' && !point); p++) {
        if (*p == '.') {
            point = true;
            continue;
        }
        any = true;
        e -= point;
        noughts++;
        if (*p == '0')
            continue;
        for (; noughts > 0 && digits <= READ_MAX; noughts--) {
            m = m * 10 + (noughts == 1 ? *p - '0' : 0);
            digits += m != 0;
        }
        if (digits > READ_MAX)
            return NULL;
    }
    if (!any || noughts > EXPONENT_MAX)
        return NULL;
    p = read_exponent(p, &e);
    return settle(*text == '-' ? -m : m, e + (int)noughts, ret) ? p : NULL;
}

bool amount_of_json(const json_t *v, struct amount *ret)
{
    char text[64];
    if (json_is_integer(v))
        snprintf(text, sizeof(text), "%" JSON_INTEGER_FORMAT, json_integer_value(v));
    else if (json_is_real(v))
        snprintf(text, sizeof(text), "%.15g", json_real_value(v));
    else
        return false;
    if (json_is_integer(v))
        return settle(json_integer_value(v), 0, ret);
    const char *end = amount_read(text, ret);
    return end && !*end;
}

int amount_compare(const struct amount *a, const struct amount *b)
{
    int sa = (a->m > 0) - (a->m < 0), sb = (b->m > 0) - (b->m < 0);
    if (sa != sb)
        return sa < sb ? -1 : 1;
    int la = (int)digits_of(a->m) + a->e, lb = (int)digits_of(b->m) + b->e;
    if (la != lb)
        return (la < lb ? -1 : 1) * sa;
    wide x = a->m, y = b->m;
    if (a->e > b->e)
        x *= power_of_ten((unsigned)(a->e - b->e));
    else
        y *= power_of_ten((unsigned)(b->e - a->e));
    return (x > y) - (x < y);
}

bool amount_add(const struct amount *a, const struct amount *b, struct amount *ret)
{
    if (!a->m || !b->m) {
        *ret = a->m ? *a : *b;
        return true;
    }
    const struct amount *high = a->e > b->e ? a : b, *low = a->e > b->e ? b : a;
    unsigned shift = (unsigned)(high->e - low->e);
    if (digits_of(high->m) + shift > DIGITS_MAX)
        return false;
    return settle(high->m * power_of_ten(shift) + low->m, low->e, ret);
}

bool amount_multiply(const struct amount *a, const struct amount *b, struct amount *ret)
{
    if (digits_of(a->m) + digits_of(b->m) > DIGITS_MAX + 1)
        return false;
    return settle(a->m * b->m, a->e + b->e, ret);
}

bool amount_divide(const struct amount *a, const struct amount *b, struct amount *ret)
{
    if (!b->m)
        return false;
    int shift = QUOTIENT_MAX + (int)digits_of(b->m) - (int)digits_of(a->m);
    shift = shift < 0 ? 0 : shift;
    if (digits_of(a->m) + (unsigned)shift > DIGITS_MAX + 1)
        shift = DIGITS_MAX + 1 - (int)digits_of(a->m);
    return settle(a->m * power_of_ten((unsigned)shift) / b->m, a->e - b->e - shift, ret);
}

bool amount_cut(const struct amount *a, struct amount *ret)
{
    if (a->e >= 0) {
        *ret = *a;
        return true;
    }
    return settle(-a->e > DIGITS_MAX ? 0 : a->m / power_of_ten((unsigned)-a->e), 0, ret);
}

bool amount_whole(const struct amount *a)
{
    return a->e >= 0;
}

bool amount_is_i64(const struct amount *a, int64_t *ret)
{
    if (a->e < 0 || a->e + (int)digits_of(a->m) > 19)
        return false;
    wide x = a->m * power_of_ten((unsigned)a->e);
    *ret = (int64_t)x;
    return x >= INT64_MIN && x <= INT64_MAX;
}

/* The digits alone, highest first. */
static size_t digits_text(wide m, char *ret)
{
    char turned[64];
    size_t n = 0;
    for (m = m < 0 ? -m : m; m; m /= 10)
        turned[n++] = (char)('0' + (int)(m % 10));
    for (size_t i = 0; i < n; i++)
        ret[i] = turned[n - 1 - i];
    ret[n] = '\0';
    return n;
}

void amount_text(const struct amount *a, char *ret, size_t size)
{
    char digits[64];
    int n = (int)digits_text(a->m, digits), before = n + a->e;
    const char *sign = a->m < 0 ? "-" : "";
    if (!a->m)
        snprintf(ret, size, "0");
    else if (a->e >= 0 && before <= 40)
        snprintf(ret, size, "%s%s%.*s", sign, digits, a->e, "0000000000000000000000000000000000000000");
    else if (a->e < 0 && before > 0)
        snprintf(ret, size, "%s%.*s.%s", sign, before, digits, digits + before);
    else if (a->e < 0 && before > -12)
        snprintf(ret, size, "%s0.%.*s%s", sign, -before, "000000000000", digits);
    else
        snprintf(ret, size, "%s%se%d", sign, digits, a->e);
}
