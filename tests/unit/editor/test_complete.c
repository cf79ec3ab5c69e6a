// SPDX-License-Identifier: Apache-2.0
#include "editor_fixture.h"

#include <string.h>

#define HEAD                                                                                                           \
    "tosca_definitions_version: tosca_simple_yaml_1_3\n"                                                               \
    "imports: [sedge.yaml]\n"                                                                                          \
    "topology_template:\n"                                                                                             \
    "  inputs:\n"                                                                                                      \
    "    port: {type: integer, default: 1}\n"                                                                          \
    "  node_templates:\n"                                                                                              \
    "    box:\n"                                                                                                       \
    "      type: sedge.nodes.Container\n"                                                                              \
    "      properties: {memory: 64 MB}\n"                                                                              \
    "    disk:\n"                                                                                                      \
    "      type: sedge.nodes.Volume\n"                                                                                 \
    "    app:\n"                                                                                                       \
    "      type: sedge.nodes.Software\n"
#define HEAD_2                                                                                                         \
    "tosca_definitions_version: tosca_2_0\n"                                                                           \
    "imports:\n"                                                                                                       \
    "  - {profile: dev.sedge:1.0, namespace: sg}\n"                                                                    \
    "service_template:\n"                                                                                              \
    "  inputs:\n"                                                                                                      \
    "    port: {type: integer, default: 1}\n"                                                                          \
    "  node_templates:\n"                                                                                              \
    "    box:\n"                                                                                                       \
    "      type: sg:sedge.nodes.Container\n"                                                                           \
    "      properties: {memory: 64 MB}\n"                                                                              \
    "    app:\n"                                                                                                       \
    "      type: sg:sedge.nodes.Software\n"

// At "|" of `tail` behind the head, in order: words that are listed, NULL, words that are not, NULL.
static void lists(const char *head, const char *tail, ...)
{
    AUTO_FREE char *text = mem_printf("%s%s", head, tail), *names = editor_names(text, NULL);
    va_list ap;
    va_start(ap, tail);
    for (int part = 0; part < 2; part++)
        for (const char *word; (word = va_arg(ap, const char *)) != NULL;)
            if (editor_lists(names, word) != (part == 0))
                fail_msg("at '%s': '%s' is %slisted: %s", tail, word, part ? "" : "not ", names);
    va_end(ap);
}

static void test_keys(void **state)
{
    lists("", "|", "tosca_definitions_version", "imports", NULL, "service_template", NULL);
    lists(HEAD, "      |", "requirements", "interfaces", NULL, "type", "get_input", NULL);
    lists(HEAD, "      re|\n      interfaces: {}\n", "requirements", NULL, "interfaces", NULL);
    lists(HEAD, "  out|", "outputs", "groups", NULL, "inputs", NULL);
    lists(HEAD, "  outputs:\n    x:\n      |", "value", "description", NULL, NULL);
    lists(HEAD, "node_types:\n  A:\n    |", "derived_from", "properties", NULL, "type", NULL);
    lists(HEAD, "node_types:\n  A:\n    properties:\n      x: {type: string, |}", "constraints", "required", NULL,
          "validation", NULL);
    lists(HEAD, "      requirements:\n        - host: {|", "node", "relationship", NULL, "host", NULL);
    lists(HEAD_2, "      |", "count", "requirements", NULL, "type", NULL);
    lists(HEAD_2, "node_types:\n  A:\n    properties:\n      x:\n        |", "validation", NULL, "constraints", NULL);
}

static void test_types(void **state)
{
    lists(HEAD, "    x:\n      type: |", "sedge.nodes.Container", "tosca.nodes.Compute", NULL, "string",
          "tosca.capabilities.Node", NULL);
    lists(HEAD, "    x: {type: sed|}", "sedge.nodes.Container", NULL, NULL);
    lists(HEAD, "node_types:\n  A:\n    derived_from: |", "A", "sedge.nodes.Container", NULL, NULL);
    lists(HEAD, "node_types:\n  A:\n    properties:\n      x:\n        type: |", "string", "scalar-unit.size", NULL,
          "A", "bytes", NULL);
    lists(HEAD, "node_types:\n  A:\n    properties:\n      x: {type: list, entry_schema: |}", "string", NULL, NULL);
    lists(HEAD, "node_types:\n  A:\n    capabilities:\n      x: |", "tosca.capabilities.Endpoint", NULL, NULL);
    lists(HEAD, "node_types:\n  A:\n    requirements:\n      - x:\n          relationship: |",
          "tosca.relationships.HostedOn", NULL, NULL);
    lists(HEAD, "      artifacts:\n        x:\n          type: |", "tosca.artifacts.File", NULL, NULL);
    lists(HEAD, "  policies:\n    - p:\n        type: |", "tosca.policies.Scaling", NULL, NULL);
    lists(HEAD_2, "    x:\n      type: |", "sg:sedge.nodes.Container", NULL, "sedge.nodes.Container", NULL);
    lists(HEAD_2, "node_types:\n  A:\n    properties:\n      x:\n        type: |", "bytes", "string", NULL, "range",
          NULL);
}

