// SPDX-License-Identifier: Apache-2.0
// Values held against types and constraints.
#include "tosca_fixture.h"

#include <string.h>

/* A node type with one property, and a node template that gives it a value: on line 5. */
#define GIVES(definition, value)                                                                                       \
    "tosca_definitions_version: tosca_simple_yaml_1_3\n"                                                               \
    "data_types: {pair: {properties: {a: {type: string}, b: {type: integer, default: 7}, c: {type: float, required: "  \
    "false}}}, port: {derived_from: "                                                                                  \
    "integer, constraints: [in_range: [1, 65535]]}, short: {derived_from: list, entry_schema: port, constraints: "     \
    "[max_length: 2]}}\n"                                                                                              \
    "node_types: {n: {properties: {p: {" definition "}}}}\n"                                                           \
    "topology_template: {node_templates: {x: {type: n, properties: {\n"                                                \
    "  p: " value "}}}}\n"

static void test_taken(void **state)
{
    static const struct {
        const char *text, *value;
    } rows[] = {
        {GIVES("type: string", "text"), "\"text\""},
        {GIVES("type: string", "6.50"), "\"6.50\""}, /* as written, with a warning */
        {GIVES("type: integer", "0x10"), "16"},
        {GIVES("type: float", "3"), "3"},
        {GIVES("type: float", "2.5"), "2.5"},
        {GIVES("type: boolean", "true"), "true"},
        {GIVES("type: boolean", "yes"), "true"},
        {GIVES("type: version", "1.10"), "\"1.10\""},
        {GIVES("type: timestamp", "2026-01-02T03:04:05Z"), "\"2026-01-02T03:04:05Z\""},
        {GIVES("type: range", "[1, UNBOUNDED]"), "[1,\"UNBOUNDED\"]"},
        {GIVES("type: scalar-unit.size", "10 GiB"), "\"10 GiB\""},
        {GIVES("type: list", "[1, a]"), "[1,\"a\"]"},
        {GIVES("type: list, entry_schema: integer", "[1, 2]"), "[1,2]"},
        {GIVES("type: list, entry_schema: {type: port}", "[80]"), "[80]"},
        {GIVES("type: map, entry_schema: {type: list, entry_schema: string}", "{k: [v]}"), "{\"k\":[\"v\"]}"},
        {GIVES("type: map, key_schema: {type: integer}", "{80: 1}"), "{\"80\":1}"},
        {GIVES("type: map", "{80: a}"), "{\"80\":\"a\"}"},
        {GIVES("type: pair", "{a: x}"), "{\"a\":\"x\",\"b\":7}"},
        {GIVES("type: short", "[1, 2]"), "[1,2]"},
        {GIVES("type: string, default: d, required: false", ""), "\"d\""},
        {GIVES("type: string, constraints: [valid_values: [a, b]]", "b"), "\"b\""},
        {GIVES("type: string, constraints: [pattern: '[a-z]+\\d']", "abc1"), "\"abc1\""},
        {GIVES("type: scalar-unit.size, constraints: [greater_or_equal: 1 GiB]", "1100 MB"), "\"1100 MB\""},
        {GIVES("type: version, constraints: [greater_than: 1.2]", "1.10"), "\"1.10\""},
        {GIVES("type: string, constraints: [{min_length: 2}, {max_length: 3}]", "éé"), "\"éé\""},
        {GIVES("type: integer, constraints: [in_range: [0, UNBOUNDED]]", "5"), "5"},
        {GIVES("type: any", "{a: [null, 1.5]}"), "{\"a\":[null,1.5]}"},
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct bed b;
        bed_takes(&b, rows[i].text);
        AUTO_FREE char *value = bed_property(&b, "x", "p");
        assert_string_equal(value, rows[i].value);
        bed_stop(&b);
    }
}

