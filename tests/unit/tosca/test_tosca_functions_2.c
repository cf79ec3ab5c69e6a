// SPDX-License-Identifier: Apache-2.0
// Calls of TOSCA 2.0 in templates: syntax, paths, what is left for run time, what is refused; and validation clauses.
#include "tosca_fixture.h"

#include <string.h>

#define TYPES                                                                                                          \
    "tosca_definitions_version: tosca_2_0\n"                                                                           \
    "data_types:\n"                                                                                                    \
    "  mass: {derived_from: scalar, units: {g: 1}, prefixes: {'': 1, k: 1000}}\n"                                      \
    "  pair: {properties: {low: {type: integer}, high: {type: integer}}, validation: {$greater_or_equal: [{$value: "   \
    "[high]}, {$value: [low]}]}}\n"                                                                                    \
    "capability_types:\n"                                                                                              \
    "  port: {properties: {number: {type: integer, default: 80}, weight: {type: mass, required: false}}, attributes: " \
    "{address: {type: string}}}\n"                                                                                     \
    "relationship_types:\n"                                                                                            \
    "  uses: {properties: {via: {type: string, default: wire}}, attributes: {since: {type: string}}}\n"                \
    "node_types:\n"                                                                                                    \
    "  server:\n"                                                                                                      \
    "    properties: {name: {type: string}, sizes: {type: list, entry_schema: integer, default: [1, 2]}}\n"            \
    "    attributes: {address: {type: string}, up: {type: boolean}}\n"                                                 \
    "    capabilities: {web: {type: port}}\n"                                                                          \
    "  client:\n"                                                                                                      \
    "    properties:\n"                                                                                                \
    "      s: {type: string, required: false}\n"                                                                       \
    "      i: {type: integer, required: false}\n"                                                                      \
    "      f: {type: float, required: false}\n"                                                                        \
    "      b: {type: boolean, required: false}\n"                                                                      \
    "      l: {type: list, required: false}\n"                                                                         \
    "      m: {type: map, required: false}\n"                                                                          \
    "      w: {type: mass, required: false}\n"                                                                         \
    "    requirements:\n"                                                                                              \
    "      - server: {capability: port, relationship: uses, count_range: [0, UNBOUNDED]}\n"
#define HEAD                                                                                                           \
    TYPES "service_template:\n"                                                                                        \
          "  inputs: {n: {type: integer, default: 3}, deep: {type: map, default: {k: [a, b]}}}\n"                      \
          "  node_templates:\n"                                                                                        \
          "    one: {type: server, properties: {name: first}, capabilities: {web: {properties: {weight: 2 kg}}}}\n"    \
          "    two: {type: server, properties: {name: second, sizes: [5]}}\n"
/* The properties stand on line 30. */
#define CLIENT(properties)                                                                                             \
    HEAD "    x: {type: client, requirements: [{server: one}, {server: two}], properties: {" properties "}}\n"
#define LINE 30

