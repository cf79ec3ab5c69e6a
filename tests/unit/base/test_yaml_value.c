// SPDX-License-Identifier: Apache-2.0
/* YAML scalars as JSON by the core schema of YAML 1.2. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <string.h>

#include "base/text.h"
#include "base/yaml.h"

static char *value_of(const char *yaml, struct err *e)
{
    AUTO(ydoc_done)
    struct ydoc d;
    struct yfault f;
    if (yaml_read(yaml, strlen(yaml), NULL, &d, &f) != 0)
        fail_msg("%s: %d:%d: %s", yaml, f.line, f.col, f.text);
    AUTO_JSON json_t *v = ynode_to_json(d.root, e);
    return v == NULL ? NULL : json_text(v);
}

static const char *const core_rows[][2] = {
    {"", "null"},
    {"~", "null"},
    {"null", "null"},
    {"Null", "null"},
    {"nULL", "\"nULL\""},
    {"'null'", "\"null\""},
    {"[a: , b]", "[{\"a\":null},\"b\"]"},
    {"true", "true"},
    {"FALSE", "false"},
    {"tRUE", "\"tRUE\""},
    {"yes", "\"yes\""}, /* YAML 1.1's booleans stay text */
    {"No", "\"No\""},
    {"on", "\"on\""},
    {"y", "\"y\""},
    {"0", "0"},
    {"-0", "0"},
    {"+12", "12"},
    {"0644", "644"}, /* decimal in YAML 1.2 */
    {"0o644", "420"},
    {"0xFf", "255"},
    {"-0x1", "\"-0x1\""},
    {"0o8", "\"0o8\""},
    {"0b1", "\"0b1\""},
    {"1_000", "\"1_000\""},
    {"9223372036854775807", "9223372036854775807"},
    {"-9223372036854775808", "-9223372036854775808"},
    {"9223372036854775808", "9.223372036854776e18"},    /* exactly this number, so a real */
    {"9223372036854775809", "\"9223372036854775809\""}, /* no double has all its digits */
    {"-9223372036854775809", "\"-9223372036854775809\""},
    {"0xffffffffffffffffff", "\"0xffffffffffffffffff\""},
    {"1.5", "1.5"},
    {"1.", "1.0"},
    {".5", "0.5"},
    {"-1e3", "-1000.0"},
    {"1e", "\"1e\""},
    {".", "\".\""},
    {"-", "[null]"},
    {"+", "\"+\""},
    {"1.2.3", "\"1.2.3\""},
    {"12:30:45", "\"12:30:45\""}, /* no base 60 */
    {"2001-01-01", "\"2001-01-01\""},
    {"'5'", "\"5\""},
    {"|\n 5", "\"5\""},
    {"!!str 5", "\"5\""},
    {"!!int '5'", "5"},
    {"!!float 5", "5.0"},
    {"!!bool 'true'", "true"},
    {"!!null ''", "null"},
    {"! 5", "\"5\""},
    {"!local 5", "\"5\""},
    {"{1: a, 2.50: b, yes: c, ~: d}", "{\"1\":\"a\",\"2.50\":\"b\",\"yes\":\"c\",\"~\":\"d\"}"}, /* keys are text */
};

static void follows_the_core_schema(void **state)
{
    for (size_t i = 0; i < ARRAY_LEN(core_rows); i++) {
        struct err e = {0};
        AUTO_FREE char *text = value_of(core_rows[i][0], &e);
        if (!str_eq(text, core_rows[i][1]))
            fail_msg("%s gave %s (%s), not %s", core_rows[i][0], text == NULL ? "nothing" : text, e.text,
                     core_rows[i][1]);
    }
}

static void refuses_what_json_has_not(void **state)
{
    static const char *const rows[][2] = {
        {"a: .inf", "line 1, column 4: '.inf' is a number past JSON's reach; quote it if it is meant as text"},
        {"-.INF", "'-.INF'"},
        {".nan", "'.nan'"},
        {"- 1\n- 12e4567", "line 2, column 3: '12e4567' is a number"},
        {"{[a]: b}", "line 1, column 2: a key that is a list or mapping"},
        {"!!int x", "'x' does not read as !!int"},
        {"!!int 1.5", "does not read as !!int"},
        {"!!bool 'yes'", "does not read as !!bool"},
        {"!!float .inf", "past JSON's reach"},
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct err e = {0};
        AUTO_FREE char *text = value_of(rows[i][0], &e);
        assert_null(text);
        assert_int_not_equal(e.code, 0);
        if (strstr(e.text, rows[i][1]) == NULL)
            fail_msg("%s: %s", rows[i][0], e.text);
    }
}

static void knows_null(void **state)
{
    static const struct {
        const char *yaml;
        bool null;
    } rows[] = {{"~", true},        {"NULL", true},   {"''", false}, {"'~'", false},
                {"!!null x", true}, {"!!str", false}, {"[]", false}};
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        AUTO(ydoc_done)
        struct ydoc d;
        struct yfault f;
        assert_int_equal(yaml_read(rows[i].yaml, strlen(rows[i].yaml), NULL, &d, &f), 0);
        assert_int_equal(ynode_is_null(d.root), rows[i].null);
    }
    assert_true(ynode_is_null(NULL));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(follows_the_core_schema),
        cmocka_unit_test(refuses_what_json_has_not),
        cmocka_unit_test(knows_null),
    };
    return cmocka_run_group_tests_name("base/yaml_value", tests, NULL, NULL);
}
