// SPDX-License-Identifier: Apache-2.0
#include "editor_fixture.h"

#include <string.h>

#include "editor/definition.h"
#include "editor/outline.h"

#define ONE "tosca_definitions_version: tosca_simple_yaml_1_3\nimports: [lib/types.yaml, sedge.yaml]\n"

// file: NULL: in the document, at the `nth` place of `word`; else a path, with the line there (0: the whole file).
static void leads(const char *text, const char *file, int line, const char *word)
{
    struct editor x;
    struct definition d = {0};
    editor_start(&x);
    editor_file(&x, "lib/types.yaml",
                "tosca_definitions_version: tosca_simple_yaml_1_3\nnode_types:\n  lib.A:\n    properties:\n"
                "      p: {type: string}\n");
    editor_file(&x, "run.sh", "");
    editor_open(&x, text, false, NULL);
    bool found = definition_of(&x.cursor, &d);
    if (!file && !word)
        assert_false(found);
    else if (!found)
        fail_msg("at '%s': leads nowhere", strchr(text, '|'));
    if (file) {
        assert_false(d.here);
        assert_string_equal(d.file, file);
        assert_int_equal(d.line, line);
    } else if (word) {
        AUTO_FREE char *plain = mem_strdup(text);
        memmove(strchr(plain, '|'), strchr(text, '|') + 1, strlen(strchr(text, '|')));
        assert_true(d.here);
        assert_int_equal(d.from, strstr(plain, word) - plain);
    }
    editor_stop(&x);
}

static void test_definitions(void **state)
{
    leads(ONE "topology_template: {node_templates: {a: {type: lib|.A}}}\n", "lib/types.yaml", 3, NULL);
    leads(ONE "topology_template: {node_templates: {a: {type: lib.A, properties: {|p: x}}}}\n", "lib/types.yaml", 5,
          NULL);
    leads(ONE "topology_template: {node_templates: {a: {type: B|}}}\nnode_types:\n  B: {}\n", NULL, 0, "B: {}");
    leads(ONE "topology_template:\n  inputs: {port: {type: string}}\n  outputs: {x: {value: {get_input: po|rt}}}\n", NULL,
          0, "port: {type");
    leads(ONE "topology_template:\n  node_templates:\n    box: {type: lib.A}\n    a:\n      type: sedge.nodes.Software\n"
              "      requirements: [{host: b|ox}]\n",
          NULL, 0, "box: {type");
    leads(ONE "topology_template:\n  node_templates:\n    a:\n      type: lib.A\n      interfaces:\n"
              "        Standard: {create: run|.sh}\n",
          "run.sh", 0, NULL);
    leads(ONE "topology_template:\n  node_templates:\n    a:\n      type: lib.A\n      interfaces:\n"
              "        Standard:\n          operations:\n            create:\n"
              "              implementation: {primary: run|.sh}\n",
          "run.sh", 0, NULL);
    leads("tosca_definitions_version: tosca_simple_yaml_1_3\nimports:\n  - lib/ty|pes.yaml\n", "lib/types.yaml", 0, NULL);
    leads("tosca_definitions_version: tosca_simple_yaml_1_3\nimports:\n  - {file: sedge|.yaml}\n", "sedge.yaml", 0, NULL);
    leads("tosca_definitions_version: tosca_2_0\nimports:\n  - profile: dev.sed|ge:1.0\n", "sedge-2.yaml", 0, NULL);
    leads(ONE "description: run|.sh\n", NULL, 0, NULL);
}

struct lines {
    struct buf text;
};

static void add(void *data, const struct outline_symbol *x)
{
    struct lines *l = data;
    buf_addf(&l->text, "%u:%s ", x->depth, x->name);
    assert_true(x->from <= x->key_from && x->key_to <= x->to);
}

static void test_outline(void **state)
{
    static const char text[] = ONE "topology_template:\n  inputs: {i: {type: string}}\n  node_templates:\n    a:\n"
                                   "      type: lib.A\n      requirements:\n        - host: b\n        - x\n"
                                   "node_types:\n  B:\n    properties: {p: {type: string}}\n";
    struct lines l = {0};
    outline_walk(text, strlen(text), add, &l);
    assert_string_equal(buf_str(&l.text), "0:topology_template 1:inputs 2:i 1:node_templates 2:a 3:host 0:node_types "
                                          "1:B 2:p ");
    buf_done(&l.text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_definitions), cmocka_unit_test(test_outline)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
