// SPDX-License-Identifier: Apache-2.0
/* What one run parsed the next one takes: the same answer, and no file read twice. */
#include "tosca_fixture.h"

#include <errno.h>
#include <string.h>

struct files {
    const char *app, *types;
    unsigned reads;
};

static int read_file(void *data, const char *path, char **ret, size_t *ret_len, struct err *e)
{
    struct files *f = data;
    const char *text = str_eq(path, "app.yaml") ? f->app : str_eq(path, "types.yaml") ? f->types : NULL;
    if (!text)
        return -ENOENT;
    f->reads++;
    *ret = mem_strdup(text);
    *ret_len = strlen(text);
    return 0;
}

static bool file_exists(void *data, const char *path)
{
    return str_eq(path, "types.yaml");
}

/* How many files the second run reads again. */
static unsigned reads_again(const char *app, const char *types)
{
    struct files f = {app, types, 0};
    struct tosca_source source = {.read = read_file, .exists = file_exists, .data = &f};
    struct tosca_options options = {.entry = "app.yaml", .source = &source};
    struct map trees;
    struct diags d = {0};
    struct topology *t = NULL;
    map_init(&trees, tosca_tree_free);
    tosca_read(&options, &d, &trees);
    assert_int_equal(f.reads, 2);
    assert_int_equal(trees.n, 2);
    diags_done(&d);
    options.profiles = &tosca_profiles;
    options.trees = &trees;
    for (int i = 0; i < 2; i++) { /* a tree is taken once: then the file is read */
        assert_int_equal(tosca_load(&options, &t, &d), 0);
        assert_int_equal(t->n_components, 1);
        topology_free(t);
        diags_done(&d);
    }
    map_done(&trees);
    return f.reads - 4;
}

static void taken_once(void **state)
{
    assert_int_equal(reads_again("tosca_definitions_version: tosca_simple_yaml_1_3\nimports: [types.yaml]\n"
                                 "topology_template: {node_templates: {a: {type: A}}}\n",
                                 "tosca_definitions_version: tosca_simple_yaml_1_3\nnode_types: {A: {}}\n"),
                     0);
}

static void not_when_reading_changed_them(void **state)
{
    assert_int_equal(reads_again("tosca_definitions_version: tosca_2_0\nimports: [types.yaml]\n"
                                 "service_template: {node_templates: {a: {type: A}}}\n",
                                 "tosca_definitions_version: tosca_2_0\nnode_types: {A: {}}\n"),
                     2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(taken_once),
        cmocka_unit_test(not_when_reading_changed_them),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
