// SPDX-License-Identifier: Apache-2.0
/* Decimal numbers kept exactly: what amounts with units, and the arithmetic functions, are counted in. */
#pragma once

#include "base/json.h"

/* m * 10^e; m never ends in a zero, and nought is {0, 0}: equal numbers are equal members. At most 36 digits. */
struct amount {
    __extension__ __int128 m;
    int e;
};

/* Reads a number with sign, point and exponent at the head of a text; gives what follows it, or NULL when there is none
 * or it has more digits than we take. */
const char *amount_read(const char *text, struct amount *ret);
/* A JSON number; false for anything else. */
bool amount_of_json(const json_t *v, struct amount *ret);
/* -1, 0, 1. */
int amount_compare(const struct amount *a, const struct amount *b);
/* False when the result has too many digits. */
bool amount_add(const struct amount *a, const struct amount *b, struct amount *ret);
bool amount_multiply(const struct amount *a, const struct amount *b, struct amount *ret);
/* Cut off after 17 digits; false for a division by nought, too. */
bool amount_divide(const struct amount *a, const struct amount *b, struct amount *ret);
/* The part before the point, towards nought. */
bool amount_cut(const struct amount *a, struct amount *ret);
bool amount_whole(const struct amount *a);
bool amount_is_i64(const struct amount *a, int64_t *ret);
/* In digits, without an exponent where that stays short. */
void amount_text(const struct amount *a, char *ret, size_t size);
