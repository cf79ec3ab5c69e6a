// SPDX-License-Identifier: Apache-2.0
// Templates made to exhaust: each ends with a finding, in bounded time and memory.
#include "tosca_fixture.h"

#include <string.h>

#define V "tosca_definitions_version: tosca_simple_yaml_1_3\n"

/* Refused, and with that code among the errors. */
static void must_bound(const char *text, const char *code)
{
    struct bed b;
    bed_start(&b);
    bed_file(&b, "app.yaml", text);
    bed_run(&b);
    if (!bed_count(&b, code)) {
        for (size_t i = 0; i < b.diags.n && i < 5; i++)
            print_message("%s %s\n", b.diags.items[i].code, b.diags.items[i].text);
        fail_msg("no %s", code);
    }
    bed_stop(&b);
}

/* Each property twice the one before it. */
static void doubling(struct buf *text, const char *function)
{
    buf_adds(text, V "node_types: {n: {properties: {");
    for (int i = 0; i < 60; i++)
        buf_addf(text, "%sp%d: {type: any}", i ? ", " : "", i);
    buf_adds(text, "}}}\ntopology_template: {node_templates: {x: {type: n, properties: {p0: aaaaaaaaaa");
    for (int i = 1; i < 60; i++)
        buf_addf(text, ", p%d: %s{get_property: [SELF, p%d]}, {get_property: [SELF, p%d]}]%s", i, function, i - 1,
                 i - 1, *function == '{' ? "}" : "");
    buf_adds(text, "}}}}\n");
}

static void test_doubling_text(void **state)
{
    struct buf text = {0};
    doubling(&text, "{concat: [");
    must_bound(buf_str(&text), "LIMIT");
    buf_done(&text);
}

static void test_doubling_lists(void **state)
{
    struct buf text = {0};
    doubling(&text, "[");
    must_bound(buf_str(&text), "LIMIT");
    buf_done(&text);
}

static void test_doubling_aliases(void **state)
{
    struct buf text = {0};
    buf_adds(&text, V "dsl_definitions:\n  a0: &a0 [x, x]\n");
    for (int i = 1; i < 40; i++)
        buf_addf(&text, "  a%d: &a%d [*a%d, *a%d]\n", i, i, i - 1, i - 1);
    must_bound(buf_str(&text), "LIMIT");
    buf_done(&text);
}

static void test_values_without_end(void **state)
{
    must_bound(V "data_types: {d: {properties: {next: {type: d, default: {}}}}}\n"
                 "node_types: {n: {properties: {p: {type: d}}}}\n"
                 "topology_template: {node_templates: {x: {type: n, properties: {p: {}}}}}\n",
               "LIMIT");
}

static void test_types_doubling(void **state)
{
    struct buf text = {0};
    buf_adds(&text, V "data_types:\n  d0: {properties: {x: {type: string, default: y}}}\n");
    for (int i = 1; i < 40; i++)
        buf_addf(&text, "  d%d: {properties: {a: {type: d%d, default: {}}, b: {type: d%d, default: {}}}}\n", i, i - 1,
                 i - 1);
    buf_adds(&text, "node_types: {n: {properties: {p: {type: d39, default: {}}}}}\n"
                    "topology_template: {node_templates: {x: {type: n}}}\n");
    must_bound(buf_str(&text), "LIMIT");
    buf_done(&text);
}

static void test_long_ancestry(void **state)
{
    struct buf text = {0};
    buf_adds(&text, V "node_types:\n  t0: {}\n");
    for (int i = 1; i < 20000; i++)
        buf_addf(&text, "  t%d: {derived_from: t%d}\n", i, i - 1);
    buf_adds(&text, "topology_template: {node_templates: {x: {type: t19999}}}\n");
    must_bound(buf_str(&text), "LIMIT");
    buf_done(&text);
}

static void test_circles(void **state)
{
    must_bound(V "node_types: {a: {derived_from: b}, b: {derived_from: c}, c: {derived_from: a}}\n", "CYCLE");
    must_bound(V "node_types: {a: {derived_from: a}}\ntopology_template: {node_templates: {x: {type: a}}}\n", "CYCLE");
    must_bound(V "topology_template: {node_templates: {a: {copy: b}, b: {copy: c}, c: {copy: b}}}\n", "CYCLE");
    must_bound(V "data_types: {l: {derived_from: l, entry_schema: l}}\n", "CYCLE");
    must_bound(V "imports: [tosker.yaml]\ntopology_template: {node_templates: {a: {type: tosker.nodes.Software, "
                 "requirements: [host: b]}, "
                 "b: {type: tosker.nodes.Software, requirements: [host: a]}}}\n",
               "CYCLE");
}

static void test_entries_of_entries(void **state)
{
    struct bed b;
    bed_takes(&b, V "data_types: {l: {derived_from: list, entry_schema: l}}\n"
                    "node_types: {n: {properties: {p: {type: l}}}}\n"
                    "topology_template: {node_templates: {x: {type: n, properties: {p: [[[], []]]}}}}\n");
    bed_stop(&b);
}

static void test_many_requirements(void **state)
{
    struct buf text = {0};
    struct bed b;
    buf_adds(&text, V "capability_types: {c: {}}\nnode_types: {n: {capabilities: {c: c}, requirements: [r: c]}}\n"
                      "topology_template:\n  node_templates:\n");
    for (int i = 0; i < 3000; i++)
        buf_addf(&text, "    n%d: {type: n}\n", i);
    bed_start(&b);
    bed_file(&b, "app.yaml", buf_str(&text));
    bed_run(&b); /* each would look at each: the budget ends it */
    assert_true(b.result == 0 || bed_count(&b, "LIMIT") == 1);
    buf_done(&text);
    bed_stop(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_doubling_text),     cmocka_unit_test(test_doubling_lists),
        cmocka_unit_test(test_doubling_aliases),  cmocka_unit_test(test_values_without_end),
        cmocka_unit_test(test_types_doubling),    cmocka_unit_test(test_long_ancestry),
        cmocka_unit_test(test_circles),           cmocka_unit_test(test_entries_of_entries),
        cmocka_unit_test(test_many_requirements),
    };
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