static void test_values(void **state)
{
    static const struct {
        const char *text, *name, *value;
    } rows[] = {
        {CLIENT("i: {$get_input: n}"), "i", "3"},
        {CLIENT("i: {$get_input: [n]}"), "i", "3"},
        {CLIENT("s: {$get_input: [deep, k, 1]}"), "s", "\"b\""},
        {CLIENT("s: {$get_input: [deep, k, $node_index]}"), "s", "\"a\""},
        {CLIENT("s: {$get_property: [one, name]}"), "s", "\"first\""},
        {CLIENT("s: {$get_property: [one, 0, name]}"), "s", "\"first\""},
        {CLIENT("s: {$get_property: [SELF, RELATIONSHIP, server, TARGET, name]}"), "s", "\"first\""},
        {CLIENT("s: {$get_property: [SELF, RELATIONSHIP, server, 1, TARGET, name]}"), "s", "\"second\""},
        {CLIENT("l: {$get_property: [SELF, RELATIONSHIP, server, ALL, TARGET, name]}"), "l", "[\"first\",\"second\"]"},
        {CLIENT("i: {$get_property: [SELF, RELATIONSHIP, server, 1, TARGET, sizes, 0]}"), "i", "5"},
        {CLIENT("s: {$get_property: [SELF, RELATIONSHIP, server, via]}"), "s", "\"wire\""},
        {CLIENT("i: {$get_property: [SELF, RELATIONSHIP, server, CAPABILITY, number]}"), "i", "80"},
        {CLIENT("i: {$get_property: [one, CAPABILITY, web, number]}"), "i", "80"},
        {CLIENT("s: {$get_property: [one, CAPABILITY, web, RELATIONSHIP, 0, via]}"), "s", "\"wire\""},
        {CLIENT("i: 7, f: {$get_property: [one, CAPABILITY, web, RELATIONSHIP, SOURCE, i]}"), "f", "7"},
        {CLIENT("s: $$name"), "s", "\"$name\""},
        {CLIENT("s: $$$name"), "s", "\"$$name\""},
        {CLIENT("m: {$$key: $$value}"), "m", "{\"$key\":\"$value\"}"},
        {CLIENT("m: {concat: [a, b]}"), "m", "{\"concat\":[\"a\",\"b\"]}"}, // no "$": no call
        {CLIENT("m: {? {$concat: [a, b]} : 1}"), "m", "{\"ab\":1}"},
        {CLIENT("s: {$concat: [a, {$get_property: [two, name]}]}"), "s", "\"asecond\""},
        {CLIENT("l: {$concat: [[1], [2]]}"), "l", "[1,2]"},
        {CLIENT("s: {$join: [[a, b], '-']}"), "s", "\"a-b\""},
        {CLIENT("s: {$token: ['a:b', ':', 1]}"), "s", "\"b\""},
        {CLIENT("i: {$length: abc}"), "i", "3"},
        {CLIENT("i: {$sum: [1, {$get_input: n}]}"), "i", "4"},
        {CLIENT("i: {$round: [{$quotient: [7, 2]}]}"), "i", "3"},
        {CLIENT("w: {$sum: [{$get_property: [one, CAPABILITY, web, weight]}, 500 g]}"), "w", "\"2500 g\""},
        {CLIENT("w: {$available_allocation: [one, CAPABILITY, web, weight]}"), "w", "\"2 kg\""},
        {CLIENT("b: {$less_than: [{$get_property: [one, CAPABILITY, web, weight]}, 1 kg]}"), "b", "false"},
        {CLIENT("b: {$and: [true, {$not: false}]}"), "b", "true"},
        {CLIENT("b: {$or: [true, {$get_attribute: [one, up]}]}"), "b", "true"},
        {CLIENT("b: {$and: [{$get_attribute: [one, up]}, false]}"), "b", "false"},
        {CLIENT("l: {$union: [[1, 2], [2, 3]]}"), "l", "[1,2,3]"},
        /* left for run time, in one form */
        {CLIENT("s: {$get_attribute: [one, address]}"), "s", "{\"$get_attribute\":[\"one\",\"address\"]}"},
        {CLIENT("s: {$get_attribute: [one, CAPABILITY, web, address]}"), "s",
         "{\"$get_attribute\":[\"one\",{\"capability\":\"web\"},\"address\"]}"},
        {CLIENT("s: {$get_attribute: [SELF, RELATIONSHIP, server, 1, since]}"), "s",
         "{\"$get_attribute\":[\"x\",{\"requirement\":\"server\",\"index\":1},\"since\"]}"},
        {CLIENT("s: {$concat: ['http://', {$get_attribute: [one, address]}]}"), "s",
         "{\"$concat\":[\"http://\",{\"$get_attribute\":[\"one\",\"address\"]}]}"},
        {CLIENT("s: {$get_attribute: [one, name]}"), "s", "\"first\""}, // it reflects a property
        {CLIENT("s: {$get_attribute: [two, tosca_name]}"), "s", "\"two\""},
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct bed b;
        bed_takes(&b, rows[i].text);
        AUTO_FREE char *value = bed_property(&b, "x", rows[i].name);
        assert_string_equal(value, rows[i].value);
        bed_stop(&b);
    }
}

