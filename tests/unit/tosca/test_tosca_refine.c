// SPDX-License-Identifier: Apache-2.0
// Refinements: a rule a row, with what keeps it and what breaks it, in both generations.
#include "tosca_fixture.h"

#include <string.h>

#define V1 "tosca_definitions_version: tosca_simple_yaml_1_3\n"
#define V2 "tosca_definitions_version: tosca_2_0\n"
#define BASE                                                                                                           \
    "capability_types: {c: {properties: {size: {type: integer, required: false}}}, d: {derived_from: c}, e: {}}\n"     \
    "relationship_types: {r: {}, s: {derived_from: r}, u: {}}\n"                                                       \
    "interface_types: {i: {operations: {o: {inputs: {n: {type: string}}}}}, j: {derived_from: i}, k: {}}\n"            \
    "node_types:\n"                                                                                                    \
    "  x: {capabilities: {c: c}}\n"                                                                                    \
    "  y: {derived_from: x}\n"                                                                                         \
    "  z: {capabilities: {c: c}}\n"

// The words that 2.0 has for keys of 1.3.
static const struct {
    const char *old, *now;
} words_2[] = {
    {"occurrences", "count_range"},
    {"valid_source_types", "valid_source_node_types"},
    {"valid_target_types", "valid_capability_types"},
    {"constraints: [{greater_than: 5}]", "validation: {$greater_than: [$value, 5]}"},
    {"k: {}}", "k: {description: x}}"},
};

static char *as_2(const char *text)
{
    char *now = mem_strdup(text);
    for (size_t i = 0; i < ARRAY_LEN(words_2); i++) {
        AUTO_STRV struct strv parts = {0};
        for (char *at = now, *hit; at; at = hit ? hit + strlen(words_2[i].old) : NULL) {
            hit = strstr(at, words_2[i].old);
            AUTO_FREE char *part = mem_strndup(at, hit ? (size_t)(hit - at) : strlen(at));
            strv_add(&parts, part);
        }
        free(now);
        now = strv_join(&parts, words_2[i].now);
    }
    return now;
}

enum { IN_1_3 = 1, IN_2_0 = 2, IN_BOTH = 3 };

