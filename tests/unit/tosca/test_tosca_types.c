// SPDX-License-Identifier: Apache-2.0
// Types: members along the ancestry, refinements, and what types say that cannot be.
#include "tosca_fixture.h"

#include <string.h>

#define V "tosca_definitions_version: tosca_simple_yaml_1_3\n"

static void test_members_are_inherited(void **state)
{
    struct bed b;
    bed_start(&b);
    bed_file(&b, "base.sh", "x");
    bed_file(&b, "own.sh", "x");
    bed_file(&b, "app.yaml",
             V "imports: [tosker.yaml]\n"
               "node_types:\n"
               "  base:\n"
               "    derived_from: tosker.nodes.Container\n"
               "    properties: {size: {type: scalar-unit.size, default: 1 GiB}, list: {type: list, default: [a]}}\n"
               "    artifacts: {image: {type: tosker.artifacts.Image.Service, file: 'base:1'}}\n"
               "    interfaces:\n"
               "      Standard: {create: base.sh, start: {inputs: {level: {type: integer, default: 3}}}}\n"
               "  more:\n"
               "    derived_from: base\n"
               "    properties: {size: 2 GiB}\n"
               "    interfaces: {Standard: {operations: {start: own.sh}}}\n"
               "topology_template:\n"
               "  node_templates:\n"
               "    x: {type: more}\n"
               "    y: {type: more, properties: {size: 3 GiB}, artifacts: {image: {type: tosker.artifacts.Image, file: "
               "'own:1'}}}\n");
    bed_run(&b);
    assert_int_equal(b.result, 0);
    AUTO_FREE char *x = bed_property(&b, "x", "size");
    AUTO_FREE char *y = bed_property(&b, "y", "size");
    AUTO_FREE char *list = bed_property(&b, "x", "list");
    assert_string_equal(x, "\"2 GiB\"");
    assert_string_equal(y, "\"3 GiB\"");
    assert_string_equal(list, "[\"a\"]");
    assert_string_equal(bed_component(&b, "x")->image, "base:1");
    assert_true(bed_component(&b, "x")->image_runs);
    assert_string_equal(bed_component(&b, "y")->image, "own:1");
    assert_false(bed_component(&b, "y")->image_runs);
    const struct topology_operation *create = topology_operation_find(bed_component(&b, "x"), "Standard", "create");
    const struct topology_operation *begin = topology_operation_find(bed_component(&b, "x"), "Standard", "start");
    assert_string_equal(create->script, "base.sh");
    assert_string_equal(begin->script, "own.sh");
    assert_int_equal(json_int(begin->inputs, "level", 0), 3);
    bed_stop(&b);
}

