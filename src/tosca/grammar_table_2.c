// SPDX-License-Identifier: Apache-2.0
/* The keyname tables of TOSCA 2.0, by the sections of its text. A row's last word is the key's name in the core form,
 * where that is another one. */
#include "tosca/grammar.h"

#define KEYS(name, ...) static const struct gkey name[] = {__VA_ARGS__, {NULL, SHAPE_ANY, false, NULL}}
#define MUST            true
#define COMMON                                                                                                         \
    {"description", SHAPE_TEXT},                                                                                       \
    {                                                                                                                  \
        "metadata", SHAPE_METADATA                                                                                     \
    }                                                                                /* 5.3 */
#define TYPE_KEYS {"derived_from", SHAPE_SCALAR}, {"version", SHAPE_VERSION}, COMMON /* 6.4.1 */

/* 6 */
KEYS(service_keys, {"tosca_definitions_version", SHAPE_SCALAR}, {"profile", SHAPE_SCALAR}, COMMON,
     {"dsl_definitions", SHAPE_BLOCKS}, {"repositories", SHAPE_REPOSITORIES}, {"imports", SHAPE_IMPORTS},
     {"artifact_types", SHAPE_ARTIFACT_TYPES}, {"data_types", SHAPE_DATA_TYPES},
     {"capability_types", SHAPE_CAPABILITY_TYPES}, {"interface_types", SHAPE_INTERFACE_TYPES},
     {"relationship_types", SHAPE_RELATIONSHIP_TYPES}, {"node_types", SHAPE_NODE_TYPES},
     {"group_types", SHAPE_GROUP_TYPES}, {"policy_types", SHAPE_POLICY_TYPES}, {"functions", SHAPE_FUNCTIONS},
     {"service_template", SHAPE_TOPOLOGY, false, "topology_template"});
KEYS(metadata_keys, {"template_name", SHAPE_NAMING}, {"template_author", SHAPE_NAMING});
KEYS(repository_keys, {"url", SHAPE_TEXT, MUST}, COMMON);
KEYS(import_keys, {"url", SHAPE_TEXT, false, "file"}, {"profile", SHAPE_TEXT}, {"repository", SHAPE_SCALAR},
     {"namespace", SHAPE_SCALAR, false, "namespace_prefix"}, COMMON);
KEYS(topology_keys, COMMON, {"functions", SHAPE_FUNCTIONS}, {"inputs", SHAPE_PARAMETERS},
     {"node_templates", SHAPE_NODE_TEMPLATES, MUST}, {"relationship_templates", SHAPE_RELATIONSHIP_TEMPLATES},
     {"groups", SHAPE_GROUPS}, {"workflows", SHAPE_WORKFLOWS}, {"policies", SHAPE_POLICIES},
     {"outputs", SHAPE_PARAMETERS}, {"substitution_mappings", SHAPE_SUBSTITUTION});

/* 7 */
KEYS(node_type_keys, TYPE_KEYS, {"properties", SHAPE_PROPERTY_DEFS}, {"attributes", SHAPE_ATTRIBUTE_DEFS},
     {"capabilities", SHAPE_CAPABILITY_DEFS}, {"requirements", SHAPE_REQUIREMENT_DEFS},
     {"interfaces", SHAPE_INTERFACE_DEFS}, {"artifacts", SHAPE_ARTIFACTS});
KEYS(node_template_keys, {"type", SHAPE_SCALAR}, COMMON, {"directives", SHAPE_SCALARS}, {"properties", SHAPE_DICT},
     {"attributes", SHAPE_DICT}, {"requirements", SHAPE_REQUIREMENTS}, {"capabilities", SHAPE_CAPABILITIES},
     {"interfaces", SHAPE_INTERFACES}, {"artifacts", SHAPE_ARTIFACTS}, {"count", SHAPE_ANY},
     {"node_filter", SHAPE_NODE_FILTER}, {"copy", SHAPE_SCALAR});
KEYS(relationship_type_keys, TYPE_KEYS, {"properties", SHAPE_PROPERTY_DEFS}, {"attributes", SHAPE_ATTRIBUTE_DEFS},
     {"interfaces", SHAPE_INTERFACE_DEFS}, {"valid_capability_types", SHAPE_SCALARS, false, "valid_target_types"},
     {"valid_target_node_types", SHAPE_SCALARS}, {"valid_source_node_types", SHAPE_SCALARS});
