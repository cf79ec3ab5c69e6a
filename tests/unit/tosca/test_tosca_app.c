// SPDX-License-Identifier: Apache-2.0
// Whole applications: components, links, operations, artifacts, protocols, outputs.
#include "tosca_fixture.h"

#include <string.h>

static const char thinking[] =
    "tosca_definitions_version: tosca_simple_yaml_1_3\n"
    "metadata: {template_name: thinking}\n"
    "description: Thoughts.\n"
    "repositories: {hub: https://hub.example/}\n"
    "imports: [tosker.yaml]\n"
    "interface_types:\n"
    "  pushing: {derived_from: tosca.interfaces.Root, push: {description: push data}}\n"
    "node_types:\n"
    "  Api: {derived_from: tosker.nodes.Software, interfaces: {pushing: {type: pushing}}}\n"
    "topology_template:\n"
    "  inputs:\n"
    "    port: {type: integer, default: 8000}\n"
    "    branch: {type: string, default: master}\n"
    "  node_templates:\n"
    "    api:\n"
    "      type: Api\n"
    "      artifacts: {data: data/default.csv}\n"
    "      requirements: [{host: maven}, {connection: mongodb}]\n"
    "      interfaces:\n"
    "        Standard:\n"
    "          create: {implementation: api/install.sh, inputs: {branch: {get_input: branch}}}\n"
    "          configure: api/configure.sh\n"
    "          start: {implementation: {primary: api/start.sh, dependencies: [api/lib.sh], timeout: 2 m}}\n"
    "        pushing:\n"
    "          push: {implementation: api/push.sh, inputs: {data: {get_artifact: [SELF, data]}}}\n"
    "    maven:\n"
    "      type: tosker.nodes.Container\n"
    "      properties: {ports: {8080: {get_input: port}}}\n"
    "      artifacts: {image: {file: 'maven:3', type: tosker.artifacts.Image, repository: hub}}\n"
    "    mongodb:\n"
    "      type: tosker.nodes.Container\n"
    "      artifacts: {image: {file: 'mongo:3.4', type: tosker.artifacts.Image.Service}}\n"
    "      requirements:\n"
    "        - storage:\n"
    "            node: files\n"
    "            relationship: {type: tosca.relationships.AttachesTo, properties: {location: /data/db}}\n"
    "    files: {type: tosker.nodes.Volume}\n"
    "  policies:\n"
    "    - api_protocol:\n"
    "        type: tosker.policies.Protocol\n"
    "        targets: [api]\n"
    "        properties:\n"
    "          initial_state: deleted\n"
    "          states: {deleted: , created: , started: {requires: [host, connection], offers: [feature]}}\n"
    "          transitions:\n"
    "            - {source: deleted, target: created, interface: Standard, operation: create}\n"
    "            - {source: created, target: started, interface: Standard, operation: start}\n"
    "            - {source: started, target: deleted, interface: Standard, operation: delete, requires: [connection]}\n"
    "  outputs:\n"
    "    url: {description: where, value: {concat: ['http://', {get_attribute: [maven, public_address]}, ':', "
    "{get_input: port}]}}\n";

static void start(struct bed *b)
{
    static const char *const scripts[] = {"api/install.sh", "api/configure.sh", "api/start.sh",
                                          "api/lib.sh",     "api/push.sh",      "data/default.csv"};
    bed_start(b);
    bed_file(b, "app.yaml", thinking);
    for (size_t i = 0; i < ARRAY_LEN(scripts); i++)
        bed_file(b, scripts[i], "#!/bin/sh\n");
    bed_run(b);
    for (size_t i = 0; i < b->diags.n; i++)
        print_message("%s\n", b->diags.items[i].text);
    assert_int_equal(b->result, 0);
    assert_int_equal(b->diags.n, 0);
}

static void test_components(void **state)
{
    struct bed b;
    start(&b);
    assert_string_equal(b.topology->name, "thinking");
    assert_string_equal(b.topology->description, "Thoughts.");
    assert_string_equal(b.topology->entry, "app.yaml");
    assert_int_equal(b.topology->n_components, 4);
    const struct component *api = bed_component(&b, "api"), *maven = bed_component(&b, "maven"),
                           *db = bed_component(&b, "mongodb");
    assert_int_equal(api->kind, COMPONENT_SOFTWARE);
    assert_string_equal(api->type, "Api");
    assert_true(strv_has(&api->ancestry, "tosker.nodes.Software") && strv_has(&api->ancestry, "tosca.nodes.Root"));
    assert_int_equal(maven->kind, COMPONENT_CONTAINER);
    assert_string_equal(maven->image, "maven:3");
    assert_false(maven->image_runs);
    assert_string_equal(db->image, "mongo:3.4");
    assert_true(db->image_runs);
    assert_int_equal(bed_component(&b, "files")->kind, COMPONENT_VOLUME);
    AUTO_FREE char *ports = bed_property(&b, "maven", "ports");
    assert_string_equal(ports, "{\"8080\":8000}");
    assert_int_equal(topology_container_of(b.topology, 0), 1);
    bed_stop(&b);
}

