// SPDX-License-Identifier: Apache-2.0
// What the functions of TOSCA 2.0 give for known arguments, and what they refuse: the table's work called directly.
#include "tosca_fixture.h"

#include <stdio.h>
#include <string.h>

#include "tosca/function.h"
#include "tosca/pattern.h"
#include "tosca/units.h"

static struct unit_row mass_rows[] = {
    {"g", {.m = 1}}, {"kg", {.m = 1, .e = 3}}, {"mg", {.m = 1, .e = -3}}, {"lot", {.m = 125, .e = -1}}};
static const struct units mass = {.rows = mass_rows, .n = ARRAY_LEN(mass_rows), .canonical = "g"};
static struct unit_row rate_rows[] = {{"bps", {.m = 1}}, {"Kibps", {.m = 1024}}, {"Kbps", {.m = 1, .e = 3}}};
static const struct units rate = {.rows = rate_rows, .n = ARRAY_LEN(rate_rows), .canonical = "bps", .whole = true};

static const struct vkind any = {.prim = PRIM_ANY}, version = {.prim = PRIM_VERSION},
                          time_kind = {.prim = PRIM_TIMESTAMP}, masses = {.prim = PRIM_SCALAR, .units = &mass},
                          rates = {.prim = PRIM_SCALAR, .units = &rate}, bytes = {.prim = PRIM_BYTES};

struct row {
    const char *name, *args;
    const struct vkind *kind;
    const char *value; // NULL: refused, and `why` says
    const char *why;
};

static const struct pattern *pattern(void *data, const char *text, char *why, size_t why_size)
{
    struct pattern **last = data;
    pattern_free(*last);
    *last = pattern_new_part(text, why, why_size);
    return *last;
}

static void check(const struct row *row)
{
    const struct function *f = function_find(row->name, FUNCTION_2 | FUNCTION_DECLARED);
    assert_non_null(f);
    AUTO_JSON json_t *args = json_loads(row->args, 0, NULL);
    assert_non_null(args);
    struct pattern *last = NULL;
    struct fwork w = {.f = f, .args = args, .kind = *row->kind, .pattern = pattern, .data = &last};
    AUTO_JSON json_t *result = function_do(&w);
    pattern_free(last);
    AUTO_FREE char *text =
        result ? json_dumps(result, JSON_ENCODE_ANY | JSON_COMPACT | JSON_REAL_PRECISION(15)) : mem_strdup(w.why);
    bool right = row->value ? result && str_eq(text, row->value) : !result && strstr(text, row->why);
    if (!right)
        fail_msg("%s %s gave %s, not %s", row->name, row->args, text, row->value ? row->value : row->why);
}

static void check_all(const struct row *rows, size_t n)
{
    for (size_t i = 0; i < n; i++)
        check(&rows[i]);
}

static void test_logic(void **state)
{
    static const struct row rows[] = {
        {"and", "[true,true]", &any, "true"},
        {"and", "[true,false,true]", &any, "false"},
        {"and", "[true]", &any, NULL, "arguments"},
        {"and", "[true,1]", &any, NULL, "argument 2 is neither true nor false"},
        {"or", "[false,false]", &any, "false"},
        {"or", "[false,true]", &any, "true"},
        {"or", "[\"true\",true]", &any, NULL, "argument 1"},
        {"not", "[false]", &any, "true"},
        {"not", "[true,false]", &any, NULL, "arguments"},
        {"xor", "[true,false]", &any, "true"},
        {"xor", "[true,true]", &any, "false"},
        {"xor", "[false,false]", &any, "false"},
    };
    check_all(rows, ARRAY_LEN(rows));
}