KEYS(relationship_template_keys, {"type", SHAPE_SCALAR}, COMMON, {"properties", SHAPE_DICT}, {"attributes", SHAPE_DICT},
     {"interfaces", SHAPE_INTERFACES}, {"copy", SHAPE_SCALAR});

/* 8 */
KEYS(capability_type_keys, TYPE_KEYS, {"properties", SHAPE_PROPERTY_DEFS}, {"attributes", SHAPE_ATTRIBUTE_DEFS},
     {"valid_source_node_types", SHAPE_SCALARS, false, "valid_source_types"},
     {"valid_relationship_types", SHAPE_SCALARS});
KEYS(capability_def_keys, {"type", SHAPE_SCALAR}, COMMON, {"properties", SHAPE_PROPERTY_DEFS},
     {"attributes", SHAPE_ATTRIBUTE_DEFS}, {"valid_source_node_types", SHAPE_SCALARS, false, "valid_source_types"},
     {"valid_relationship_types", SHAPE_SCALARS});
KEYS(capability_keys, {"properties", SHAPE_DICT}, {"attributes", SHAPE_DICT}, {"directives", SHAPE_SCALARS});
KEYS(requirement_def_keys, COMMON, {"relationship", SHAPE_RELATIONSHIP_DEF}, {"node", SHAPE_SCALAR},
     {"capability", SHAPE_SCALAR}, {"node_filter", SHAPE_NODE_FILTER},
     {"count_range", SHAPE_OCCURRENCES, false, "occurrences"}, {"directives", SHAPE_SCALARS});
KEYS(relationship_def_keys, {"type", SHAPE_SCALAR}, COMMON, {"properties", SHAPE_DICT}, {"attributes", SHAPE_DICT},
     {"interfaces", SHAPE_INTERFACE_DEFS});
KEYS(requirement_keys, {"node", SHAPE_NAMES}, {"capability", SHAPE_SCALAR}, {"relationship", SHAPE_RELATIONSHIP},
     {"allocation", SHAPE_ALLOCATION}, {"count", SHAPE_ANY}, {"node_filter", SHAPE_NODE_FILTER},
     {"directives", SHAPE_SCALARS}, {"optional", SHAPE_BOOLEAN});
KEYS(relationship_keys, {"type", SHAPE_SCALAR}, {"properties", SHAPE_DICT}, {"attributes", SHAPE_DICT},
     {"interfaces", SHAPE_INTERFACES});
KEYS(allocation_keys, {"properties", SHAPE_DICT});

/* 9 */
KEYS(data_type_keys, TYPE_KEYS, {"validation", SHAPE_ANY}, {"properties", SHAPE_PROPERTY_DEFS},
     {"key_schema", SHAPE_SCHEMA}, {"entry_schema", SHAPE_SCHEMA}, {"data_type", SHAPE_SCALAR}, {"units", SHAPE_DICT},
     {"canonical_unit", SHAPE_SCALAR}, {"prefixes", SHAPE_DICT}, {"data_value_type", SHAPE_SCALAR},
     {"unit_suffix", SHAPE_SCALAR}, {"unit_symbol_map", SHAPE_DICT}); /* the last three as 9.1.2.2 has them */
#define SCHEMA_KEYS                                                                                                    \
    {"type", SHAPE_SCALAR}, COMMON, {"validation", SHAPE_ANY}, {"key_schema", SHAPE_SCHEMA},                           \
    {                                                                                                                  \
        "entry_schema", SHAPE_SCHEMA                                                                                   \
    }
KEYS(schema_keys, SCHEMA_KEYS, {"required", SHAPE_BOOLEAN}, {"default", SHAPE_ANY});
KEYS(property_keys, SCHEMA_KEYS, {"required", SHAPE_BOOLEAN}, {"default", SHAPE_ANY}, {"value", SHAPE_ANY},
     {"status", SHAPE_SCALAR});
KEYS(attribute_keys, SCHEMA_KEYS, {"default", SHAPE_ANY}, {"status", SHAPE_SCALAR});
KEYS(parameter_keys, SCHEMA_KEYS, {"required", SHAPE_BOOLEAN}, {"default", SHAPE_ANY}, {"value", SHAPE_ANY},
     {"status", SHAPE_SCALAR}, {"mapping", SHAPE_ANY});

