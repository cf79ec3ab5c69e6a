// SPDX-License-Identifier: Apache-2.0
/* Tests of opening templates, of their root, of the places shown, and of inputs. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "cli/template.h"
#include "cli/template_inputs.h"
#include "io/file.h"

#define HEAD "tosca_definitions_version: tosca_simple_yaml_1_3\n"

static char *top;

static void put(const char *path, const char *text)
{
    struct err e = {0};
    AUTO_FREE char *whole = file_join(top, path), *folder = mem_strdup(whole);
    *strrchr(folder, '/') = '\0';
    assert_int_equal(file_mkdirs(folder, 0700, &e), 0);
    assert_int_equal(file_write_fast(whole, text, strlen(text), 0600, &e), 0);
}

/* Opens a path below the top folder; the caller closes. */
static struct template *opened(const char *path)
{
    AUTO(diags_done)
    struct diags d = {0};
    AUTO_FREE char *whole = file_join(top, path);
    struct template *t = NULL;
    if (template_open(whole, &t, &d) < 0)
        fail_msg("%s: %s", path, d.items[0].text);
    assert_int_equal(d.errors, 0);
    return t;
}

static void refused(const char *path, const char *why)
{
    AUTO(diags_done)
    struct diags d = {0};
    AUTO_FREE char *whole = file_join(top, path);
    struct template *t = NULL;
    assert_true(template_open(whole, &t, &d) < 0);
    assert_null(t);
    assert_int_equal(d.errors, 1);
    if (!strstr(d.items[0].text, why))
        fail_msg("'%s' does not say '%s'", d.items[0].text, why);
}

static int setup(void **state)
{
    char folder[] = "/tmp/sedge-test-template-XXXXXX";
    top = mem_strdup(mkdtemp(folder));
    return 0;
}

static int teardown(void **state)
{
    int r = file_remove_tree(top, NULL);
    free(top);
    return r;
}

static void test_root_of_a_file(void **state)
{
    put("shop/shop.yaml", HEAD "topology_template: {}\n");
    AUTO(template_closep)
    struct template *t = opened("shop/shop.yaml");
    AUTO_FREE char *folder = file_join(top, "shop");
    assert_string_equal(t->files.folder, folder);
    assert_string_equal(t->entry, "shop.yaml");
    assert_string_equal(template_name(t), "shop");
}

static void test_root_is_lifted(void **state)
{
    put("scripts/start.sh", "#!/bin/sh\n");
    put("a/types.yaml", HEAD "node_types: {}\n");
    put("a/b/t.yaml", HEAD "imports: [../types.yaml]\ntopology_template: {}\n");
    AUTO(template_closep)
    struct template *t = opened("a/b/t.yaml");
    AUTO_FREE char *folder = file_join(top, "a");
    assert_string_equal(t->files.folder, folder);
    assert_string_equal(t->entry, "b/t.yaml");

    /* An import that itself reaches higher lifts it again. */
    put("a/types.yaml", HEAD "description: ../scripts/start.sh\nnode_types: {}\n");
    AUTO(template_closep)
    struct template *higher = opened("a/b/t.yaml");
    assert_string_equal(higher->files.folder, top);
    assert_string_equal(higher->entry, "a/b/t.yaml");
}

static void test_root_stays(void **state)
{
    put("s/t.yaml",
        HEAD "description: ../nowhere.sh\nmetadata: {a: ../../../../../../../../etc/passwd}\ntopology_template: {}\n");
    AUTO(template_closep)
    struct template *t = opened("s/t.yaml");
    assert_string_equal(t->entry, "t.yaml");
}

static void test_places_shown(void **state)
{
    put("p/other.yaml", HEAD "node_types: {}\n");
    put("p/q/t.yaml", HEAD "imports: [../other.yaml]\ntopology_template: {}\n");
    AUTO(template_closep)
    struct template *t = opened("p/q/t.yaml");
    static const struct {
        const char *path, *shown;
    } cases[] = {{"q/t.yaml", "p/q/t.yaml"},
                 {"q/r/x.yaml", "p/q/r/x.yaml"},
                 {"other.yaml", "p/q/../other.yaml"},
                 {"z/x.yaml", "p/q/../z/x.yaml"}};
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        AUTO_FREE char *shown = template_shown(t, cases[i].path), *wanted = file_join(top, cases[i].shown);
        assert_string_equal(shown, wanted);
    }
    AUTO_FREE char *text = NULL, *builtin = NULL, *none = NULL;
    size_t len;
    assert_int_equal(template_text(t, "q/t.yaml", false, &text, &len), 0);
    assert_string_equal(text, HEAD "imports: [../other.yaml]\ntopology_template: {}\n");
    assert_int_equal(template_text(t, "q/t.yaml", true, &none, &len), -ENOENT);
    assert_int_equal(template_text(t, "index.yaml", true, &builtin, &len), 0);
}

static void test_beside_without_folder(void **state)
{
    put("beside.yaml", HEAD "topology_template: {}\n");
    AUTO(diags_done)
    struct diags d = {0};
    AUTO(template_closep)
    struct template *t = NULL;
    assert_int_equal(chdir(top), 0);
    assert_int_equal(template_open("beside.yaml", &t, &d), 0);
    AUTO_FREE char *shown = template_shown(t, "beside.yaml");
    assert_string_equal(shown, "beside.yaml");
    assert_int_equal(chdir("/"), 0);
}