static void test_faults(void **state)
{
    static const struct {
        const char *text, *code, *part;
    } rows[] = {
        {CLIENT("s: {$conact: [a]}"), "UNKNOWN_FUNCTION", "did you mean '$concat'?"},
        {CLIENT("s: $nothing"), "UNKNOWN_FUNCTION", "write '$$'"},
        {CLIENT("b: {$in_range: [1, [0, 2]]}"), "UNKNOWN_FUNCTION", "declare it in a 'functions' section"},
        {CLIENT("m: {$concat: [a], more: 1}"), "FUNCTION_ARGS", "only key of its map"},
        {CLIENT("m: {$$sum: [1]}"), "LIMIT", "apart from a call"},
        {CLIENT("i: {$get_input: nn}"), "UNKNOWN_REF", "no input 'nn'"},
        {CLIENT("s: {$get_property: [one]}"), "FUNCTION_ARGS", "at least 2 arguments, not 1"},
        {CLIENT("s: {$get_property: [oen, name]}"), "UNKNOWN_REF", "did you mean 'one'?"},
        {CLIENT("s: {$get_property: [one, nmae]}"), "UNKNOWN_REF", "did you mean 'name'?"},
        {CLIENT("s: {$get_property: [one, 1, name]}"), "UNKNOWN_REF", "no node 1"},
        {CLIENT("s: {$get_property: [TARGET, name]}"), "FUNCTION_ARGS", "write 'SELF, TARGET'"},
        {CLIENT("s: {$get_property: [SELF, RELATIONSHIP, host, TARGET, name]}"), "UNKNOWN_REF",
         "no requirement 'host'"},
        {CLIENT("s: {$get_property: [SELF, RELATIONSHIP, server, 2, TARGET, name]}"), "UNKNOWN_REF",
         "no relationship 2"},
        {CLIENT("i: {$get_property: [SELF, RELATIONSHIP, server, -1, CAPABILITY, number]}"), "FUNCTION_ARGS", "0 up"},
        {CLIENT("i: {$get_property: [one, CAPABILITY, wbe, number]}"), "UNKNOWN_REF", "did you mean 'web'?"},
        {CLIENT("i: {$get_property: [one, CAPABILITY, web, RELATIONSHIP, 4, SOURCE, i]}"), "UNKNOWN_REF",
         "incoming relationship 4"},
        {CLIENT("s: {$get_property: [SELF, s]}"), "CYCLE", "needs its own value"},
        {CLIENT("i: $value"), "FUNCTION_ARGS", "validation clause only"},
        {CLIENT("i: $relationship_index"), "FUNCTION_ARGS", "inside of a relationship"},
        {CLIENT("i: {$node_index: [1]}"), "FUNCTION_ARGS", "at most 0 arguments"},
        {CLIENT("b: {$and: [true]}"), "FUNCTION_ARGS", "at least 2"},
        {CLIENT("b: {$not: [1]}"), "FUNCTION_ARGS", "neither true nor false"},
        {CLIENT("b: {$equal: [1, a]}"), "FUNCTION_ARGS", "different types"},
        {CLIENT("b: {$equal: [{$get_property: [one, name]}, 1]}"), "FUNCTION_ARGS", "no value of type string"},
        {CLIENT("b: {$less_than: [{$get_property: [one, CAPABILITY, web, weight]}, 1 stone]}"), "FUNCTION_ARGS",
         "no value of type mass"},
        {CLIENT("b: {$less_than: [{$get_property: [one, CAPABILITY, web, weight]}, {$get_input: n}]}"), "FUNCTION_ARGS",
         "stands beside it"},
        {CLIENT("b: {$matches: [abc, '(']}"), "FUNCTION_ARGS", "regular expression"},
        {CLIENT("i: {$sum: [1, a]}"), "FUNCTION_ARGS", "no number"},
        {CLIENT("i: {$quotient: [1, 0]}"), "FUNCTION_ARGS", "division by 0"},
        {CLIENT("w: {$available_allocation: [one, name]}"), "FUNCTION_ARGS", "must lead to one capability"},
        /* what it gives does not fit, known now or not */
        {CLIENT("i: {$concat: [a, b]}"), "VALUE_TYPE", "of type integer"},
        {CLIENT("b: {$concat: [a, {$get_attribute: [one, address]}]}"), "VALUE_TYPE", "of type boolean"},
        {CLIENT("b: {$and: [true, {$concat: [a, {$get_attribute: [one, address]}]}]}"), "FUNCTION_ARGS",
         "argument 2 is neither"},
        {CLIENT("l: {$equal: [a, {$get_attribute: [one, address]}]}"), "VALUE_TYPE", "of type list"},
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++)
        bed_refuses(rows[i].text, rows[i].code, LINE, rows[i].part);
}

