// SPDX-License-Identifier: Apache-2.0
/* Functions that give true or false: logic and comparison (TOSCA 2.0, section 10.2.2). */
#include <string.h>

#include "tosca/function_work.h"
#include "tosca/pattern.h"

/* The first argument that is no boolean fails the call. */
static bool booleans(struct fwork *w)
{
    for (size_t i = 0; i < json_array_size(w->args); i++) {
        if (json_is_boolean(fwork_arg(w, i)))
            continue;
        fwork_fail(w, "argument %zu is neither true nor false", i + 1);
        return false;
    }
    return true;
}

static size_t count_true(const struct fwork *w)
{
    size_t n = 0;
    for (size_t i = 0; i < json_array_size(w->args); i++)
        n += json_is_true(fwork_arg(w, i));
    return n;
}

json_t *fwork_and(struct fwork *w)
{
    return booleans(w) ? json_boolean(count_true(w) == json_array_size(w->args)) : NULL;
}

json_t *fwork_or(struct fwork *w)
{
    return booleans(w) ? json_boolean(count_true(w) > 0) : NULL;
}

json_t *fwork_not(struct fwork *w)
{
    return booleans(w) ? json_boolean(count_true(w) == 0) : NULL;
}

json_t *fwork_xor(struct fwork *w)
{
    return booleans(w) ? json_boolean(count_true(w) == 1) : NULL;
}

/* Values of different kinds are no question that has an answer. */
static bool alike(const json_t *a, const json_t *b)
{
    return json_typeof(a) == json_typeof(b) || (json_is_number(a) && json_is_number(b)) ||
           (json_is_boolean(a) && json_is_boolean(b));
}

json_t *fwork_equal(struct fwork *w)
{
    const json_t *a = fwork_arg(w, 0), *b = fwork_arg(w, 1);
    if (alike(a, b))
        return json_boolean(value_same(&w->kind, a, b));
    return fwork_fail(w, "the arguments are of different types");
}

/* How the first argument stands to another value; false (told) when they cannot be compared. */
static bool order_of(struct fwork *w, const json_t *a, const json_t *b, int *ret)
{
    struct vkind k = w->kind;
    if (k.prim == PRIM_ANY && json_is_number(a) && json_is_number(b))
        k.prim = PRIM_FLOAT;
    if (alike(a, b) && !json_is_boolean(a) && vkind_compare(&k, a, b, ret))
        return true;
    fwork_fail(w, "the arguments cannot be compared: it takes two numbers, texts, timestamps, versions or scalars");
    return false;
}

json_t *fwork_order(struct fwork *w)
{
    static const struct {
        const char *name;
        bool below, same, above;
    } orders[] = {
        {"greater_than", false, false, true},
        {"greater_or_equal", false, true, true},
        {"less_than", true, false, false},
        {"less_or_equal", true, true, false},
    };
    int order;
    if (!order_of(w, fwork_arg(w, 0), fwork_arg(w, 1), &order))
        return NULL;
    for (size_t i = 0; i < ARRAY_LEN(orders); i++) {
        if (str_eq(orders[i].name, w->f->name))
            return json_boolean(order < 0 ? orders[i].below : order > 0 ? orders[i].above : orders[i].same);
    }
    return NULL;
}

json_t *fwork_in_range(struct fwork *w)
{
    const json_t *range = fwork_arg(w, 1), *low = json_array_get(range, 0), *high = json_array_get(range, 1);
    bool any_low = str_eq(json_string_value(low), "UNBOUNDED"), any_high = str_eq(json_string_value(high), "UNBOUNDED");
    int to_low = 0, to_high = 0;
    if (json_array_size(range) != 2)
        return fwork_fail(w, "the second argument must be a list of two: the lower and the upper bound");
    if ((!any_low && !order_of(w, fwork_arg(w, 0), low, &to_low)) ||
        (!any_high && !order_of(w, fwork_arg(w, 0), high, &to_high)))
        return NULL;
    bool strict = str_eq(w->f->name, "in_range_strict");
    bool above = any_low || (strict ? to_low > 0 : to_low >= 0),
         below = any_high || (strict ? to_high < 0 : to_high <= 0);
    return json_boolean(above && below);
}

json_t *fwork_valid_values(struct fwork *w)
{
    const json_t *list = fwork_arg(w, 1);
    bool found = false;
    if (!json_is_array(list))
        return fwork_fail(w, "the second argument must be a list of values");
    for (size_t i = 0; !found && i < json_array_size(list); i++)
        found = value_same(&w->kind, fwork_arg(w, 0), json_array_get(list, i));
    w->cost += (int64_t)json_array_size(list) / 4;
    return json_boolean(found);
}

json_t *fwork_matches(struct fwork *w)
{
    const char *text = json_string_value(fwork_arg(w, 0)), *pattern = json_string_value(fwork_arg(w, 1));
    char why[120];
    if (!text || !pattern)
        return fwork_fail(w, "the arguments are a text and a regular expression");
    const struct pattern *p = w->pattern ? w->pattern(w->data, pattern, why, sizeof(why)) : NULL;
    if (!p)
        return fwork_fail(w, "the regular expression '%.60s' %s", pattern, w->pattern ? why : "cannot be read here");
    w->cost += pattern_cost(p, text);
    return json_boolean(pattern_matches(p, text));
}

json_t *fwork_bounded_length(struct fwork *w)
{
    int64_t n = value_length(fwork_arg(w, 0));
    if (n < 0 || !json_is_integer(fwork_arg(w, 1)))
        return fwork_fail(w, "the arguments are a text, list or map, and a whole number");
    json_int_t bound = json_integer_value(fwork_arg(w, 1));
    return json_boolean(str_eq(w->f->name, "min_length") ? n >= bound : n <= bound);
}
