// SPDX-License-Identifier: Apache-2.0
// Functions: what they give, what is left for run time, and what they refuse.
#include "tosca_fixture.h"

#include <string.h>

#define HEAD                                                                                                           \
    "tosca_definitions_version: tosca_simple_yaml_1_3\n"                                                               \
    "imports: [tosker.yaml]\n"                                                                                         \
    "node_types:\n"                                                                                                    \
    "  thing:\n"                                                                                                       \
    "    derived_from: tosker.nodes.Software\n"                                                                        \
    "    properties: {a: {type: any, required: false}, t: {type: string, default: text}, m: {type: map, required: "    \
    "false}}\n"                                                                                                        \
    "topology_template:\n"                                                                                             \
    "  inputs: {i: {type: map, default: {k: [1, two]}}}\n"                                                             \
    "  relationship_templates: {mount: {type: tosca.relationships.AttachesTo, properties: {location: /e}}}\n"          \
    "  node_templates:\n"                                                                                              \
    "    box: {type: tosker.nodes.Container, properties: {command: run, ports: {80: 8080}},\n"                         \
    "          requirements: [{storage: {node: vol, relationship: {type: tosca.relationships.AttachesTo, properties: " \
    "{location: /d}}}}, {storage: {node: vol, relationship: mount}}]}\n"                                               \
    "    vol: {type: tosker.nodes.Volume}\n"
/* The value stands on line 14. */
#define THING(value) HEAD "    x: {type: thing, requirements: [{host: box}], properties: {m: {k: v}, a: " value "}}\n"

static void test_values(void **state)
{
    static const struct {
        const char *text, *value;
    } rows[] = {
        {THING("{get_input: i}"), "{\"k\":[1,\"two\"]}"},
        {THING("{get_input: [i, k, 1]}"), "\"two\""},
        {THING("{get_property: [SELF, t]}"), "\"text\""},
        {THING("{get_property: [SELF, m, k]}"), "\"v\""},
        {THING("{get_property: [HOST, command]}"), "\"run\""},
        {THING("{get_property: [SELF, host, command]}"), "\"run\""},
        {THING("{get_property: [box, storage, location]}"), "\"/d\""},
        {THING("{get_property: [box, ports, '80']}"), "8080"},
        {THING("{concat: [a, 1, 1.5, true, {get_property: [SELF, t]}]}"), "\"a11.5truetext\""},
        {THING("{join: [[a, b, c], '-']}"), "\"a-b-c\""},
        {THING("{join: [[a, b]]}"), "\"ab\""},
        {THING("{token: ['a:b:c', ':', 2]}"), "\"c\""},
        {THING("{token: [{concat: [a, '-', b]}, '-', 0]}"), "\"a\""},
        {THING("[{get_property: [SELF, t]}, {deep: {get_input: [i, k, 0]}}]"), "[\"text\",{\"deep\":1}]"},
        {THING("{get_nodes_of_type: tosker.nodes.Container}"), "[\"box\"]"},
        {THING("{get_attribute: [box, public_address]}"), "{\"$get_attribute\":[\"box\",\"public_address\"]}"},
        {THING("{get_attribute: [HOST, id]}"), "{\"$get_attribute\":[\"box\",\"id\"]}"},
        {THING("{get_attribute: [SELF, host, id]}"), "{\"$get_attribute\":[\"box\",\"id\"]}"},
        {THING("{get_attribute: [box, command]}"), "\"run\""}, /* it reflects a property */
        {THING("{get_attribute: [box, ports, '80']}"), "8080"},
        {THING("{get_attribute: [SELF, tosca_name]}"), "\"x\""},
        {THING("{token: [{get_attribute: [box, id]}, '.', 0]}"),
         "{\"$token\":[{\"$get_attribute\":[\"box\",\"id\"]},\".\",0]}"},
        {THING("{concat: [{join: [[a, {get_attribute: [box, id]}], ' ']}, b]}"),
         "{\"$concat\":[{\"$join\":[[\"a\",{\"$get_attribute\":[\"box\",\"id\"]}],\" \"]},\"b\"]}"},
        {THING("{get_operation_output: [SELF, Standard, create, out]}"),
         "{\"$get_operation_output\":[\"x\",\"Standard\",\"create\",\"out\"]}"},
        {THING("{get_operation_output: [SELF, tosca.interfaces.node.lifecycle.Standard, create, out]}"),
         "{\"$get_operation_output\":[\"x\",\"Standard\",\"create\",\"out\"]}"},
        {THING("{get_operation_output: [HOST, Standard, create, out]}"),
         "{\"$get_operation_output\":[\"box\",\"Standard\",\"create\",\"out\"]}"},
        {THING("{get_property: [SELF, host, ports, '80']}"), "8080"},
        {THING("{get_property: [mount, location]}"), "\"/e\""}, /* a relationship template */
        {THING("{get_attribute: [mount, device]}"),
         "{\"$get_attribute\":[\"box\",{\"requirement\":\"storage\",\"index\":1},\"device\"]}"},
        {THING("{get_secret: [db, pw]}"), "\"\xee\x97\xac"
                                          "db/pw"
                                          "\xee\x97\xad\""},
        {THING("{concat: ['u:', {get_secret: [db, pw]}, '@h']}"), "\"u:\xee\x97\xac"
                                                                  "db/pw"
                                                                  "\xee\x97\xad@h\""},
        {THING("{join: [[a, {get_secret: [db, pw]}], '-']}"), "\"a-\xee\x97\xac"
                                                              "db/pw"
                                                              "\xee\x97\xad\""},
        {THING("{other: 1}"), "{\"other\":1}"},
        {THING("{concat: [a], more: 1}"), "{\"concat\":[\"a\"],\"more\":1}"}, /* two keys: no call */
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct bed b;
        bed_takes(&b, rows[i].text);
        AUTO_FREE char *value = bed_property(&b, "x", "a");
        assert_string_equal(value, rows[i].value);
        bed_stop(&b);
    }
}

