// SPDX-License-Identifier: Apache-2.0
// Where the mark of a finding stands: wide and combining characters, tabs, long lines, tokens.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "cli/source_line.h"

static void test_marks(void **state)
{
    static const struct {
        const char *line;
        int col;
        const char *shown;
        size_t before, width;
    } cases[] = {
        {"  type: Compute", 9, "  type: Compute", 8, 7},
        {"  type: Compute", 3, "  type: Compute", 2, 4},
        {"{a: x, b: \"two words\"}", 11, "{a: x, b: \"two words\"}", 10, 11},
        {"{a: two words, b}", 5, "{a: two words, b}", 4, 9},
        {"a: two  # more", 4, "a: two  # more", 3, 3},
        {"a: b#c", 4, "a: b#c", 3, 3},
        {"日本: x", 5, "日本: x", 6, 1},
        {"日本: x", 1, "日本: x", 0, 4},
        {"e\xcc\x81: x", 5, "e\xcc\x81: x", 3, 1},
        {"\tx: y", 2, "        x: y", 8, 1},
        {"ab\tx", 4, "ab      x", 8, 1},
        {"a: [1]", 4, "a: [1]", 3, 1},
        {"- item", 1, "- item", 0, 1},
        {"-12", 1, "-12", 0, 3},
        {"a:", 3, "a:", 2, 1},
        {"a:", 30, "a:", 2, 1},
        {"", 1, "", 0, 1},
        {"a: \x1b[31m", 4, "a:  [31m", 3, 5},
        {"a: \"open", 4, "a: \"open", 3, 5},
        {"\xff\xfe: x", 5, "\xff\xfe: x", 4, 1},
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct source_view v = source_view(cases[i].line, cases[i].col);
        assert_string_equal(v.text, cases[i].shown);
        assert_int_equal(v.before, cases[i].before);
        assert_int_equal(v.width, cases[i].width);
        free(v.text);
    }
}

static void test_long_line(void **state)
{
    char line[1001];
    memset(line, 'x', 1000);
    line[1000] = '\0';
    memcpy(line + 600, ", here,", 7);
    struct source_view v = source_view(line, 603);
    assert_true(strlen(v.text) < 200);
    assert_memory_equal(v.text + v.before, "here", 4);
    assert_int_equal(v.width, 4);
    assert_true(str_starts(v.text, "..."));
    free(v.text);
}

static void test_tokens(void **state)
{
    int col, end;
    AUTO_FREE char *quoted = source_token("a: 'bc'", 4, &col, &end);
    assert_string_equal(quoted, "bc");
    assert_int_equal(col, 5);
    assert_int_equal(end, 7);
    AUTO_FREE char *plain = source_token("日: {host: maven}", 11, &col, &end);
    assert_string_equal(plain, "maven");
    assert_int_equal(col, 11);
    assert_int_equal(end, 16);
    assert_int_equal(source_token_end("a: \"x\\\"y\" ", 4), 10);
    AUTO_FREE char *harmless = source_harmless("a\x1b[0m\xc2\x9b"
                                               "b\n",
                                               100);
    assert_string_equal(harmless, "a [0m b ");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_marks),
        cmocka_unit_test(test_long_line),
        cmocka_unit_test(test_tokens),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