static void test_refused(void **state)
{
    static const struct {
        const char *text, *code;
        int line;
        const char *part;
    } rows[] = {
        {V "node_types:\n  a: {derived_from: nothing_like_it}\n", "UNKNOWN_TYPE", 3,
         "unknown node type 'nothing_like_it'"},
        {V "data_types:\n  a:\n    derived_from: string\n    properties: {x: {type: string}}\n", "INHERITANCE", 4,
         "no properties"},
        {V "node_types:\n  a: {properties: {p: {type: string}}}\n  b: {derived_from: a, properties: {p: {type: "
           "integer}}}\n",
         "INHERITANCE", 4, "does not derive from 'string'"},
        {V "node_types:\n  a: {properties: {p: text}}\n", "SHAPE", 3, "must be a map with its type"},
        {V "capability_types:\n  c: {valid_source_types: [nobody]}\n", "UNKNOWN_TYPE", 3, "nobody"},
        {V "relationship_types:\n  r: {valid_target_types: [nobody]}\n", "UNKNOWN_TYPE", 3, "nobody"},
        {V "node_types:\n  n: {capabilities: {c: nobody}}\n", "UNKNOWN_TYPE", 3, "capability type 'nobody'"},
        {V "node_types:\n  n: {capabilities: {c: {description: x}}}\n", "MISSING_KEY", 3, "'type' is missing"},
        {V "node_types:\n  n: {requirements: [r: {node: tosca.nodes.Root}]}\n", "MISSING_KEY", 3,
         "'capability' is missing"},
        {V "node_types:\n  n: {requirements: [r: {capability: tosca.capabilities.Node, relationship: nobody}]}\n",
         "UNKNOWN_TYPE", 3, "relationship type 'nobody'"},
        {V "node_types:\n  n: {interfaces: {i: {type: nobody}}}\n", "UNKNOWN_TYPE", 3, "interface type 'nobody'"},
        {V "node_types:\n  n: {artifacts: {a: {type: nobody, file: x}}}\n", "UNKNOWN_TYPE", 3,
         "artifact type 'nobody'"},
        {V "interface_types: {i: {}}\nnode_types: {n: {interfaces: {mine: {go: x.sh}}}}\n", "MISSING_KEY", 3,
         "interface 'mine': the key 'type'"},
        {V "interface_types: {i: {}, j: {}}\nnode_types: {n: {interfaces: {x: {type: i}}}, m: {derived_from: n, "
           "interfaces: {x: {type: j}}}}\n",
         "INHERITANCE", 3, "interface type 'j' does not derive"},
        {V "node_types:\n  n: {properties: {p: {type: string, status: suported}}}\n", "VALUE_TYPE", 3,
         "did you mean 'supported'?"},
        {V "topology_template:\n  relationship_templates: {r: {type: AttachesTo}}\n", "MISSING_KEY", 3,
         "relationship template 'r': property 'location' is required"},
        {V "group_types:\n  g: {members: [{}]}\n", "OTHER", 3, "no name of a type"},
        {V "policy_types:\n  p: {targets: [nobody]}\n", "UNKNOWN_REF", 3, "nobody"},
        {V "interface_types:\n  i: {go: {inputs: {a: {type: nobody}}}}\n", "UNKNOWN_TYPE", 3, "data type 'nobody'"},
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++)
        bed_refuses(rows[i].text, rows[i].code, rows[i].line, rows[i].part);
}

static void test_copy(void **state)
{
    struct bed b;
    bed_takes(&b, V "data_types: {cpu: {properties: {arch: {type: string}, cores: {type: integer}}}}\n"
                    "node_types: {m: {properties: {cpu: {type: cpu}, name: {type: string, default: n}}}}\n"
                    "topology_template:\n"
                    "  node_templates:\n"
                    "    one: {type: m, properties: {cpu: {arch: x86, cores: 4}}}\n"
                    "    two: {copy: one, properties: {cpu: {cores: 8}, name: second}}\n");
    AUTO_FREE char *cpu = bed_property(&b, "two", "cpu");
    assert_string_equal(cpu, "{\"arch\":\"x86\",\"cores\":8}");
    AUTO_FREE char *name = bed_property(&b, "one", "name");
    assert_string_equal(name, "\"n\"");
    bed_stop(&b);
    bed_refuses(V "topology_template:\n  node_templates:\n    ones: {type: tosca.nodes.Root}\n    two: {copy: one}\n",
                "UNKNOWN_REF", 5, "copies 'one', which is not there, did you mean 'ones'?");
}

// One level: what is copied is no copy itself. Templates of 1.x in use do it all the same.
static void test_copy_of_a_copy(void **state)
{
    static const char text[] = "tosca_definitions_version: %s\nnode_types: {n: {}}\n%s:\n  node_templates:\n    a: "
                               "{type: n}\n    b: {copy: a}\n"
                               "    c: {copy: %s}\n";
    AUTO_FREE char *old = mem_printf(text, "tosca_simple_yaml_1_3", "topology_template", "b");
    AUTO_FREE char *right = mem_printf(text, "tosca_2_0", "service_template", "a");
    AUTO_FREE char *wrong = mem_printf(text, "tosca_2_0", "service_template", "b");
    struct bed b;
    bed_takes(&b, old);
    bed_must_warn(&b, "OTHER", "'c' copies 'b', which is a copy of 'a' itself; copy 'a'");
    bed_stop(&b);
    bed_takes(&b, right);
    bed_stop(&b);
    bed_refuses(wrong, "OTHER", 7, "which is a copy of 'a' itself");
}