static void test_faults(void **state)
{
    static const struct {
        const char *text, *code, *part;
    } rows[] = {
        {THING("{get_input: j}"), "UNKNOWN_REF", "there is no input 'j'"},
        {THING("{get_input: [i, q]}"), "UNKNOWN_REF", "no entry \"q\""},
        {THING("{get_input: [i, k, 7]}"), "UNKNOWN_REF", "no item 7"},
        {THING("{get_input: [i, k, x]}"), "FUNCTION_ARGS", "no index"},
        {THING("{get_property: [SELF, tt]}"), "UNKNOWN_REF", "has no property 'tt'"},
        {THING("{get_property: [bix, t]}"), "UNKNOWN_REF", "no node template 'bix', did you mean 'box'?"},
        {THING("{get_property: [SELF]}"), "FUNCTION_ARGS", "arguments"},
        {THING("{get_property: SELF}"), "FUNCTION_ARGS", "must be a list"},
        {THING("{get_property: [SOURCE, t]}"), "FUNCTION_ARGS", "SOURCE means nothing"},
        {THING("{get_property: [SELF, t, deeper]}"), "FUNCTION_ARGS", "nothing inside"},
        {THING("{get_property: [SELF, a]}"), "CYCLE", "needs its own value"},
        {THING("{get_attribute: [box, adress]}"), "UNKNOWN_REF", "has no attribute 'adress'"},
        {THING("{get_attribute: [box, id, 0]}"), "FUNCTION_ARGS", "of type string"},
        {THING("{get_secret: [db]}"), "FUNCTION_ARGS", "2 arguments"},
        {THING("{get_secret: [D_B, pw]}"), "FUNCTION_ARGS", "name of a secret"},
        {THING("{get_secret: [db, 'a b']}"), "FUNCTION_ARGS", "one of its values"},
        {THING("{token: [{get_secret: [db, pw]}, ':', 0]}"), "FUNCTION_ARGS", "only concat and join take it"},
        {THING("{token: [a, b]}"), "FUNCTION_ARGS", "3 arguments"},
        {THING("{token: [a, b, -1]}"), "FUNCTION_ARGS", "whole number"},
        {THING("{token: [a-b, '-', 5]}"), "FUNCTION_ARGS", "no token 5"},
        {THING("{get_operation_output: [SELF, Standard, craete, out]}"), "UNKNOWN_REF",
         "did you mean 'Standard.create'"},
        {THING("{get_operation_output: [SELF, Standard, create]}"), "FUNCTION_ARGS", "4 arguments"},
        {THING("{get_operation_output: [SELF, Standard, 1, out]}"), "FUNCTION_ARGS", "name of an output"},
        {THING("{get_artifact: [SELF, none, 1]}"), "FUNCTION_ARGS", "the location"},
        {THING("{get_artifact: [SELF, none, /x, perhaps]}"), "FUNCTION_ARGS", "true or false"},
        {THING("{get_nodes_of_type: nothing.here}"), "UNKNOWN_TYPE", "nothing.here"},
        {THING("{get_artifact: [SELF, none]}"), "UNKNOWN_REF", "no artifact 'none'"},
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++)
        bed_refuses(rows[i].text, rows[i].code, 14, rows[i].part);
}

