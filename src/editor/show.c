// SPDX-License-Identifier: Apache-2.0
/* Writes node templates, inputs and outputs of a resolved topology. */
#include "editor/show.h"

#include <string.h>

#include "model/secret_token.h"

#define DEPTH_MAX 100

/* obj[key] = value, unless there is nothing in it. Takes the reference. */
static void put_some(json_t *obj, const char *key, json_t *value)
{
    if (json_object_size(value) || json_array_size(value))
        json_object_set_new_nocheck(obj, key, value);
    else
        json_decref(value);
}

/* ---- calls as the template's generation writes them ---- */

static json_t *respelt(const json_t *v, unsigned depth);

static json_t *respelt_object(const json_t *v, unsigned depth)
{
    json_t *to = json_object(), *item;
    const char *key;
    bool single = json_object_size(v) == 1;
    json_object_foreach((json_t *)(uintptr_t)v, key, item)
    {
        const char *name = single && key[0] == '$' && json_is_array(item) ? key + 1 : key;
        json_object_set_new_nocheck(to, name, respelt(item, depth + 1));
    }
    return to;
}

/* A copy with "$get_input" as "get_input": before TOSCA 2.0 functions had no dollar sign. */
static json_t *respelt(const json_t *v, unsigned depth)
{
    if (depth > DEPTH_MAX)
        return json_deep_copy(v);
    if (json_is_object(v))
        return respelt_object(v, depth);
    if (!json_is_array(v))
        return json_incref((json_t *)(uintptr_t)v);
    json_t *to = json_array(), *item;
    size_t i;
    json_array_foreach(v, i, item) json_array_append_new(to, respelt(item, depth + 1));
    return to;
}

/* ---- node templates ---- */

/* A copy of values, without those that are declared sensitive. */
static json_t *for_eyes(const json_t *values, const struct strv *sensitive, const char *prefix)
{
    json_t *shown = json_copy((json_t *)(uintptr_t)values), *v;
    const char *key;
    json_object_foreach((json_t *)(uintptr_t)values, key, v)
    {
        AUTO_FREE char *name = mem_printf("%s%s", prefix, key);
        if (strv_has(sensitive, name) && !json_is_null(v))
            json_object_set_new(shown, key, json_string(SECRET_MASK));
    }
    return shown;
}

static json_t *show_requirements(const struct topology *t, const struct component *c)
{
    json_t *list = json_array();
    for (size_t i = 0; i < c->n_links; i++) {
        const struct topology_link *l = &c->links[i];
        json_t *relationship = json_pack("{s:s}", "type", l->relationship);
        json_t *item = json_pack("{s:{s:s, s:s, s:o}}", l->requirement, "node", t->components[l->target].name,
                                 "capability", l->capability, "relationship", relationship);
        AUTO_FREE char *prefix = mem_printf("%s.", l->requirement);
        put_some(relationship, "properties", for_eyes(l->properties, &c->sensitive, prefix));
        json_array_append_new(list, item);
    }
    return list;
}

static json_t *show_operation(const struct component *c, const struct topology_operation *o)
{
    AUTO_FREE char *prefix = mem_printf("%s.%s.", o->interface, o->name);
    json_t *v = json_object(), *implementation = json_object();
    json_put_str(implementation, "primary", o->script);
    json_t *dependencies = json_array();
    for (size_t i = 0; i < o->dependencies.n; i++)
        json_array_append_new(dependencies, json_string_nocheck(o->dependencies.v[i]));
    put_some(implementation, "dependencies", dependencies);
    if (o->timeout_s)
        json_put_int(implementation, "timeout", o->timeout_s);
    put_some(v, "implementation", implementation);
    put_some(v, "inputs", for_eyes(o->inputs, &c->sensitive, prefix));
    return v;
}

