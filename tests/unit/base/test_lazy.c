// SPDX-License-Identifier: Apache-2.0
/* Libraries open once, tables are whole or empty, errors name what to install. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <math.h>
#include <string.h>

#include "base/lazy.h"

#define LIBM_FUNCTIONS(X) X(cos) X(sin)
#define LAZY_LIB          libm
static struct {
    LIBM_FUNCTIONS(LAZY_MEMBER)
} libm;
static const struct lazy_symbol libm_symbols[] = {LIBM_FUNCTIONS(LAZY_SYMBOL)};

static void opens_and_calls(void **state)
{
    struct err e = {0};
    assert_int_equal(lazy_open("libm.so.6", libm_symbols, ARRAY_LEN(libm_symbols), &e), 0);
    assert_int_equal(lazy_open("libm.so.6", libm_symbols, ARRAY_LEN(libm_symbols), &e), 0);
    assert_true(libm.cos(0.0) > 0.99 && libm.sin(0.0) < 0.01);
}

static void names_what_is_missing(void **state)
{
    struct err e = {0};
    void *found = NULL, *other = NULL;
    const struct lazy_symbol symbols[] = {{"cos", &found}, {"no_such_function", &other}};
    assert_int_equal(lazy_open("libm.so.6", symbols, ARRAY_LEN(symbols), &e), -ENOENT);
    assert_non_null(strstr(e.text, "no_such_function"));
    assert_null(found);
    assert_int_equal(lazy_open("libnowhere.so.9", symbols, 1, &e), -ENOENT);
    assert_non_null(strstr(e.text, "libnowhere.so.9"));
    assert_null(found);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(opens_and_calls), cmocka_unit_test(names_what_is_missing)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
