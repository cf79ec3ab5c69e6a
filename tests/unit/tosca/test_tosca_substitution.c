// SPDX-License-Identifier: Apache-2.0
// Substitution mappings of TOSCA 2.0: how assignments of a requirement are shared out, nodes that are selected outside,
// and interfaces.
#include "tosca_fixture.h"

#include <string.h>

#define TYPES                                                                                                          \
    "tosca_definitions_version: tosca_2_0\n"                                                                           \
    "capability_types: {port: {properties: {number: {type: integer, default: 1}}}}\n"                                  \
    "relationship_types: {uses: {}}\n"                                                                                 \
    "node_types:\n"                                                                                                    \
    "  server: {properties: {name: {type: string, default: x}}, capabilities: {web: {type: port}}}\n"                  \
    "  front: {capabilities: {web: {type: port}}}\n"                                                                   \
    "  special: {derived_from: server}\n"                                                                              \
    "  piece:\n"                                                                                                       \
    "    properties: {of: {type: string, required: false}}\n"                                                          \
    "    requirements: [{served: {capability: port, relationship: uses, count_range: [0, UNBOUNDED]}}]\n"              \
    "  client:\n"                                                                                                      \
    "    interfaces: {}\n"                                                                                             \
    "    requirements: [{service: {capability: port, relationship: uses, count_range: [0, UNBOUNDED]}}]\n"
/* The client stands on line 8. */
#define APP(requirements)                                                                                              \
    "tosca_definitions_version: tosca_2_0\n"                                                                           \
    "imports: [types.yaml, inner.yaml]\n"                                                                              \
    "service_template:\n"                                                                                              \
    "  node_templates:\n"                                                                                              \
    "    s0: {type: server, properties: {name: zero}}\n"                                                               \
    "    s1: {type: server}\n"                                                                                         \
    "    s2: {type: special}\n"                                                                                        \
    "    client: {type: client, directives: [substitute], requirements: [" requirements "]}\n"
#define INNER(mappings, more)                                                                                          \
    "tosca_definitions_version: tosca_2_0\n"                                                                           \
    "imports: [types.yaml]\n"                                                                                          \
    "service_template:\n"                                                                                              \
    "  substitution_mappings: {node_type: client, " mappings "}\n"                                                     \
    "  node_templates:\n"                                                                                              \
    "    a: {type: piece" more "}\n"                                                                                   \
    "    b: {type: piece}\n"
#define THREE "{service: s0}, {service: s1}, {service: s2}"

static void run(struct bed *b, const char *app, const char *inner)
{
    bed_start(b);
    bed_file(b, "types.yaml", TYPES);
    bed_file(b, "inner.yaml", inner);
    bed_file(b, "app.yaml", app);
    bed_run(b);
}

/* "s0 s1": where the component's links lead. */
static char *targets(const struct bed *b, const char *name)
{
    const struct component *c = bed_component(b, name);
    struct buf text = {0};
    for (size_t i = 0; i < c->n_links; i++)
        buf_addf(&text, "%s%s", i ? " " : "", b->topology->components[c->links[i].target].name);
    return buf_take(&text);
}

static void test_assignments_are_shared_out(void **state)
{
    static const struct {
        const char *inner, *a, *b;
    } rows[] = {
        {INNER("requirements: [{service: [a, served]}]", ""), "s0 s1 s2", ""},
        {INNER("requirements: [{service: [a, served]}, {service: [b, served]}]", ""), "s0", "s1"},
        {INNER("requirements: [{[service, 2]: [a, served]}, {service: [b, served]}]", ""), "s0 s1", "s2"},
        {INNER("requirements: [{service: [a, served]}, {[service, UNBOUNDED]: [b, served]}]", ""), "s0", "s1 s2"},
        {INNER("requirements: [{service: [[a, served], [b, served]]}]", ""), "s0 s1 s2", "s0 s1 s2"},
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct bed b;
        run(&b, APP(THREE), rows[i].inner);
        if (b.result < 0)
            fail_msg("row %zu: %s", i, b.diags.items[0].text);
        AUTO_FREE char *a = targets(&b, "client-a"), *other = targets(&b, "client-b");
        assert_string_equal(a, rows[i].a);
        assert_string_equal(other, rows[i].b);
        bed_stop(&b);
    }
}

#define SELECT(mapping, type)                                                                                          \
    INNER("requirements: [" mapping "]",                                                                               \
          ", requirements: [{served: given}], properties: {of: {$get_property: [given, "                               \
          "name]}}")                                                                                                   \
    "    given: {type: " type ", directives: [select]}\n"

