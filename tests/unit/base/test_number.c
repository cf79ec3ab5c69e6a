// SPDX-License-Identifier: Apache-2.0
/* Numbers in text: bounds, and quantities that are exact and rounded up. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "base/text.h"

static void reads_whole_numbers(void **state)
{
    int64_t v;
    assert_true(str_to_i64("9223372036854775807", INT64_MIN, INT64_MAX, &v));
    assert_true(v == INT64_MAX);
    assert_true(str_to_i64("-9223372036854775808", INT64_MIN, INT64_MAX, &v));
    assert_true(v == INT64_MIN);
    assert_true(str_to_i64("007", 0, 10, &v));
    assert_int_equal(v, 7);
    static const char *const bad[] = {
        "", "-", "+1", " 1", "1 ", "1x", "0x1", "9223372036854775808", "-9223372036854775809", "1.0"};
    for (size_t i = 0; i < ARRAY_LEN(bad); i++)
        assert_false(str_to_i64(bad[i], INT64_MIN, INT64_MAX, &v));
    assert_false(str_to_i64(NULL, 0, 1, &v));
    assert_false(str_to_i64("11", 0, 10, &v));
    assert_false(str_to_i64("-1", 0, 10, &v));
    assert_int_equal(v, 7);
}

static void reads_quantities(void **state)
{
    static const struct {
        const char *text;
        int64_t milli;
    } rows[] = {
        {"0", 0},
        {"1", 1000},
        {"250m", 250},
        {"1.5", 1500},
        {".5", 500},
        {"5.", 5000},
        {"+2", 2000},
        {"-1.5", -1500},
        {"64Mi", 64LL * 1024 * 1024 * 1000},
        {"1.5Gi", 3LL * 512 * 1024 * 1024 * 1000},
        {"1Ki", 1024000},
        {"1Ti", 1000LL << 40},
        {"1Pi", 1000LL << 50},
        {"2k", 2000000},
        {"2M", 2000000000},
        {"2G", 2000000000000},
        {"2T", 2000000000000000},
        {"2P", 2000000000000000000},
        {"1e3", 1000000},
        {"1E3", 1000000},
        {"1e+3", 1000000},
        {"12e-1", 1200},
        {"0e99999", 0},
        {"1n", 1},
        {"1u", 1},
        {"1000u", 1},
        {"1001u", 2},
        {"1.0001", 1001},
        {"-1.0001", -1001},
        {"0.00000000000000000000000000000000000000000000000001", 1},
        {"1e-99999", 1},
        {"0.0009765625Ki", 1000},
        {"9223372036854775.807", INT64_MAX},
        {"9223372036854775807m", INT64_MAX},
        {"1.00000000000000000000000000000000", 1000},
        {"1.00000000000000000000000000000001", 1001},
        {"0000000000000000000000000000000000001", 1000},
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        int64_t v = -77;
        if (!str_to_milli(rows[i].text, &v) || v != rows[i].milli)
            fail_msg("%s gave %lld, not %lld", rows[i].text, (long long)v, (long long)rows[i].milli);
    }
}

static void refuses_what_is_no_quantity(void **state)
{
    static const char *const bad[] = {
        "",
        "m",
        ".",
        "-",
        "1 ",
        " 1",
        "1K",
        "1ki",
        "1Mib",
        "1mm",
        "1e",
        "1e+",
        "1e+-3",
        "1e3m",
        "1x",
        "1.2.3",
        "0x10",
        "1,5",
        "--1",
        "+-1",
        "1Mi ",
        "1E",
        "9Ei",
        "1e16",
        "9223372036854775808m",
        "1e99999",
        "1e999999999999999999",
        "99999999999999999999999999999999999999999",
        "NaN",
        "inf",
    };
    int64_t v = 5;
    for (size_t i = 0; i < ARRAY_LEN(bad); i++)
        if (str_to_milli(bad[i], &v))
            fail_msg("'%s' gave %lld", bad[i], (long long)v);
    assert_false(str_to_milli(NULL, &v));
    assert_int_equal(v, 5);
}

/* A very long text is refused at once, whatever it says. */
static void refuses_endless_text(void **state)
{
    size_t len = 3000000;
    AUTO_FREE char *text = mem_alloc(len + 1);
    memset(text, '0', len);
    int64_t v;
    assert_false(str_to_milli(text, &v));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_whole_numbers),
        cmocka_unit_test(reads_quantities),
        cmocka_unit_test(refuses_what_is_no_quantity),
        cmocka_unit_test(refuses_endless_text),
    };
    return cmocka_run_group_tests_name("base/number", tests, NULL, NULL);
}
