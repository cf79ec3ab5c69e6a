// SPDX-License-Identifier: Apache-2.0
// Values of TOSCA 2.0: its own built-in types, scalar types, fixed values, defaults, null, and schemas refined.
#include "tosca_fixture.h"

#include <string.h>

struct row {
    const char *text, *value; /* what it becomes; NULL: refused */
    const char *code;
    int line;
    const char *part;
};

static void check(const struct row *row)
{
    struct bed b;
    if (!row->value) {
        bed_refuses(row->text, row->code, row->line, row->part);
        return;
    }
    bed_takes(&b, row->text);
    AUTO_FREE char *value = bed_property(&b, "x", "p");
    assert_string_equal(value, row->value);
    bed_stop(&b);
}

/* The declaration stands on line 3, the value on line 6. */
#define VALUE(type, value)                                                                                             \
    "tosca_definitions_version: tosca_2_0\n"                                                                           \
    "node_types:\n"                                                                                                    \
    "  n: {properties: {p: {type: " type "}}}\n"                                                                       \
    "service_template:\n"                                                                                              \
    "  node_templates:\n"                                                                                              \
    "    x: {type: n, properties: {p: " value "}}\n"

static void test_primitives(void **state)
{
    static const struct row rows[] = {
        {VALUE("string", "abc"), "\"abc\""},
        {VALUE("string", "\"0.1\""), "\"0.1\""},
        {VALUE("string", "0.1"), NULL, "VALUE_TYPE", 6, "must be of type string"},
        {VALUE("string", "true"), NULL, "VALUE_TYPE", 6, "must be of type string"},
        {VALUE("string", "yes"), "\"yes\""}, /* text in YAML 1.2 */
        {VALUE("string", "\"\""), "\"\""},
        {VALUE("string", "null"), NULL, "VALUE_TYPE", 6, "not null"},
        {VALUE("string", ""), NULL, "EMPTY_SECTION", 6, "nothing behind it"},
        {VALUE("integer", "0xFF"), "255"},
        {VALUE("integer", "0o17"), "15"},
        {VALUE("integer", "9223372036854775807"), "9223372036854775807"},
        {VALUE("integer", "9223372036854775808"), NULL, "VALUE_TYPE", 6, "must be of type integer"},
        {VALUE("integer", "1.0"), NULL, "VALUE_TYPE", 6, "must be of type integer"},
        {VALUE("integer", "'1'"), NULL, "VALUE_TYPE", 6, "must be of type integer"},
        {VALUE("float", "10"), "10"},
        {VALUE("float", "1.5e3"), "1500.0"},
        {VALUE("float", "-.inf"), "\"-.inf\""},
        {VALUE("float", ".NaN"), "\".nan\""},
        {VALUE("float", "abc"), NULL, "VALUE_TYPE", 6, "must be of type float"},
        {VALUE("boolean", "true"), "true"},
        {VALUE("boolean", "True"), NULL, "VALUE_TYPE", 6, "must be of type boolean"},
        {VALUE("boolean", "yes"), NULL, "VALUE_TYPE", 6, "must be of type boolean"},
        {VALUE("boolean", "'true'"), NULL, "VALUE_TYPE", 6, "must be of type boolean"},
        {VALUE("bytes", "aGVsbG8="), "\"aGVsbG8=\""},
        {VALUE("bytes", "\"\""), "\"\""},
        {VALUE("bytes", "'aGVs bG8='"), "\"aGVsbG8=\""},
        {VALUE("bytes", "a-b"), NULL, "VALUE_TYPE", 6, "must be of type bytes"},
        {VALUE("bytes", "5"), NULL, "VALUE_TYPE", 6, "must be of type bytes"},
        {VALUE("bytes", "!!binary aGVsbG8="), NULL, "VALUE_TYPE", 6, "must be of type bytes"},
        {VALUE("nil", "null"), "null"},
        {VALUE("nil", "0"), NULL, "VALUE_TYPE", 6, "must be of type nil"},
        {VALUE("timestamp", "'2025-04-12T23:20:50.52Z'"), "\"2025-04-12T23:20:50.52Z\""},
        {VALUE("timestamp", "'1990-12-31T15:59:60-08:00'"), "\"1990-12-31T15:59:60-08:00\""},
        {VALUE("timestamp", "'2025-04-12 23:20:50'"), NULL, "VALUE_TYPE", 6, "must be of type timestamp"},
        {VALUE("timestamp", "'2025-13-12T23:20:50Z'"), NULL, "VALUE_TYPE", 6, "must be of type timestamp"},
        {VALUE("version", "'6.1'"), "\"6.1\""},
        {VALUE("version", "1.0.0.alpha-10"), "\"1.0.0.alpha-10\""},
        {VALUE("version", "one"), NULL, "VALUE_TYPE", 6, "must be of type version"},
        {VALUE("range", "[1, 2]"), NULL, "UNKNOWN_TYPE", 3, "range"},
        {VALUE("any", "1"), NULL, "UNKNOWN_TYPE", 3, "any"},
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++)
        check(&rows[i]);
}