static void test_comparison(void **state)
{
    static const struct row rows[] = {
        {"equal", "[1,1.0]", &any, "true"},
        {"equal", "[\"a\",\"b\"]", &any, "false"},
        {"equal", "[[1,2],[1,2]]", &any, "true"},
        {"equal", "[{\"a\":1},{\"a\":1}]", &any, "true"},
        {"equal", "[1,\"1\"]", &any, NULL, "different types"},
        {"equal", "[\"1 kg\",\"1000 g\"]", &masses, "true"},
        {"equal", "[\"80 lot\",\"1kg\"]", &masses, "true"},
        {"equal", "[\"1.10\",\"1.1\"]", &version, "false"},
        {"greater_than", "[2,1]", &any, "true"},
        {"greater_than", "[1,1]", &any, "false"},
        {"greater_than", "[\"b\",\"a\"]", &any, "true"},
        {"greater_than", "[true,false]", &any, NULL, "cannot be compared"},
        {"greater_than", "[[1],[0]]", &any, NULL, "cannot be compared"},
        {"greater_or_equal", "[1.5,1.5]", &any, "true"},
        {"less_than", "[\"999999 mg\",\"1 kg\"]", &masses, "true"},
        {"less_than", "[\"1 stone\",\"1 kg\"]", &masses, NULL, "cannot be compared"},
        {"less_than", "[\"2.0.1\",\"2.0.1.beta\"]", &version, "false"},
        {"less_or_equal", "[\"2.9\",\"2.10\"]", &version, "true"},
        {"less_or_equal", "[\"2020-01-01T00:00:00+02:00\",\"2020-01-01T00:00:00Z\"]", &time_kind, "true"},
        {"valid_values", "[4,[1,2,4]]", &any, "true"},
        {"valid_values", "[3,[1,2,4]]", &any, "false"},
        {"valid_values", "[\"2000 g\",[\"1 kg\",\"2 kg\"]]", &masses, "true"},
        {"valid_values", "[3,4]", &any, NULL, "must be a list"},
        {"in_range", "[5,[1,10]]", &any, "true"},
        {"in_range", "[0,[1,10]]", &any, "false"},
        {"in_range", "[11,[1,\"UNBOUNDED\"]]", &any, "true"},
        {"in_range", "[\"3 kg\",[\"1 kg\",\"2 kg\"]]", &masses, "false"},
        {"in_range", "[1,[2]]", &any, NULL, "list of two"},
        {"in_range_strict", "[1,[1,3]]", &any, "false"},
        {"in_range_strict", "[2,[1,3]]", &any, "true"},
        {"in_range_strict", "[3,[1,\"UNBOUNDED\"]]", &any, "true"},
        {"matches", "[\"abc-12\",\"[0-9]+\"]", &any, "true"},
        {"matches", "[\"abc-12\",\"^[0-9]+$\"]", &any, "false"},
        {"matches", "[\"abc\",\"(\"]", &any, NULL, "regular expression"},
        {"matches", "[1,\"1\"]", &any, NULL, "a text and a regular expression"},
        {"min_length", "[\"abc\",3]", &any, "true"},
        {"max_length", "[[1,2],1]", &any, "false"},
        {"max_length", "[1,1]", &any, NULL, "text, list or map"},
    };
    check_all(rows, ARRAY_LEN(rows));
}

static void test_parts(void **state)
{
    static const struct row rows[] = {
        {"has_prefix", "[\"sedge\",\"se\"]", &any, "true"},
        {"has_prefix", "[[1,2,3],[1,2]]", &any, "true"},
        {"has_prefix", "[[1,2,3],[2]]", &any, "false"},
        {"has_prefix", "[\"a\",[1]]", &any, NULL, "two texts or two lists"},
        {"has_suffix", "[\"sedge\",\"ge\"]", &any, "true"},
        {"has_suffix", "[[1,2,3],[2,3]]", &any, "true"},
        {"has_suffix", "[[1],[1,1]]", &any, "false"},
        {"contains", "[\"sedge\",\"edg\"]", &any, "true"},
        {"contains", "[[1,2,3,4],[2,3]]", &any, "true"},
        {"contains", "[[1,2,3,4],[2,4]]", &any, "false"},
        {"contains", "[[1],[]]", &any, "true"},
        {"has_entry", "[[1,2],2]", &any, "true"},
        {"has_entry", "[{\"a\":5},5]", &any, "true"},
        {"has_entry", "[{\"a\":5},\"a\"]", &any, "false"},
        {"has_entry", "[\"a\",\"a\"]", &any, NULL, "list or a map"},
        {"has_key", "[{\"a\":5},\"a\"]", &any, "true"},
        {"has_key", "[{\"80\":5},80]", &any, "true"},
        {"has_key", "[[1],0]", &any, NULL, "must be a map"},
        {"has_all_entries", "[[1,2,3],[3,1]]", &any, "true"},
        {"has_all_entries", "[[1,2,3],[3,4]]", &any, "false"},
        {"has_all_entries", "[[1],1]", &any, NULL, "second argument must be a list"},
        {"has_any_entry", "[{\"a\":1},[7,1]]", &any, "true"},
        {"has_any_entry", "[[1],[]]", &any, "false"},
        {"has_all_keys", "[{\"a\":1,\"b\":2},[\"a\",\"b\"]]", &any, "true"},
        {"has_all_keys", "[{\"a\":1},[\"a\",\"b\"]]", &any, "false"},
        {"has_any_key", "[{\"a\":1},[\"x\",\"a\"]]", &any, "true"},
        {"has_any_key", "[{\"a\":1},\"a\"]", &any, NULL, "second argument must be a list"},
    };
    check_all(rows, ARRAY_LEN(rows));
}

