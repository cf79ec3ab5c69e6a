// SPDX-License-Identifier: Apache-2.0
/* Feeds templates to the TOSCA processor: it refuses with a place, or gives a topology whose parts hold together. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "tosca/tosca.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char profile[] =
    "tosca_definitions_version: tosca_simple_yaml_1_3\n"
    "capability_types:\n"
    "  tosca.capabilities.Root: {}\n"
    "  tosca.capabilities.Node: {derived_from: tosca.capabilities.Root}\n"
    "  tosca.capabilities.Container:\n"
    "    derived_from: tosca.capabilities.Root\n"
    "    properties: {num_cpus: {type: integer, required: false, constraints: [greater_or_equal: 1]}}\n"
    "  tosca.capabilities.Endpoint: {derived_from: tosca.capabilities.Root}\n"
    "  tosca.capabilities.Attachment: {derived_from: tosca.capabilities.Root}\n"
    "relationship_types:\n"
    "  tosca.relationships.Root: {}\n"
    "  tosca.relationships.DependsOn: {derived_from: tosca.relationships.Root}\n"
    "  tosca.relationships.HostedOn: {derived_from: tosca.relationships.Root}\n"
    "  tosca.relationships.ConnectsTo: {derived_from: tosca.relationships.Root}\n"
    "  tosca.relationships.AttachesTo:\n"
    "    derived_from: tosca.relationships.Root\n"
    "    properties: {location: {type: string}}\n"
    "interface_types:\n"
    "  tosca.interfaces.Root: {}\n"
    "  Standard:\n"
    "    derived_from: tosca.interfaces.Root\n"
    "    create: {}\n"
    "    start: {}\n"
    "artifact_types:\n"
    "  tosca.artifacts.File: {}\n"
    "  tosker.artifacts.Image: {}\n"
    "data_types:\n"
    "  tosca.datatypes.Root: {}\n"
    "  Port: {derived_from: integer, constraints: [in_range: [1, 65535]]}\n"
    "policy_types:\n"
    "  tosker.policies.Protocol:\n"
    "    properties: {states: {type: map}, transitions: {type: list}}\n"
    "group_types:\n"
    "  tosca.groups.Root: {}\n"
    "node_types:\n"
    "  tosca.nodes.Root:\n"
    "    attributes: {state: {type: string}}\n"
    "    capabilities: {feature: {type: tosca.capabilities.Node}}\n"
    "    requirements:\n"
    "      - dependency: {capability: tosca.capabilities.Node, occurrences: [0, UNBOUNDED],\n"
    "                     relationship: tosca.relationships.DependsOn}\n"
    "    interfaces: {Standard: {type: Standard}}\n"
    "  tosker.nodes.Container:\n"
    "    derived_from: tosca.nodes.Root\n"
    "    properties: {ports: {type: map, required: false}, command: {type: string, required: false}}\n"
    "    capabilities: {host: {type: tosca.capabilities.Container}, endpoint: tosca.capabilities.Endpoint}\n"
    "    requirements:\n"
    "      - storage: {capability: tosca.capabilities.Attachment, occurrences: [0, UNBOUNDED],\n"
    "                  relationship: tosca.relationships.AttachesTo}\n"
    "  tosker.nodes.Software:\n"
    "    derived_from: tosca.nodes.Root\n"
    "    requirements:\n"
    "      - host: {capability: tosca.capabilities.Container, relationship: tosca.relationships.HostedOn}\n"
    "  tosker.nodes.Volume:\n"
    "    derived_from: tosca.nodes.Root\n"
    "    capabilities: {attachment: {type: tosca.capabilities.Attachment}}\n";

/* The same for TOSCA 2.0, by the name that a template imports it by. */
static const char profile_2[] =
    "tosca_definitions_version: tosca_2_0\n"
    "profile: two:1.0\n"
    "capability_types: {Host: {}, Attachment: {}, Endpoint: {properties: {port: {type: integer, required: false}}}}\n"
    "relationship_types:\n"
    "  tosca.relationships.HostedOn: {metadata: {shorthand: HostedOn}, valid_capability_types: [Host]}\n"
    "  tosca.relationships.ConnectsTo: {metadata: {shorthand: ConnectsTo}, valid_source_node_types: [Box]}\n"
    "interface_types: {Standard: {operations: {create: {}, start: {inputs: {a: {type: string}}}}}}\n"
    "node_types:\n"
    "  Box:\n"
    "    properties: {size: {type: integer, default: 1, validation: {$less_than: [$value, 9]}}}\n"
    "    capabilities: {host: {type: Host}, at: {type: Endpoint}}\n"
    "    interfaces: {standard: {type: Standard}}\n"
    "    requirements:\n"
    "      - host: {capability: Host, relationship: HostedOn, count_range: [0, 2]}\n"
    "      - peer: {capability: Endpoint, node: Box, relationship: ConnectsTo, count_range: [0, UNBOUNDED]}\n";