static void test_outputs_have_no_self(void **state)
{
    bed_refuses(HEAD "  outputs: {o: {value: {get_attribute: [HOST, id]}}}\n", "FUNCTION_ARGS", 14,
                "HOST means nothing");
    bed_refuses(HEAD "  outputs: {o: {value: {get_property: [SELF, t]}}}\n", "FUNCTION_ARGS", 14, "SELF means nothing");
}

static void test_unknown_type_is_told_alone(void **state)
{
    bed_refuses("tosca_definitions_version: tosca_simple_yaml_1_3\n"
                "topology_template:\n"
                "  node_templates: {x: {type: nothing_known}}\n"
                "  outputs: {o: {value: {get_property: [x, p]}}, q: {value: {get_attribute: [x, a]}}}\n",
                "UNKNOWN_TYPE", 3, "nothing_known");
}

static void test_source_and_target(void **state)
{
    struct bed b;
    bed_takes(&b, "tosca_definitions_version: tosca_simple_yaml_1_3\n"
                  "imports: [tosker.yaml]\n"
                  "relationship_types:\n"
                  "  mount: {derived_from: tosca.relationships.AttachesTo, properties: {from: {type: string}, to: "
                  "{type: string}}}\n"
                  "topology_template:\n"
                  "  node_templates:\n"
                  "    box:\n"
                  "      type: tosker.nodes.Container\n"
                  "      properties: {command: run}\n"
                  "      requirements:\n"
                  "        - storage: {node: vol, relationship: link}\n"
                  "    vol: {type: tosker.nodes.Volume}\n"
                  "  relationship_templates:\n"
                  "    link:\n"
                  "      type: mount\n"
                  "      properties:\n"
                  "        location: /x\n"
                  "        from: {get_property: [SOURCE, command]}\n"
                  "        to: {get_attribute: [TARGET, tosca_name]}\n");
    const json_t *properties = bed_component(&b, "box")->links[0].properties;
    assert_string_equal(json_str(properties, "from", ""), "run");
    assert_string_equal(json_str(properties, "to", ""), "vol");
    assert_int_equal(bed_component(&b, "box")->links[0].kind, LINK_ATTACHES_TO);
    bed_stop(&b);
}

#define BOUND(value)                                                                                                   \
    "tosca_definitions_version: tosca_simple_yaml_1_3\n"                                                               \
    "node_types: {n: {properties: {p: {type: integer, constraints: [less_or_equal: {get_input: most}]}, q: {type: "    \
    "string, required: false}}}}\n"                                                                                    \
    "topology_template:\n"                                                                                             \
    "  inputs: {most: {type: integer, default: 5}}\n"                                                                  \
    "  node_templates: {x: {type: n, properties: {" value "}}}\n"