static void test_texts_and_sets(void **state)
{
    static const struct row rows[] = {
        {"length", "[\"s\\u00e4ge\"]", &any, "4"},
        {"length", "[[1,2]]", &any, "2"},
        {"length", "[{\"a\":1}]", &any, "1"},
        {"length", "[\"aGVsbG8=\"]", &bytes, "5"},
        {"length", "[1]", &any, NULL, "text, a list or a map"},
        {"concat", "[\"a\",\"b\",\"c\"]", &any, "\"abc\""},
        {"concat", "[[1],[2,[3]]]", &any, "[1,2,[3]]"},
        {"concat", "[[1],\"a\"]", &any, NULL, "argument 2 must be a list"},
        {"concat", "[\"a\",[1]]", &any, NULL, "no single value"},
        {"join", "[[\"a\",\"b\"],\", \"]", &any, "\"a, b\""},
        {"join", "[[\"a\",\"b\"]]", &any, "\"ab\""},
        {"join", "[\"a\"]", &any, NULL, "a list and a delimiter"},
        {"token", "[\"a:b;c\",\":;\",2]", &any, "\"c\""},
        {"token", "[\"a\",\":\",1]", &any, NULL, "no token 1"},
        {"token", "[1,\":\",1]", &any, NULL, "first argument must be text"},
        {"union", "[[1,2,1],[2,3]]", &any, "[1,2,3]"},
        {"union", "[[\"1 kg\"],[\"1000 g\"]]", &masses, "[\"1 kg\"]"},
        {"union", "[1]", &any, NULL, "must be a list"},
        {"intersection", "[[1,2,2,3],[2,3],[3,2,9]]", &any, "[2,3]"},
        {"intersection", "[[1,1]]", &any, "[1]"},
    };
    check_all(rows, ARRAY_LEN(rows));
}

static void test_arithmetic(void **state)
{
    static const struct row rows[] = {
        {"sum", "[1,2,3]", &any, "6"},
        {"sum", "[0.1,0.2]", &any, "0.3"},
        {"sum", "[1,0.5]", &any, "1.5"},
        {"sum", "[\"1 kg\",\"500 mg\"]", &masses, "\"1000.5 g\""},
        {"sum", "[\"1 kg\",1]", &masses, NULL, "do not go together"},
        {"sum", "[\"a\",1]", &any, NULL, "argument 1 is no number"},
        {"sum", "[9223372036854775807,1]", &any, NULL, "more digits"},
        {"difference", "[5,7]", &any, "-2"},
        {"difference", "[\"1 kg\",\"1 g\"]", &masses, "\"999 g\""},
        {"product", "[2,3,4]", &any, "24"},
        {"product", "[2,0.5]", &any, "1.0"},
        {"product", "[\"2 kg\",3]", &masses, "\"6000 g\""},
        {"product", "[2,\"2 kg\"]", &masses, NULL, "no number"},
        {"quotient", "[7,2]", &any, "3.5"},
        {"quotient", "[6,2]", &any, "3.0"},
        {"quotient", "[\"1 kg\",3]", &masses, "\"333.33333333333333 g\""},
        {"quotient", "[\"1 Kibps\",10]", &rates, "\"102 bps\""},
        {"quotient", "[1,0]", &any, NULL, "division by 0"},
        {"remainder", "[7,3]", &any, "1"},
        {"remainder", "[-7,3]", &any, "-1"},
        {"remainder", "[\"1 kg\",300]", &masses, "\"100 g\""},
        {"remainder", "[7.5,3]", &any, NULL, "whole numbers"},
        {"remainder", "[7,0]", &any, NULL, "division by 0"},
        {"round", "[3.5]", &any, "3"},
        {"round", "[3.53]", &any, "4"},
        {"round", "[-3.5]", &any, "-4"},
        {"round", "[-3.4]", &any, "-3"},
        {"round", "[4]", &any, "4"},
        {"floor", "[3.9]", &any, "3"},
        {"floor", "[-3.1]", &any, "-4"},
        {"ceil", "[3.1]", &any, "4"},
        {"ceil", "[-3.9]", &any, "-3"},
        {"ceil", "[3.0]", &any, "3"},
        {"ceil", "[\"3\"]", &any, NULL, "no number"},
        {"round", "[1e300]", &any, NULL, "more digits"},
    };
    check_all(rows, ARRAY_LEN(rows));
}