struct text {
    const uint8_t *data;
    size_t size;
};

static int give(const void *data, size_t size, char **ret, size_t *ret_len)
{
    *ret = mem_strndup("", 0);
    *ret = mem_grow(*ret, size + 1, 1);
    if (size)
        memcpy(*ret, data, size);
    (*ret)[size] = '\0';
    *ret_len = size;
    return 0;
}

static int read_profile(void *data, const char *path, char **ret, size_t *ret_len, struct err *e)
{
    static const char index[] = "implicit: all.yaml\nimports: {tosker.yaml: all.yaml}\n"
                                "imports_2: {sedge.yaml: two.yaml}\nprofiles: {two:1.0: two.yaml}\n";
    if (str_eq(path, "index.yaml"))
        return give(index, strlen(index), ret, ret_len);
    if (str_eq(path, "two.yaml"))
        return give(profile_2, strlen(profile_2), ret, ret_len);
    return str_eq(path, "all.yaml") ? give(profile, strlen(profile), ret, ret_len) : -ENOENT;
}

/* The input is the entry, and whatever it imports from the folder "in". */
static int read_template(void *data, const char *path, char **ret, size_t *ret_len, struct err *e)
{
    const struct text *t = data;
    return str_eq(path, "app.yaml") || str_starts(path, "in/") ? give(t->data, t->size, ret, ret_len) : -ENOENT;
}

static bool exists_template(void *data, const char *path)
{
    return str_eq(path, "app.yaml") || str_starts(path, "in/") || str_ends(path, ".sh");
}

static void must(bool held, const char *words)
{
    if (held)
        return;
    fprintf(stderr, "fuzz_tosca: %s\n", words);
    abort();
}

static json_t *attribute(void *data, const char *component, const char *name)
{
    return json_string(name);
}

static void check_eval(const json_t *v)
{
    struct tosca_runtime rt = {.attribute = attribute};
    struct err e = {0};
    AUTO_JSON json_t *known = tosca_eval(v, &rt, &e);
    must(known || e.code, "neither a value nor an error");
}

static void check_topology(const struct topology *t)
{
    for (size_t i = 0; i < t->n_components; i++) {
        const struct component *c = &t->components[i];
        must(c->name && c->type && c->properties, "a component without name, type or properties");
        for (size_t k = 0; k < c->n_links; k++)
            must(c->links[k].target < t->n_components && c->links[k].kind_name, "a link that leads nowhere");
        for (size_t k = 0; k < c->n_operations; k++)
            check_eval(c->operations[k].inputs);
        check_eval(c->properties);
    }
    check_eval(t->outputs);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct text text = {data, size};
    struct tosca_source profiles = {.read = read_profile, .exists = NULL};
    struct tosca_source source = {.read = read_template, .exists = exists_template, .data = &text};
    struct tosca_options options = {
        .entry = "app.yaml", .inputs_missing_ok = true, .source = &source, .profiles = &profiles};
    struct diags d = {0};
    struct topology *t = NULL;
    if (size > 1 << 16)
        return 0;
    int r = tosca_load(&options, &t, &d);
    must((r == 0) == (t != NULL), "a topology with an error, or none without");
    must((r == 0) == (d.errors == 0), "refused without a word, or taken with errors");
    for (size_t i = 0; i < d.n; i++)
        must(d.items[i].line > 0 && d.items[i].col > 0 && d.items[i].text[0] && d.items[i].code,
             "a finding without place or words");
    if (t)
        check_topology(t);
    topology_free(t);
    diags_done(&d);
    return 0;
}