static void test_links(void **state)
{
    struct bed b;
    start(&b);
    const struct component *api = bed_component(&b, "api"), *db = bed_component(&b, "mongodb");
    assert_int_equal(api->n_links, 2);
    assert_int_equal(api->links[0].kind, LINK_HOSTED_ON);
    assert_string_equal(api->links[0].kind_name, "host");
    assert_string_equal(api->links[0].capability, "host");
    assert_string_equal(api->links[1].requirement, "connection");
    assert_string_equal(api->links[1].capability, "endpoint");
    assert_int_equal(api->links[1].target, topology_find(b.topology, "mongodb"));
    assert_int_equal(db->links[0].kind, LINK_ATTACHES_TO);
    assert_string_equal(db->links[0].kind_name, "storage");
    assert_string_equal(json_str(db->links[0].properties, "location", ""), "/data/db");
    assert_int_equal(db->links[0].place.line, 35);
    bed_stop(&b);
}

static void test_operations(void **state)
{
    struct bed b;
    start(&b);
    const struct component *api = bed_component(&b, "api");
    assert_int_equal(api->n_operations, 4); /* stop and delete have neither script nor inputs */
    const struct topology_operation *create = topology_operation_find(api, "Standard", "create");
    assert_string_equal(create->script, "api/install.sh");
    assert_string_equal(json_str(create->inputs, "branch", ""), "master");
    const struct topology_operation *begin = topology_operation_find(api, "Standard", "start");
    assert_int_equal(begin->dependencies.n, 1);
    assert_string_equal(begin->dependencies.v[0], "api/lib.sh");
    assert_int_equal(begin->timeout_s, 120);
    const struct topology_operation *push = topology_operation_find(api, "pushing", "push");
    assert_string_equal(json_str(push->inputs, "data", ""), "/sedge/bundle/data/default.csv");
    assert_string_equal(bed_component(&b, "maven")->artifacts[0].repository, "https://hub.example/");
    bed_stop(&b);
}

static void test_protocols(void **state)
{
    struct bed b;
    start(&b);
    const struct protocol *p = &bed_component(&b, "api")->protocol;
    assert_string_equal(p->initial, "deleted");
    assert_int_equal(p->n_states, 3);
    assert_true(strv_has(&protocol_state_find(p, "started")->requires, "alive"));
    assert_true(strv_has(&protocol_state_find(p, "started")->offers, "feature"));
    const struct protocol_transition *t = protocol_step(p, "started", "Standard", "delete");
    assert_true(strv_has(&t->requires, "connection") && strv_has(&t->requires, "host"));
    assert_int_equal(bed_component(&b, "maven")->protocol.n_states, 3);
    assert_int_equal(bed_component(&b, "files")->protocol.n_states, 2);
    bed_stop(&b);
}

static void test_outputs_and_files(void **state)
{
    struct bed b;
    start(&b);
    AUTO_FREE char *url = bed_output(&b, "url");
    assert_string_equal(url,
                        "{\"$concat\":[\"http://\",{\"$get_attribute\":[\"maven\",\"public_address\"]},\":\",8000]}");
    assert_int_equal(json_int(b.topology->inputs, "port", 0), 8000);
    assert_int_equal(b.topology->files.n, 7);
    assert_true(strv_has(&b.topology->files, "app.yaml") && strv_has(&b.topology->files, "data/default.csv"));
    bed_stop(&b);
}

static void test_inputs_given(void **state)
{
    struct bed b;
    bed_start(&b);
    bed_file(&b, "app.yaml", thinking);
    b.inputs = json_pack("{s:s, s:s}", "port", "9000", "prot", "1");
    bed_run(&b);
    assert_int_equal(bed_count(&b, "UNDECLARED_NAME"), 1); /* "prot" is none */
    json_decref(b.inputs);
    b.inputs = json_pack("{s:s}", "port", "nine");
    bed_run(&b);
    assert_int_equal(bed_count(&b, "VALUE_TYPE"), 1);
    bed_stop(&b);
    start(&b);
    b.inputs = json_pack("{s:s}", "port", "9000"); /* text, as a command line gives it */
    bed_run(&b);
    assert_int_equal(json_int(b.topology->inputs, "port", 0), 9000);
    bed_stop(&b);
}

static void test_input_without_value(void **state)
{
    static const char text[] = "tosca_definitions_version: tosca_simple_yaml_1_3\n"
                               "imports: [tosker.yaml]\n"
                               "topology_template:\n"
                               "  inputs: {name: {type: string}}\n"
                               "  node_templates:\n"
                               "    c: {type: tosker.nodes.Container, properties: {command: {get_input: name}}}\n";
    struct bed b;
    bed_refuses(text, "MISSING_KEY", 4, "input 'name' has no value");
    bed_start(&b);
    bed_file(&b, "app.yaml", text);
    b.missing_ok = true;
    bed_run(&b);
    AUTO_FREE char *command = bed_property(&b, "c", "command");
    assert_string_equal(command, "{\"$get_input\":[\"name\"]}");
    bed_stop(&b);
}