/* 10.4 */
KEYS(function_keys, {"signatures", SHAPE_LIST_OR_DICT, MUST}, COMMON);

/* 11 */
KEYS(interface_type_keys, TYPE_KEYS, {"inputs", SHAPE_DEFINITIONS}, {"operations", SHAPE_OPERATION_TYPES},
     {"notifications", SHAPE_OPERATION_TYPES});
KEYS(operation_type_keys, COMMON, {"inputs", SHAPE_DEFINITIONS},
     {"outputs", SHAPE_DICT}); /* without implementation: 11.1 */
KEYS(interface_def_keys, {"type", SHAPE_SCALAR}, COMMON, {"inputs", SHAPE_INPUT_DEFS},
     {"operations", SHAPE_OPERATION_DEFS}, {"notifications", SHAPE_OPERATION_DEFS});
KEYS(interface_keys, {"inputs", SHAPE_DICT}, {"operations", SHAPE_OPERATIONS}, {"notifications", SHAPE_OPERATIONS});
KEYS(operation_def_keys, COMMON, {"implementation", SHAPE_IMPLEMENTATION}, {"inputs", SHAPE_INPUT_DEFS},
     {"outputs", SHAPE_DICT});
KEYS(operation_keys, COMMON, {"implementation", SHAPE_IMPLEMENTATION}, {"inputs", SHAPE_DICT}, {"outputs", SHAPE_DICT});
#define ARTIFACT_KEYS                                                                                                  \
    {"type", SHAPE_SCALAR}, {"file", SHAPE_SCALAR}, {"repository", SHAPE_SCALAR}, COMMON,                              \
        {"artifact_version", SHAPE_SCALAR}, {"checksum", SHAPE_SCALAR}, {"checksum_algorithm", SHAPE_SCALAR},          \
    {                                                                                                                  \
        "properties", SHAPE_DICT                                                                                       \
    }
KEYS(implementation_keys, {"primary", SHAPE_ARTIFACT}, {"dependencies", SHAPE_DEPENDENCIES}, {"timeout", SHAPE_SCALAR},
     {"operation_host", SHAPE_SCALAR}, ARTIFACT_KEYS);

/* 12 */
KEYS(artifact_type_keys, TYPE_KEYS, {"mime_type", SHAPE_TEXT}, {"file_ext", SHAPE_TEXTS},
     {"properties", SHAPE_PROPERTY_DEFS});
KEYS(artifact_keys, ARTIFACT_KEYS);

/* 13.2 */
KEYS(workflow_keys, COMMON, {"inputs", SHAPE_PARAMETERS}, {"precondition", SHAPE_ANY}, {"steps", SHAPE_STEPS},
     {"implementation", SHAPE_ANY}, {"outputs", SHAPE_DICT});
KEYS(step_keys, {"target", SHAPE_SCALAR, MUST}, {"target_relationship", SHAPE_SCALAR}, {"filter", SHAPE_LIST},
     {"activities", SHAPE_LIST, MUST}, {"on_success", SHAPE_NAMES}, {"on_failure", SHAPE_NAMES}, COMMON);

/* 15 */
KEYS(substitution_keys, {"node_type", SHAPE_SCALAR, MUST}, {"substitution_filter", SHAPE_NODE_FILTER},
     {"properties", SHAPE_VALUE_MAPPINGS}, {"attributes", SHAPE_VALUE_MAPPINGS}, {"capabilities", SHAPE_DICT_OR_LIST},
     {"requirements", SHAPE_DICT_OR_LIST}, {"interfaces", SHAPE_DICT});

/* 16 */
KEYS(group_type_keys, TYPE_KEYS, {"properties", SHAPE_PROPERTY_DEFS}, {"attributes", SHAPE_ATTRIBUTE_DEFS},
     {"members", SHAPE_SCALARS});
KEYS(group_keys, {"type", SHAPE_SCALAR, MUST}, COMMON, {"properties", SHAPE_DICT}, {"attributes", SHAPE_DICT},
     {"members", SHAPE_SCALARS});