static json_t *show_interfaces(const struct component *c)
{
    json_t *all = json_object();
    for (size_t i = 0; i < c->n_operations; i++) {
        const struct topology_operation *o = &c->operations[i];
        json_t *face = json_object_get(all, o->interface);
        if (!face) {
            face = json_pack("{s:{}}", "operations");
            json_object_set_new_nocheck(all, o->interface, face);
        }
        json_object_set_new_nocheck(json_object_get(face, "operations"), o->name, show_operation(c, o));
    }
    return all;
}

static json_t *show_artifacts(const struct component *c)
{
    json_t *all = json_object();
    for (size_t i = 0; i < c->n_artifacts; i++) {
        const struct topology_artifact *a = &c->artifacts[i];
        json_t *v = json_object();
        json_put_str(v, "type", a->type);
        json_put_str(v, "file", a->file);
        json_put_str(v, "repository", a->repository);
        json_object_set_new_nocheck(all, a->name, v);
    }
    return all;
}

static json_t *show_capabilities(const struct component *c, bool origins)
{
    json_t *all = json_object(), *from;
    const char *name;
    json_object_foreach(json_object_get(c->detail, "capabilities"), name, from)
    {
        json_t *v = json_object();
        if (origins)
            json_put_str(v, "type", json_str(from, "type", NULL)); /* no key of an assignment */
        put_some(v, "properties", json_incref(json_object_get(from, "properties")));
        if (origins)
            put_some(v, "origins", json_incref(json_object_get(from, "origins")));
        put_some(all, name, v);
    }
    return all;
}

static json_t *show_ancestry(const struct component *c)
{
    json_t *list = json_array();
    for (size_t i = 1; i < c->ancestry.n; i++)
        json_array_append_new(list, json_string_nocheck(c->ancestry.v[i]));
    return list;
}

static json_t *show_node(const struct topology *t, const struct component *c, bool origins)
{
    json_t *v = json_pack("{s:s}", "type", c->type);
    if (origins) {
        put_some(v, "ancestry", show_ancestry(c));
        json_put_str(v, "kind", component_kind_name(c->kind));
        json_object_set_new(
            v, "place",
            json_pack("{s:s?, s:i, s:i}", "file", c->place.file, "line", c->place.line, "column", c->place.col));
    }
    if (c->counted)
        json_put_int(v, "count", c->count);
    put_some(v, "properties", for_eyes(c->properties, &c->sensitive, ""));
    put_some(v, "attributes", json_incref(json_object_get(c->detail, "attributes")));
    put_some(v, "capabilities", show_capabilities(c, origins));
    put_some(v, "requirements", show_requirements(t, c));
    put_some(v, "interfaces", show_interfaces(c));
    put_some(v, "artifacts", show_artifacts(c));
    if (origins)
        put_some(v, "origins", json_incref(json_object_get(c->detail, "origins")));
    return v;
}

static json_t *show_inputs(const struct topology *t)
{
    json_t *all = json_object(), *value;
    const char *name;
    json_object_foreach(t->inputs, name, value)
        json_object_set_new_nocheck(all, name, json_pack("{s:O}", "value", value));
    return all;
}

json_t *topology_show(const struct topology *t, bool origins)
{
    bool second = str_eq(t->language, "tosca_2_0");
    AUTO_JSON json_t *body = json_object();
    json_t *nodes = json_object(), *v = json_object();
    put_some(body, "inputs", show_inputs(t));
    for (size_t i = 0; i < t->n_components; i++)
        json_object_set_new_nocheck(nodes, t->components[i].name, show_node(t, &t->components[i], origins));
    put_some(body, "node_templates", nodes);
    show_groups(t, body);
    show_policies(t, body);
    show_workflows(t, body);
    put_some(body, "outputs", json_incref(t->outputs));
    json_put_str(v, "tosca_definitions_version", t->language);
    json_put_str(v, "description", t->description);
    json_object_set_new(v, second ? "service_template" : "topology_template",
                        second ? json_incref(body) : respelt(body, 0));
    return v;
}
