// SPDX-License-Identifier: Apache-2.0
// Requirements: fulfilled by name or by type, left open, or refused.
#include "tosca_fixture.h"

#include <string.h>

#define HEAD                                                                                                           \
    "tosca_definitions_version: tosca_simple_yaml_1_3\n"                                                               \
    "imports: [tosker.yaml]\n"                                                                                         \
    "topology_template:\n"                                                                                             \
    "  node_templates:\n"

static const struct topology_link *host_of(struct bed *b, const char *name)
{
    const struct topology_link *l = topology_host_link(bed_component(b, name));
    assert_non_null(l);
    return l;
}

static void must_stand_on(const char *text, const char *target)
{
    struct bed b;
    bed_takes(&b, text);
    assert_string_equal(b.topology->components[host_of(&b, "s")->target].name, target);
    bed_stop(&b);
}

static void test_forms(void **state)
{
    must_stand_on(
        HEAD "    c: {type: tosker.nodes.Container}\n    s: {type: tosker.nodes.Software, requirements: [host: c]}\n",
        "c");
    must_stand_on(HEAD "    c: {type: tosker.nodes.Container}\n    s: {type: tosker.nodes.Software, requirements: "
                       "[host: {node: c, capability: host}]}\n",
                  "c");
    must_stand_on(HEAD "    c: {type: tosker.nodes.Container}\n    s: {type: tosker.nodes.Software, requirements: "
                       "[host: {node: c, relationship: HostedOn}]}\n",
                  "c");
    must_stand_on(HEAD "    c: {type: tosker.nodes.Container}\n    s: {type: tosker.nodes.Software, requirements: "
                       "[host: {node: tosker.nodes.Container}]}\n",
                  "c");
    must_stand_on(HEAD "    c: {type: tosker.nodes.Container}\n    s: {type: tosker.nodes.Software, requirements: "
                       "[host: tosker.nodes.Container]}\n",
                  "c");
    must_stand_on(
        HEAD "    c: {type: tosker.nodes.Container}\n    d: {type: tosker.nodes.Software, requirements: [host: c]}\n"
             "    s: {type: tosker.nodes.Software, requirements: [host: d]}\n",
        "d");
}

static void test_filter(void **state)
{
    must_stand_on(HEAD "    c: {type: tosker.nodes.Container, properties: {command: one}}\n"
                       "    d: {type: tosker.nodes.Container, properties: {command: two}}\n"
                       "    s: {type: tosker.nodes.Software, requirements: [host: {node: tosker.nodes.Container, "
                       "node_filter: {properties: [command: {equal: two}]}}]}\n",
                  "d");
    bed_refuses(HEAD "    c: {type: tosker.nodes.Container, properties: {command: one}}\n"
                     "    s: {type: tosker.nodes.Software, requirements: [host: {node: c, node_filter: {properties: "
                     "[command: [{pattern: t.*}]]}}]}\n",
                "CONSTRAINT", 6, "does not pass the node filter");
    bed_refuses(HEAD "    c: {type: tosker.nodes.Container, properties: {command: one}}\n"
                     "    s: {type: tosker.nodes.Software, requirements: [host: {node: tosker.nodes.Container, "
                     "node_filter: {properties: [command: {equal: x}]}}]}\n",
                "OCCURRENCES", 6, "no node template fits");
}

static void test_refused(void **state)
{
    static const struct {
        const char *text, *code;
        int line;
        const char *part;
    } rows[] = {
        {"    s: {type: tosker.nodes.Software}\n", "OCCURRENCES", 5,
         "requirement 'host' is open: no node template fits"},
        {"    c: {type: tosker.nodes.Container}\n    d: {type: tosker.nodes.Container}\n    s: {type: "
         "tosker.nodes.Software}\n",
         "OCCURRENCES", 7, "more than one node template fits (c, d)"},
        {"    v: {type: tosker.nodes.Volume}\n    s: {type: tosker.nodes.Software, requirements: [host: v]}\n", "TARGET_TYPE",
         6, "no capability that fits (wanted: tosca.capabilities.Container)"},
        {"    c: {type: tosker.nodes.Container}\n    s: {type: tosker.nodes.Software, requirements: [{host: c}, {host: "
         "c}]}\n",
         "OCCURRENCES", 6, "at most 1 times"},
        {"    c: {type: tosker.nodes.Container}\n    s: {type: tosker.nodes.Software, requirements: [{host: c}, {hots: "
         "c}]}\n",
         "UNDECLARED_NAME", 6, "did you mean 'host'?"},
        {"    c: {type: tosker.nodes.Container}\n    s: {type: tosker.nodes.Software, requirements: [host: {node: c, "
         "relationship: Hosts}]}\n",
         "UNKNOWN_REF", 6, "no relationship type"},
        {"    c: {type: tosker.nodes.Container}\n    s: {type: tosker.nodes.Software, requirements: [host: {node: c, "
         "relationship: {type: Hosts}}]}\n",
         "UNKNOWN_REF", 6, "no relationship type"},
        {"    c: {type: tosker.nodes.Container}\n    s: {type: tosker.nodes.Software, requirements: [host: {node: c, "
         "capability: hosst}]}\n",
         "UNKNOWN_REF", 6, "did you mean 'host'?"},
        {"    c: {type: tosker.nodes.Container, requirements: [storage: v]}\n    v: {type: tosker.nodes.Volume}\n",
         "MISSING_KEY", 5, "property 'location' is required"},
        {"    c: {type: tosker.nodes.Container, capabilities: {hosst: {}}}\n", "UNDECLARED_NAME", 5,
         "no capability 'hosst', did you mean 'host'?"},
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        AUTO_FREE char *text = mem_printf("%s%s", HEAD, rows[i].text);
        bed_refuses(text, rows[i].code, rows[i].line, rows[i].part);
    }
}

static void test_abstract_ones_may_stay_open(void **state)
{
    struct bed b;
    bed_takes(&b, HEAD "    w: {type: tosca.nodes.WebServer}\n");
    bed_must_warn(&b, "OCCURRENCES", "requirement 'host' is left open");
    assert_int_equal(bed_component(&b, "w")->kind, COMPONENT_ABSTRACT);
    bed_stop(&b);
}

static void test_only_one_is_taken_by_type(void **state)
{
    struct bed b;
    bed_takes(&b, HEAD "    c: {type: tosker.nodes.Container}\n    s: {type: tosker.nodes.Software}\n");
    assert_string_equal(b.topology->components[host_of(&b, "s")->target].name, "c");
    bed_stop(&b);
}

static void test_capability_occurrences(void **state)
{
    bed_refuses("tosca_definitions_version: tosca_simple_yaml_1_3\n"
                "capability_types: {c: {}}\n"
                "node_types: {n: {capabilities: {c: {type: c, occurrences: [0, 1]}}}, m: {requirements: [r: c]}}\n"
                "topology_template:\n"
                "  node_templates:\n"
                "    n: {type: n}\n"
                "    a: {type: m, requirements: [r: n]}\n"
                "    b: {type: m, requirements: [r: n]}\n",
                "OCCURRENCES", 6, "capability 'c' is used 2 times");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_forms),
        cmocka_unit_test(test_filter),
        cmocka_unit_test(test_refused),
        cmocka_unit_test(test_abstract_ones_may_stay_open),
        cmocka_unit_test(test_only_one_is_taken_by_type),
        cmocka_unit_test(test_capability_occurrences),
    };
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