static void test_folders(void **state)
{
    put("f/app.yaml", HEAD "topology_template: {}\n");
    AUTO(template_closep)
    struct template *t = opened("f");
    assert_string_equal(t->entry, "app.yaml");
    AUTO_FREE char *shown = template_shown(t, "app.yaml"), *wanted = file_join(top, "f/app.yaml");
    assert_string_equal(shown, wanted);
    put("f/second.yaml", HEAD "topology_template: {}\n");
    refused("f", "several templates");
    put("f/TOSCA-Metadata/TOSCA.meta",
        "Entry-Definitions: ./second.yaml\nCSAR-Version: 1.1\nTOSCA-Meta-File-Version: 1.0\nCreated-By: me\n");
    AUTO(template_closep)
    struct template *by_meta = opened("f");
    assert_string_equal(by_meta->entry, "second.yaml");
    put("g/readme.txt", "nothing");
    refused("g", "no template");
    refused("h", "no such file or folder");
}

static json_t *inputs_of(const struct template *t, const char *assignment, struct err *e)
{
    AUTO_STRV struct strv files = {0}, assignments = {0};
    json_t *v = NULL;
    strv_add(&assignments, assignment);
    return template_inputs(t, &files, &assignments, &v, e) < 0 ? NULL : v;
}

static void test_inputs(void **state)
{
    put("i/t.yaml", HEAD "topology_template:\n  inputs:\n    name: {type: string}\n    release: {type: version}\n    "
                         "size: {type: scalar-unit.size}\n"
                         "    port: {type: integer}\n");
    AUTO(template_closep)
    struct template *t = opened("i/t.yaml");
    static const struct {
        const char *assignment, *json;
    } cases[] = {
        {"port=80", "{\"port\":80}"},
        {"port=0x10", "{\"port\":16}"},
        {"name=007", "{\"name\":\"007\"}"},
        {"name=true", "{\"name\":\"true\"}"},
        {"name=a=b", "{\"name\":\"a=b\"}"},
        {"name=", "{\"name\":\"\"}"},
        {"release=1.10", "{\"release\":\"1.10\"}"},
        {"size=10 MB", "{\"size\":\"10 MB\"}"},
        {"other=[1, {a: b}]", "{\"other\":[1,{\"a\":\"b\"}]}"},
        {"other=null", "{\"other\":null}"},
        {"other=a: b: c", "{\"other\":\"a: b: c\"}"},
        {"other=", "{\"other\":\"\"}"},
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct err e = {0};
        AUTO_JSON json_t *v = inputs_of(t, cases[i].assignment, &e);
        assert_non_null(v);
        AUTO_FREE char *text = json_text(v);
        assert_string_equal(text, cases[i].json);
    }
    static const char *const wrong[] = {"port", "=80", "", "a=\xff"};
    for (size_t i = 0; i < ARRAY_LEN(wrong); i++) {
        struct err e = {0};
        assert_null(inputs_of(t, wrong[i], &e));
        assert_int_not_equal(e.code, 0);
    }
}

/* Of a type of the template's own only the processor knows what it reads. */
static void test_inputs_of_2(void **state)
{
    put("k/t.yaml",
        "tosca_definitions_version: tosca_2_0\nservice_template:\n  inputs:\n    release: {type: Release}\n");
    struct err e = {0};
    AUTO(template_closep)
    struct template *t = opened("k/t.yaml");
    AUTO_JSON json_t *v = inputs_of(t, "release=1.10", &e);
    assert_string_equal(json_str(v, "release", NULL), "1.10");
}

static void test_inputs_from_files(void **state)
{
    put("j/t.yaml", HEAD "topology_template:\n  inputs:\n    release: {type: version}\n");
    put("j/a.yaml", "release: 1.10\nport: 1\n");
    put("j/b.json", "{\"port\": 2, \"more\": null}");
    put("j/empty.yaml", "# nothing\n");
    AUTO(template_closep)
    struct template *t = opened("j/t.yaml");
    AUTO_STRV struct strv files = {0}, assignments = {0};
    static const char *const names[] = {"j/a.yaml", "j/b.json", "j/empty.yaml"};
    for (size_t i = 0; i < ARRAY_LEN(names); i++)
        strv_take(&files, file_join(top, names[i]));
    AUTO_JSON json_t *v = NULL;
    struct err e = {0};
    assert_int_equal(template_inputs(t, &files, &assignments, &v, &e), 0);
    AUTO_FREE char *text = json_text(v);
    assert_string_equal(text, "{\"more\":null,\"port\":2,\"release\":\"1.10\"}");
    strv_add(&assignments, "port=3");
    AUTO_JSON json_t *later = NULL;
    assert_int_equal(template_inputs(t, &files, &assignments, &later, &e), 0);
    assert_int_equal(json_int(later, "port", 0), 3);
}

int main(void)
{
    cmocka_set_message_output(CM_OUTPUT_TAP);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_root_of_a_file),
        cmocka_unit_test(test_root_is_lifted),
        cmocka_unit_test(test_root_stays),
        cmocka_unit_test(test_places_shown),
        cmocka_unit_test(test_beside_without_folder),
        cmocka_unit_test(test_folders),
        cmocka_unit_test(test_inputs),
        cmocka_unit_test(test_inputs_of_2),
        cmocka_unit_test(test_inputs_from_files),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