static void test_types_of_the_other_generation(void **state)
{
    struct bed b;
    bed_refuses("tosca_definitions_version: tosca_simple_yaml_1_3\n"
                "node_types: {n: {properties: {p: {type: bytes}}}}\n",
                "UNKNOWN_TYPE", 2, "bytes");
    bed_takes(&b, VALUE("scalar-unit.size", "5 GB"));
    bed_must_warn(&b, "UNKNOWN_TYPE", "Derive one from 'scalar'");
    bed_stop(&b);
}

/* The type stands on line 3, the value on line 7. */
#define SCALAR(type, value)                                                                                            \
    "tosca_definitions_version: tosca_2_0\n"                                                                           \
    "data_types:\n"                                                                                                    \
    "  mass: {derived_from: scalar, " type "}\n"                                                                       \
    "node_types: {n: {properties: {p: {type: mass}}}}\n"                                                               \
    "service_template:\n"                                                                                              \
    "  node_templates:\n"                                                                                              \
    "    x: {type: n, properties: {p: " value "}}\n"
#define GRAMS "units: {g: 1, kg: 1000}"

static void test_scalars(void **state)
{
    static const struct row rows[] = {
        {SCALAR(GRAMS, "5 kg"), "\"5 kg\""},
        {SCALAR(GRAMS, "5kg"), "\"5kg\""},
        {SCALAR(GRAMS, "0.5 kg"), "\"0.5 kg\""},
        {SCALAR(GRAMS, "5"), NULL, "SCALAR_UNIT", 7, "has no unit"},
        {SCALAR(GRAMS, "kg"), NULL, "SCALAR_UNIT", 7, "has no number"},
        {SCALAR(GRAMS, "5 KG"), NULL, "SCALAR_UNIT", 7, "does not belong"},
        {SCALAR("units: {g: 1}, prefixes: {'': 1, k: 1000, m: 0.001}", "5 mg"), "\"5 mg\""},
        {SCALAR("units: {g: 1}, prefixes: {'': 1, k: 1000}", "5 mg"), NULL, "SCALAR_UNIT", 7, "does not belong"},
        {SCALAR("units: {g: 1, gr: 1}, canonical_unit: g", "5 gr"), "\"5 gr\""},
        {SCALAR("unit_symbol_map: {k: 1000}, unit_suffix: g", "5 kg"), "\"5 kg\""}, /* an earlier draft's keys */
        {SCALAR("unit_symbol_map: {k: 1000}, unit_suffix: g", "5 g"), "\"5 g\""},
        {SCALAR(GRAMS ", data_type: integer", "5 kg"), "\"5 kg\""},
        {SCALAR(GRAMS ", data_type: integer", "0.5 kg"), NULL, "VALUE_TYPE", 7, "must be of type integer"},
        {SCALAR(GRAMS ", validation: {$greater_than: [$value, 10 g]}", "1 kg"), "\"1 kg\""},
        {SCALAR(GRAMS ", validation: {$greater_than: [$value, 10 g]}", "10 g"), NULL, "CONSTRAINT", 7, "10 g"},
        {SCALAR("units: {kg: 1000}", "1 kg"), NULL, "SCALAR_UNIT", 3, "must have the multiplier 1"},
        {SCALAR("units: {g: 1, gr: 1}", "1 g"), NULL, "SCALAR_UNIT", 3, "canonical_unit"},
        {SCALAR(GRAMS ", canonical_unit: kg", "1 g"), NULL, "SCALAR_UNIT", 3, "another multiplier"},
        {SCALAR(GRAMS ", canonical_unit: t", "1 g"), NULL, "SCALAR_UNIT", 3, "none of its units"},
        {SCALAR(GRAMS ", prefixes: {'': 1}", "1 g"), NULL, "SCALAR_UNIT", 3, "one unit alone"},
        {SCALAR("units: {g: 1}, prefixes: {k: 1000}", "1 kg"), NULL, "SCALAR_UNIT", 3, "prefixes must have"},
        {SCALAR("units: {g: one}", "1 g"), NULL, "SCALAR_UNIT", 3, "must be a number"},
        {SCALAR("units: {g: 1, mg: 0.001}, data_type: integer", "1 g"), NULL, "SCALAR_UNIT", 3, "no positive whole"},
        {SCALAR(GRAMS ", data_type: string", "1 g"), NULL, "VALUE_TYPE", 3, "integers or floats"},
        {SCALAR("description: without units", "1 g"), NULL, "MISSING_KEY", 3, "needs 'units'"},
        {VALUE("scalar", "1 g"), NULL, "INHERITANCE", 3, "abstract"},
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++)
        check(&rows[i]);
}

