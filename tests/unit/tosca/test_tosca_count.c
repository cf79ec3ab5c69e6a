// SPDX-License-Identifier: Apache-2.0
// How many nodes a node template of TOSCA 2.0 stands for.
#include "tosca_fixture.h"

#include <string.h>

/* The count stands on line 14, properties on line 15. */
#define APP(count, property)                                                                                           \
    "tosca_definitions_version: tosca_2_0\n"                                                                           \
    "imports: [{profile: 'dev.sedge:1.0'}]\n"                                                                          \
    "service_template:\n"                                                                                              \
    "  inputs:\n"                                                                                                      \
    "    n: {type: integer, default: 3}\n"                                                                             \
    "    word: {type: string, default: x}\n"                                                                           \
    "  node_templates:\n"                                                                                              \
    "    one:\n"                                                                                                       \
    "      type: sedge.nodes.Container\n"                                                                              \
    "      properties: {replicas: 2}\n"                                                                                \
    "      artifacts: {image: {type: sedge.artifacts.Image.Base, file: busybox}}\n"                                    \
    "    web:\n"                                                                                                       \
    "      type: sedge.nodes.Container\n"                                                                              \
    "      count: " count "\n"                                                                                         \
    "      properties: {env_variable: {A: " property "}}\n"                                                            \
    "      artifacts: {image: {type: sedge.artifacts.Image.Base, file: busybox}}\n"                                    \
    "    thing:\n"                                                                                                     \
    "      type: sedge.nodes.Software\n"                                                                               \
    "      requirements: [{host: web}]\n"

static void test_counts(void **state)
{
    static const struct {
        const char *text;
        int64_t count;
    } rows[] = {
        {APP("2", "a"), 2},
        {APP("0", "a"), 0},
        {APP("{$get_input: n}", "a"), 3},
        {APP("{$sum: [{$get_input: n}, 1]}", "a"), 4},
        {APP("{$get_property: [one, replicas]}", "a"), 2},
        {APP("1", "{$concat: [n, {$get_input: word}]}"), 1},
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct bed b;
        bed_takes(&b, rows[i].text);
        assert_true(bed_component(&b, "web")->counted);
        assert_int_equal(bed_component(&b, "web")->count, rows[i].count);
        assert_false(bed_component(&b, "one")->counted);
        bed_stop(&b);
    }
}

static void test_what_a_count_cannot_be(void **state)
{
    static const struct {
        const char *text, *code;
        int line;
        const char *part;
    } rows[] = {
        {APP("-1", "a"), "CONSTRAINT", 14, "from 0 to 100000, not -1"},
        {APP("100001", "a"), "CONSTRAINT", 14, "from 0 to 100000"},
        {APP("1.5", "a"), "VALUE_TYPE", 14, "a whole number from 0 up"},
        {APP("two", "a"), "VALUE_TYPE", 14, "a whole number from 0 up"},
        {APP("{$get_input: word}", "a"), "VALUE_TYPE", 14, "a whole number from 0 up"},
        {APP("{$get_input: m}", "a"), "UNKNOWN_REF", 14, "no input 'm'"},
        {APP("{$length: {$get_attribute: [one, private_address]}}", "a"), "VALUE_TYPE", 14, "before anything runs"},
        {APP("2", "{$concat: [n, {$get_input: [word, $node_index]}]}"), "FUNCTION_ARGS", 15,
         "node template 'web' stands for 2 nodes"},
        {APP("2", "a") "      properties: {}\n"
                       "    last:\n"
                       "      type: sedge.nodes.Container\n"
                       "      artifacts: {image: {type: sedge.artifacts.Image.Base, file: busybox}}\n"
                       "      properties: {command: {$get_property: [web, 1, name]}}\n",
         "UNKNOWN_REF", 24, "leave the index out"},
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++)
        bed_refuses(rows[i].text, rows[i].code, rows[i].line, rows[i].part);
}

static void test_of_what_sedge_does_not_run(void **state)
{
    struct bed b;
    bed_takes(&b, "tosca_definitions_version: tosca_2_0\n"
                  "node_types: {site: {}}\n"
                  "service_template:\n"
                  "  node_templates: {s: {type: site, count: 4}}\n");
    bed_must_warn(&b, "NOT_RUN", "its count is not carried out");
    bed_stop(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_counts),
        cmocka_unit_test(test_what_a_count_cannot_be),
        cmocka_unit_test(test_of_what_sedge_does_not_run),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
