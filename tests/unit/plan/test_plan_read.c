// SPDX-License-Identifier: Apache-2.0
// Plan files in both forms, and what is wrong with bad ones.
#include <errno.h>
#include <string.h>

#include "base/buf.h"
#include "plan_fixture.h"

static void assert_read(const char *text, bool csv, const char *expected)
{
    AUTO(plan_done)
    struct plan p = {0};
    struct err e = {0};
    if (plan_read(text, strlen(text), csv, &p, &e) < 0)
        fail_msg("%s", e.text);
    AUTO_FREE char *got = fixture_plan_text(&p);
    assert_string_equal(got, expected);
}

static void assert_bad(const char *text, bool csv, const char *reason)
{
    AUTO(plan_done)
    struct plan p = {0};
    struct err e = {0};
    assert_int_equal(plan_read(text, strlen(text), csv, &p, &e), -EINVAL);
    assert_string_equal(e.text, reason);
    assert_null(p.steps);
}

static void test_plan_lines(void **state)
{
    (void)state;
    assert_read("", false, "");
    assert_read("\n\n  # nothing\n#\n", false, "");
    assert_read("db:Standard.create\r\n\r\n  db:Standard.start \t # up\r\n", false,
                "db:Standard.create db:Standard.start");
    assert_read("ns:db:my.own.Face.run", false, "ns:db:my.own.Face.run");
    assert_read("a#b:I.o", false, "a#b:I.o");
}

static void test_names_with_separators_are_split_at_the_end(void **state)
{
    (void)state;
    AUTO(plan_done)
    struct plan p = {0};
    struct err e = {0};
    static const char text[] = "\nns:db:my.own.Face.run\n";
    assert_int_equal(plan_read(text, sizeof(text) - 1, false, &p, &e), 0);
    assert_string_equal(p.steps[0].component, "ns:db");
    assert_string_equal(p.steps[0].interface, "my.own.Face");
    assert_string_equal(p.steps[0].operation, "run");
    assert_int_equal(p.steps[0].line, 2);
}

static void test_csv(void **state)
{
    (void)state;
    assert_read("db,Standard,create\n# up\n db , Standard , start\n", true, "db:Standard.create db:Standard.start");
    assert_bad("db,Standard\n", true, "line 1: 'db,Standard' is not component,interface,operation");
    assert_bad("db,Standard,create,x\n", true, "line 1: 'db,Standard,create,x' is not component,interface,operation");
    assert_bad("db,,create\n", true, "line 1: 'db,,create' is not component,interface,operation");
    assert_bad("db:Standard.create\n", true, "line 1: 'db:Standard.create' is not component,interface,operation");
}

static void test_bad_lines(void **state)
{
    (void)state;
    assert_bad("db:Standard.create\ndb.create", false, "line 2: 'db.create' is not component:Interface.operation");
    assert_bad("db:create", false, "line 1: 'db:create' is not component:Interface.operation");
    assert_bad(":Standard.create", false, "line 1: ':Standard.create' is not component:Interface.operation");
    assert_bad("db:Standard.", false, "line 1: 'db:Standard.' is not component:Interface.operation");
    assert_bad("db:.create", false, "line 1: 'db:.create' is not component:Interface.operation");
    assert_bad("db:Standard.cre\x01te", false, "line 1: not plain UTF-8 text");
    assert_bad("db:Standard.cre\xff", false, "line 1: not plain UTF-8 text");
}

static void test_nul_is_refused(void **state)
{
    (void)state;
    AUTO(plan_done)
    struct plan p = {0};
    struct err e = {0};
    static const char text[] = "db:Standard.create\0x";
    assert_int_equal(plan_read(text, sizeof(text) - 1, false, &p, &e), -EINVAL);
}

static void test_long_line_is_cut_between_characters(void **state)
{
    (void)state;
    AUTO_BUF struct buf b = {0};
    buf_addc(&b, 'x');
    for (size_t i = 0; i < 100; i++)
        buf_adds(&b, "\xc3\xa4\xe2\x82\xac"); // two and three bytes
    AUTO(plan_done)
    struct plan p = {0};
    struct err e = {0};
    assert_int_equal(plan_read(b.data, b.len, false, &p, &e), -EINVAL);
    assert_true(strlen(e.text) < 160);
    assert_non_null(strstr(e.text, "\xc3\xa4' is not"));
}

static void test_at_most_10000_steps(void **state)
{
    (void)state;
    AUTO_BUF struct buf b = {0};
    for (size_t i = 0; i < 10000; i++)
        buf_adds(&b, "a:I.o\n");
    AUTO(plan_done)
    struct plan p = {0};
    struct err e = {0};
    assert_int_equal(plan_read(b.data, b.len, false, &p, &e), 0);
    assert_int_equal(p.n, 10000);
    buf_adds(&b, "a:I.o\n");
    assert_bad(b.data, false, "line 10001: more than 10000 operations; split the plan");
}

int main(void)
{
    cmocka_set_message_output(CM_OUTPUT_TAP);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_plan_lines),
        cmocka_unit_test(test_names_with_separators_are_split_at_the_end),
        cmocka_unit_test(test_csv),
        cmocka_unit_test(test_bad_lines),
        cmocka_unit_test(test_nul_is_refused),
        cmocka_unit_test(test_long_line_is_cut_between_characters),
        cmocka_unit_test(test_at_most_10000_steps),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
