// SPDX-License-Identifier: Apache-2.0
#include "editor_fixture.h"

#include <string.h>

#include "editor/name_describe.h"

static void says(const char *text, ...)
{
    struct editor x;
    editor_start(&x);
    editor_open(&x, text, false, NULL);
    AUTO_FREE char *words = cursor_describe(&x.cursor);
    va_list ap;
    va_start(ap, text);
    const char *part = va_arg(ap, const char *);
    if (!part)
        assert_null(words);
    for (; part; part = va_arg(ap, const char *))
        if (!words || !strstr(words, part))
            fail_msg("at '%s': no '%s' in: %s", strchr(text, '|'), part, words ? words : "(nothing)");
    va_end(ap);
    editor_stop(&x);
}

#define ONE "tosca_definitions_version: tosca_simple_yaml_1_3\nimports: [sedge.yaml]\n"
#define TWO "tosca_definitions_version: tosca_2_0\nimports: [{profile: dev.sedge:1.0}]\n"

static void test_types(void **state)
{
    says(ONE "node_types:\n  A:\n    derived_from: sedge.nodes.C|ontainer\n", "**sedge.nodes.Container**: node type",
         "A container with limits", "derived from `tosker.nodes.Container` < `tosker.nodes.Root`", "- `memory`: scalar-unit.size",
         "Capabilities:", "Requirements:", "comes with sedge", NULL);
    says(ONE "node_types:\n  A|:\n    description: Mine.\n    properties: {p: {type: integer}}\n",
         "**A**: node type", "Mine.", "`p`: integer, required", NULL);
    says(ONE "topology_template:\n  node_templates:\n    w|eb:\n      type: sedge.nodes.Volume\n",
         "node template **web**", "**sedge.nodes.Volume**", NULL);
    says(ONE "topology_template:\n  inputs:\n    a: {type: str|ing}\n", "**string**: data type of TOSCA itself", NULL);
    says(TWO "service_template:\n  node_templates:\n    web: {type: sedge.nodes.Con|tainer}\n",
         "**sedge.nodes.Container**: node type", "derived from", NULL);
}

static void test_members(void **state)
{
    says(ONE "topology_template:\n  node_templates:\n    web:\n      type: sedge.nodes.Container\n      properties:\n"
             "        rest|art: always\n",
         "**restart**: string", "property of node type `sedge.nodes.Container`", "required: no",
         "constraint: `valid_values: [always, on-failure, never]`", NULL);
    says(ONE "node_types:\n  A: {properties: {p: {type: list, entry_schema: integer, default: [1, 2]}}}\n"
             "topology_template: {node_templates: {a: {type: A, properties: {|p: [1]}}}}\n",
         "**p**: list of integer", "default: `[1, 2]`", "required: yes, and has a value", NULL);
    says(ONE "topology_template:\n  node_templates:\n    web:\n      type: sedge.nodes.Software\n      requirements:\n"
             "        - ho|st: x\n",
         "**host**", "requirement of node type", "capability: `tosca.capabilities.Container`", NULL);
}

static void test_rest(void **state)
{
    says(ONE "topology_template:\n  outputs:\n    x: {value: {get_inp|ut: a}}\n", "**get_input**: [input",
         "the value of an input", NULL);
    says(TWO "service_template:\n  node_templates: {}\n  outputs:\n    x: {value: {$get_prop|erty: [a, b]}}\n",
         "**$get_property**: [TOSCA path, property", NULL);
    says(ONE "topology_template:\n  node_te|mplates: {}\n", "keyname of a topology template", "the parts of the application",
         NULL);
    says(TWO "service_temp|late:\n  node_templates: {}\n", "keyname of a file", "the application", NULL);
    says(ONE "topology_template:\n  inputs: {port: {type: integer, description: Where.}}\n  outputs:\n"
             "    x: {value: {get_input: po|rt}}\n",
         "**port**: integer", "Where.", NULL);
    says(ONE "description: free te|xt\n", NULL, NULL);
    says(ONE "\n|\n", NULL, NULL);
    says("|", NULL, NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_types), cmocka_unit_test(test_members),
                                       cmocka_unit_test(test_rest)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