static void test_scalars_derived(void **state)
{
#define DERIVED(type, value)                                                                                           \
    "tosca_definitions_version: tosca_2_0\n"                                                                           \
    "data_types:\n"                                                                                                    \
    "  base: {derived_from: scalar, units: {g: 1}, prefixes: {'': 1, k: 1000}}\n"                                      \
    "  mass: {derived_from: base, " type "}\n"                                                                         \
    "node_types: {n: {properties: {p: {type: mass}}}}\n"                                                               \
    "service_template:\n"                                                                                              \
    "  node_templates:\n"                                                                                              \
    "    x: {type: n, properties: {p: " value "}}\n"
    static const struct row rows[] = {
        {DERIVED("prefixes: {M: 1000000}", "2 Mg"), "\"2 Mg\""},
        {DERIVED("prefixes: {M: 1000000}", "2 kg"), "\"2 kg\""},
        {DERIVED("validation: {$less_or_equal: [$value, 10 kg]}", "2 kg"), "\"2 kg\""},
        {DERIVED("validation: {$less_or_equal: [$value, 10 kg]}", "11 kg"), NULL, "CONSTRAINT", 8, "10 kg"},
        {DERIVED("data_type: integer", "2 kg"), NULL, "INHERITANCE", 4, "cannot be changed"},
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++)
        check(&rows[i]);
    bed_refuses("tosca_definitions_version: tosca_2_0\n"
                "data_types: {mass: {derived_from: string, units: {g: 1}}}\n",
                "INHERITANCE", 2, "belongs to types that derive from 'scalar'");
}

/* The base stands on line 3, the refinement on line 4, the value on line 7. */
#define REFINED(base, refined, value)                                                                                  \
    "tosca_definitions_version: tosca_2_0\n"                                                                           \
    "node_types:\n"                                                                                                    \
    "  m: {properties: {p: {" base "}}}\n"                                                                             \
    "  n: {derived_from: m, properties: {p: " refined "}}\n"                                                           \
    "service_template:\n"                                                                                              \
    "  node_templates:\n"                                                                                              \
    "    x: {type: n" value "}\n"
