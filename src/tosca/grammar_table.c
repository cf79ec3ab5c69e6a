// SPDX-License-Identifier: Apache-2.0
/* The keyname tables of TOSCA Simple Profile in YAML 1.0 to 1.3: the union of what the four know. */
#include "tosca/grammar.h"

#define KEYS(name, ...) static const struct gkey name[] = {__VA_ARGS__, {NULL, SHAPE_ANY, false}}
#define MUST            true
#define TYPE_KEYS                                                                                                      \
    {"derived_from", SHAPE_SCALAR, false}, {"version", SHAPE_VERSION, false}, {"metadata", SHAPE_METADATA, false},     \
    {                                                                                                                  \
        "description", SHAPE_TEXT, false                                                                               \
    }

KEYS(service_keys, {"tosca_definitions_version", SHAPE_SCALAR}, {"namespace", SHAPE_SCALAR},
     {"tosca_default_namespace", SHAPE_SCALAR}, {"profile", SHAPE_SCALAR}, {"template_name", SHAPE_SCALAR},
     {"template_author", SHAPE_SCALAR}, {"template_version", SHAPE_SCALAR}, {"metadata", SHAPE_METADATA},
     {"description", SHAPE_TEXT}, {"dsl_definitions", SHAPE_ANY}, {"repositories", SHAPE_REPOSITORIES},
     {"imports", SHAPE_DICT_OR_LIST}, {"artifact_types", SHAPE_ARTIFACT_TYPES}, {"data_types", SHAPE_DATA_TYPES},
     {"capability_types", SHAPE_CAPABILITY_TYPES}, {"interface_types", SHAPE_INTERFACE_TYPES},
     {"relationship_types", SHAPE_RELATIONSHIP_TYPES}, {"node_types", SHAPE_NODE_TYPES},
     {"group_types", SHAPE_GROUP_TYPES}, {"policy_types", SHAPE_POLICY_TYPES}, {"topology_template", SHAPE_TOPOLOGY});
KEYS(metadata_keys, {"template_version", SHAPE_VERSION}, {"template_name", SHAPE_SCALAR},
     {"template_author", SHAPE_SCALAR});
KEYS(import_keys, {"file", SHAPE_TEXT}, {"repository", SHAPE_SCALAR}, {"namespace_prefix", SHAPE_SCALAR},
     {"namespace_uri", SHAPE_SCALAR}, {"description", SHAPE_TEXT});
KEYS(repository_keys, {"url", SHAPE_TEXT, MUST}, {"description", SHAPE_TEXT}, {"credential", SHAPE_CREDENTIAL});
KEYS(credential_keys, {"protocol", SHAPE_SCALAR}, {"token_type", SHAPE_SCALAR}, {"token", SHAPE_ANY},
     {"keys", SHAPE_DICT}, {"user", SHAPE_ANY});
KEYS(artifact_type_keys, TYPE_KEYS, {"mime_type", SHAPE_TEXT}, {"file_ext", SHAPE_TEXTS},
     {"properties", SHAPE_PROPERTY_DEFS});
KEYS(data_type_keys, TYPE_KEYS, {"constraints", SHAPE_CONSTRAINTS}, {"properties", SHAPE_PROPERTY_DEFS},
     {"key_schema", SHAPE_SCHEMA}, {"entry_schema", SHAPE_SCHEMA});
KEYS(capability_type_keys, TYPE_KEYS, {"properties", SHAPE_PROPERTY_DEFS}, {"attributes", SHAPE_ATTRIBUTE_DEFS},
     {"valid_source_types", SHAPE_SCALARS});
KEYS(interface_type_keys, TYPE_KEYS, {"inputs", SHAPE_INPUT_DEFS}, {"operations", SHAPE_OPERATION_DEFS},
     {"notifications", SHAPE_NOTIFICATIONS});
KEYS(relationship_type_keys, TYPE_KEYS, {"properties", SHAPE_PROPERTY_DEFS}, {"attributes", SHAPE_ATTRIBUTE_DEFS},
     {"interfaces", SHAPE_INTERFACE_DEFS}, {"valid_target_types", SHAPE_SCALARS});
