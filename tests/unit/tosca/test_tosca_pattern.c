// SPDX-License-Identifier: Apache-2.0
// Patterns: whole matches, Perl's classes, and bounds on what they may cost.
#include "tosca_fixture.h"

#include <string.h>

#include "tosca/pattern.h"

static void test_matches(void **state)
{
    static const struct {
        const char *pattern, *text;
        bool matches;
    } rows[] = {
        {"abc", "abc", true},
        {"abc", "xabcx", false}, /* the whole text */
        {"a|bc", "bc", true},
        {"a|bc", "abc", false},
        {"\\d+", "123", true},
        {"\\d+", "12a", false},
        {"[\\w.-]+@[\\w]+", "me.x-y@there", true},
        {"[\\d\\-]+", "1-2", true},
        {"[^\\s]+", "a b", false},
        {"(?:ab)+", "abab", true},
        {"\\S*", "", true},
        {"a{2,3}", "aa", true},
        {"a{2,3}", "a", false},
        {"\\.", ".", true},
        {"\\.", "x", false},
        {"[[:alpha:]]+", "abc", true},
        {"[]a]+", "]a", true},
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        char why[200];
        struct pattern *p = pattern_new(rows[i].pattern, why, sizeof(why));
        assert_non_null(p);
        assert_int_equal(pattern_matches(p, rows[i].text), rows[i].matches);
        assert_true(pattern_cost(p, rows[i].text) > 0);
        pattern_free(p);
    }
}

static void test_refused(void **state)
{
    static const char *const rows[] = {
        "(",      ")",     "[a",      "a{300}", "(a{200}){200}", "((a{60}){60}){60}",
        "(a)\\1", "(?=a)", "\\bword", "a\\",    "x{1,100000}",   "(((((((((((((((((((((((a)))))))))))))))))))))))"};
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        char why[200] = "";
        if (pattern_new(rows[i], why, sizeof(why)))
            fail_msg("'%s' was taken", rows[i]);
        assert_true(*why != '\0');
    }
    AUTO_FREE char *longest = mem_alloc(5000);
    memset(longest, 'a', 4999);
    char why[200];
    assert_null(pattern_new(longest, why, sizeof(why)));
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_matches), cmocka_unit_test(test_refused)};
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