/* Every function of the table has a row above, refused or not. */
static void test_counts(void **state)
{
    size_t n = 0;
    for (; function_at(n); n++) {
        const struct function *f = function_at(n);
        assert_true(f->min <= f->max);
        assert_true(f->generations != 0);
        assert_ptr_equal(function_find(f->name, f->generations), f);
    }
    assert_true(n > 40);
    assert_null(function_find("in_range", FUNCTION_1 | FUNCTION_2)); // the standard names no such function
    assert_null(function_find("equal", FUNCTION_1));
}

static void test_kind_goes_along(void **state)
{
    AUTO_JSON json_t *args = json_loads("[{\"$get_attribute\":[\"x\",\"w\"]},\"1 kg\"]", 0, NULL);
    AUTO_JSON json_t *later = function_later(function_find("less_than", FUNCTION_2), args, &masses);
    assert_ptr_equal(function_of_json(later), function_find("less_than", FUNCTION_2));
    struct units units = {0};
    struct vkind kind;
    json_t *own;
    function_kind(json_object_get(later, "$less_than"), &own, &kind, &units);
    AUTO_JSON json_t *kept = own;
    assert_int_equal(json_array_size(kept), 2);
    assert_int_equal(kind.prim, PRIM_SCALAR);
    assert_int_equal(units.n, mass.n);
    struct amount a;
    assert_int_equal(units_read(&units, "80 lot", &a, NULL), SCALAR_OK);
    assert_int_equal(amount_compare(&a, &(struct amount){.m = 1, .e = 3}), 0);
    units_done(&units);
}

static void test_amounts(void **state)
{
    static const struct {
        const char *text, *plain;
    } rows[] = {
        {"0", "0"},           {"-0.0", "0"},        {"00012.500", "12.5"}, {"1e3", "1000"},
        {"1.5e-3", "0.0015"}, {"-12.25", "-12.25"}, {"0.001", "0.001"},    {"123456789012345678", "123456789012345678"},
        {".5", "0.5"},        {"+7", "7"},
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct amount a;
        char text[96];
        const char *end = amount_read(rows[i].text, &a);
        assert_non_null(end);
        assert_string_equal(end, "");
        amount_text(&a, text, sizeof(text));
        assert_string_equal(text, rows[i].plain);
    }
    struct amount a;
    assert_null(amount_read("x", &a));
    assert_null(amount_read("-", &a));
    assert_null(amount_read("1234567890123456789", &a)); // nineteen digits
    assert_string_equal(amount_read("1eV", &a), "eV");
    assert_string_equal(amount_read("1.5.2", &a), ".2");
}

/* The page in docs is what the table makes of itself. */
static void test_page(void **state)
{
    struct buf page = {0};
    char part[4096];
    size_t n;
    FILE *f = fopen(TEST_PROFILES "/../docs/tosca-functions.md", "re");
    assert_non_null(f);
    while ((n = fread(part, 1, sizeof(part), f)) > 0)
        buf_add(&page, part, n);
    fclose(f);
    AUTO_FREE char *text = function_table_text();
    if (!str_eq(buf_str(&page), text))
        fail_msg("docs/tosca-functions.md is not what the table makes of it: run make docs");
    buf_done(&page);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_logic),           cmocka_unit_test(test_comparison), cmocka_unit_test(test_parts),
        cmocka_unit_test(test_texts_and_sets),  cmocka_unit_test(test_arithmetic), cmocka_unit_test(test_counts),
        cmocka_unit_test(test_kind_goes_along), cmocka_unit_test(test_amounts),    cmocka_unit_test(test_page),
    };
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