static void test_custom_requirement_names(void **state)
{
    static const char text[] =
        "tosca_definitions_version: tosca_simple_yaml_1_3\n"
        "imports: [tosker.yaml]\n"
        "node_types:\n"
        "  mine:\n"
        "    derived_from: tosker.nodes.Software\n"
        "    requirements:\n"
        "      - db: {capability: tosca.capabilities.Endpoint, relationship: tosca.relationships.ConnectsTo}\n"
        "topology_template:\n"
        "  node_templates:\n"
        "    a: {type: mine, requirements: [{host: c}, {db: c}]}\n"
        "    c: {type: tosker.nodes.Container}\n"
        "    b: {type: mine, requirements: [{host: c}, {db: c}]}\n"
        "  policies:\n"
        "    - p:\n"
        "        type: tosker.policies.Protocol\n"
        "        targets: [b]\n"
        "        properties:\n"
        "          initial_state: deleted\n"
        "          states: {deleted: , up: {requires: [db]}}\n"
        "          transitions: [{source: deleted, target: up, interface: Standard, operation: create}]\n";
    struct bed b;
    bed_takes(&b, text);
    assert_string_equal(bed_component(&b, "a")->links[1].kind_name,
                        "connection");                                     /* its role in the built-in protocol */
    assert_string_equal(bed_component(&b, "b")->links[1].kind_name, "db"); /* its protocol asks by name */
    bed_stop(&b);
}

static void test_missing_script(void **state)
{
    bed_refuses("tosca_definitions_version: tosca_simple_yaml_1_3\n"
                "imports: [tosker.yaml]\n"
                "topology_template:\n"
                "  node_templates:\n"
                "    c: {type: tosker.nodes.Container}\n"
                "    s:\n"
                "      type: tosker.nodes.Software\n"
                "      requirements: [host: c]\n"
                "      interfaces:\n"
                "        Standard:\n"
                "          create: install.sh\n",
                "ARTIFACT_MISSING", 11, "no file 'install.sh'");
}

static void test_bad_protocol(void **state)
{
    bed_refuses("tosca_definitions_version: tosca_simple_yaml_1_3\n"
                "imports: [tosker.yaml]\n"
                "topology_template:\n"
                "  node_templates:\n"
                "    c: {type: tosker.nodes.Container}\n"
                "    s: {type: tosker.nodes.Software, requirements: [host: c]}\n"
                "  policies:\n"
                "    - p:\n"
                "        type: tosker.policies.Protocol\n"
                "        targets: [s]\n"
                "        properties:\n"
                "          initial_state: deleted\n"
                "          states: {deleted: , created: }\n"
                "          transitions:\n"
                "            - {source: deleted, target: craeted, interface: Standard, operation: create}\n",
                "UNKNOWN_REF", 15, "no state 'craeted'");
}

static void test_what_is_not_run_is_told(void **state)
{
    struct bed b;
    bed_start(&b);
    bed_file(&b, "x.sh", "x");
    bed_file(&b, "app.yaml",
             "tosca_definitions_version: tosca_simple_yaml_1_3\n"
             "imports: [tosker.yaml]\n"
             "topology_template:\n"
             "  node_templates:\n"
             "    c:\n"
             "      type: tosker.nodes.Container\n"
             "      interfaces: {Standard: {start: x.sh}}\n"
             "      requirements:\n"
             "        - storage:\n"
             "            node: v\n"
             "            relationship:\n"
             "              type: tosca.relationships.AttachesTo\n"
             "              properties: {location: /x}\n"
             "              interfaces: {Configure: {pre_configure_target: x.sh}}\n"
             "    v: {type: tosker.nodes.Volume}\n"
             "  policies: [scale: {type: tosca.policies.Root, targets: [c]}]\n"
             "  workflows: {w: {steps: {s: {target: c, activities: [set_state: up]}}}}\n");
    bed_run(&b);
    assert_int_equal(b.result, 0);
    bed_must_warn(&b, "NOT_RUN", "'Standard.start' is not run: put it into software");
    bed_must_warn(&b, "NOT_RUN", "is nothing that scripts run in");
    bed_must_warn(&b, "NOT_RUN", "nothing acts on policies of type 'tosca.policies.Root'");
    bed_must_warn(&b, "UNKNOWN_REF", "'up' is no node state");
    bed_stop(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_components),
        cmocka_unit_test(test_links),
        cmocka_unit_test(test_operations),
        cmocka_unit_test(test_protocols),
        cmocka_unit_test(test_outputs_and_files),
        cmocka_unit_test(test_inputs_given),
        cmocka_unit_test(test_input_without_value),
        cmocka_unit_test(test_custom_requirement_names),
        cmocka_unit_test(test_missing_script),
        cmocka_unit_test(test_bad_protocol),
        cmocka_unit_test(test_what_is_not_run_is_told),
    };
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