static void test_members(void **state)
{
    static const struct {
        const char *parent, *right, *wrong, *part;
        unsigned in; // where the wrong one is refused
    } rows[] = {
        {"requirements: [q: {capability: c, relationship: r}]", "requirements: [q: {capability: d, relationship: r}]",
         "requirements: [q: {capability: e, relationship: r}]", "capability type 'e' does not derive from 'c'",
         IN_BOTH},
        {"requirements: [q: {capability: d, relationship: r}]", "requirements: [q: {capability: d, relationship: r}]",
         "requirements: [q: {capability: c, relationship: r}]", "capability type 'c' does not derive from 'd'",
         IN_BOTH},
        {"requirements: [q: {capability: c, relationship: r, node: x}]",
         "requirements: [q: {capability: c, relationship: r, node: y}]",
         "requirements: [q: {capability: c, relationship: r, node: z}]", "node type 'z' does not derive from 'x'",
         IN_BOTH},
        {"requirements: [q: {capability: c, relationship: r}]", "requirements: [q: {capability: c, relationship: s}]",
         "requirements: [q: {capability: c, relationship: u}]", "relationship type 'u' does not derive from 'r'",
         IN_BOTH},
        {"requirements: [q: {capability: c, relationship: r, occurrences: [1, 4]}]",
         "requirements: [q: {capability: c, relationship: r, occurrences: [2, 3]}]",
         "requirements: [q: {capability: c, relationship: r, occurrences: [1, 5]}]", "reach beyond", IN_BOTH},
        {"requirements: [q: {capability: c, relationship: r, occurrences: [1, 4]}]",
         "requirements: [q: {capability: c, relationship: r, occurrences: [1, 4]}]",
         "requirements: [q: {capability: c, relationship: r, occurrences: [0, 4]}]", "reach beyond", IN_2_0},
        {"capabilities: {k: c}", "capabilities: {k: d}", "capabilities: {k: e}",
         "capability type 'e' does not derive from 'c'", IN_BOTH},
        {"capabilities: {k: {type: c, valid_source_types: [x]}}", "capabilities: {k: {valid_source_types: [y]}}",
         "capabilities: {k: {valid_source_types: [z]}}", "is none of the types that are inherited", IN_BOTH},
        {"properties: {p: {type: string}}", "properties: {p: {type: string, default: a}}",
         "properties: {p: {type: integer}}", "type 'integer' does not derive from 'string'", IN_BOTH},
        {"properties: {p: {type: string}}", "properties: {p: {type: string, required: true}}",
         "properties: {p: {type: string, required: false}}", "cannot become optional", IN_BOTH},
        {"attributes: {p: {type: string}}", "attributes: {p: {type: string}}", "attributes: {p: {type: integer}}",
         "type 'integer' does not derive from 'string'", IN_BOTH},
        {"properties: {p: {type: list, entry_schema: {type: string}}}",
         "properties: {p: {type: list, entry_schema: {type: string, description: x}}}",
         "properties: {p: {type: list, entry_schema: {type: integer}}}", "entry type 'integer' does not derive",
         IN_BOTH},
        {"properties: {p: {type: map, entry_schema: {type: list, entry_schema: {type: string}}}}",
         "properties: {p: {type: map, entry_schema: {type: list, entry_schema: string}}}",
         "properties: {p: {type: map, entry_schema: {type: list, entry_schema: integer}}}",
         "entry type 'integer' does not derive", IN_BOTH},
        {"interfaces: {f: {type: i}}", "interfaces: {f: {type: j}}", "interfaces: {f: {type: k}}",
         "interface type 'k' does not derive from 'i'", IN_BOTH},
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        AUTO_FREE char *right =
            mem_printf(BASE "  a: {%s}\n  b: {derived_from: a, %s}\n", rows[i].parent, rows[i].right);
        AUTO_FREE char *wrong =
            mem_printf(BASE "  a: {%s}\n  b: {derived_from: a, %s}\n", rows[i].parent, rows[i].wrong);
        for (unsigned in = IN_1_3; in <= IN_2_0; in++) {
            AUTO_FREE char *good = in == IN_2_0 ? as_2(right) : mem_strdup(right);
            AUTO_FREE char *bad = in == IN_2_0 ? as_2(wrong) : mem_strdup(wrong);
            AUTO_FREE char *takes = mem_printf("%s%s", in == IN_2_0 ? V2 : V1, good);
            AUTO_FREE char *refuses = mem_printf("%s%s", in == IN_2_0 ? V2 : V1, bad);
            struct bed b;
            bed_takes(&b, takes);
            bed_stop(&b);
            if (rows[i].in & in) {
                bed_refuses(refuses, "INHERITANCE", 10, rows[i].part);
                continue;
            }
            bed_takes(&b, refuses);
            bed_stop(&b);
        }
    }
}

static void test_lists(void **state)
{
    static const struct {
        const char *section, *parent, *right, *wrong;
    } rows[] = {
        {"capability_types", "valid_source_types: [x]", "valid_source_types: [x, y]", "valid_source_types: [x, z]"},
        {"relationship_types", "valid_target_types: [c]", "valid_target_types: [d]", "valid_target_types: [e]"},
        {"group_types", "members: [x]", "members: [y]", "members: [z]"},
        {"policy_types", "targets: [x]", "targets: [y]", "targets: [x, z]"},
    };
    static const char more[] = "node_types: {x: {}, y: {derived_from: x}, z: {}}\n";
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        bool caps = str_eq(rows[i].section, "capability_types");
        const char *others = caps ? "" : "capability_types: {c: {}, d: {derived_from: c}, e: {}}\n";
        AUTO_FREE char *right = mem_printf("%s%s%s: {one: {%s}, two: {derived_from: one, %s}}\n", others, more,
                                           rows[i].section, rows[i].parent, rows[i].right);
        AUTO_FREE char *wrong = mem_printf("%s%s%s: {one: {%s}, two: {derived_from: one, %s}}\n", others, more,
                                           rows[i].section, rows[i].parent, rows[i].wrong);
        AUTO_FREE char *good = as_2(right), *bad = as_2(wrong);
        AUTO_FREE char *takes_1 = mem_printf(V1 "%s", right), *takes_2 = mem_printf(V2 "%s", good);
        AUTO_FREE char *refuses_1 = mem_printf(V1 "%s", wrong), *refuses_2 = mem_printf(V2 "%s", bad);
        struct bed b;
        bed_takes(&b, takes_1);
        bed_stop(&b);
        bed_takes(&b, takes_2);
        bed_stop(&b);
        bed_refuses(refuses_1, "INHERITANCE", caps ? 3 : 4, "is none of the types that are inherited");
        bed_refuses(refuses_2, "INHERITANCE", caps ? 3 : 4, "is none of the types that are inherited");
    }
}

