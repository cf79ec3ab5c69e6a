// SPDX-License-Identifier: Apache-2.0
/* Tables, sizes and ages. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "cli/output.h"

static const char *const heads[] = {"NAME", "AGE", "WHAT"};

static void add(struct table *t, const char *a, const char *b, const char *c)
{
    const char *cells[] = {a, b, c};
    table_row(t, cells);
}

static void test_aligned(void **state)
{
    AUTO(table_done)
    struct table t = {0};
    table_begin(&t, heads, 3);
    add(&t, "web", "1h", "runs");
    add(&t, "a-long-name", NULL, "");
    AUTO_FREE char *text = table_text(&t, 0, false);
    assert_string_equal(text, "NAME         AGE  WHAT\n"
                              "web          1h   runs\n"
                              "a-long-name  -    -\n");
}

static void test_characters_not_bytes(void **state)
{
    AUTO(table_done)
    struct table t = {0};
    table_begin(&t, heads, 3);
    add(&t, "caf\xc3\xa9", "1", "\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9");
    add(&t, "cafes", "2", "x");
    AUTO_FREE char *whole = table_text(&t, 0, false);
    AUTO_FREE char *cut = table_text(&t, 14, false);
    assert_string_equal(whole, "NAME   AGE  WHAT\n"
                               "caf\xc3\xa9   1    \xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\n"
                               "cafes  2    x\n");
    assert_string_equal(cut, "NAME   AGE  WH\n"
                             "caf\xc3\xa9   1    \xc3\xa9\xc3\xa9\n"
                             "cafes  2    x\n");
}

static void test_controls_do_not_pass(void **state)
{
    AUTO(table_done)
    struct table t = {0};
    table_begin(&t, heads, 3);
    add(&t, "a\033[31m", "b\nc", "\x7f");
    AUTO_FREE char *text = table_text(&t, 0, false);
    assert_string_equal(text, "NAME    AGE  WHAT\n"
                              "a [31m  b c   \n");
}

static void test_tints(void **state)
{
    AUTO(table_done)
    struct table t = {0};
    table_begin(&t, heads, 3);
    table_cell(&t, "web");
    table_cell(&t, "1");
    table_tint(&t, TINT_GREEN);
    table_cell(&t, "x");
    AUTO_FREE char *plain = table_text(&t, 0, false);
    AUTO_FREE char *text = table_text(&t, 0, true);
    assert_string_equal(plain, "NAME  AGE  WHAT\nweb   1    x\n");
    assert_string_equal(text,
                        "\033[1mNAME\033[0m  \033[1mAGE\033[0m  \033[1mWHAT\033[0m\nweb   \033[32m1\033[0m    x\n");
}

static void test_sizes(void **state)
{
    static const struct {
        int64_t bytes;
        const char *text;
    } rows[] = {{0, "0 B"},         {999, "999 B"},         {1000, "1.0 kB"},   {1234, "1.2 kB"},
                {9949, "9.9 kB"},   {9950, "10 kB"},        {340000, "340 kB"}, {999499, "999 kB"},
                {999500, "1.0 MB"}, {5300000000, "5.3 GB"}, {-1, "0 B"}};
    char text[32];
    for (size_t i = 0; i < ARRAY_LEN(rows); i++)
        assert_string_equal(size_text(rows[i].bytes, text, sizeof(text)), rows[i].text);
}

static void test_ages(void **state)
{
    char text[32];
    int64_t now;
    assert_int_equal(clock_parse_rfc3339("2026-01-02T03:04:05Z", &now), 0);
    assert_string_equal(age_text("2026-01-02T03:04:00Z", now, text, sizeof(text)), "5s");
    assert_string_equal(age_text("2026-01-02T03:00:45Z", now, text, sizeof(text)), "3m20s");
    assert_string_equal(age_text("2026-01-02T04:00:00Z", now, text, sizeof(text)), "0s");
    assert_string_equal(age_text(NULL, now, text, sizeof(text)), "-");
    assert_string_equal(age_text("yesterday", now, text, sizeof(text)), "-");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_aligned),
        cmocka_unit_test(test_characters_not_bytes),
        cmocka_unit_test(test_controls_do_not_pass),
        cmocka_unit_test(test_tints),
        cmocka_unit_test(test_sizes),
        cmocka_unit_test(test_ages),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