static void test_circle_by_names(void **state)
{
    bed_refuses(
        HEAD "    a: {type: client, properties: {s: {$get_property: [b, s]}}}\n"
             "    b: {type: client, properties: {s: {$get_property: [c, s]}}}\n"
             "    c: {type: client, properties: {s: {$get_property: [a, s]}}}\n",
        "CYCLE", LINE,
        "needs its own value: it needs node template 'b': property 's', which needs node template 'c': property "
        "'s', which needs node template 'a': property 's' itself");
}

static void test_kind_goes_along(void **state)
{
    struct bed b;
    bed_takes(&b, CLIENT("b: {$less_than: [{$sum: [{$get_property: [one, CAPABILITY, web, weight]}, 1 g]}, 3 kg]}"));
    AUTO_FREE char *now = bed_property(&b, "x", "b");
    assert_string_equal(now, "true");
    bed_stop(&b);
    bed_takes(&b,
              TYPES "      - more: {capability: port, count_range: [0, 1]}\n"
                    "    attributes: {load: {type: mass}}\n"
                    "service_template:\n"
                    "  node_templates:\n"
                    "    x: {type: client, properties: {b: {$less_than: [{$get_attribute: [SELF, load]}, 3 kg]}}}\n");
    AUTO_FREE char *later = bed_property(&b, "x", "b");
    assert_non_null(
        strstr(later, "{\"$less_than\":[{\"$get_attribute\":[\"x\",\"load\"]},\"3 kg\",{\"$kind\":{\"units\":"));
    bed_stop(&b);
}

/* Line 3 stands for the type's, and the value for the template's. */
#define CLAUSE(type, clause, value)                                                                                    \
    "tosca_definitions_version: tosca_2_0\n"                                                                           \
    "node_types:\n"                                                                                                    \
    "  n: {properties: {p: {type: " type ", validation: " clause "}, q: {type: integer, default: 5}}}\n"               \
    "service_template:\n"                                                                                              \
    "  node_templates:\n"                                                                                              \
    "    x: {type: n, properties: {p: " value "}}\n"

