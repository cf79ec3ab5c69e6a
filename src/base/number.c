// SPDX-License-Identifier: Apache-2.0
/* Numbers in text: whole ones within bounds, and Kubernetes quantities in thousandths, exact and without floating
 * point.
 *
 * A quantity is digits, a power of ten and a power of two. The digits are kept in 128 bits: twenty of them are more
 * than an int64 of thousandths can hold, so those beyond only move the point and, as quantities are rounded up, count
 * as one. */
#include "base/text.h"

#include <string.h>

#define DIGITS_MOST 20
#define EXP_MOST    100000

bool str_to_i64(const char *s, int64_t min, int64_t max, int64_t *ret)
{
    if (s == NULL)
        return false;
    bool minus = *s == '-';
    int64_t v = 0;
    s += minus;
    if (*s == '\0')
        return false;
    for (; *s != '\0'; s++) {
        if (*s < '0' || *s > '9')
            return false;
        int digit = minus ? '0' - *s : *s - '0';
        if (__builtin_mul_overflow(v, 10, &v) || __builtin_add_overflow(v, digit, &v))
            return false;
    }
    if (v < min || v > max)
        return false;
    *ret = v;
    return true;
}

struct quantity {
    unsigned __int128 digits;
    int kept;  /* how many digits those are, leading zeroes aside */
    int exp10; /* the value is digits * 10^exp10 * 2^exp2 */
    int exp2;
    bool more; /* something not zero was cut off behind */
    bool any;  /* there was a digit at all */
};

static void quantity_digit(struct quantity *q, int digit, bool behind_point)
{
    q->any = true;
    if (q->kept < DIGITS_MOST) {
        q->digits = q->digits * 10 + (unsigned)digit;
        q->kept += q->digits > 0;
        q->exp10 -= behind_point;
        return;
    }
    q->more |= digit != 0;
    q->exp10 += !behind_point;
}

/* "12.5", ".5", "5.": gives the place behind it, or NULL. */
static const char *quantity_number(const char *s, struct quantity *q)
{
    bool behind_point = false;
    if (strlen(s) > EXP_MOST)
        return NULL;
    for (; (*s >= '0' && *s <= '9') || (*s == '.' && !behind_point); s++) {
        if (*s == '.')
            behind_point = true;
        else
            quantity_digit(q, *s - '0', behind_point);
    }
    return q->any ? s : NULL;
}

static bool quantity_suffix(const char *s, struct quantity *q)
{
    static const struct {
        char name[3];
        int exp10, exp2;
    } rows[] = {
        {"", 0, 0},    {"n", -9, 0},  {"u", -6, 0},  {"m", -3, 0},  {"k", 3, 0},   {"M", 6, 0},
        {"G", 9, 0},   {"T", 12, 0},  {"P", 15, 0},  {"E", 18, 0},  {"Ki", 0, 10}, {"Mi", 0, 20},
        {"Gi", 0, 30}, {"Ti", 0, 40}, {"Pi", 0, 50}, {"Ei", 0, 60},
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        if (strcmp(s, rows[i].name) != 0)
            continue;
        q->exp10 += rows[i].exp10;
        q->exp2 = rows[i].exp2;
        return true;
    }
    int64_t exp;
    if ((*s != 'e' && *s != 'E') || s[1] == '\0')
        return false;
    s += s[1] == '+' && s[2] != '-' ? 2 : 1;
    if (!str_to_i64(s, -EXP_MOST, EXP_MOST, &exp))
        return false;
    q->exp10 += (int)exp;
    return true;
}

/* Thousandths, rounded up; false past int64. */
static bool quantity_milli(const struct quantity *q, int64_t *ret)
{
    unsigned __int128 v = (q->digits + q->more) << q->exp2; /* below 10^20 * 2^60, which fits */
    int exp = v == 0 ? 0 : q->exp10 + 3;
    for (; exp > 0; exp--)
        if (__builtin_mul_overflow(v, (unsigned __int128)10, &v))
            return false;
    unsigned __int128 divisor = 1;
    for (; exp < 0; exp++)
        if (__builtin_mul_overflow(divisor, (unsigned __int128)10, &divisor)) {
            divisor = ~(unsigned __int128)0; /* far above v: one thousandth remains */
            break;
        }
    v = v / divisor + (v % divisor != 0);
    if (v > INT64_MAX)
        return false;
    *ret = (int64_t)v;
    return true;
}

bool str_to_milli(const char *s, int64_t *ret)
{
    if (s == NULL)
        return false;
    bool minus = *s == '-';
    struct quantity q = {0};
    s = quantity_number(s + (*s == '-' || *s == '+'), &q);
    int64_t milli;
    if (s == NULL || !quantity_suffix(s, &q) || !quantity_milli(&q, &milli))
        return false;
    *ret = minus ? -milli : milli;
    return true;
}
