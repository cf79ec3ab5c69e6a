// SPDX-License-Identifier: Apache-2.0
/* JSON: what is refused and where, canonical text, look-ups, merge patches. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <string.h>

#include "base/json.h"
#include "base/text.h"

static json_t *parse(const char *text)
{
    struct err e = {0};
    json_t *v = json_parse(text, strlen(text), &e);
    if (v == NULL)
        fail_msg("%s: %s", text, err_text(&e));
    return v;
}

static void parses_any_value(void **state)
{
    static const char *const texts[] = {
        "null", "true", "-5", "1.5", "\"x\"", "[]", "{}", "[1,{\"a\":[null]}]", "9223372036854775807", "\"\xc3\xa9\""};
    for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
        AUTO_JSON json_t *v = parse(texts[i]);
        AUTO_FREE char *text = json_text(v);
        assert_string_equal(text, texts[i]);
    }
}

static void refuses_bad_text(void **state)
{
    static const char *const bad[] = {
        "",    "{",    "[1,]", "{\"a\":1,\"a\":2}",   "1 2",  "nul", "\"\xff\"", "\"\\u0000\"",
        "'a'", "[1]]", "NaN",  "9223372036854775808", "1e999"};
    for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
        struct err e = {0};
        json_t *v = json_parse(bad[i], strlen(bad[i]), &e);
        if (v != NULL)
            fail_msg("'%s' was taken", bad[i]);
        assert_int_equal(e.code, EINVAL);
        assert_true(str_starts(e.text, "line "));
    }
}

static void says_where(void **state)
{
    struct err e = {0};
    const char *text = "{\n  \"a\": 1,\n  \"b\" 2\n}";
    assert_null(json_parse(text, strlen(text), &e));
    assert_true(str_starts(e.text, "line 3, column 7: "));
}

static void bounds_depth_and_size(void **state)
{
    struct err e = {0};
    char deep[200];
    memset(deep, '[', 64);
    memset(deep + 64, ']', 64);
    AUTO_JSON json_t *fits = json_parse(deep, 128, &e);
    assert_non_null(fits);
    memset(deep, '[', 65);
    memset(deep + 65, ']', 65);
    assert_null(json_parse(deep, 130, &e));
    assert_non_null(strstr(e.text, "line 1, column 65: "));
    const char *quoted = "[\"[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[\\\"[\"]";
    AUTO_JSON json_t *text = parse(quoted); /* brackets in text are no depth */
    assert_int_equal(json_array_size(text), 1);
    AUTO_FREE char *big = mem_alloc(JSON_MAX_BYTES + 1);
    memset(big, ' ', JSON_MAX_BYTES + 1);
    memcpy(big, "1", 1);
    assert_null(json_parse(big, JSON_MAX_BYTES + 1, &e));
    assert_int_equal(e.code, E2BIG);
    AUTO_JSON json_t *most = json_parse(big, JSON_MAX_BYTES, &e);
    assert_non_null(most);
}

static void writes_canonical_text(void **state)
{
    AUTO_JSON json_t *a = parse("{\"b\":{\"y\":1,\"x\":[1, 2]},\"a\":0.1}");
    AUTO_JSON json_t *b = parse("{ \"a\":0.1 ,\"b\":{\"x\":[1,2],\"y\":1}}");
    AUTO_FREE char *at = json_text(a), *bt = json_text(b), *pretty = json_pretty(a), *none = json_text(NULL);
    assert_string_equal(at, "{\"a\":0.1,\"b\":{\"x\":[1,2],\"y\":1}}");
    assert_string_equal(at, bt);
    assert_string_equal(none, "null");
    assert_string_equal(pretty,
                        "{\n  \"b\": {\n    \"y\": 1,\n    \"x\": [\n      1,\n      2\n    ]\n  },\n  \"a\": 0.1\n}");
}

static void keeps_each_real(void **state)
{
    static const double reals[] = {0.1, 1.0 / 3, 1e300, 5e-324, 123456789.123456789, 1e22, -0.0};
    for (size_t i = 0; i < ARRAY_LEN(reals); i++) {
        AUTO_JSON json_t *v = json_real(reals[i]);
        AUTO_FREE char *text = json_text(v);
        AUTO_JSON json_t *again = parse(text);
        assert_true(json_is_real(again) && json_real_value(again) == reals[i]);
    }
}

static void looks_up(void **state)
{
    AUTO_JSON json_t *v = parse("{\"spec\":{\"node\":\"n1\",\"n\":5,\"on\":true,\"r\":1.5}}");
    json_t *spec = json_at(v, "spec", NULL);
    assert_string_equal(json_string_value(json_at(v, "spec", "node", NULL)), "n1");
    assert_null(json_at(v, "spec", "node", "deeper", NULL));
    assert_null(json_at(v, "no", "way", NULL));
    assert_null(json_at(NULL, "a", NULL));
    assert_ptr_equal(json_at(v, NULL), v);
    assert_string_equal(json_str(spec, "node", "-"), "n1");
    assert_string_equal(json_str(spec, "n", "-"), "-");
    assert_null(json_str(NULL, "n", NULL));
    assert_int_equal(json_int(spec, "n", 0), 5);
    assert_int_equal(json_int(spec, "r", 9), 9);
    assert_true(json_bool(spec, "on", false));
    assert_true(json_bool(spec, "n", true));
}