// TOSCA 1.0 to 1.2 do not ask for it: types in use replace what they had.
static void test_older_ones_warn(void **state)
{
    struct bed b;
    bed_takes(&b, "tosca_definitions_version: tosca_simple_yaml_1_2\n"
                  "capability_types: {c: {}, e: {}}\n"
                  "node_types: {a: {requirements: [q: c]}, b: {derived_from: a, requirements: [q: e]}}\n");
    bed_must_warn(&b, "INHERITANCE", "does not derive from 'c'");
    bed_stop(&b);
}

static void test_data_types(void **state)
{
    static const char text[] = "%sdata_types:\n  a: {derived_from: list, entry_schema: {type: string}}\n"
                               "  b: {derived_from: a, entry_schema: {type: %s}}\n";
    static const char *const versions[] = {V1, V2};
    for (size_t i = 0; i < ARRAY_LEN(versions); i++) {
        AUTO_FREE char *right = mem_printf(text, versions[i], "string"),
                       *wrong = mem_printf(text, versions[i], "integer");
        struct bed b;
        bed_takes(&b, right);
        bed_stop(&b);
        bed_refuses(wrong, "INHERITANCE", 4, "entry type 'integer' does not derive from 'string'");
    }
}

static void test_default_of_inherited_constraint(void **state)
{
    bed_refuses(V1 "node_types:\n  a: {properties: {p: {type: integer, constraints: [{greater_than: 5}]}}}\n"
                   "  b: {derived_from: a, properties: {p: {type: integer, default: 3}}}\n",
                "CONSTRAINT", 4, "greater than 5");
    bed_refuses(V2 "node_types:\n  a: {properties: {p: {type: integer, validation: {$greater_than: [$value, 5]}}}}\n"
                   "  b: {derived_from: a, properties: {p: {type: integer, default: 3}}}\n",
                "CONSTRAINT", 4, "does not satisfy");
}

// Interfaces: {version, text that keeps the rule, text that breaks it, code, line, part}.
static void test_interfaces(void **state)
{
    static const char *const start =
        "interface_types: {f: {inputs: {a: {type: string}}, operations: {open: {inputs: {b: "
        "{type: string}}}}, notifications: {watch: {description: x}}}}\n";
    static const struct {
        const char *version, *right, *wrong, *code, *part;
    } rows[] = {
        {V1, "node_types: {n: {interfaces: {j: {type: f, inputs: {a: {type: string}}}}}}",
         "node_types: {n: {interfaces: {j: {type: f, inputs: {a: {type: integer}}}}}}", "INHERITANCE",
         "input 'a': type 'integer' does not derive from 'string'"},
        {V2, "node_types: {n: {interfaces: {j: {type: f, inputs: {a: {type: string}}}}}}",
         "node_types: {n: {interfaces: {j: {type: f, inputs: {a: {type: integer}}}}}}", "INHERITANCE",
         "input 'a': type 'integer' does not derive from 'string'"},
        {V1, "node_types: {n: {interfaces: {j: {type: f, operations: {open: {inputs: {b: {type: string}}}}}}}}",
         "node_types: {n: {interfaces: {j: {type: f, operations: {open: {inputs: {b: {type: integer}}}}}}}}",
         "INHERITANCE", "operation 'open': input 'b'"},
        {V2, "node_types: {n: {interfaces: {j: {type: f, operations: {open: {inputs: {b: {type: string}}}}}}}}",
         "node_types: {n: {interfaces: {j: {type: f, operations: {open: {inputs: {b: {type: integer}}}}}}}}",
         "INHERITANCE", "operation 'open': input 'b'"},
        {V2,
         "node_types: {n: {interfaces: {j: {type: f, operations: {open: {inputs: {c: {type: string}}}}}}}, m: "
         "{derived_from: "
         "n, interfaces: {j: {operations: {open: {inputs: {c: {type: string}}}}}}}}",
         "node_types: {n: {interfaces: {j: {type: f, operations: {open: {inputs: {c: {type: string}}}}}}}, m: "
         "{derived_from: "
         "n, interfaces: {j: {operations: {open: {inputs: {c: {type: integer}}}}}}}}",
         "INHERITANCE", "operation 'open': input 'c'"},
        {V2, "node_types: {n: {interfaces: {j: {type: f, operations: {open: {description: x}}}}}}",
         "node_types: {n: {interfaces: {j: {type: f, operations: {opne: {description: x}}}}}}", "UNDECLARED_NAME",
         "has no operation 'opne', did you mean 'open'?"},
        {V2, "node_types: {n: {interfaces: {j: {type: f, notifications: {watch: {description: x}}}}}}",
         "node_types: {n: {interfaces: {j: {type: f, notifications: {wacth: {description: x}}}}}}", "UNDECLARED_NAME",
         "has no notification 'wacth', did you mean 'watch'?"},
        {V1, "dsl_definitions: {}",
         "capability_types: {c: {properties: {p: {type: string}}}}\nnode_types: {n: {capabilities: "
         "{k: {type: c, properties: {p: {type: integer}}}}}}",
         "INHERITANCE", "property 'p'"},
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        AUTO_FREE char *right = mem_printf("%s%s%s\n", rows[i].version, start, rows[i].right);
        AUTO_FREE char *wrong = mem_printf("%s%s%s\n", rows[i].version, start, rows[i].wrong);
        struct bed b;
        bed_takes(&b, right);
        bed_stop(&b);
        bed_refuses(wrong, rows[i].code, strstr(rows[i].wrong, "\n") ? 4 : 3, rows[i].part);
    }
}