// What no operation takes over and no requirement ties is held against its type, too.
static void test_values_that_nobody_uses(void **state)
{
    static const char *const types =
        "interface_types: {i: {inputs: {a: {type: integer}}}, k: {operations: {o: {description: x}}}}\n"
        "capability_types: {c: {}}\n"
        "relationship_types: {r: {properties: {p: {type: list, entry_schema: {type: integer}}}, "
        "interfaces: {k: {type: k}}}}\n"
        "node_types: {n: {attributes: {u: {type: string}}, interfaces: {i: {type: i}, k: {type: k}}, "
        "requirements: [q: {capability: c, relationship: r}]}}\n";
    static const struct {
        const char *right, *wrong, *code, *part;
    } rows[] = {
        {"relationship_templates: {z: {type: r, properties: {p: [1, 2]}}}",
         "relationship_templates: {z: {type: r, properties: {p: [1, x]}}}", "VALUE_TYPE", "must be of type integer"},
        {"relationship_templates: {z: {type: r, properties: {p: [1]}, interfaces: {k: {operations: {o: {inputs: {b: "
         "1}}}}}}}",
         "relationship_templates: {z: {type: r, properties: {p: [1]}, interfaces: {k: {operations: {oo: {inputs: {b: "
         "1}}}}}}}",
         "UNDECLARED_NAME", "has no operation 'oo'"},
        {"node_templates: {t: {type: n, interfaces: {i: {inputs: {a: 1}}}}}",
         "node_templates: {t: {type: n, interfaces: {i: {inputs: {a: x}}}}}", "VALUE_TYPE",
         "input 'a' must be of type integer"},
        {"node_templates: {t: {type: n, requirements: [q: {relationship: {type: r, properties: {p: [1]}}}]}}",
         "node_templates: {t: {type: n, requirements: [q: {relationship: {type: r, properties: {p: [x]}}}]}}",
         "VALUE_TYPE", "must be of type integer"},
        {"node_templates: {t: {type: n, interfaces: {k: {operations: {o: {outputs: {b: [SELF, u]}}}}}}}",
         "node_templates: {t: {type: n, interfaces: {k: {operations: {o: {outputs: {b: [SELF, w]}}}}}}}", "UNKNOWN_REF",
         "node type 'n' has no attribute 'w'"},
    };
    static const char *const versions[] = {"tosca_simple_yaml_1_3", "tosca_2_0"};
    for (size_t k = 0; k < ARRAY_LEN(versions); k++) {
        for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
            const char *section = k ? "service_template" : "topology_template";
            bool alone = k && str_starts(rows[i].right, "relationship"); // 2.0 wants node templates, too
            const char *more = alone ? "node_templates: {t: {type: n}}, " : "";
            AUTO_FREE char *right = mem_printf("tosca_definitions_version: %s\n%s%s: {%s%s}\n", versions[k], types,
                                               section, more, rows[i].right);
            AUTO_FREE char *wrong = mem_printf("tosca_definitions_version: %s\n%s%s: {%s%s}\n", versions[k], types,
                                               section, more, rows[i].wrong);
            struct bed b;
            bed_takes(&b, right);
            bed_stop(&b);
            bed_refuses(wrong, rows[i].code, 6, rows[i].part);
        }
    }
}

// Nothing acts on them, and that is said.
static void test_notifications(void **state)
{
    static const char text[] = "%sinterface_types: {i: {notifications: {watch: {description: x}}}}\n"
                               "node_types: {n: {attributes: {u: {type: string}}, interfaces: {i: {type: i}}}}\n"
                               "%s: {node_templates: {t: {type: n, interfaces: {i: {notifications: {%s}}}}}}\n";
    static const char *const versions[] = {V, "tosca_definitions_version: tosca_2_0\n"};
    for (size_t k = 0; k < ARRAY_LEN(versions); k++) {
        const char *section = k ? "service_template" : "topology_template";
        AUTO_FREE char *right =
            mem_printf(text, versions[k], section, "watch: {implementation: {primary: x.sh}, outputs: {a: [SELF, u]}}");
        AUTO_FREE char *name = mem_printf(text, versions[k], section, "wacth: {outputs: {a: [SELF, u]}}");
        AUTO_FREE char *output = mem_printf(text, versions[k], section, "watch: {outputs: {a: [SELF, w]}}");
        struct bed b;
        bed_takes(&b, right);
        bed_must_warn(&b, "NOT_RUN", "sedge receives no notifications");
        bed_stop(&b);
        bed_refuses(name, "UNDECLARED_NAME", 4, "did you mean 'watch'?");
        bed_refuses(output, "UNKNOWN_REF", 4, "has no attribute 'w'");
    }
}