KEYS(node_type_keys, TYPE_KEYS, {"properties", SHAPE_PROPERTY_DEFS}, {"attributes", SHAPE_ATTRIBUTE_DEFS},
     {"capabilities", SHAPE_CAPABILITY_DEFS}, {"requirements", SHAPE_REQUIREMENT_DEFS},
     {"interfaces", SHAPE_INTERFACE_DEFS}, {"artifacts", SHAPE_ARTIFACTS});
KEYS(group_type_keys, TYPE_KEYS, {"properties", SHAPE_PROPERTY_DEFS}, {"attributes", SHAPE_ATTRIBUTE_DEFS},
     {"members", SHAPE_LIST}, {"interfaces", SHAPE_INTERFACE_DEFS}, {"capabilities", SHAPE_CAPABILITY_DEFS},
     {"requirements", SHAPE_REQUIREMENT_DEFS});
KEYS(policy_type_keys, TYPE_KEYS, {"properties", SHAPE_PROPERTY_DEFS}, {"targets", SHAPE_LIST},
     {"triggers", SHAPE_DICTS});
#define PROPERTY_KEYS                                                                                                  \
    {"type", SHAPE_SCALAR}, {"description", SHAPE_TEXT}, {"required", SHAPE_BOOLEAN}, {"default", SHAPE_ANY},          \
        {"status", SHAPE_STATUS}, {"constraints", SHAPE_CONSTRAINTS}, {"key_schema", SHAPE_SCHEMA},                    \
        {"entry_schema", SHAPE_SCHEMA}, {"external-schema", SHAPE_SCALAR}, {"external_schema", SHAPE_SCALAR},          \
    {                                                                                                                  \
        "metadata", SHAPE_METADATA                                                                                     \
    }
KEYS(property_keys, PROPERTY_KEYS, {"value", SHAPE_ANY});
KEYS(attribute_keys, {"type", SHAPE_SCALAR}, {"description", SHAPE_TEXT}, {"default", SHAPE_ANY}, {"status", SHAPE_STATUS},
     {"constraints", SHAPE_CONSTRAINTS}, {"key_schema", SHAPE_SCHEMA}, {"entry_schema", SHAPE_SCHEMA},
     {"metadata", SHAPE_METADATA});
KEYS(schema_keys, {"type", SHAPE_SCALAR}, {"description", SHAPE_TEXT}, {"constraints", SHAPE_CONSTRAINTS},
     {"key_schema", SHAPE_SCHEMA}, {"entry_schema", SHAPE_SCHEMA}, {"metadata", SHAPE_METADATA});
KEYS(parameter_keys, PROPERTY_KEYS, {"value", SHAPE_ANY});
KEYS(capability_def_keys, {"type", SHAPE_SCALAR}, {"description", SHAPE_TEXT}, {"properties", SHAPE_PROPERTY_DEFS},
     {"attributes", SHAPE_ATTRIBUTE_DEFS}, {"valid_source_types", SHAPE_SCALARS}, {"occurrences", SHAPE_OCCURRENCES},
     {"metadata", SHAPE_METADATA});
KEYS(requirement_def_keys, {"capability", SHAPE_SCALAR}, {"node", SHAPE_SCALAR},
     {"relationship", SHAPE_RELATIONSHIP_DEF}, {"occurrences", SHAPE_OCCURRENCES}, {"node_filter", SHAPE_NODE_FILTER},
     {"description", SHAPE_TEXT}, {"metadata", SHAPE_METADATA});
KEYS(relationship_def_keys, {"type", SHAPE_SCALAR}, {"interfaces", SHAPE_INTERFACE_DEFS}, {"properties", SHAPE_DICT});
#define INTERFACE_KEYS(inputs, operations)                                                                             \
    {"type", SHAPE_SCALAR}, {"description", SHAPE_TEXT}, {"inputs", inputs}, {"operations", operations},               \
    {                                                                                                                  \
        "notifications", operations                                                                                    \
    }
KEYS(interface_def_keys, INTERFACE_KEYS(SHAPE_INPUT_DEFS, SHAPE_OPERATION_DEFS));
KEYS(interface_keys, INTERFACE_KEYS(SHAPE_DICT, SHAPE_OPERATIONS));
#define OPERATION_KEYS(inputs)                                                                                         \
    {"description", SHAPE_TEXT}, {"implementation", SHAPE_IMPLEMENTATION}, {"inputs", inputs},                         \
        {"outputs", SHAPE_DICT},                                                                                       \
    {                                                                                                                  \
        "metadata", SHAPE_METADATA                                                                                     \
    }
