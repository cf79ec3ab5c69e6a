// SPDX-License-Identifier: Apache-2.0
/* OpenAPI v2 schemas from field tables, for `kubectl explain` and client-side checks. */
#include <string.h>

#include "model/fields.h"

static const char *const json_types[] = {
    [FIELD_TEXT] = "string",       [FIELD_BOOL] = "boolean", [FIELD_INT] = "integer",   [FIELD_TEXT_MAP] = "object",
    [FIELD_QUANTITIES] = "object", [FIELD_TEXTS] = "array",  [FIELD_OBJECT] = "object", [FIELD_INLINE] = "object",
    [FIELD_LIST] = "array",        [FIELD_JSON] = "object",
};

static json_t *reference(const struct field_table *t)
{
    AUTO_FREE char *name = mem_printf("#/definitions/%s", t->name);
    return json_pack("{s:s}", "$ref", name);
}

static json_t *schema(const struct field *f)
{
    if (f->type == FIELD_OBJECT || f->type == FIELD_INLINE)
        return reference(f->table);
    json_t *s = json_pack("{s:s}", "type", json_types[f->type]);
    if (f->type == FIELD_LIST)
        json_object_set_new(s, "items", reference(f->table));
    else if (f->type == FIELD_TEXTS)
        json_object_set_new(s, "items", json_pack("{s:s}", "type", "string"));
    else if (f->type == FIELD_TEXT_MAP || f->type == FIELD_QUANTITIES)
        json_object_set_new(s, "additionalProperties", json_pack("{s:s}", "type", "string"));
    else if (f->type == FIELD_INT)
        json_object_set_new(s, "format", json_string("int64"));
    json_put_str(s, "description", f->doc);
    return s;
}

void fields_openapi(const struct field_table *t, json_t *definitions)
{
    if (json_object_get(definitions, t->name))
        return; /* also ends circles among types */
    json_t *properties = json_object();
    json_t *required = json_array();
    json_object_set_new(definitions, t->name, json_pack("{s:s, s:o}", "type", "object", "properties", properties));
    for (size_t i = 0; i < t->n; i++) {
        const struct field *f = &t->fields[i];
        json_object_set_new(properties, f->name, schema(f));
        if (f->flags & FIELD_REQUIRED)
            json_array_append_new(required, json_string(f->name));
        if (f->table)
            fields_openapi(f->table, definitions);
    }
    if (json_array_size(required) > 0)
        json_object_set(json_object_get(definitions, t->name), "required", required);
    json_decref(required);
}