// A table of rules about artifacts and requirement assignments: what keeps one, what breaks it.
static void test_assignments(void **state)
{
    static const char text[] =
        "tosca_definitions_version: %s\n"
        "artifact_types: {f: {properties: {p: {type: string}}}}\n"
        "capability_types: {c: {}, d: {derived_from: c}, e: {}, only: {%s: [v]}}\n"
        "relationship_types: {r: {}}\n"
        "node_types: {v: {}, m: {capabilities: {c: d, o: only}}, n: {requirements: [q: {capability: c, relationship: "
        "r}]}, w: {derived_from: v, requirements: [q: {capability: only, relationship: r}]}, x: {requirements: [q: "
        "{capability: only, relationship: r}]}}\n"
        "%s: {node_templates: {s: {type: m}, %s}}\n";
    static const struct {
        const char *right, *wrong, *code, *part;
    } rows[] = {
        {"t: {type: m, artifacts: {k: {type: f, file: x.bin, properties: {p: a}}}}",
         "t: {type: m, artifacts: {k: {type: f, file: x.bin}}}", "MISSING_KEY",
         "artifact 'k': property 'p' is required"},
        {"t: {type: m, artifacts: {k: {type: f, file: x.bin, properties: {p: a}, checksum: aa, checksum_algorithm: "
         "MD5}}}",
         "t: {type: m, artifacts: {k: {type: f, file: x.bin, properties: {p: a}, checksum: aa}}}", "MISSING_KEY",
         "a checksum needs its 'checksum_algorithm'"},
        {"t: {type: n, requirements: [q: {capability: d, node: s}]}",
         "t: {type: n, requirements: [q: {capability: e}]}", "INHERITANCE",
         "capability type 'e' does not derive from 'c'"},
        {"t: {type: n, requirements: [q: {capability: c, node: s}]}",
         "t: {type: n, requirements: [q: {capability: nobody}]}", "UNKNOWN_REF", "'nobody' is no capability type"},
        {"t: {type: w, requirements: [q: s]}", "t: {type: x, requirements: [q: s]}", "TARGET_TYPE",
         "capability 'o' of 's' is not meant for nodes of type 'x'"},
    };
    for (size_t k = 0; k < 2; k++) {
        for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
            const char *version = k ? "tosca_2_0" : "tosca_simple_yaml_1_3",
                       *sources = k ? "valid_source_node_types" : "valid_source_types";
            const char *section = k ? "service_template" : "topology_template";
            AUTO_FREE char *right = mem_printf(text, version, sources, section, rows[i].right);
            AUTO_FREE char *wrong = mem_printf(text, version, sources, section, rows[i].wrong);
            struct bed b;
            bed_takes(&b, right);
            bed_stop(&b);
            bed_refuses(wrong, rows[i].code, 6, rows[i].part);
        }
    }
}

// Of SHA-256 a checksum is looked at; of others it is said that it is not.
static void test_checksums(void **state)
{
    static const char text[] = V "node_types:\n  n: {artifacts: {k: {type: tosca.artifacts.File, file: x.bin, "
                                 "checksum: %s, checksum_algorithm: %s}}}\n";
    static const struct {
        const char *sum, *algorithm;
        bool right;
    } rows[] = {
        {"2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881", "SHA-256", true},
        {"2D711642B726B04401627CA9FBAC32F5C8530FB1903CC4DB02258717921A4881", "sha256", true},
        {"3d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881", "SHA-256", false},
        {"aa", "MD5", true},
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        AUTO_FREE char *template = mem_printf(text, rows[i].sum, rows[i].algorithm);
        struct bed b;
        bed_start(&b);
        bed_file(&b, "x.bin", "x");
        bed_file(&b, "app.yaml", template);
        bed_run(&b);
        assert_int_equal(b.result == 0, rows[i].right);
        assert_int_equal(bed_count(&b, "CONSTRAINT"), !rows[i].right);
        if (str_eq(rows[i].algorithm, "MD5"))
            bed_must_warn(&b, "NOT_RUN", "a checksum by 'MD5' is not checked");
        bed_stop(&b);
    }
}