static void finds_in_lists(void **state)
{
    AUTO_JSON json_t *v =
        parse("[1,{\"name\":\"a\",\"n\":1},{\"id\":\"b\"},{\"name\":\"b\",\"n\":2},{\"name\":\"b\",\"n\":3}]");
    assert_int_equal(json_int(json_find(v, "name", "b"), "n", 0), 2);
    assert_ptr_equal(json_find(v, "id", "b"), json_array_get(v, 2));
    assert_null(json_find(v, "name", "c"));
    assert_null(json_find(NULL, "name", "a"));
    assert_null(json_find(json_array_get(v, 1), "name", "a"));
}

static void puts_values(void **state)
{
    AUTO_JSON json_t *v = json_object();
    json_put_str(v, "a", "x");
    json_put_str(v, "none", NULL);
    json_put_str(v, "odd",
                 "a\xff"
                 "b\xc3\xa9\xc3");
    json_put_int(v, "n", INT64_MIN);
    AUTO_FREE char *text = json_text(v);
    assert_string_equal(text, "{\"a\":\"x\",\"n\":-9223372036854775808,\"odd\":\"a\xef\xbf\xbd"
                              "b\xc3\xa9\xef\xbf\xbd\"}");
}

/* The examples of RFC 7386, appendix A. */
static void merges_patches(void **state)
{
    static const char *const rows[][3] = {
        {"{\"a\":\"b\"}", "{\"a\":\"c\"}", "{\"a\":\"c\"}"},
        {"{\"a\":\"b\"}", "{\"b\":\"c\"}", "{\"a\":\"b\",\"b\":\"c\"}"},
        {"{\"a\":\"b\"}", "{\"a\":null}", "{}"},
        {"{\"a\":\"b\",\"b\":\"c\"}", "{\"a\":null}", "{\"b\":\"c\"}"},
        {"{\"a\":[\"b\"]}", "{\"a\":\"c\"}", "{\"a\":\"c\"}"},
        {"{\"a\":\"c\"}", "{\"a\":[\"b\"]}", "{\"a\":[\"b\"]}"},
        {"{\"a\":{\"b\":\"c\"}}", "{\"a\":{\"b\":\"d\",\"c\":null}}", "{\"a\":{\"b\":\"d\"}}"},
        {"{\"a\":[{\"b\":\"c\"}]}", "{\"a\":[1]}", "{\"a\":[1]}"},
        {"[\"a\",\"b\"]", "[\"c\",\"d\"]", "[\"c\",\"d\"]"},
        {"{\"a\":\"b\"}", "[\"c\"]", "[\"c\"]"},
        {"{\"a\":\"foo\"}", "null", "null"},
        {"{\"a\":\"foo\"}", "\"bar\"", "\"bar\""},
        {"{\"e\":null}", "{\"a\":1}", "{\"a\":1,\"e\":null}"},
        {"[1,2]", "{\"a\":\"b\",\"c\":null}", "{\"a\":\"b\"}"},
        {"{}", "{\"a\":{\"bb\":{\"ccc\":null}}}", "{\"a\":{\"bb\":{}}}"},
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        AUTO_JSON json_t *target = parse(rows[i][0]), *patch = parse(rows[i][1]);
        AUTO_JSON json_t *merged = json_merge_patch(target, patch);
        AUTO_FREE char *text = json_text(merged), *target_text = json_text(target), *patch_text = json_text(patch);
        assert_string_equal(text, rows[i][2]);
        assert_string_equal(target_text, rows[i][0]);
        assert_string_equal(patch_text, rows[i][1]);
    }
}

static void merged_values_are_their_own(void **state)
{
    AUTO_JSON json_t *target = parse("{\"a\":{\"b\":1}}"), *patch = parse("{\"c\":[1]}");
    AUTO_JSON json_t *merged = json_merge_patch(target, patch);
    json_put_int(json_at(merged, "a", NULL), "b", 2);
    json_array_clear(json_at(merged, "c", NULL));
    assert_int_equal(json_int(json_at(target, "a", NULL), "b", 0), 1);
    assert_int_equal(json_array_size(json_at(patch, "c", NULL)), 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(parses_any_value),
        cmocka_unit_test(refuses_bad_text),
        cmocka_unit_test(says_where),
        cmocka_unit_test(bounds_depth_and_size),
        cmocka_unit_test(writes_canonical_text),
        cmocka_unit_test(keeps_each_real),
        cmocka_unit_test(looks_up),
        cmocka_unit_test(finds_in_lists),
        cmocka_unit_test(puts_values),
        cmocka_unit_test(merges_patches),
        cmocka_unit_test(merged_values_are_their_own),
    };
    return cmocka_run_group_tests_name("base/json", tests, NULL, NULL);
}
