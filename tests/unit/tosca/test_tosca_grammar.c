// SPDX-License-Identifier: Apache-2.0
// The shape of files: keys, kinds of YAML, versions, and that each fault is told once and with its place.
#include "tosca_fixture.h"

#include <string.h>

#define V "tosca_definitions_version: tosca_simple_yaml_1_3\n"

static void test_refused(void **state)
{
    static const struct {
        const char *text, *code;
        int line;
        const char *part;
    } rows[] = {
        {"description: x\n", "VERSION_MISSING", 1, "begin it with"},
        {"tosca_definition_version: tosca_simple_yaml_1_3\n", "UNKNOWN_KEY", 1,
         "did you mean 'tosca_definitions_version'?"},
        {"tosca_definitions_version: tosca_simple_yaml_9\n", "VERSION_UNKNOWN", 1, "tosca_simple_yaml_9"},
        {"", "VERSION_MISSING", 1, "TOSCA file"},
        {"[a]\n", "SHAPE", 1, "is a map"},
        {V "a: [\n", "YAML_SYNTAX", 3, "YAML"},
        {V "node_type: {}\n", "UNKNOWN_KEY", 2, "did you mean 'node_types'?"},
        {V "description: [a]\n", "SHAPE", 2, "description must be a single value, not a list"},
        {V "description: 12\n", "SHAPE", 2, "must be text"},
        {V "metadata: {template_version: 1.2.x}\n", "VALUE_TYPE", 2, "no version"},
        {V "metadata: {template_name: {a: b}}\n", "SHAPE", 2, "template_name"},
        {V "repositories: {r: {description: x}}\n", "MISSING_KEY", 2, "repository 'r': the key 'url' is missing"},
        {V "node_types: []\n", "SHAPE", 2, "node_types must be a map"},
        {V "node_types: {n: {requirements: {a: b}}}\n", "SHAPE", 2, "a list of one-key maps"},
        {V "node_types:\n  n:\n    propertys: {}\n", "UNKNOWN_KEY", 4,
         "node type 'n': unknown key 'propertys', did you mean 'properties'?"},
        {V "node_types: {n: {properties: {p: {type: string, required: maybe}}}}\n", "SHAPE", 2, "true or false"},
        {V "node_types: {n: {properties: {p: {type: string, constraints: x}}}}\n", "SHAPE", 2,
         "constraints must be a list"},
        {V "artifact_types: {a: {file_ext: [1.5]}}\n", "SHAPE", 2, "must be text"},
        {V "node_types: {n: {version: 1.x}}\n", "VALUE_TYPE", 2, "no version"},
        {V "capability_types: {c: {}}\nnode_types: {n: {requirements: [r: {capability: c, occurrences: [2, 1]}]}}\n",
         "OCCURRENCES", 3, "range"},
        {V "topology_template: {node_template: {}}\n", "UNKNOWN_KEY", 2, "did you mean 'node_templates'?"},
        {V "topology_template: {node_templates: {a: {}}}\n", "MISSING_KEY", 2, "'type' is missing"},
        {V "topology_template: {node_templates: {a: }}\n", "MISSING_KEY", 2, "'type' is missing"},
        {V "topology_template: {node_templates: {a: {typ: tosca.nodes.Root}}}\n", "UNKNOWN_KEY", 2,
         "did you mean 'type'?"},
        {V "topology_template: {groups: {g: {members: []}}}\n", "MISSING_KEY", 2, "'type' is missing"},
        {V "topology_template: {workflows: {w: {steps: 1}}}\n", "SHAPE", 2, "steps must be a map"},
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++)
        bed_refuses(rows[i].text, rows[i].code, rows[i].line, rows[i].part);
}

static void test_taken(void **state)
{
    static const char *const rows[] = {
        V,
        "tosca_definitions_version: http://docs.oasis-open.org/tosca/ns/simple/yaml/1.0\n",
        V "topology_template:\n",
        V "topology_template: {inputs: , outputs: , node_templates: }\n",
        V "metadata: {a: {deep: [1]}, template_version: 1.0}\n",
        V "dsl_definitions: {x: &x [1], y: *x}\n",
        V "node_types: {n: {properties: {a: {type: string, default: b}}}}\n",
        V "interface_types: {i: {op: , other: {inputs: {a: {type: string}}}}}\n",
        V "interface_types: {i: {operations: {op: {}}}}\n",
        V "capability_types: {c: {}}\nnode_types: {n: {requirements: [r: {capability: c, occurrences: 1}], "
          "capabilities: {c: c}}}\n",
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct bed b;
        bed_takes(&b, rows[i]);
        bed_stop(&b);
    }
}

static void test_version_position(void **state)
{
    struct bed b;
    bed_takes(&b, "description: x\n" V);
    bed_must_warn(&b, "VERSION_POSITION", "first key");
    bed_stop(&b);
}

static void test_all_faults_in_one_run(void **state)
{
    struct bed b;
    bed_start(&b);
    bed_file(&b, "app.yaml",
             V "node_typs: {}\n"
               "topology_template:\n"
               "  inputs: {a: {type: integer, default: x}}\n"
               "  node_templates:\n"
               "    p: {type: nothing}\n"
               "    q: {type: tosca.nodes.Root, properties: {z: 1}, requirements: [dependency: nobody]}\n"
               "  outputs: {o: {value: {get_input: b}}}\n");
    bed_run(&b);
    assert_int_equal(b.diags.errors, 6);
    assert_int_equal(bed_count(&b, "UNKNOWN_KEY"), 1);
    assert_int_equal(bed_count(&b, "VALUE_TYPE"), 1);
    assert_int_equal(bed_count(&b, "UNKNOWN_TYPE"), 1);
    assert_int_equal(bed_count(&b, "UNDECLARED_NAME"), 1);
    assert_int_equal(bed_count(&b, "UNKNOWN_REF"), 2);
    bed_stop(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_refused),
        cmocka_unit_test(test_taken),
        cmocka_unit_test(test_version_position),
        cmocka_unit_test(test_all_faults_in_one_run),
    };
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