// 2.0: a requirement may name a capability of the node type that it asks for.
static void test_capability_by_name(void **state)
{
    static const char text[] =
        "tosca_definitions_version: tosca_2_0\ncapability_types: {c: {}}\nrelationship_types: {r: {}}\nnode_types:\n"
        "  m: {capabilities: {place: c}}\n  n: {requirements: [q: {node: m, capability: %s, relationship: r}]}\n"
        "service_template: {node_templates: {s: {type: m}, t: {type: n, requirements: [q: s]}}}\n";
    AUTO_FREE char *right = mem_printf(text, "place"), *wrong = mem_printf(text, "palce");
    struct bed b;
    bed_takes(&b, right);
    bed_stop(&b);
    bed_start(&b);
    bed_file(&b, "app.yaml", wrong);
    bed_run(&b);
    assert_int_equal(bed_count(&b, "UNKNOWN_TYPE"), 1);
    bed_stop(&b);
}

// Independent faults of different kinds come out in one run, each once, and none of them makes another.
static void test_thirty_faults(void **state)
{
    static const char text[] =
        V "node_typs: {}\n"                       // 1 UNKNOWN_KEY
          "metadata: {template_version: 1.x.y}\n" // 2 VALUE_TYPE
          "repositories: {r: {description: x}}\n" // 3 MISSING_KEY
          "data_types:\n"
          "  d1: {derived_from: nothing}\n"                                  // 4 UNKNOWN_TYPE
          "  d2: {derived_from: string, constraints: [{in_rang: [1, 2]}]}\n" // 5 UNKNOWN_KEY
          "  d3: {properties: {f: {type: strin}}}\n"                         // 6 UNKNOWN_TYPE
          "capability_types:\n"
          "  c1: {valid_source_types: [nobody]}\n"                 // 7 UNKNOWN_TYPE
          "  c2: {properties: {p: {type: integer, default: x}}}\n" // 8 VALUE_TYPE
          "  c3: {}\n"
          "relationship_types:\n"
          "  r1: {valid_target_types: [nobody]}\n" // 9 UNKNOWN_TYPE
          "node_types:\n"
          "  n1: {properties: {p: {type: integer, constraints: [{greater_than: 5}], default: 3}}}\n" // 10 CONSTRAINT
          "  n2: {derived_from: n2}\n"                                                               // 11 CYCLE
          "  n3: {properties: {p: {type: string}}}\n"
          "  n4: {derived_from: n3, properties: {p: {type: integer}}}\n"       // 12 INHERITANCE
          "  n5: {requirements: [q: {capability: c3, occurrences: [3, 1]}]}\n" // 13 OCCURRENCES
          "  n6: {capabilities: {k: {description: x}}}\n"                      // 14 MISSING_KEY
          "  n7: {interfaces: {i: {type: nobody}}}\n"                          // 15 UNKNOWN_TYPE
          "  n8: {artifacts: {a: {type: nobody, file: x}}}\n"                  // 16 UNKNOWN_TYPE
          "  n9: {properties: [a]}\n"                                          // 17 SHAPE
          "group_types:\n"
          "  g1: {members: [nobody]}\n" // 18 UNKNOWN_REF
          "topology_template:\n"
          "  inputs:\n"
          "    i1: {type: integer, default: x}\n"                 // 19 VALUE_TYPE
          "    i2: {type: scalar-unit.size, default: 5 apples}\n" // 20 SCALAR_UNIT
          "  node_templates:\n"
          "    t1: {type: nothing}\n"                                       // 21 UNKNOWN_TYPE
          "    t2: {type: n3}\n"                                            // 22 MISSING_KEY
          "    t3: {type: n3, properties: {p: a, z: 1}}\n"                  // 23 UNDECLARED_NAME
          "    t4: {type: n3, properties: {p: {get_input: nope}}}\n"        // 24 UNKNOWN_REF
          "    t5: {type: n3, properties: {p: {concat: a}}}\n"              // 25 FUNCTION_ARGS
          "    t6: {type: n3, properties: {p: a}, requirements: [q: t3]}\n" // 26 UNDECLARED_NAME
          "    t7: {typ: n3}\n"                                             // 27 UNKNOWN_KEY
          "    t8: {copy: nobody}\n"                                        // 28 UNKNOWN_REF
          "  groups: {g: {type: tosca.groups.Root, members: [nobody]}}\n"   // 29 UNKNOWN_REF
          "  policies: [p: {type: tosca.policies.Nope}]\n"                  // 30 UNKNOWN_TYPE
          "  outputs: {o: {value: {get_attribute: [t3, nope]}}}\n";         // 31 UNKNOWN_REF
    struct bed b;
    bed_start(&b);
    bed_file(&b, "app.yaml", text);
    bed_run(&b);
    for (size_t i = 0; i < b.diags.n; i++) {
        const struct diag *d = &b.diags.items[i];
        for (size_t k = 0; k < i && d->level == DIAG_ERROR; k++)
            assert_false(b.diags.items[k].level == DIAG_ERROR && b.diags.items[k].line == d->line);
    }
    assert_int_equal(b.diags.errors, 31);
    bed_stop(&b);
}

