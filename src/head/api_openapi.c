// SPDX-License-Identifier: Apache-2.0
/* Schemas of the kinds (OpenAPI 2 and 3) from their field tables: for `kubectl explain`, and so that `kubectl apply`
 * trusts the head to check fields. */
#include <string.h>

#include "head/api_patch.h"
#include "head/api_private.h"

static json_t *gvk(const struct kind *k)
{
    const char *slash = strchr(k->api_version, '/');
    AUTO_FREE char *group = slash ? mem_strndup(k->api_version, (size_t)(slash - k->api_version)) : mem_strdup("");
    return json_pack("{s:s, s:s, s:s}", "group", group, "version", slash ? slash + 1 : k->api_version, "kind", k->name);
}

/* How lists are patched (api_patch.h), told to clients that make patches from schemas. The tables below `t` come by
 * their own. */
static void mark_lists(const struct field_table *t, json_t *definitions, size_t depth)
{
    json_t *properties = json_at(definitions, t->name, "properties", NULL);
    for (size_t i = 0; i < t->n && depth > 0; i++) {
        const struct field *f = &t->fields[i];
        const char *key = f->type == FIELD_LIST ? patch_merge_key(f->table) : NULL;
        json_t *property = json_object_get(properties, f->name);
        if (key) {
            json_put_str(property, "x-kubernetes-patch-merge-key", key);
            json_put_str(property, "x-kubernetes-patch-strategy", "merge");
        }
        if (f->table)
            mark_lists(f->table, definitions, depth - 1);
    }
}

#define TABLE_DEPTH_MAX 12 /* of tables below each other */

/* api_version NULL: of all kinds. */
static json_t *definitions_of(const char *api_version)
{
    json_t *definitions = json_object();
    for (size_t i = 0; i < kinds_n; i++) {
        const struct kind *k = &kinds[i];
        if (api_version && !str_eq(k->api_version, api_version))
            continue;
        fields_openapi(k->table, definitions);
        mark_lists(k->table, definitions, TABLE_DEPTH_MAX);
        json_object_set_new(json_object_get(definitions, k->table->name), "x-kubernetes-group-version-kind",
                            json_pack("[o]", gvk(k)));
    }
    return definitions;
}

static json_t *info(void)
{
    return json_pack("{s:s, s:s}", "title", "sedge", "version", SEDGE_VERSION);
}

void api_openapi_2(struct api_call *c)
{
    const char *accept = http_header(c->r, "Accept");
    enum api_form form;
    if (api_form_of(accept, &form) < 0) { /* old clients ask for protocol buffers */
        api_refuse(c->r, 406, "NotAcceptable", "the schemas come as application/json, not as '%.80s'", accept);
        return;
    }
    AUTO_JSON json_t *v = json_pack("{s:s, s:o, s:{}, s:o}", "swagger", "2.0", "info", info(), "paths", "definitions",
                                    definitions_of(NULL));
    api_respond(c->r, 200, v);
}

void api_openapi_3(struct api_call *c)
{
    AUTO_JSON json_t *v = json_pack("{s:{}}", "paths");
    for (size_t i = 0; i < kinds_n; i++) {
        const char *prefix = strchr(kinds[i].api_version, '/') ? "apis" : "api";
        AUTO_FREE char *key = mem_printf("%s/%s", prefix, kinds[i].api_version);
        AUTO_FREE char *url = mem_printf("/openapi/v3/%s?hash=" SEDGE_VERSION, key);
        json_object_set_new(json_object_get(v, "paths"), key, json_pack("{s:s}", "serverRelativeURL", url));
    }
    api_respond(c->r, 200, v);
}

/* "#/definitions/X" -> "#/components/schemas/X", through a whole tree; walks with a list, not by calls. */
static void move_references(json_t *tree)
{
    static const char old[] = "#/definitions/";
    AUTO_FREE json_t **open = NULL;
    size_t n = 0, i;
    open = mem_push(open, n, sizeof(*open));
    open[n++] = tree;
    while (n > 0) {
        json_t *at = open[--n], *v;
        const char *reference = json_str(at, "$ref", NULL), *key;
        if (reference && str_starts(reference, old)) {
            AUTO_FREE char *moved = mem_printf("#/components/schemas/%s", reference + strlen(old));
            json_put_str(at, "$ref", moved);
        }
        json_object_foreach(at, key, v)
        {
            open = mem_push(open, n, sizeof(*open));
            open[n++] = v;
        }
        json_array_foreach(at, i, v)
        {
            open = mem_push(open, n, sizeof(*open));
            open[n++] = v;
        }
    }
}

/* The operations that tell clients that the head checks fields itself. */
static json_t *operations_of(const struct kind *k)
{
    json_t *v = json_object();
    static const char *const methods[] = {"put", "patch", "post"};
    for (size_t i = 0; i < ARRAY_LEN(methods); i++) {
        AUTO_FREE char *id = mem_printf("%s%s", methods[i], k->name);
        json_object_set_new(v, methods[i],
                            json_pack("{s:s, s:o, s:{s:{s:s}}, s:[{s:s, s:s, s:{s:s}}, {s:s, s:s, s:{s:s}}]}",
                                      "operationId", id, "x-kubernetes-group-version-kind", gvk(k), "responses", "200",
                                      "description", "OK", "parameters", "name", "dryRun", "in", "query", "schema",
                                      "type", "string", "name", "fieldValidation", "in", "query", "schema", "type",
                                      "string"));
    }
    return v;
}

void api_openapi_3_of(struct api_call *c)
{
    const char *version = c->route.api_version, *prefix = strchr(version, '/') ? "apis" : "api";
    json_t *paths = json_object(), *schemas = definitions_of(version);
    move_references(schemas);
    for (size_t i = 0; i < kinds_n; i++) {
        if (!str_eq(kinds[i].api_version, version))
            continue;
        AUTO_FREE char *path = mem_printf("/%s/%s/%s%s/{name}", prefix, version,
                                          kinds[i].namespaced ? "namespaces/{namespace}/" : "", kinds[i].plural);
        json_object_set_new(paths, path, operations_of(&kinds[i]));
    }
    AUTO_JSON json_t *v = json_pack("{s:s, s:o, s:o, s:{s:o}}", "openapi", "3.0.0", "info", info(), "paths", paths,
                                    "components", "schemas", schemas);
    api_respond(c->r, 200, v);
}
