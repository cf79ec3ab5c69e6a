// SPDX-License-Identifier: Apache-2.0
// Imports of every form, prefixes, circles, what is missing or out of reach, and the files of a bundle.
#include "tosca_fixture.h"

#include <string.h>

#define V          "tosca_definitions_version: tosca_simple_yaml_1_3\n"
#define USES(type) "topology_template: {node_templates: {x: {type: '" type "'}}}\n"

static void run(struct bed *b, const char *text)
{
    bed_start(b);
    bed_file(b, "app.yaml", text);
    bed_file(b, "lib/a.yaml", V "imports: [b.yaml]\nnode_types: {A: {derived_from: B}}\n");
    bed_file(b, "lib/b.yaml", V "imports: [../lib/a.yaml]\nnode_types: {B: {derived_from: tosca.nodes.Root}}\n");
    bed_run(b);
}

static void test_forms(void **state)
{
    static const char *const forms[] = {
        "imports: [lib/a.yaml]\n",          "imports: [{file: lib/a.yaml}]\n",
        "imports: [{name: lib/a.yaml}]\n",  "imports: [{n: {file: lib/a.yaml}}]\n",
        "imports: {n: lib/a.yaml}\n",       "imports: [/lib/a.yaml]\n",
        "imports: [./lib/../lib/a.yaml]\n",
    };
    for (size_t i = 0; i < ARRAY_LEN(forms); i++) {
        struct bed b;
        AUTO_FREE char *text = mem_printf("%s%s%s", V, forms[i], USES("A"));
        run(&b, text);
        for (size_t k = 0; k < b.diags.n && b.result; k++)
            print_message("%s: %s\n", forms[i], b.diags.items[k].text);
        assert_int_equal(b.result, 0);
        assert_true(strv_has(&bed_component(&b, "x")->ancestry, "B"));
        bed_must_warn(&b, "CYCLE", "circle");
        bed_stop(&b);
    }
}

static void test_prefix(void **state)
{
    struct bed b;
    run(&b, V "imports: [{file: lib/a.yaml, namespace_prefix: my}]\n" USES("my:A"));
    assert_int_equal(b.result, 0);
    bed_stop(&b);
    run(&b, V "imports: [{file: lib/a.yaml, namespace_prefix: my}]\n" USES("A"));
    assert_int_equal(bed_count(&b, "UNKNOWN_TYPE"), 1);
    bed_stop(&b);
}

static void test_names_of_the_standard(void **state)
{
    static const char *const texts[] = {V USES("tosca.nodes.Compute"), V USES("Compute"), V USES("tosca:Compute")};
    for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
        struct bed b;
        bed_takes(&b, texts[i]);
        bed_stop(&b);
    }
    bed_refuses(V USES("compute"), "UNKNOWN_TYPE", 2, "unknown node type 'compute'");
    bed_refuses(V USES("tosker.nodes.Container"), "UNKNOWN_TYPE", 2, "import 'tosker.yaml' to have it");
    bed_refuses(V USES("tosca.nodes.Compote"), "UNKNOWN_TYPE", 2, "did you mean 'tosca.nodes.Compute'?");
}

static void test_out_of_reach(void **state)
{
    bed_refuses(V "imports:\n  - none.yaml\n", "IMPORT", 3, "there is no file 'none.yaml'");
    bed_refuses(V "imports: [../../etc/passwd]\n", "IMPORT", 2, "leads out of");
    bed_refuses(V "imports: [https://example.org/x.yaml]\n", "IMPORT", 2, "over the network");
    bed_refuses(V "imports: [{file: x, repository: r}]\n", "IMPORT", 2, "no repository 'r'");
    bed_refuses(V "repositories: {r: https://example.org}\nimports: [{file: x, repository: r}]\n", "IMPORT", 3,
                "over the network");
    bed_refuses(V "imports: [{namespace_prefix: x, repository: y}]\n", "MISSING_KEY", 2, "needs a 'file'");
    bed_refuses(V "imports: [[a]]\n", "SHAPE", 2, "an import is");
}

static void test_faults_in_imports_have_their_file(void **state)
{
    struct bed b;
    bed_start(&b);
    bed_file(&b, "app.yaml", V "imports: [lib/a.yaml]\n");
    bed_file(&b, "lib/a.yaml", V "\nnode_types: {A: {derived_from: Nowhere}}\n");
    bed_run(&b);
    assert_int_equal(b.diags.errors, 1);
    AUTO_FREE char *line = diag_line(&b.diags.items[0]);
    assert_string_equal(line, "lib/a.yaml:3:32: unknown node type 'Nowhere'");
    bed_stop(&b);
}

static void test_builtin_files_by_any_path(void **state)
{
    struct bed b;
    bed_takes(&b, V "imports: [{t: https://example.org/types/tosker.yaml}]\n" USES("tosker.nodes.Volume"));
    assert_int_equal(b.topology->files.n, 1); /* the built-in one is no part of the bundle */
    bed_stop(&b);
}

static void test_profiles_pass_their_own_check(void **state)
{
    static const char *const imports[] = {"tosker.yaml", "sedge.yaml", "tosker-types.yaml"};
    for (size_t i = 0; i < ARRAY_LEN(imports); i++) {
        struct bed b;
        AUTO_FREE char *text = mem_printf("%simports: [%s]\n", V, imports[i]);
        bed_takes(&b, text);
        assert_int_equal(b.diags.n, 0);
        bed_stop(&b);
    }
}

static void test_files(void **state)
{
    struct bed b;
    AUTO_STRV struct strv files = {0};
    bed_start(&b);
    bed_file(&b, "app.yaml",
             V "imports: [lib/a.yaml, tosker.yaml]\n"
               "topology_template:\n"
               "  node_templates:\n"
               "    c: {type: tosker.nodes.Container, artifacts: {image: 'x:1', data: data/d.csv, gone: none.bin}}\n"
               "    s:\n"
               "      type: tosker.nodes.Software\n"
               "      requirements: [host: c]\n"
               "      interfaces: {Standard: {create: {implementation: {primary: s/a.sh, dependencies: [s/b.sh]}}}}\n"
               "    wrong: {type: nothing}\n");
    bed_file(
        &b, "lib/a.yaml",
        V
        "node_types: {A: {interfaces: {I: {go: go.sh}}, artifacts: {f: {file: f.txt, type: tosca.artifacts.File}}}}\n");
    static const char *const others[] = {"data/d.csv", "s/a.sh", "s/b.sh", "lib/go.sh", "lib/f.txt", "unused.txt"};
    for (size_t i = 0; i < ARRAY_LEN(others); i++)
        bed_file(&b, others[i], "x");
    bed_files(&b, &files);
    assert_string_equal(files.v[0], "app.yaml");
    AUTO_FREE char *all = strv_join(&files, " ");
    for (size_t i = 0; i + 1 < ARRAY_LEN(others); i++)
        if (!strv_has(&files, others[i]))
            fail_msg("'%s' is not among %s", others[i], all);
    assert_int_equal(files.n, 7);
    bed_stop(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_forms),
        cmocka_unit_test(test_prefix),
        cmocka_unit_test(test_names_of_the_standard),
        cmocka_unit_test(test_out_of_reach),
        cmocka_unit_test(test_faults_in_imports_have_their_file),
        cmocka_unit_test(test_builtin_files_by_any_path),
        cmocka_unit_test(test_profiles_pass_their_own_check),
        cmocka_unit_test(test_files),
    };
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