#define GIVEN(value) ", properties: {p: " value "}"

static void test_refinements(void **state)
{
    static const struct row rows[] = {
        {REFINED("type: string", "fixed", ""), "\"fixed\""},
        {REFINED("type: string", "{value: fixed}", ""), "\"fixed\""},
        {REFINED("type: string", "fixed", GIVEN("other")), NULL, "INHERITANCE", 7, "is fixed"},
        {REFINED("type: string, value: fixed", "{value: other}", ""), NULL, "INHERITANCE", 4, "fixed already"},
        {REFINED("type: string, default: a", "{default: b}", ""), "\"b\""},
        {REFINED("type: string, required: false, default: a", "{description: d}", ""), "(none)"},
        {REFINED("type: string, required: false, default: a", "{required: true}", ""), "\"a\""},
        {REFINED("type: integer", "{validation: {$less_than: [$value, 5]}}", GIVEN("5")), NULL, "CONSTRAINT", 7, "5"},
        {REFINED("type: integer, validation: {$greater_than: [$value, 2]}", "{validation: {$less_than: [$value, 5]}}",
                 GIVEN("2")),
         NULL, "CONSTRAINT", 7, "$greater_than"},
        {REFINED("type: list, entry_schema: integer", "{entry_schema: {validation: {$less_than: [$value, 5]}}}",
                 GIVEN("[1, 5]")),
         NULL, "CONSTRAINT", 7, "5 does not"},
        {REFINED("type: list, entry_schema: integer", "{entry_schema: {description: d}}", GIVEN("[a]")), NULL,
         "VALUE_TYPE", 7, "of type integer"},
        {REFINED("type: map, entry_schema: integer",
                 "{key_schema: {type: string, validation: {$matches: [$value, "
                 "'^[a-z]$']}}}",
                 GIVEN("{a1: 1}")),
         NULL, "CONSTRAINT", 7, "key 'a1'"},
        {REFINED("type: string", "{type: integer}", GIVEN("1")), NULL, "INHERITANCE", 4, "does not derive"},
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++)
        check(&rows[i]);
}

static void test_schemas(void **state)
{
    static const struct row rows[] = {
        {VALUE("list, entry_schema: {type: map, entry_schema: {type: list, entry_schema: integer}}",
               "[{a: [1]}, {b: []}]"),
         "[{\"a\":[1]},{\"b\":[]}]"},
        {VALUE("list, entry_schema: {type: map, entry_schema: {type: list, entry_schema: integer}}", "[{a: [x]}]"),
         NULL, "VALUE_TYPE", 6, "of type integer"},
        {VALUE("map, key_schema: integer, entry_schema: string", "{}"), NULL, "INHERITANCE", 3, "keys of a map"},
        {VALUE("string, key_schema: string", "a"), NULL, "UNKNOWN_KEY", 3, "belongs to maps"},
        {VALUE("string, entry_schema: string", "a"), NULL, "UNKNOWN_KEY", 3, "belongs to lists and maps"},
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++)
        check(&rows[i]);
    bed_refuses("tosca_definitions_version: tosca_2_0\n"
                "data_types: {empty: {description: nothing}}\n",
                "MISSING_KEY", 2, "'derived_from' or 'properties'");
}

static void test_attribute_described(void **state)
{
    struct bed b;
    bed_takes(&b, "tosca_definitions_version: tosca_2_0\n"
                  "node_types: {n: {attributes: {a: {type: integer}}}}\n"
                  "service_template: {node_templates: {x: {type: n, attributes: {a: {description: said again}}}}}\n");
    bed_stop(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_primitives),
        cmocka_unit_test(test_types_of_the_other_generation),
        cmocka_unit_test(test_scalars),
        cmocka_unit_test(test_scalars_derived),
        cmocka_unit_test(test_refinements),
        cmocka_unit_test(test_schemas),
        cmocka_unit_test(test_attribute_described),
    };
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