// Wherever a name is looked up, the nearest one is offered.
static void test_suggestions(void **state)
{
    static const char text[] = V "repositories: {central: {url: 'http://example.org'}}\n"
                                 "interface_types: {i: {operations: {refresh: {description: x}}}}\n"
                                 "capability_types: {c: {}}\n"
                                 "relationship_types: {r: {}}\n"
                                 "node_types: {m: {capabilities: {landing: c}}, n: {interfaces: {i: {type: i}}, "
                                 "requirements: [q: {capability: c, relationship: r, occurrences: [0, 9]}]}}\n"
                                 "topology_template: {node_templates: {s: {type: m}, t: {type: n, %s}}}\n";
    static const struct {
        const char *part, *code, *like;
    } rows[] = {
        {"interfaces: {i: {operations: {refersh: x.sh}}}", "UNDECLARED_NAME", "did you mean 'refresh'?"},
        {"artifacts: {a: {type: File, file: x, repository: centrall}}", "UNKNOWN_REF", "did you mean 'central'?"},
        {"requirements: [q: {capability: landnig}]", "UNKNOWN_REF", "did you mean 'landing'?"},
        {"node_filter: {capabilities: [landing: {properties: []}]}, artifacts: {picture: {type: File, file: x}}, "
         "metadata: {a: b}, "
         "interfaces: {i: {inputs: {z: {get_artifact: [SELF, pictrue]}}}}",
         "UNKNOWN_REF", "did you mean 'picture'?"},
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        AUTO_FREE char *template = mem_printf(text, rows[i].part);
        bed_refuses(template, rows[i].code, 7, rows[i].like);
    }
}

static void test_directives(void **state)
{
    static const struct {
        const char *version, *section, *word, *part;
    } rows[] = {
        {"tosca_simple_yaml_1_3", "topology_template", "selectable", NULL},
        {"tosca_simple_yaml_1_3", "topology_template", "selct", "did you mean 'select'?"},
        {"tosca_simple_yaml_1_3", "topology_template", "create", "is select, selectable"},
        {"tosca_2_0", "service_template", "create", NULL},
        {"tosca_2_0", "service_template", "selct", "did you mean 'select'?"},
        {"tosca_2_0", "service_template", "selectable", "is create, select or substitute"},
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        AUTO_FREE char *text = mem_printf(
            "tosca_definitions_version: %s\nnode_types: {n: {}}\n%s:\n  node_templates: {t: {type: n, directives: "
            "[%s]}}\n",
            rows[i].version, rows[i].section, rows[i].word);
        struct bed b;
        if (rows[i].part) {
            bed_refuses(text, "VALUE_TYPE", 4, rows[i].part);
            continue;
        }
        bed_takes(&b, text);
        bed_stop(&b);
    }
}