KEYS(notification_keys, {"description", SHAPE_TEXT}, {"implementation", SHAPE_IMPLEMENTATION}, {"outputs", SHAPE_DICT},
     {"metadata", SHAPE_METADATA});
KEYS(operation_def_keys, OPERATION_KEYS(SHAPE_INPUT_DEFS));
KEYS(operation_keys, OPERATION_KEYS(SHAPE_DICT));
#define ARTIFACT_KEYS                                                                                                  \
    {"type", SHAPE_SCALAR}, {"file", SHAPE_SCALAR}, {"repository", SHAPE_SCALAR}, {"description", SHAPE_TEXT},         \
        {"deploy_path", SHAPE_SCALAR}, {"artifact_version", SHAPE_SCALAR}, {"checksum", SHAPE_SCALAR},                 \
        {"checksum_algorithm", SHAPE_SCALAR},                                                                          \
    {                                                                                                                  \
        "properties", SHAPE_DICT                                                                                       \
    }
KEYS(implementation_keys, {"primary", SHAPE_ARTIFACT}, {"dependencies", SHAPE_DEPENDENCIES}, {"timeout", SHAPE_SCALAR},
     {"operation_host", SHAPE_SCALAR}, ARTIFACT_KEYS);
KEYS(artifact_keys, ARTIFACT_KEYS, {"mime_type", SHAPE_SCALAR}, {"metadata", SHAPE_METADATA});
KEYS(topology_keys, {"description", SHAPE_TEXT}, {"inputs", SHAPE_PARAMETERS}, {"node_templates", SHAPE_NODE_TEMPLATES},
     {"relationship_templates", SHAPE_RELATIONSHIP_TEMPLATES}, {"groups", SHAPE_GROUPS}, {"policies", SHAPE_POLICIES},
     {"outputs", SHAPE_PARAMETERS}, {"substitution_mappings", SHAPE_SUBSTITUTION}, {"workflows", SHAPE_WORKFLOWS},
     {"metadata", SHAPE_METADATA});
KEYS(node_template_keys, {"type", SHAPE_SCALAR}, {"description", SHAPE_TEXT}, {"metadata", SHAPE_METADATA},
     {"directives", SHAPE_SCALARS}, {"properties", SHAPE_DICT}, {"attributes", SHAPE_DICT},
     {"requirements", SHAPE_REQUIREMENTS}, {"capabilities", SHAPE_CAPABILITIES}, {"interfaces", SHAPE_INTERFACES},
     {"artifacts", SHAPE_ARTIFACTS}, {"node_filter", SHAPE_NODE_FILTER}, {"copy", SHAPE_SCALAR});
KEYS(relationship_template_keys, {"type", SHAPE_SCALAR}, {"description", SHAPE_TEXT}, {"metadata", SHAPE_METADATA},
     {"properties", SHAPE_DICT}, {"attributes", SHAPE_DICT}, {"interfaces", SHAPE_INTERFACES}, {"copy", SHAPE_SCALAR});
KEYS(capability_keys, {"properties", SHAPE_DICT}, {"attributes", SHAPE_DICT}, {"occurrences", SHAPE_OCCURRENCES});
KEYS(requirement_keys, {"capability", SHAPE_SCALAR}, {"node", SHAPE_SCALAR}, {"relationship", SHAPE_RELATIONSHIP},
     {"node_filter", SHAPE_NODE_FILTER}, {"occurrences", SHAPE_OCCURRENCES}, {"description", SHAPE_TEXT});
KEYS(relationship_keys, {"type", SHAPE_SCALAR}, {"properties", SHAPE_DICT}, {"attributes", SHAPE_DICT},
     {"interfaces", SHAPE_INTERFACES});
KEYS(node_filter_keys, {"properties", SHAPE_FILTER_PROPERTIES}, {"capabilities", SHAPE_FILTER_CAPABILITIES});
KEYS(filter_capability_keys, {"properties", SHAPE_FILTER_PROPERTIES});
KEYS(group_keys, {"type", SHAPE_SCALAR, MUST}, {"description", SHAPE_TEXT}, {"metadata", SHAPE_METADATA},
     {"properties", SHAPE_DICT}, {"attributes", SHAPE_DICT}, {"members", SHAPE_LIST}, {"interfaces", SHAPE_INTERFACES});
