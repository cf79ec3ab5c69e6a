// SPDX-License-Identifier: Apache-2.0
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "node/operation_outputs.h"

static void values_are_read(void **state)
{
    static const struct {
        const char *text, *json;
    } cases[] = {
        {"", NULL},
        {"\n\r\n", NULL},
        {"url=http://x?a=b\n", "{\"url\":\"http://x?a=b\"}"},
        {"a=1\r\nb=\na=2", "{\"a\":\"2\",\"b\":\"\"}"},
        {" \n{\"n\": 3, \"l\": [1]}", "{\"l\":[1],\"n\":3}"},
        {"{}", NULL},
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        AUTO_JSON json_t *v = NULL;
        struct err e = {0};
        assert_int_equal(operation_outputs(cases[i].text, strlen(cases[i].text), &v, &e), 0);
        AUTO_FREE char *text = v ? json_text(v) : NULL;
        if (!str_eq(text, cases[i].json))
            fail_msg("case %zu: %s", i, text ? text : "nothing");
    }
}

static void what_is_none_is_refused(void **state)
{
    static const struct {
        const char *text, *why;
    } cases[] = {
        {"a=1\nplain", "line 2"}, {"=x", "line 1"},    {"a b=1", "line 1"},       {"{\"a\": 1", "line 1"},
        {"{\"a b\": 1}", "a b"},  {"\xff=1", "UTF-8"}, {"{\"a\":1} x", "line 1"},
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        json_t *v = NULL;
        struct err e = {0};
        assert_int_equal(operation_outputs(cases[i].text, strlen(cases[i].text), &v, &e), -EINVAL);
        if (!strstr(err_text(&e), cases[i].why))
            fail_msg("case %zu: %s", i, err_text(&e));
        assert_null(v);
    }
}

static void there_are_limits(void **state)
{
    AUTO_BUF struct buf text = {0};
    json_t *v = NULL;
    struct err e = {0};
    for (int i = 0; i <= OUTPUTS_NAMES_MAX; i++)
        buf_addf(&text, "n%d=1\n", i);
    assert_int_equal(operation_outputs(text.data, text.len, &v, &e), -EINVAL);
    AUTO_FREE char *large = mem_alloc(OUTPUTS_BYTES_MAX + 2);
    memset(large, 'a', OUTPUTS_BYTES_MAX + 1);
    large[1] = '=';
    assert_int_equal(operation_outputs(large, OUTPUTS_BYTES_MAX + 1, &v, &e), -EINVAL);
    assert_int_equal(operation_outputs(large, OUTPUTS_BYTES_MAX, &v, &e), 0);
    json_decref(v);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(values_are_read),
        cmocka_unit_test(what_is_none_is_refused),
        cmocka_unit_test(there_are_limits),
    };
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
