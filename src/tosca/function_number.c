// SPDX-License-Identifier: Apache-2.0
/* Arithmetic on integers, floats and scalars (TOSCA 2.0, section 10.2.5), in exact decimals as far as they go. */
#include <stdio.h>

#include "tosca/function_work.h"
#include "tosca/units.h"

/* One number while it is worked with. */
struct number {
    struct amount amount;
    bool real;   /* a float took part */
    bool scalar; /* it has a unit */
};

static bool number_of(struct fwork *w, size_t i, bool scalar_fits, struct number *ret)
{
    const json_t *v = fwork_arg(w, i);
    *ret = (struct number){.real = json_is_real(v)};
    if (json_is_string(v) && w->kind.prim == PRIM_SCALAR && w->kind.units && scalar_fits) {
        ret->scalar = true;
        if (units_read(w->kind.units, json_string_value(v), &ret->amount, NULL) == SCALAR_OK)
            return true;
        fwork_fail(w, "'%.80s' is no amount in the units of its type", json_string_value(v));
        return false;
    }
    if (json_is_number(v) && amount_of_json(v, &ret->amount))
        return true;
    fwork_fail(w, "argument %zu is no number%s", i + 1, scalar_fits ? " and no scalar" : "");
    return false;
}

static json_t *too_large(struct fwork *w)
{
    return fwork_limit(w, "the result has more digits than sedge takes");
}

static json_t *number_json(struct fwork *w, const struct number *n)
{
    int64_t whole;
    if (n->scalar) {
        json_t *text = units_text(w->kind.units, &n->amount);
        return text ? text : too_large(w);
    }
    if (!n->real)
        return amount_is_i64(&n->amount, &whole) ? json_integer(whole) : too_large(w);
    char text[96];
    amount_text(&n->amount, text, sizeof(text));
    json_t *real = json_real(strtod(text, NULL));
    return real ? real : too_large(w);
}

typedef bool (*amount_op)(const struct amount *a, const struct amount *b, struct amount *ret);

static bool subtract(const struct amount *a, const struct amount *b, struct amount *ret)
{
    struct amount minus = {.m = -b->m, .e = b->e};
    return amount_add(a, &minus, ret);
}

/* All arguments with the operation between them. */
static json_t *fold(struct fwork *w, amount_op op, bool scalars_mix)
{
    struct number all, next;
    if (!number_of(w, 0, true, &all))
        return NULL;
    for (size_t i = 1; i < json_array_size(w->args); i++) {
        if (!number_of(w, i, !scalars_mix, &next))
            return NULL;
        if (!scalars_mix && next.scalar != all.scalar)
            return fwork_fail(w, "scalars and plain numbers do not go together");
        if (!op(&all.amount, &next.amount, &all.amount))
            return too_large(w);
        all.real |= next.real;
    }
    return number_json(w, &all);
}

json_t *fwork_sum(struct fwork *w)
{
    return fold(w, amount_add, false);
}

json_t *fwork_difference(struct fwork *w)
{
    return fold(w, subtract, false);
}

json_t *fwork_product(struct fwork *w)
{
    return fold(w, amount_multiply, true);
}

json_t *fwork_quotient(struct fwork *w)
{
    struct number a, b;
    if (!number_of(w, 0, true, &a) || !number_of(w, 1, false, &b))
        return NULL;
    if (!b.amount.m)
        return fwork_fail(w, "a division by 0");
    if (!amount_divide(&a.amount, &b.amount, &a.amount))
        return too_large(w);
    a.real = true;
    return number_json(w, &a);
}

json_t *fwork_remainder(struct fwork *w)
{
    struct number a, b;
    struct amount times, whole;
    if (!number_of(w, 0, true, &a) || !number_of(w, 1, false, &b))
        return NULL;
    if (b.real || (a.real && !a.scalar))
        return fwork_fail(w, "the arguments must be whole numbers, or a scalar and a whole number");
    if (!b.amount.m)
        return fwork_fail(w, "a division by 0");
    bool done = amount_divide(&a.amount, &b.amount, &times) && amount_cut(&times, &whole) &&
                amount_multiply(&whole, &b.amount, &times) && subtract(&a.amount, &times, &a.amount);
    return done ? number_json(w, &a) : too_large(w);
}

/* Half way between two integers counts as below: 3.5 becomes 3. */
static bool round_up(const char *how, const struct amount *rest)
{
    static const struct amount half = {.m = 5, .e = -1};
    if (str_eq(how, "round"))
        return amount_compare(rest, &half) > 0;
    return str_eq(how, "ceil") && rest->m > 0;
}

json_t *fwork_round(struct fwork *w)
{
    struct number a;
    struct amount whole, rest, one = {.m = 1}, minus_one = {.m = -1};
    if (!number_of(w, 0, false, &a))
        return NULL;
    if (!amount_cut(&a.amount, &whole))
        return too_large(w);
    if (a.amount.m < 0 && amount_compare(&whole, &a.amount) != 0 && !amount_add(&whole, &minus_one, &whole))
        return too_large(w); /* now it is the floor */
    if (!subtract(&a.amount, &whole, &rest) || (round_up(w->f->name, &rest) && !amount_add(&whole, &one, &whole)))
        return too_large(w);
    a = (struct number){.amount = whole};
    return number_json(w, &a);
}