KEYS(policy_type_keys, TYPE_KEYS, {"properties", SHAPE_PROPERTY_DEFS}, {"targets", SHAPE_SCALARS},
     {"triggers", SHAPE_DICTS});
KEYS(policy_keys, {"type", SHAPE_SCALAR, MUST}, COMMON, {"properties", SHAPE_DICT}, {"targets", SHAPE_SCALARS},
     {"triggers", SHAPE_DICTS});

#define NAMED(words_, each_)                                                                                           \
    {                                                                                                                  \
        .words = words_, .forms = FORM_MAP, .open = true, .each = each_                                                \
    }
#define RECORD(words_, keys_)                                                                                          \
    {                                                                                                                  \
        .words = words_, .forms = FORM_MAP, .keys = keys_                                                              \
    }
#define RECORD_OR(text_, words_, keys_)                                                                                \
    {                                                                                                                  \
        .words = words_, .forms = FORM_MAP | FORM_SCALAR, .text = text_, .keys = keys_                                 \
    }
#define SCALAR(words_, text_)                                                                                          \
    {                                                                                                                  \
        .words = words_, .forms = FORM_SCALAR, .text = text_                                                           \
    }
#define PAIRS(words_, each_)                                                                                           \
    {                                                                                                                  \
        .words = words_, .forms = FORM_PAIRS, .open = true, .each = each_                                              \
    }