static void test_clauses(void **state)
{
    static const struct {
        const char *text, *code;
        int line;
        const char *part;
    } rows[] = {
        {CLAUSE("integer", "{$greater_or_equal: [$value, 1]}", "1")},
        {CLAUSE("integer", "{$greater_or_equal: [$value, 1]}", "0"), "CONSTRAINT", 6, "does not satisfy"},
        {CLAUSE("integer", "{$greater_or_equal: [{$value: []}, 1]}", "0"), "CONSTRAINT", 6, "does not satisfy"},
        {CLAUSE("integer", "{$less_or_equal: [$value, {$get_property: [SELF, q]}]}", "5")},
        {CLAUSE("integer", "{$less_or_equal: [$value, {$get_property: [SELF, q]}]}", "6"), "CONSTRAINT", 6, "q"},
        {CLAUSE("integer", "{$less_or_equal: [$value, {$get_attribute: [SELF, q]}]}", "5")},
        {CLAUSE("string", "{$matches: [$value, '^[a-z]+$']}", "abc")},
        {CLAUSE("string", "{$matches: [$value, '^[a-z]+$']}", "a1"), "CONSTRAINT", 6, "does not satisfy"},
        {CLAUSE("string", "{$less_or_equal: [{$length: $value}, 3]}", "abcd"), "CONSTRAINT", 6, "does not satisfy"},
        {CLAUSE("string", "{$valid_values: [$value, [a, b]]}", "b")},
        {CLAUSE("string", "{$valid_values: [$value, [a, b]]}", "c"), "CONSTRAINT", 6, "does not satisfy"},
        {CLAUSE("list, entry_schema: {type: integer, validation: {$less_than: [$value, 9]}}",
                "{$has_entry: [$value, 1]}", "[1, 8]")},
        {CLAUSE("list, entry_schema: {type: integer, validation: {$less_than: [$value, 9]}}",
                "{$has_entry: [$value, 1]}", "[1, 9]"),
         "CONSTRAINT", 6, "9 does not satisfy"},
        {CLAUSE("list, entry_schema: integer", "{$has_entry: [$value, 1]}", "[2]"), "CONSTRAINT", 6, "[2] does not"},
        {CLAUSE("map, entry_schema: {type: list, entry_schema: {type: string, validation: {$has_prefix: [$value, a]}}}",
                "{$has_key: [$value, k]}", "{k: [ab, b]}"),
         "CONSTRAINT", 6, "\"b\" does not"},
        /* the clause itself */
        {CLAUSE("integer", "{$greater_or_equals: [$value, 1]}", "1"), "UNKNOWN_FUNCTION", 3, "$greater_or_equal'"},
        {CLAUSE("integer", "{$greater_or_equal: [$value]}", "1"), "FUNCTION_ARGS", 3, "2 arguments, not 1"},
        {CLAUSE("integer", "{$greater_or_equal: [$value, abc]}", "1"), "FUNCTION_ARGS", 3, "no value of type integer"},
        {CLAUSE("integer", "{$length: $value}", "1"), "FUNCTION_ARGS", 3, "true or false"},
        {CLAUSE("integer", "abc", "1"), "FUNCTION_ARGS", 3, "true or false"},
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct bed b;
        if (rows[i].code) {
            bed_refuses(rows[i].text, rows[i].code, rows[i].line, rows[i].part);
            continue;
        }
        bed_takes(&b, rows[i].text);
        bed_stop(&b);
    }
}

static void test_clause_of_a_data_type(void **state)
{
#define DATA(type, clause)                                                                                             \
    "tosca_definitions_version: tosca_2_0\n"                                                                           \
    "data_types: {d: {derived_from: " type ", validation: " clause "}}\n"
    bed_refuses(DATA("integer", "{$in_range: [$value, [0, 9]]}"), "UNKNOWN_FUNCTION", 2, "declare it");
    bed_refuses(DATA("integer", "{$less_than: [$value]}"), "FUNCTION_ARGS", 2, "2 arguments, not 1");
    bed_refuses(DATA("string", "{$less_than: [$value, 1]}"), "FUNCTION_ARGS", 2, "no value of type");
}

static void test_clause_on_what_is_not_there(void **state)
{
#define PAIR(value)                                                                                                    \
    "tosca_definitions_version: tosca_2_0\n"                                                                           \
    "data_types:\n"                                                                                                    \
    "  pair: {properties: {low: {type: integer}, high: {type: integer, required: false}}, validation: "                \
    "{$greater_or_equal: [{$value: [high]}, {$value: [low]}]}}\n"                                                      \
    "node_types: {n: {properties: {p: {type: pair}}}}\n"                                                               \
    "service_template: {node_templates: {x: {type: n, properties: {p: " value "}}}}\n"
    struct bed b;
    bed_takes(&b, PAIR("{low: 5}"));
    bed_stop(&b);
    bed_takes(&b, PAIR("{low: 5, high: 5}"));
    bed_stop(&b);
    bed_refuses(PAIR("{low: 5, high: 4}"), "CONSTRAINT", 5, "does not satisfy");
}

