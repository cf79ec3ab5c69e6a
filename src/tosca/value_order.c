// SPDX-License-Identifier: Apache-2.0
/* Compares values by their kind. */
#include "tosca/value_order.h"

#include <math.h>
#include <string.h>

#include "tosca/scalar.h"
#include "tosca/units.h"

/* Floats that JSON has no number for are kept as YAML writes them. */
static bool number_of(const json_t *v, double *ret)
{
    static const struct {
        const char *text;
        double value;
    } words[] = {{".inf", INFINITY}, {"-.inf", -INFINITY}, {".nan", NAN}};
    for (size_t i = 0; json_is_string(v) && i < ARRAY_LEN(words); i++) {
        if (!str_eq(json_string_value(v), words[i].text))
            continue;
        *ret = words[i].value;
        return true;
    }
    *ret = json_number_value(v);
    return json_is_number(v);
}

static bool compare_numbers(const json_t *a, const json_t *b, int *ret)
{
    double x, y;
    if (!number_of(a, &x) || !number_of(b, &y) || isnan(x) || isnan(y))
        return false;
    json_int_t i = json_integer_value(a), k = json_integer_value(b);
    bool whole = json_is_integer(a) && json_is_integer(b);
    *ret = whole ? (i > k) - (i < k) : (x > y) - (x < y);
    return true;
}

static bool compare_versions(const char *a, const char *b, int *ret)
{
    struct scalar_version x, y;
    if (!a || !b || !scalar_version(a, &x) || !scalar_version(b, &y))
        return false;
    *ret = scalar_version_compare(&x, &y);
    return true;
}

static bool compare_times(const char *a, const char *b, int *ret)
{
    int64_t x, y;
    if (!a || !b || !scalar_timestamp(a, &x) || !scalar_timestamp(b, &y))
        return false;
    *ret = (x > y) - (x < y);
    return true;
}

static bool compare_amounts(enum unit_kind kind, const char *a, const char *b, int *ret)
{
    struct scalar_amount x, y;
    if (!a || !b || scalar_amount(kind, a, &x) != SCALAR_OK || scalar_amount(kind, b, &y) != SCALAR_OK)
        return false;
    *ret = scalar_amount_compare(&x, &y);
    return true;
}

bool value_compare(enum prim prim, const json_t *a, const json_t *b, int *ret)
{
    const char *x = json_string_value(a), *y = json_string_value(b);
    if (prim >= PRIM_UNIT)
        return compare_amounts((enum unit_kind)(prim - PRIM_UNIT), x, y, ret);
    if (prim == PRIM_VERSION)
        return compare_versions(x, y, ret);
    if (prim == PRIM_TIMESTAMP)
        return compare_times(x, y, ret);
    if (prim == PRIM_INTEGER || prim == PRIM_FLOAT || (prim == PRIM_ANY && json_is_number(a)))
        return compare_numbers(a, b, ret);
    if (!x || !y)
        return false;
    int order = strcmp(x, y);
    *ret = (order > 0) - (order < 0);
    return true;
}

static bool compare_scalars(const struct units *u, const char *a, const char *b, int *ret)
{
    struct amount x, y;
    if (!u || !a || !b || units_read(u, a, &x, NULL) != SCALAR_OK || units_read(u, b, &y, NULL) != SCALAR_OK)
        return false;
    *ret = amount_compare(&x, &y);
    return true;
}

bool vkind_compare(const struct vkind *k, const json_t *a, const json_t *b, int *ret)
{
    if (k->prim == PRIM_SCALAR)
        return compare_scalars(k->units, json_string_value(a), json_string_value(b), ret);
    return value_compare(k->prim, a, b, ret);
}

static bool lists_same(const struct vkind *k, const json_t *a, const json_t *b)
{
    bool same = json_array_size(a) == json_array_size(b);
    for (size_t i = 0; same && i < json_array_size(a); i++)
        same = value_same(k, json_array_get(a, i), json_array_get(b, i));
    return same;
}

bool value_same(const struct vkind *k, const json_t *a, const json_t *b)
{
    int order;
    if (json_is_array(a) && json_is_array(b))
        return lists_same(k, a, b);
    if (json_is_number(a) && json_is_number(b) && compare_numbers(a, b, &order))
        return order == 0;
    return vkind_compare(k, a, b, &order) ? order == 0 : json_equal(a, b) != 0;
}

int64_t value_length(const json_t *v)
{
    if (json_is_array(v))
        return (int64_t)json_array_size(v);
    if (json_is_object(v))
        return (int64_t)json_object_size(v);
    if (!json_is_string(v))
        return -1;
    int64_t n = 0;
    for (const char *p = json_string_value(v); *p; p++)
        n += (*p & 0xC0) != 0x80;
    return n;
}