const struct gshape grammar_shapes_2[SHAPE_COUNT] = {
    [SHAPE_ANY] = {.words = "value"},
    [SHAPE_SCALAR] = SCALAR("value", SHAPE_SCALAR),
    [SHAPE_TEXT] = SCALAR("text", SHAPE_TEXT),
    [SHAPE_BOOLEAN] = SCALAR("boolean", SHAPE_BOOLEAN),
    [SHAPE_VERSION] = SCALAR("version", SHAPE_VERSION),
    [SHAPE_STATUS] = SCALAR("status", SHAPE_STATUS),
    [SHAPE_OCCURRENCES] = {.words = "count range"},
    [SHAPE_SCALARS] = {.words = "list", .forms = FORM_LIST, .each = SHAPE_SCALAR},
    [SHAPE_TEXTS] = {.words = "list", .forms = FORM_LIST, .each = SHAPE_TEXT},
    [SHAPE_NAMES] = {.words = "names", .forms = FORM_LIST | FORM_SCALAR, .text = SHAPE_SCALAR, .each = SHAPE_ANY},
    [SHAPE_LIST] = {.words = "list", .forms = FORM_LIST, .each = SHAPE_ANY},
    [SHAPE_DICT] = NAMED("map", SHAPE_ANY),
    [SHAPE_VALUE_MAPPINGS] =
        {.words = "map", .forms = FORM_MAP | FORM_LIST, .open = true, .paths = true, .each = SHAPE_ANY},
    [SHAPE_DICT_OR_LIST] = {.words = "map", .forms = FORM_MAP | FORM_LIST, .open = true, .each = SHAPE_ANY},
    [SHAPE_LIST_OR_DICT] = {.words = "list", .forms = FORM_MAP | FORM_LIST, .open = true, .each = SHAPE_ANY},
    [SHAPE_DICTS] = NAMED("map", SHAPE_DICT),
    [SHAPE_BLOCKS] = NAMED("definitions", SHAPE_BLOCK), /* 6.3 */
    [SHAPE_BLOCK] = {.words = "definition", .forms = FORM_MAP | FORM_LIST, .open = true, .each = SHAPE_ANY},
    [SHAPE_METADATA] = {.words = "metadata", .forms = FORM_MAP, .keys = metadata_keys, .open = true, .each = SHAPE_ANY},
    [SHAPE_NAMING] = {.words = "name"},
    [SHAPE_SERVICE] = RECORD("file", service_keys),
    [SHAPE_REPOSITORIES] = NAMED("repositories", SHAPE_REPOSITORY),
    [SHAPE_REPOSITORY] = RECORD_OR(SHAPE_TEXT, "repository", repository_keys),
    [SHAPE_IMPORTS] = {.words = "imports", .forms = FORM_LIST, .each = SHAPE_IMPORT},
    [SHAPE_IMPORT] = RECORD_OR(SHAPE_TEXT, "import", import_keys),
    [SHAPE_FUNCTIONS] = NAMED("functions", SHAPE_FUNCTION),
    [SHAPE_FUNCTION] = RECORD("function", function_keys),
    [SHAPE_ARTIFACT_TYPES] = NAMED("artifact types", SHAPE_ARTIFACT_TYPE),
    [SHAPE_ARTIFACT_TYPE] = RECORD("artifact type", artifact_type_keys),
    [SHAPE_DATA_TYPES] = NAMED("data types", SHAPE_DATA_TYPE),
    [SHAPE_DATA_TYPE] = RECORD("data type", data_type_keys),
    [SHAPE_CAPABILITY_TYPES] = NAMED("capability types", SHAPE_CAPABILITY_TYPE),
    [SHAPE_CAPABILITY_TYPE] = RECORD("capability type", capability_type_keys),
    [SHAPE_INTERFACE_TYPES] = NAMED("interface types", SHAPE_INTERFACE_TYPE),
    [SHAPE_INTERFACE_TYPE] = RECORD("interface type", interface_type_keys),
    [SHAPE_RELATIONSHIP_TYPES] = NAMED("relationship types", SHAPE_RELATIONSHIP_TYPE),
    [SHAPE_RELATIONSHIP_TYPE] = RECORD("relationship type", relationship_type_keys),
    [SHAPE_NODE_TYPES] = NAMED("node types", SHAPE_NODE_TYPE),
    [SHAPE_NODE_TYPE] = RECORD("node type", node_type_keys),
    [SHAPE_GROUP_TYPES] = NAMED("group types", SHAPE_GROUP_TYPE),
    [SHAPE_GROUP_TYPE] = RECORD("group type", group_type_keys),
    [SHAPE_POLICY_TYPES] = NAMED("policy types", SHAPE_POLICY_TYPE),
    [SHAPE_POLICY_TYPE] = RECORD("policy type", policy_type_keys),
    [SHAPE_PROPERTY_DEFS] = NAMED("properties", SHAPE_PROPERTY_DEF),
    [SHAPE_PROPERTY_DEF] = {.words = "property",
                            .forms = FORM_MAP | FORM_SCALAR | FORM_LIST,
                            .text = SHAPE_SCALAR,
                            .keys = property_keys,
                            .each = SHAPE_ANY},
    [SHAPE_ATTRIBUTE_DEFS] = NAMED("attributes", SHAPE_ATTRIBUTE_DEF),
    [SHAPE_ATTRIBUTE_DEF] = RECORD_OR(SHAPE_SCALAR, "attribute", attribute_keys),
    [SHAPE_SCHEMA] = RECORD_OR(SHAPE_SCALAR, "schema", schema_keys),
    [SHAPE_CONSTRAINTS] = {.words = "constraints"}, /* of a 1.x file that is imported: not walked by this table */
    [SHAPE_CLAUSE] = {.words = "clause"},
    [SHAPE_PARAMETERS] = NAMED("parameters", SHAPE_PARAMETER),
    [SHAPE_PARAMETER] = RECORD_OR(SHAPE_SCALAR, "parameter", parameter_keys),
    [SHAPE_INPUT_DEFS] = NAMED("inputs", SHAPE_INPUT_DEF),
    [SHAPE_INPUT_DEF] = {.words = "input"},
    [SHAPE_CAPABILITY_DEFS] = NAMED("capabilities", SHAPE_CAPABILITY_DEF),
    [SHAPE_CAPABILITY_DEF] = RECORD_OR(SHAPE_SCALAR, "capability", capability_def_keys),
    [SHAPE_REQUIREMENT_DEFS] = PAIRS("requirements", SHAPE_REQUIREMENT_DEF),
    [SHAPE_REQUIREMENT_DEF] = RECORD_OR(SHAPE_SCALAR, "requirement", requirement_def_keys),
    [SHAPE_RELATIONSHIP_DEF] = RECORD_OR(SHAPE_SCALAR, "relationship", relationship_def_keys),
    [SHAPE_INTERFACE_DEFS] = NAMED("interfaces", SHAPE_INTERFACE_DEF),
    [SHAPE_INTERFACE_DEF] = RECORD("interface", interface_def_keys),
    [SHAPE_OPERATION_TYPES] = NAMED("operations", SHAPE_OPERATION_TYPE),
    [SHAPE_OPERATION_TYPE] = RECORD("operation", operation_type_keys),
    [SHAPE_DEFINITIONS] = NAMED("inputs", SHAPE_DEFINITION),
    [SHAPE_DEFINITION] = RECORD("input", parameter_keys),
    [SHAPE_OPERATION_DEFS] = NAMED("operations", SHAPE_OPERATION_DEF),
    [SHAPE_OPERATION_DEF] = RECORD_OR(SHAPE_TEXT, "operation", operation_def_keys),
    [SHAPE_INTERFACES] = NAMED("interfaces", SHAPE_INTERFACE),
    [SHAPE_INTERFACE] = RECORD("interface", interface_keys),
    [SHAPE_OPERATIONS] = NAMED("operations", SHAPE_OPERATION),
    [SHAPE_OPERATION] = RECORD_OR(SHAPE_TEXT, "operation", operation_keys),
    [SHAPE_IMPLEMENTATION] = RECORD_OR(SHAPE_TEXT, "implementation", implementation_keys),
    [SHAPE_DEPENDENCIES] = {.words = "dependencies", .forms = FORM_LIST, .each = SHAPE_ARTIFACT},
    [SHAPE_ARTIFACTS] = NAMED("artifacts", SHAPE_ARTIFACT),
    [SHAPE_ARTIFACT] = RECORD_OR(SHAPE_TEXT, "artifact", artifact_keys),
    [SHAPE_TOPOLOGY] = RECORD("service template", topology_keys),
    [SHAPE_NODE_TEMPLATES] = NAMED("node templates", SHAPE_NODE_TEMPLATE),
    [SHAPE_NODE_TEMPLATE] = RECORD("node template", node_template_keys),
    [SHAPE_RELATIONSHIP_TEMPLATES] = NAMED("relationship templates", SHAPE_RELATIONSHIP_TEMPLATE),
    [SHAPE_RELATIONSHIP_TEMPLATE] = RECORD("relationship template", relationship_template_keys),
    [SHAPE_CAPABILITIES] = NAMED("capabilities", SHAPE_CAPABILITY),
    [SHAPE_CAPABILITY] = RECORD("capability", capability_keys),
    [SHAPE_REQUIREMENTS] = PAIRS("requirements", SHAPE_REQUIREMENT),
    [SHAPE_REQUIREMENT] = {.words = "requirement",
                           .forms = FORM_MAP | FORM_SCALAR | FORM_LIST, /* a list: [template, index] */
                           .text = SHAPE_SCALAR,
                           .keys = requirement_keys,
                           .each = SHAPE_ANY},
    [SHAPE_RELATIONSHIP] = RECORD_OR(SHAPE_SCALAR, "relationship", relationship_keys),
    [SHAPE_ALLOCATION] = {.words = "allocation",
                          .forms = FORM_MAP,
                          .keys = allocation_keys,
                          .open = true, /* the text's examples name properties without the key, too */
                          .each = SHAPE_ANY},
    [SHAPE_NODE_FILTER] = {.words = "node filter"}, /* a condition: node_filter.c reads it */
    [SHAPE_FILTER_PROPERTIES] = {.words = "filter properties"},
    [SHAPE_FILTER_CAPABILITIES] = {.words = "filter capabilities"},
    [SHAPE_FILTER_CAPABILITY] = {.words = "capability filter"},
    [SHAPE_CREDENTIAL] = {.words = "credential"},
    [SHAPE_GROUPS] = NAMED("groups", SHAPE_GROUP),
    [SHAPE_GROUP] = RECORD("group", group_keys),
    [SHAPE_POLICIES] = PAIRS("policies", SHAPE_POLICY),
    [SHAPE_POLICY] = RECORD("policy", policy_keys),
    [SHAPE_WORKFLOWS] = NAMED("workflows", SHAPE_WORKFLOW),
    [SHAPE_WORKFLOW] = RECORD("workflow", workflow_keys),
    [SHAPE_STEPS] = NAMED("steps", SHAPE_STEP),
    [SHAPE_STEP] = RECORD("step", step_keys),
    [SHAPE_SUBSTITUTION] = RECORD("substitution mappings", substitution_keys),
};