static void test_clauses_of_two_that_bound_each_other(void **state)
{
#define BOUNDS(low, high)                                                                                              \
    "tosca_definitions_version: tosca_2_0\n"                                                                           \
    "node_types:\n"                                                                                                    \
    "  n:\n"                                                                                                           \
    "    properties:\n"                                                                                                \
    "      low: {type: integer, validation: {$less_or_equal: [$value, {$get_property: [SELF, high]}]}}\n"              \
    "      high: {type: integer, validation: {$greater_or_equal: [$value, {$get_property: [SELF, low]}]}}\n"           \
    "service_template: {node_templates: {x: {type: n, properties: {low: " low ", high: " high "}}}}\n"
    struct bed b;
    bed_takes(&b, BOUNDS("1", "2"));
    bed_stop(&b);
    bed_start(&b);
    bed_file(&b, "app.yaml", BOUNDS("3", "2"));
    bed_run(&b);
    assert_int_equal(bed_count(&b, "CYCLE"), 0);
    assert_true(bed_count(&b, "CONSTRAINT") > 0);
    bed_stop(&b);
}

#define DECLARED(functions, property, value)                                                                           \
    "tosca_definitions_version: tosca_2_0\n"                                                                           \
    "functions:\n" functions "node_types: {n: {properties: {p: {type: " property "}}}}\n"                              \
    "service_template:\n"                                                                                              \
    "  node_templates:\n"                                                                                              \
    "    x: {type: n, properties: {p: " value "}}\n"
#define ROOT_FUNCTION                                                                                                  \
    "  root:\n"                                                                                                        \
    "    signatures:\n"                                                                                                \
    "      - {arguments: [{type: integer, validation: {$greater_or_equal: [$value, 0]}}], result: float}\n"            \
    "      - {arguments: [string], optional_arguments: [integer], variadic: true, result: float}\n"

static void test_declared_functions(void **state)
{
    struct bed b;
    bed_takes(&b, DECLARED(ROOT_FUNCTION, "float", "{$root: [4]}"));
    AUTO_FREE char *value = bed_property(&b, "x", "p");
    assert_string_equal(value, "{\"$call\":[\"root\",4]}");
    bed_must_warn(&b, "NOT_RUN", "does not call it");
    struct err e = {0};
    AUTO_JSON json_t *call = json_loads(value, 0, NULL);
    assert_null(tosca_eval(call, NULL, &e));
    assert_non_null(strstr(err_text(&e), "does not call it"));
    bed_stop(&b);
    bed_takes(&b, DECLARED(ROOT_FUNCTION, "float", "{$root: [four, 4, 4, 4]}"));
    bed_stop(&b);
    bed_refuses(DECLARED(ROOT_FUNCTION, "float", "{$root: [-4]}"), "FUNCTION_ARGS", 10, "none of the 2 signatures");
    bed_refuses(DECLARED(ROOT_FUNCTION, "float", "{$root: []}"), "FUNCTION_ARGS", 10, "none of the 2 signatures");
    bed_refuses(DECLARED(ROOT_FUNCTION, "float", "{$root: [four, x]}"), "FUNCTION_ARGS", 10, "none of the 2");
    bed_refuses(DECLARED(ROOT_FUNCTION, "boolean", "{$root: [4]}"), "VALUE_TYPE", 10, "of type boolean");
    bed_refuses(DECLARED("  root: {signatures: [{arguments: [nothing]}]}\n", "string", "a"), "UNKNOWN_TYPE", 3,
                "nothing");
    bed_refuses(DECLARED("  root: {signatures: [{argument: [string]}]}\n", "string", "a"), "UNKNOWN_KEY", 3,
                "'argument'");
    bed_takes(
        &b, DECLARED("  root: {signatures: {one: {arguments: [integer], result: float}}}\n", "float", "{$root: [1]}"));
    bed_stop(&b);
    /* those that sedge knows are carried out */
    bed_takes(&b, DECLARED("  in_range: {signatures: [{variadic: true, result: boolean}]}\n", "boolean",
                           "{$in_range: [2, [1, 3]]}"));
    AUTO_FREE char *in_range = bed_property(&b, "x", "p");
    assert_string_equal(in_range, "true");
    bed_stop(&b);
}