static void test_members(void **state)
{
    lists(HEAD, "    x:\n      type: sedge.nodes.Container\n      properties:\n        memory: 1 MB\n        |", "cpus",
          "restart", NULL, "memory", "get_input", NULL);
    lists(HEAD, "      requirements:\n        - |", "host", "connection", NULL, "node", NULL);
    lists(HEAD, "      capabilities:\n        |", "endpoint", NULL, NULL);
    lists(HEAD, "      interfaces:\n        |", "Standard", NULL, NULL);
    lists(HEAD, "      interfaces:\n        Standard:\n          |", "create", "start", "operations", NULL, NULL);
    lists(HEAD, "      interfaces:\n        Standard:\n          operations:\n            |", "create", NULL, "inputs",
          NULL);
    lists(HEAD, "    x:\n      type: sedge.nodes.Container\n      properties:\n        restart: |", "always",
          "on-failure", NULL, NULL);
    lists(HEAD, "    x:\n      type: sedge.nodes.Container\n      properties:\n        read_only: |", "true", NULL,
          NULL);
    lists(HEAD_2, "      requirements:\n        - |", "host", NULL, NULL);
    lists(HEAD_2, "    x:\n      type: sg:sedge.nodes.Container\n      properties:\n        |", "cpus", NULL, NULL);
}

static void test_targets(void **state)
{
    lists(HEAD, "      requirements:\n        - host: |", "box", NULL, "disk", "app", NULL);
    lists(HEAD, "      requirements:\n        - host:\n            node: |", "box", "sedge.nodes.Container", NULL,
          "disk", NULL);
    lists(HEAD, "  groups:\n    g: {type: tosca.groups.Root, members: [box, |]}", "disk", "app", NULL, NULL);
    lists(HEAD_2, "      requirements:\n        - host: |", "box", NULL, "app", NULL);
    lists(HEAD, "      requirements:\n        - host: {node: box, capability: |", "host", "tosca.capabilities.Container",
          NULL, NULL);
}

static void test_calls(void **state)
{
    lists(HEAD, "  outputs:\n    x:\n      value: {|", "get_input", "concat", NULL, "$get_input", NULL);
    lists(HEAD, "  outputs:\n    x:\n      value: {get_input: |", "port", NULL, "box", NULL);
    lists(HEAD, "  outputs:\n    x:\n      value: {get_property: [|", "SELF", "box", NULL, "port", NULL);
    lists(HEAD, "  outputs:\n    x:\n      value: {get_property: [box, |]}", "memory", "host", NULL, "SELF", NULL);
    lists(HEAD, "  outputs:\n    x:\n      value:\n        get_attribute:\n          - box\n          - |",
          "private_address", "memory", NULL, NULL);
    lists(HEAD, "  outputs:\n    x:\n      value: {concat: [a, {get_input: |}]}", "port", NULL, NULL);
    lists(HEAD_2, "  outputs:\n    x:\n      value: {|", "$get_input", "$concat", NULL, "get_input", NULL);
    lists(HEAD_2, "  outputs:\n    x:\n      value: {$get_input: |", "port", NULL, NULL);
    lists(HEAD_2, "  outputs:\n    x:\n      value: {$get_property: [box, |]}", "memory", "CAPABILITY", NULL, NULL);
    lists(HEAD_2, "  outputs:\n    x:\n      value: {$get_property: [box, CAPABILITY, |]}", "host", NULL, "memory",
          NULL);
}

static void test_words(void **state)
{
    lists("", "tosca_definitions_version: |", "tosca_simple_yaml_1_3", "tosca_2_0", NULL, NULL);
    lists("", "tosca_definitions_version: tosca_2_0\nimports:\n  - profile: |", "dev.sedge:1.0", NULL, NULL);
    lists("", "tosca_definitions_version: tosca_simple_yaml_1_3\nimports:\n  - |", "sedge.yaml", NULL, NULL);
    lists(HEAD, "      properties: {}\n  # a comment |", NULL, "type", NULL);
    lists(HEAD, "      description: |", NULL, "type", "box", NULL);
}

// The text is broken; types come from what it was before, names from what stands there.
static void test_broken(void **state)
{
    static const char text[] = HEAD "      properties: {x: [\n      requirements:\n        - host: b|\n    late:\n"
                                    "      type: sedge.nodes.Container\n  ]\n";
    AUTO_FREE char *names = editor_names(text, HEAD);
    assert_true(editor_lists(names, "box"));
    assert_true(editor_lists(names, "late"));
    assert_false(editor_lists(names, "disk"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_keys),  cmocka_unit_test(test_types), cmocka_unit_test(test_members),
        cmocka_unit_test(test_targets), cmocka_unit_test(test_calls), cmocka_unit_test(test_words),
        cmocka_unit_test(test_broken),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
