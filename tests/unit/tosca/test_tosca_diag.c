// SPDX-License-Identifier: Apache-2.0
// Findings: their lines, that none is told twice, and that their number is bounded.
#include "tosca_fixture.h"

#include <string.h>

#include "tosca/context.h"

static void test_line(void **state)
{
    struct diags d = {0};
    diags_add(&d, DIAG_ERROR, "X", "a.yaml", 3, 7, "word %d", 5);
    AUTO_FREE char *line = diag_line(&d.items[0]);
    assert_string_equal(line, "a.yaml:3:7: word 5");
    diags_done(&d);
    assert_int_equal(d.n, 0);
}

static void test_once(void **state)
{
    struct diags d = {0};
    diags_add(&d, DIAG_ERROR, "VALUE_TYPE", "a.yaml", 1, 1, "seen by one");
    diags_add(&d, DIAG_ERROR, "VALUE_TYPE", "a.yaml", 1, 1, "seen by another");
    diags_add(&d, DIAG_ERROR, "MISSING_KEY", "a.yaml", 1, 1, "the one");
    diags_add(&d, DIAG_ERROR, "MISSING_KEY", "a.yaml", 1, 1, "the other");
    assert_int_equal(d.n, 3);
    diags_add(&d, DIAG_WARNING, "VALUE_TYPE", "a.yaml", 2, 1, "a warning hides no error");
    diags_add(&d, DIAG_ERROR, "VALUE_TYPE", "a.yaml", 2, 1, "an error");
    assert_int_equal(d.n, 5);
    diags_done(&d);
    for (int i = 0; i < 3; i++)
        diags_add(&d, DIAG_ERROR, "X", "a.yaml", 3, 7, "word");
    diags_add(&d, DIAG_ERROR, "X", "a.yaml", 3, 8, "word");
    diags_add(&d, DIAG_WARNING, "X", "a.yaml", 4, 1, "word");
    assert_int_equal(d.n, 3);
    assert_int_equal(d.errors, 2);
    diags_done(&d);
}

static void test_bounded(void **state)
{
    struct bed b;
    struct buf text = {0};
    buf_adds(&text, "tosca_definitions_version: tosca_simple_yaml_1_3\ntopology_template:\n  node_templates:\n");
    for (int i = 0; i < 1000; i++)
        buf_addf(&text, "    n%d: {type: nothing%d}\n", i, i);
    bed_start(&b);
    bed_file(&b, "app.yaml", buf_str(&text));
    bed_run(&b);
    assert_int_equal(b.diags.errors, 201);
    assert_string_equal(b.diags.items[b.diags.n - 1].code, "TOO_MANY");
    buf_done(&text);
    bed_stop(&b);
}

static void test_suggestion(void **state)
{
    bed_refuses(
        "tosca_definitions_version: tosca_simple_yaml_1_3\n"
        "imports: [tosker.yaml]\n"
        "topology_template:\n"
        "  node_templates:\n"
        "    maven2: {type: tosker.nodes.Container}\n"
        "    api:\n"
        "      type: tosker.nodes.Software\n"
        "      requirements:\n"
        "        - host: maven\n",
        "UNKNOWN_REF", 9,
        "node template 'api': requirement 'host' names 'maven', which is no node template, did you mean 'maven2'?");
}

static void test_sorted(void **state)
{
    struct diags d = {0};
    diags_add(&d, DIAG_ERROR, "X", "b.yaml", 1, 1, "third");
    diags_add(&d, DIAG_ERROR, "X", "a.yaml", 9, 9, "fourth in another file");
    diags_add(&d, DIAG_WARNING, "X", "b.yaml", 2, 5, "at the same place");
    diags_add(&d, DIAG_ERROR, "X", "b.yaml", 2, 5, "at the same place, an error");
    diags_add(&d, DIAG_ERROR, "X", "b.yaml", 2, 1, "before it");
    diags_sort(&d, "b.yaml");
    static const char *const order[] = {"third", "before it", "at the same place, an error", "at the same place",
                                        "fourth in another file"};
    for (size_t i = 0; i < ARRAY_LEN(order); i++)
        assert_string_equal(d.items[i].text, order[i]);
    diags_strict(&d);
    assert_int_equal(d.errors, 5);
    assert_int_equal(d.items[3].level, DIAG_ERROR);
    diags_done(&d);
}

/* Findings with the definition they clash with: code, related line, part of its text. */
static void test_related(void **state)
{
    struct bed b;
    bed_start(&b);
    bed_file(&b, "app.yaml",
             "tosca_definitions_version: tosca_simple_yaml_1_3\n"
             "node_types:\n"
             "  T:\n"
             "    derived_from: tosca.nodes.Root\n"
             "    properties:\n"
             "      size: {type: integer, constraints: [ {greater_than: 3} ]}\n"
             "  U:\n"
             "    derived_from: T\n"
             "    properties: {size: {type: string}}\n"
             "topology_template:\n"
             "  node_templates:\n"
             "    a: {type: T, properties: {size: 1}}\n"
             "    b: {type: T, properties: {size: x}}\n"
             "    c: {type: T, properties: {size: 9, sise: 2}}\n"
             "    d: {type: T}\n"
             "    e: {type: tosca.nodes.Compute, capabilities: {host: {properties: {num_cpus: x}}}}\n");
    bed_run(&b);
    static const struct {
        int line, related;
        const char *text;
        bool builtin;
    } wanted[] = {{9, 6, "'size' of node type 'T'", false},  {12, 6, "the constraint stands here", false},
                  {13, 6, "'size' of node type 'T'", false}, {14, 3, "node type 'T'", false},
                  {15, 6, "'size' of node type 'T'", false}, {16, 0, "'num_cpus'", true}};
    diags_sort(&b.diags, "app.yaml");
    assert_int_equal(b.diags.n, ARRAY_LEN(wanted));
    for (size_t i = 0; i < ARRAY_LEN(wanted); i++) {
        const struct diag *f = &b.diags.items[i];
        assert_int_equal(f->line, wanted[i].line);
        assert_non_null(f->related.file);
        assert_true(strstr(f->related.text, wanted[i].text) != NULL);
        assert_true(wanted[i].related == 0 || f->related.line == wanted[i].related);
        assert_int_equal(f->related.builtin, wanted[i].builtin);
    }
    bed_stop(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_line),       cmocka_unit_test(test_once),   cmocka_unit_test(test_bounded),
        cmocka_unit_test(test_suggestion), cmocka_unit_test(test_sorted), cmocka_unit_test(test_related),
    };
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