static void test_refused(void **state)
{
    static const struct {
        const char *text, *code, *part;
    } rows[] = {
        {GIVES("type: integer", "a"), "VALUE_TYPE", "node template 'x': property 'p' must be of type integer, not 'a'"},
        {GIVES("type: integer", "1.5"), "VALUE_TYPE", "integer"},
        {GIVES("type: integer", "99999999999999999999"), "VALUE_TYPE", "integer"},
        {GIVES("type: integer", "[1]"), "VALUE_TYPE", "a list"},
        {GIVES("type: string", "true"), "VALUE_TYPE", "string"},
        {GIVES("type: string", "{a: b}"), "VALUE_TYPE", "a map"},
        {GIVES("type: boolean", "1"), "VALUE_TYPE", "boolean"},
        {GIVES("type: version", "x"), "VALUE_TYPE", "version"},
        {GIVES("type: timestamp", "noon"), "VALUE_TYPE", "timestamp"},
        {GIVES("type: range", "[2, 1]"), "VALUE_TYPE", "range"},
        {GIVES("type: scalar-unit.size", "10"), "SCALAR_UNIT", "has no unit; write a number and one of B, kB"},
        {GIVES("type: scalar-unit.time", "1 GB"), "SCALAR_UNIT", "does not belong"},
        {GIVES("type: list", "{a: b}"), "VALUE_TYPE", "of type list, not a map"},
        {GIVES("type: map", "[a]"), "VALUE_TYPE", "of type map, not a list"},
        {GIVES("type: list, entry_schema: integer", "[1, x]"), "VALUE_TYPE", "'x'"},
        {GIVES("type: map, key_schema: {type: integer}", "{a: 1}"), "VALUE_TYPE", "key 'a'"},
        {GIVES("type: list, entry_schema: port", "[70000]"), "CONSTRAINT", "must be in the range [1,65535]"},
        {GIVES("type: short", "[1, 2, 3]"), "CONSTRAINT", "at most 2"},
        {GIVES("type: pair", "{b: 1}"), "MISSING_KEY", "the field 'a' is missing"},
        {GIVES("type: pair", "{a: x, d: 1}"), "UNDECLARED_NAME", "no field 'd'"},
        {GIVES("type: pair", "{a: 12}"), "VALUE_TYPE", "field 'a'"}, /* text is written as text inside of data types */
        {GIVES("type: pair", "text"), "VALUE_TYPE", "of type pair"},
        {GIVES("type: string, constraints: [valid_values: [a, b]]", "c"), "CONSTRAINT", "must be one of [\"a\",\"b\"]"},
        {GIVES("type: string, constraints: [pattern: 'a+']", "b"), "CONSTRAINT", "pattern"},
        {GIVES("type: scalar-unit.size, constraints: [greater_or_equal: 1 GiB]", "1000 MB"), "CONSTRAINT", "at least"},
        {GIVES("type: integer, constraints: [equal: 3]", "4"), "CONSTRAINT", "equal to 3"},
        {GIVES("type: string, constraints: [length: 2]", "abc"), "CONSTRAINT", "length 2"},
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++)
        bed_refuses(rows[i].text, rows[i].code, 5, rows[i].part);
}

static void test_bad_declarations(void **state)
{
    static const struct {
        const char *text, *code, *part;
    } rows[] = {
        {GIVES("type: strin", "x"), "UNKNOWN_TYPE", "did you mean 'string'?"},
        {GIVES("description: x", "x"), "MISSING_KEY", "'type' is missing"},
        {GIVES("type: list, entry_schema: nothing_here", "[1]"), "UNKNOWN_TYPE", "nothing_here"},
        {GIVES("type: integer, default: x", "1"), "VALUE_TYPE", "integer"},
        {GIVES("type: integer, default: 0, constraints: [greater_than: 0]", "1"), "CONSTRAINT", "greater than 0"},
        {GIVES("type: integer, constraints: [bigger: 0]", "1"), "UNKNOWN_KEY", "unknown constraint operator 'bigger'"},
        {GIVES("type: integer, constraints: [in_range: [1]]", "1"), "CONSTRAINT", "must be a list of two"},
        {GIVES("type: integer, constraints: [in_range: [2, 1]]", "1"), "CONSTRAINT", "lower bound above"},
        {GIVES("type: integer, constraints: [greater_than: x]", "1"), "CONSTRAINT", "does not fit"},
        {GIVES("type: integer, constraints: [pattern: x]", "1"), "CONSTRAINT", "cannot be asked"},
        {GIVES("type: string, constraints: [pattern: '(']", "x"), "CONSTRAINT", "no regular expression"},
        {GIVES("type: string, constraints: [length: -1]", "x"), "CONSTRAINT", "whole number"},
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++)
        bed_refuses(rows[i].text, rows[i].code, 3, rows[i].part);
}

static void test_bad_default_is_told_once(void **state)
{
    bed_refuses("tosca_definitions_version: tosca_simple_yaml_1_3\n"
                "node_types:\n"
                "  n: {properties: {p: {type: integer, default: x}}}\n"
                "  m: {derived_from: n}\n"
                "topology_template:\n"
                "  node_templates: {a: {type: n}, b: {type: m}, c: {type: m}}\n",
                "VALUE_TYPE", 3, "node type 'n': property 'p' must be of type integer");
    bed_refuses("tosca_definitions_version: tosca_simple_yaml_1_3\n"
                "node_types:\n"
                "  n: {properties: {p: {type: integer, default: 1}}}\n"
                "  m: {derived_from: n, properties: {p: {type: integer, constraints: [greater_than: 1]}}}\n"
                "topology_template:\n"
                "  node_templates: {a: {type: n}, b: {type: m}}\n",
                "CONSTRAINT", 3, "node template 'b': property 'p'");
}

static void test_required(void **state)
{
    bed_refuses("tosca_definitions_version: tosca_simple_yaml_1_3\n"
                "node_types: {n: {properties: {p: {type: string}, q: {type: string, required: false}}}}\n"
                "topology_template:\n"
                "  node_templates:\n"
                "    x: {type: n}\n",
                "MISSING_KEY", 5, "node template 'x': property 'p' is required and has no value");
    bed_refuses("tosca_definitions_version: tosca_simple_yaml_1_3\n"
                "node_types: {n: {properties: {port: {type: string, required: false}}}}\n"
                "topology_template:\n"
                "  node_templates:\n"
                "    x: {type: n, properties: {prot: a}}\n",
                "UNDECLARED_NAME", 5, "its type has no property 'prot', did you mean 'port'?");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_taken),
        cmocka_unit_test(test_refused),
        cmocka_unit_test(test_bad_declarations),
        cmocka_unit_test(test_bad_default_is_told_once),
        cmocka_unit_test(test_required),
    };
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