static void test_constraint_by_a_call(void **state)
{
    struct bed b;
    bed_takes(&b, BOUND("p: 5"));
    bed_stop(&b);
    bed_refuses(BOUND("p: 6"), "CONSTRAINT", 5, "must be at most 5");
}

static void test_the_other_generation(void **state)
{
    bed_refuses(BOUND("p: 1, q: {$concat: [a]}"), "VALUE_TYPE", 5, "not a map; TOSCA 1.x writes 'concat'");
}

static void test_field_of_the_name_of_a_function(void **state)
{
    struct bed b;
    bed_takes(&b, "tosca_definitions_version: tosca_simple_yaml_1_3\n"
                  "node_types: {n: {properties: {c: {type: tosca.datatypes.Credential}}}}\n"
                  "topology_template:\n"
                  "  node_templates: {x: {type: n, properties: {c: {token: secret}}}}\n");
    assert_string_equal(json_str(json_object_get(bed_component(&b, "x")->properties, "c"), "token", ""), "secret");
    bed_stop(&b);
}

#define GIVEN                                                                                                          \
    "tosca_definitions_version: tosca_simple_yaml_1_3\n"                                                               \
    "node_types: {n: {properties: {p: {type: string, required: false, metadata: {sensitive: true}}, u: {type: "        \
    "string}}}}\n"                                                                                                     \
    "topology_template:\n"                                                                                             \
    "  inputs:\n"                                                                                                      \
    "    a: {type: string, metadata: {sensitive: true}, constraints: [min_length: 8]}\n"                               \
    "    n: {type: integer, metadata: {sensitive: true}, default: 1}\n"                                                \
    "    b: {type: string, default: x}\n"                                                                              \
    "    c: {type: string, default: y}\n"                                                                              \
    "  node_templates: {x: {type: n, properties: {p: {get_input: b}, u: {concat: [{get_input: a}, {get_input: "        \
    "c}]}}}}\n"

/* Inputs may be references; what is given to a sensitive property is sensitive; findings hold no value. */
static void test_sensitive_inputs(void **state)
{
    struct bed b;
    bed_start(&b);
    bed_file(&b, "app.yaml", GIVEN);
    b.inputs = json_pack("{s:{s:[s,s]}, s:{s:[s,s]}}", "a", "get_secret", "db", "pw", "n", "get_secret", "db", "n");
    bed_run(&b);
    assert_int_equal(b.result, 0);
    assert_true(strv_has(&b.topology->sensitive, "a") && strv_has(&b.topology->sensitive, "n"));
    assert_true(strv_has(&b.topology->sensitive, "b"));
    assert_false(strv_has(&b.topology->sensitive, "c"));
    AUTO_FREE char *u = bed_property(&b, "x", "u");
    assert_string_equal(u, "\"\xee\x97\xac"
                           "db/pw"
                           "\xee\x97\xady\"");
    json_decref(b.inputs);
    b.inputs = json_pack("{s:s}", "a", "hush123");
    bed_run(&b);
    assert_int_equal(bed_count(&b, "CONSTRAINT"), 1);
    assert_null(strstr(b.diags.items[0].text, "hush"));
    assert_non_null(strstr(b.diags.items[0].text, "(sensitive)"));
    json_decref(b.inputs);
    b.inputs = NULL;
    bed_stop(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_values),
        cmocka_unit_test(test_faults),
        cmocka_unit_test(test_outputs_have_no_self),
        cmocka_unit_test(test_source_and_target),
        cmocka_unit_test(test_unknown_type_is_told_alone),
        cmocka_unit_test(test_field_of_the_name_of_a_function),
        cmocka_unit_test(test_constraint_by_a_call),
        cmocka_unit_test(test_sensitive_inputs),
        cmocka_unit_test(test_the_other_generation),
    };
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