/* The service template may give other implementations, and add signatures. */
static void test_declared_functions_refined(void **state)
{
#define REFINED(value)                                                                                                 \
    "tosca_definitions_version: tosca_2_0\n"                                                                           \
    "functions: {f: {signatures: [{arguments: [integer], result: integer}, {arguments: [string], result: "             \
    "integer}]}}\n"                                                                                                    \
    "node_types: {n: {properties: {p: {type: integer}}}}\n"                                                            \
    "service_template:\n"                                                                                              \
    "  functions: {f: {signatures: [{implementation: other.py}, {}, {arguments: [boolean], result: integer}]}}\n"      \
    "  node_templates: {x: {type: n, properties: {p: {$f: [" value "]}}}}\n"
    static const char *const taken[] = {REFINED("1"), REFINED("a"), REFINED("true")};
    for (size_t i = 0; i < ARRAY_LEN(taken); i++) {
        struct bed b;
        bed_takes(&b, taken[i]);
        bed_stop(&b);
    }
    bed_refuses(REFINED("1.5"), "FUNCTION_ARGS", 6, "none of the 3 signatures");
}

static void test_inputs_are_plain(void **state)
{
    struct bed b;
    bed_start(&b);
    bed_file(&b, "app.yaml", HEAD);
    b.inputs = json_pack("{s:{s:[s]}}", "deep", "$concat", "a");
    bed_run(&b);
    assert_int_equal(bed_count(&b, "VALUE_TYPE"), 1);
    bed_stop(&b);
}

/* A filter's SELF is the relationship that would be made. */
static void test_node_filter(void **state)
{
#define FILTER(condition)                                                                                              \
    HEAD "    x: {type: client, requirements: [{server: {node: server, node_filter: " condition "}}]}\n"               \
         "  outputs: {o: {value: {$get_property: [x, RELATIONSHIP, server, TARGET, name]}}}\n"
    static const struct {
        const char *text, *name;
    } rows[] = {
        {FILTER("{$equal: [{$get_property: [SELF, TARGET, name]}, second]}"), "\"second\""},
        {FILTER("{$greater_or_equal: [{$get_property: [SELF, CAPABILITY, weight]}, 1500 g]}"), "\"first\""},
        {FILTER("{$and: [{$has_entry: [{$get_property: [SELF, TARGET, sizes]}, 5]}, {$equal: [{$get_property: [SELF, "
                "CAPABILITY, number]}, 80]}]}"),
         "\"second\""},
        {FILTER("{$not: {$has_prefix: [{$get_property: [SELF, TARGET, name]}, f]}}"), "\"second\""},
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct bed b;
        bed_takes(&b, rows[i].text);
        AUTO_FREE char *name = bed_output(&b, "o");
        assert_string_equal(name, rows[i].name);
        bed_stop(&b);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_values),
        cmocka_unit_test(test_faults),
        cmocka_unit_test(test_circle_by_names),
        cmocka_unit_test(test_kind_goes_along),
        cmocka_unit_test(test_clauses),
        cmocka_unit_test(test_clause_of_a_data_type),
        cmocka_unit_test(test_clause_on_what_is_not_there),
        cmocka_unit_test(test_clauses_of_two_that_bound_each_other),
        cmocka_unit_test(test_declared_functions),
        cmocka_unit_test(test_declared_functions_refined),
        cmocka_unit_test(test_inputs_are_plain),
        cmocka_unit_test(test_node_filter),
    };
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