KEYS(policy_keys, {"type", SHAPE_SCALAR, MUST}, {"description", SHAPE_TEXT}, {"metadata", SHAPE_METADATA},
     {"properties", SHAPE_DICT}, {"targets", SHAPE_LIST}, {"triggers", SHAPE_DICTS});
KEYS(workflow_keys, {"description", SHAPE_TEXT}, {"metadata", SHAPE_METADATA}, {"inputs", SHAPE_PARAMETERS},
     {"preconditions", SHAPE_LIST}, {"steps", SHAPE_STEPS}, {"implementation", SHAPE_ANY}, {"outputs", SHAPE_DICT});
KEYS(step_keys, {"target", SHAPE_SCALAR, MUST}, {"target_relationship", SHAPE_SCALAR}, {"operation_host", SHAPE_SCALAR},
     {"filter", SHAPE_LIST}, {"activities", SHAPE_LIST}, {"on_success", SHAPE_NAMES}, {"on_failure", SHAPE_NAMES},
     {"description", SHAPE_TEXT});
KEYS(substitution_keys, {"node_type", SHAPE_SCALAR, MUST}, {"substitution_filter", SHAPE_NODE_FILTER},
     {"properties", SHAPE_DICT_OR_LIST}, {"attributes", SHAPE_DICT_OR_LIST}, {"capabilities", SHAPE_DICT_OR_LIST},
     {"requirements", SHAPE_DICT_OR_LIST}, {"interfaces", SHAPE_DICT_OR_LIST});

#define NAMED(words_, each_)                                                                                           \
    {                                                                                                                  \
        .words = words_, .forms = FORM_MAP, .open = true, .each = each_                                                \
    }
#define RECORD(words_, keys_)                                                                                          \
    {                                                                                                                  \
        .words = words_, .forms = FORM_MAP, .keys = keys_                                                              \
    }
#define SCALAR(words_, text_)                                                                                          \
    {                                                                                                                  \
        .words = words_, .forms = FORM_SCALAR, .text = text_                                                           \
    }