// An interface type only says what there is; what it does is a node type's.
static void test_interface_types_are_bare(void **state)
{
    bed_refuses(V1 "interface_types:\n  f: {operations: {o: {implementation: {primary: x.sh}}}}\n", "UNKNOWN_KEY", 3,
                "an interface type has no implementations");
    bed_refuses(V1 "interface_types:\n  f: {notifications: {o: {implementation: {primary: x.sh}}}}\n", "UNKNOWN_KEY", 3,
                "an interface type has no implementations");
    bed_refuses(V2 "interface_types:\n  f: {operations: {o: {outputs: {a: [SELF, b]}}}}\n", "SHAPE", 3,
                "parameter definitions");
    bed_refuses(V2 "interface_types:\n  f: {operations: {o: {outputs: {a: {type: string, mapping: [SELF, b]}}}}}\n",
                "UNKNOWN_KEY", 3, "parameter definitions");
    struct bed b;
    bed_takes(&b,
              "tosca_definitions_version: tosca_simple_yaml_1_2\ninterface_types:\n  f: {o: {implementation: x.sh}}\n");
    bed_must_warn(&b, "UNKNOWN_KEY", "an interface type has no implementations");
    bed_stop(&b);
}

// 2.0: a capability's definition adds nothing to its type.
static void test_capability_definitions(void **state)
{
    static const char text[] =
        "%scapability_types: {c: {properties: {size: {type: integer}}, attributes: {used: {type: "
        "integer}}}}\nnode_types:\n  n: {capabilities: {k: {type: c, %s}}}\n";
    static const char *const bad[] = {"properties: {sise: {type: integer}}", "attributes: {usedd: {type: integer}}"};
    struct bed b;
    AUTO_FREE char *right = mem_printf(text, V2, "properties: {size: {type: integer, default: 3}}");
    bed_takes(&b, right);
    bed_stop(&b);
    for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
        AUTO_FREE char *wrong = mem_printf(text, V2, bad[i]), *before = mem_printf(text, V1, bad[i]);
        bed_refuses(wrong, "UNDECLARED_NAME", 4, "did you mean");
        bed_takes(&b, before);
        bed_must_warn(&b, "UNDECLARED_NAME", "did you mean");
        bed_stop(&b);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_members),
        cmocka_unit_test(test_lists),
        cmocka_unit_test(test_older_ones_warn),
        cmocka_unit_test(test_data_types),
        cmocka_unit_test(test_default_of_inherited_constraint),
        cmocka_unit_test(test_interfaces),
        cmocka_unit_test(test_interface_types_are_bare),
        cmocka_unit_test(test_capability_definitions),
    };
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