static void test_interfaces(void **state)
{
    static const struct {
        const char *text, *code, *part;
    } rows[] = {
        {"Standard: {creat: x.sh}", "UNDECLARED_NAME", "has no operation 'creat'"},
        {"Standrd: {create: x.sh}", "UNDECLARED_NAME", "no interface 'Standrd', did you mean 'Standard'?"},
        {"Standard: {create: {implementation: x.sh, inputs: {a: {get_input: no}}}}", "UNKNOWN_REF", "no input 'no'"},
        {"Standard: {create: {implementation: {primary: x.sh, timeout: soon}}}", "VALUE_TYPE", "timeout"},
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        AUTO_FREE char *text = mem_printf(
            "%stopology_template:\n  node_templates:\n    n:\n      type: tosca.nodes.Root\n      interfaces: {%s}\n",
            V, rows[i].text);
        bed_refuses(text, rows[i].code, 6, rows[i].part);
    }
    struct bed b;
    bed_takes(&b, V "topology_template: {node_templates: {n: {type: tosca.nodes.Root, interfaces: {"
                    "tosca.interfaces.node.lifecycle.Standard: {create: {inputs: {a: 1}}}}}}}\n");
    assert_non_null(topology_operation_find(bed_component(&b, "n"), "Standard", "create"));
    bed_stop(&b);
}

static void test_groups_and_policies(void **state)
{
    static const struct {
        const char *text, *code, *part;
    } rows[] = {
        {"groups: {g: {type: tosca.groups.Root, members: [m]}}", "UNKNOWN_REF", "group 'g' names 'm'"},
        {"groups: {g: {type: tosca.groups.Rot}}", "UNKNOWN_TYPE", "did you mean 'tosca.groups.Root'?"},
        {"groups: {g: {type: only, members: [n]}}", "MEMBER_TYPE", "does not take"},
        {"groups: {g: {type: only, properties: {x: 1}}}", "UNDECLARED_NAME", "no property 'x'"},
        {"policies: [p: {type: tosca.policies.Root, targets: [m]}]", "UNKNOWN_REF", "policy 'p' names 'm'"},
        {"policies: [p: {type: needs}]", "MISSING_KEY", "policy 'p': property 'must' is required"},
        {"workflows: {w: {steps: {s: {target: m, activities: []}}}}", "UNKNOWN_REF",
         "'m' is no node template or group"},
        {"workflows: {w: {steps: {s: {target: n, activities: [{jump: x}]}}}}", "UNKNOWN_KEY",
         "an activity is a map of one of"},
        {"workflows: {w: {steps: {first: {target: n, activities: [], on_success: frist}}}}", "UNKNOWN_REF",
         "did you mean 'first'?"},
        {"substitution_mappings: {node_type: nobody}", "UNKNOWN_TYPE", "nobody"},
        {"substitution_mappings: {node_type: needed}", "SUBSTITUTION", "property 'must'"},
        {"substitution_mappings: {node_type: tosca.nodes.Root, capabilities: {feature: [m, feature]}}", "UNKNOWN_REF",
         "names 'm'"},
        {"substitution_mappings: {node_type: tosca.nodes.Root, capabilities: {feature: [n, none]}}", "UNKNOWN_REF",
         "no capability 'none'"},
        {"substitution_mappings: {node_type: tosca.nodes.Root, requirements: {depend: [n, dependency]}}",
         "SUBSTITUTION", "no requirement 'depend'"},
        {"substitution_mappings: {node_type: tosca.nodes.Root, capabilities: {feature: here}}", "SHAPE",
         "must be a list"},
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        AUTO_FREE char *text = mem_printf("%sgroup_types: {only: {members: [other]}}\n"
                                          "policy_types: {needs: {properties: {must: {type: string}}}}\n"
                                          "node_types: {other: {}, needed: {properties: {must: {type: string}}}}\n"
                                          "topology_template:\n  node_templates: {n: {type: tosca.nodes.Root}}\n  %s\n",
                                          V, rows[i].text);
        bed_refuses(text, rows[i].code, 7, rows[i].part);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_members_are_inherited),
        cmocka_unit_test(test_refused),
        cmocka_unit_test(test_copy),
        cmocka_unit_test(test_copy_of_a_copy),
        cmocka_unit_test(test_values_that_nobody_uses),
        cmocka_unit_test(test_notifications),
        cmocka_unit_test(test_directives),
        cmocka_unit_test(test_suggestions),
        cmocka_unit_test(test_assignments),
        cmocka_unit_test(test_checksums),
        cmocka_unit_test(test_capability_by_name),
        cmocka_unit_test(test_thirty_faults),
        cmocka_unit_test(test_interfaces),
        cmocka_unit_test(test_groups_and_policies),
    };
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