const struct gshape grammar_shapes[SHAPE_COUNT] = {
    [SHAPE_ANY] = {.words = "value"},
    [SHAPE_SCALAR] = SCALAR("value", SHAPE_SCALAR),
    [SHAPE_TEXT] = SCALAR("text", SHAPE_TEXT),
    [SHAPE_BOOLEAN] = SCALAR("boolean", SHAPE_BOOLEAN),
    [SHAPE_VERSION] = SCALAR("version", SHAPE_VERSION),
    [SHAPE_STATUS] = SCALAR("status", SHAPE_STATUS),
    [SHAPE_OCCURRENCES] = {.words = "occurrences"},
    [SHAPE_SCALARS] = {.words = "list", .forms = FORM_LIST, .each = SHAPE_SCALAR},
    [SHAPE_TEXTS] = {.words = "list", .forms = FORM_LIST, .each = SHAPE_TEXT},
    [SHAPE_NAMES] = {.words = "names", .forms = FORM_LIST | FORM_SCALAR, .text = SHAPE_SCALAR, .each = SHAPE_SCALAR},
    [SHAPE_LIST] = {.words = "list", .forms = FORM_LIST, .each = SHAPE_ANY},
    [SHAPE_DICT] = NAMED("map", SHAPE_ANY),
    [SHAPE_DICT_OR_LIST] = {.words = "map", .forms = FORM_MAP | FORM_LIST, .open = true, .each = SHAPE_ANY},
    [SHAPE_DICTS] = NAMED("map", SHAPE_DICT),
    [SHAPE_METADATA] = {.words = "metadata", .forms = FORM_MAP, .keys = metadata_keys, .open = true, .each = SHAPE_ANY},
    [SHAPE_SERVICE] = RECORD("file", service_keys),
    [SHAPE_REPOSITORIES] = NAMED("repositories", SHAPE_REPOSITORY),
    [SHAPE_REPOSITORY] = {.words = "repository",
                          .forms = FORM_MAP | FORM_SCALAR,
                          .text = SHAPE_TEXT,
                          .keys = repository_keys},
    /* For who looks at places: tosca_file.c reads imports, in all their forms. */
    [SHAPE_IMPORTS] = {.words = "imports", .forms = FORM_MAP | FORM_LIST, .open = true, .each = SHAPE_IMPORT},
    [SHAPE_IMPORT] = {.words = "import", .forms = FORM_MAP | FORM_SCALAR, .text = SHAPE_TEXT, .keys = import_keys},
    [SHAPE_CREDENTIAL] = RECORD("credential", credential_keys),
    [SHAPE_ARTIFACT_TYPES] = NAMED("artifact types", SHAPE_ARTIFACT_TYPE),
    [SHAPE_ARTIFACT_TYPE] = RECORD("artifact type", artifact_type_keys),
    [SHAPE_DATA_TYPES] = NAMED("data types", SHAPE_DATA_TYPE),
    [SHAPE_DATA_TYPE] = RECORD("data type", data_type_keys),
    [SHAPE_CAPABILITY_TYPES] = NAMED("capability types", SHAPE_CAPABILITY_TYPE),
    [SHAPE_CAPABILITY_TYPE] = RECORD("capability type", capability_type_keys),
    [SHAPE_INTERFACE_TYPES] = NAMED("interface types", SHAPE_INTERFACE_TYPE),
    [SHAPE_INTERFACE_TYPE] = {.words = "interface type",
                              .forms = FORM_MAP,
                              .keys = interface_type_keys,
                              .open = true,
                              .each = SHAPE_OPERATION_DEF},
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
    [SHAPE_ATTRIBUTE_DEF] = RECORD("attribute", attribute_keys),
    [SHAPE_SCHEMA] = {.words = "schema", .forms = FORM_MAP | FORM_SCALAR, .text = SHAPE_SCALAR, .keys = schema_keys},
    [SHAPE_CONSTRAINTS] = {.words = "constraints", .forms = FORM_LIST, .each = SHAPE_CLAUSE},
    [SHAPE_CLAUSE] = NAMED("constraint", SHAPE_ANY),
    [SHAPE_PARAMETERS] = NAMED("parameters", SHAPE_PARAMETER),
    [SHAPE_PARAMETER] = RECORD("parameter", parameter_keys),
    [SHAPE_INPUT_DEFS] = NAMED("inputs", SHAPE_INPUT_DEF),
    [SHAPE_INPUT_DEF] = {.words = "input"},
    [SHAPE_CAPABILITY_DEFS] = NAMED("capabilities", SHAPE_CAPABILITY_DEF),
    [SHAPE_CAPABILITY_DEF] = {.words = "capability",
                              .forms = FORM_MAP | FORM_SCALAR,
                              .text = SHAPE_SCALAR,
                              .keys = capability_def_keys},
    [SHAPE_REQUIREMENT_DEFS] = {.words = "requirements", .forms = FORM_PAIRS, .each = SHAPE_REQUIREMENT_DEF},
    [SHAPE_REQUIREMENT_DEF] = {.words = "requirement",
                               .forms = FORM_MAP | FORM_SCALAR,
                               .text = SHAPE_SCALAR,
                               .keys = requirement_def_keys},
    [SHAPE_RELATIONSHIP_DEF] = {.words = "relationship",
                                .forms = FORM_MAP | FORM_SCALAR,
                                .text = SHAPE_SCALAR,
                                .keys = relationship_def_keys},
    [SHAPE_INTERFACE_DEFS] = NAMED("interfaces", SHAPE_INTERFACE_DEF),
    [SHAPE_INTERFACE_DEF] = {.words = "interface",
                             .forms = FORM_MAP,
                             .keys = interface_def_keys,
                             .open = true,
                             .each = SHAPE_OPERATION_DEF},
    [SHAPE_NOTIFICATIONS] = NAMED("notifications", SHAPE_NOTIFICATION),
    [SHAPE_NOTIFICATION] = {.words = "notification",
                            .forms = FORM_MAP | FORM_SCALAR,
                            .text = SHAPE_TEXT,
                            .keys = notification_keys},
    [SHAPE_OPERATION_DEFS] = NAMED("operations", SHAPE_OPERATION_DEF),
    [SHAPE_OPERATION_DEF] = {.words = "operation",
                             .forms = FORM_MAP | FORM_SCALAR,
                             .text = SHAPE_TEXT,
                             .keys = operation_def_keys},
    [SHAPE_INTERFACES] = NAMED("interfaces", SHAPE_INTERFACE),
    [SHAPE_INTERFACE] =
        {.words = "interface", .forms = FORM_MAP, .keys = interface_keys, .open = true, .each = SHAPE_OPERATION},
    [SHAPE_OPERATIONS] = NAMED("operations", SHAPE_OPERATION),
    [SHAPE_OPERATION] = {.words = "operation",
                         .forms = FORM_MAP | FORM_SCALAR,
                         .text = SHAPE_TEXT,
                         .keys = operation_keys},
    [SHAPE_IMPLEMENTATION] = {.words = "implementation",
                              .forms = FORM_MAP | FORM_SCALAR,
                              .text = SHAPE_TEXT,
                              .keys = implementation_keys},
    [SHAPE_DEPENDENCIES] = {.words = "dependencies",
                            .forms = FORM_LIST | FORM_SCALAR, /* see implementation.c */
                            .text = SHAPE_TEXT,
                            .each = SHAPE_ARTIFACT},
    [SHAPE_ARTIFACTS] = NAMED("artifacts", SHAPE_ARTIFACT),
    [SHAPE_ARTIFACT] = {.words = "artifact",
                        .forms = FORM_MAP | FORM_SCALAR,
                        .text = SHAPE_TEXT,
                        .keys = artifact_keys},
    [SHAPE_TOPOLOGY] = RECORD("topology template", topology_keys),
    [SHAPE_NODE_TEMPLATES] = NAMED("node templates", SHAPE_NODE_TEMPLATE),
    [SHAPE_NODE_TEMPLATE] = RECORD("node template", node_template_keys),
    [SHAPE_RELATIONSHIP_TEMPLATES] = NAMED("relationship templates", SHAPE_RELATIONSHIP_TEMPLATE),
    [SHAPE_RELATIONSHIP_TEMPLATE] = RECORD("relationship template", relationship_template_keys),
    [SHAPE_CAPABILITIES] = NAMED("capabilities", SHAPE_CAPABILITY),
    [SHAPE_CAPABILITY] = RECORD("capability", capability_keys),
    [SHAPE_REQUIREMENTS] = {.words = "requirements", .forms = FORM_PAIRS, .each = SHAPE_REQUIREMENT},
    [SHAPE_REQUIREMENT] = {.words = "requirement",
                           .forms = FORM_MAP | FORM_SCALAR,
                           .text = SHAPE_SCALAR,
                           .keys = requirement_keys},
    [SHAPE_RELATIONSHIP] = {.words = "relationship",
                            .forms = FORM_MAP | FORM_SCALAR,
                            .text = SHAPE_SCALAR,
                            .keys = relationship_keys},
    [SHAPE_NODE_FILTER] = RECORD("node filter", node_filter_keys),
    [SHAPE_FILTER_PROPERTIES] = {.words = "filter properties",
                                 .forms = FORM_PAIRS | FORM_MAP,
                                 .open = true,
                                 .each = SHAPE_ANY},
    [SHAPE_FILTER_CAPABILITIES] = {.words = "filter capabilities",
                                   .forms = FORM_PAIRS | FORM_MAP,
                                   .open = true,
                                   .each = SHAPE_FILTER_CAPABILITY},
    [SHAPE_FILTER_CAPABILITY] = RECORD("capability filter", filter_capability_keys),
    [SHAPE_GROUPS] = NAMED("groups", SHAPE_GROUP),
    [SHAPE_GROUP] = RECORD("group", group_keys),
    [SHAPE_POLICIES] = {.words = "policies", .forms = FORM_PAIRS | FORM_MAP, .open = true, .each = SHAPE_POLICY},
    [SHAPE_POLICY] = RECORD("policy", policy_keys),
    [SHAPE_WORKFLOWS] = NAMED("workflows", SHAPE_WORKFLOW),
    [SHAPE_WORKFLOW] = RECORD("workflow", workflow_keys),
    [SHAPE_STEPS] = NAMED("steps", SHAPE_STEP),
    [SHAPE_STEP] = RECORD("step", step_keys),
    [SHAPE_SUBSTITUTION] = RECORD("substitution mappings", substitution_keys),
};