static void test_a_node_outside_is_selected(void **state)
{
    struct bed b;
    run(&b, APP("{service: s0}"), SELECT("{service: given}", "server"));
    if (b.result < 0)
        fail_msg("%s", b.diags.items[0].text);
    AUTO_FREE char *a = targets(&b, "client-a");
    AUTO_FREE char *name = bed_property(&b, "client-a", "of");
    assert_string_equal(a, "s0");
    assert_string_equal(name, "\"zero\"");
    assert_int_equal(b.topology->n_components, 5); /* s0, s1, s2, a, b: none for the selected one */
    bed_stop(&b);
}

static void test_a_capability_gives_a_property(void **state)
{
    struct bed b;
    run(&b,
        "tosca_definitions_version: tosca_2_0\n"
        "imports: [types.yaml, inner.yaml]\n"
        "service_template:\n"
        "  node_templates:\n"
        "    n: {type: front, directives: [substitute], capabilities: {web: {properties: {number: 8}}}}\n",
        "tosca_definitions_version: tosca_2_0\n"
        "imports: [types.yaml]\n"
        "service_template:\n"
        "  inputs: {i: {type: integer}}\n"
        "  substitution_mappings: {node_type: front, properties: {[CAPABILITY, web, number]: i}}\n"
        "  node_templates: {a: {type: piece, properties: {of: {$concat: [is, {$get_input: i}]}}}}\n");
    if (b.result < 0)
        fail_msg("%s", b.diags.items[0].text);
    AUTO_FREE char *of = bed_property(&b, "n-a", "of");
    assert_string_equal(of, "\"is8\"");
    bed_stop(&b);
}

static void refused(const char *app, const char *inner, const char *code, const char *part)
{
    struct bed b;
    bool found = false;
    run(&b, app, inner);
    assert_true(b.result < 0);
    for (size_t i = 0; i < b.diags.n; i++)
        found = found || (str_eq(b.diags.items[i].code, code) && strstr(b.diags.items[i].text, part));
    if (!found)
        fail_msg("no %s with '%s'; the first is: %s", code, part, b.diags.n ? b.diags.items[0].text : "none");
    bed_stop(&b);
}

static void test_faults(void **state)
{
    static const char *const interfaces = INNER("interfaces: {Life: {up: go}}", "");
    refused(APP(""), SELECT("{service: given}", "server"), "SUBSTITUTION", "give it that requirement");
    refused(APP("{service: s1}"), SELECT("{service: given}", "special"), "SUBSTITUTION", "of type 'server'");
    refused(APP("{service: s1}"), INNER("requirements: [{service: b}]", ""), "SUBSTITUTION", "no directive 'select'");
    refused(APP("{service: s1}"), INNER("requirements: [{[service, many]: [a, served]}]", ""), "SHAPE", "UNBOUNDED");
    refused(APP("{service: s1}"), interfaces, "SUBSTITUTION", "no interface 'Life'");
}

#define LIFE                                                                                                           \
    "tosca_definitions_version: tosca_2_0\n"                                                                           \
    "interface_types: {life: {operations: {up: {}}}}\n"                                                                \
    "node_types: {client: {interfaces: {Life: {type: life}}}, piece: {}}\n"                                            \
    "service_template:\n"                                                                                              \
    "  substitution_mappings: {node_type: client, interfaces: {Life: {"
#define GO                                                                                                             \
    "}}}\n  node_templates: {a: {type: piece}}\n  workflows: {go: {steps: {s: {target: a, activities: [delegate: "     \
    "deploy]}}}}\n"

static void test_interfaces(void **state)
{
    struct bed b;
    bed_takes(&b, LIFE "up: go" GO);
    bed_must_warn(&b, "NOT_RUN", "work flow 'go' is not run for it");
    bed_stop(&b);
    bed_takes(&b, "tosca_definitions_version: tosca_2_0\n"
                  "node_types: {client: {}, piece: {}}\n"
                  "service_template:\n"
                  "  substitution_mappings: {node_type: client, attributes: {[CAPABILITY, feature, x]: o}}\n"
                  "  node_templates: {a: {type: piece}}\n"
                  "  outputs: {o: {value: 1}}\n");
    bed_must_warn(&b, "NOT_RUN", "capability's attribute: its value is not carried over");
    bed_stop(&b);
    bed_refuses(LIFE "down: go" GO, "SUBSTITUTION", 5, "no operation 'Life.down'");
    bed_refuses(LIFE "up: gone" GO, "UNKNOWN_REF", 5, "no work flow 'gone'");
    bed_refuses(LIFE "up: [go]" GO, "SHAPE", 5, "the name of a work flow");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_assignments_are_shared_out),
        cmocka_unit_test(test_a_node_outside_is_selected),
        cmocka_unit_test(test_a_capability_gives_a_property),
        cmocka_unit_test(test_faults),
        cmocka_unit_test(test_interfaces),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
