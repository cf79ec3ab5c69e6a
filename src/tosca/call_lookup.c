// SPDX-License-Identifier: Apache-2.0
/* get_property and get_attribute: values of nodes, relationships and capabilities. */
#include <string.h>

#include "tosca/call_target.h"
#include "tosca/stand_in.h"

/* What a name was found as. */
struct found {
    struct tvalue *value; /* NULL: an attribute that every node has */
    struct target target;
    const char *name;
    size_t next; /* the first argument behind the name */
};

typedef struct map *(*values_of)(struct map *properties, struct map *attributes);

static struct map *only_properties(struct map *properties, struct map *attributes)
{
    return properties;
}

static struct map *only_attributes(struct map *properties, struct map *attributes)
{
    return attributes;
}

static struct map *target_values(const struct target *t, values_of of)
{
    if (t->cap)
        return of(t->cap->properties, t->cap->attributes);
    return t->node ? of(t->node->properties, t->node->attributes) : of(t->rel->properties, t->rel->attributes);
}

static bool find_in(struct target t, const struct call *call, size_t i, values_of of, struct found *ret)
{
    struct map *values = target_values(&t, of);
    const char *name = call_text(call, i);
    *ret = (struct found){.target = t, .name = name, .next = i + 1};
    ret->value = name && values ? map_get(values, name) : NULL;
    return ret->value != NULL;
}

/* ---- TOSCA 1.x ---- */

/* Through a requirement: the capability that it uses, the node behind it, the relationship between. */
static bool find_through(struct tlink *l, const struct call *call, values_of of, struct found *ret)
{
    if (l->capability && find_in((struct target){.node = l->target, .cap = l->capability}, call, 2, of, ret))
        return true;
    if (find_in((struct target){.node = l->target}, call, 2, of, ret))
        return true;
    return l->rel.properties && find_in((struct target){.rel = &l->rel}, call, 2, of, ret);
}

static bool find_on_node(struct tnode *n, const struct call *call, values_of of, struct found *ret)
{
    const char *name = call_text(call, 1);
    bool deeper = call_count(call) > 2;
    struct tlink *l = deeper && name ? tnode_link(n, name) : NULL;
    if (l && find_through(l, call, of, ret))
        return true;
    struct tcap *cap = deeper && name ? map_get(n->capabilities, name) : NULL;
    if (cap && find_in((struct target){.node = n, .cap = cap}, call, 2, of, ret))
        return true;
    return find_in((struct target){.node = n}, call, 1, of, ret);
}

static bool find_value(const struct call *call, struct target t, values_of of, struct found *ret)
{
    if (t.node)
        return find_on_node(t.node, call, of, ret);
    return find_in(t, call, 1, of, ret);
}

/* HOST means the nearest host that has the name; the others mean one target. */
static bool find_from(const struct call *call, values_of of, struct found *ret, bool *ret_told)
{
    struct target t;
    *ret_told = !target_named(call, &t);
    if (*ret_told)
        return false;
    if (!str_eq(call_text(call, 0), "HOST"))
        return find_value(call, t, of, ret);
    struct topo *topo = call->s.topo;
    struct tnode *n = target_host(topo, t.node);
    if (!n) {
        call_fault(call, "UNKNOWN_REF", "%s has no host", t.node->words);
        *ret_told = true;
        return false;
    }
    for (size_t i = 0; n && i <= topo->nodes->n && tctx_spend(call->c, 1); i++, n = target_host(topo, n)) {
        if (find_value(call, (struct target){.node = n}, of, ret))
            return true;
    }
    return false;
}

static void names_add(struct map *to, const struct map *from)
{
    for (size_t i = 0; from && i < from->n; i++)
        map_set(to, from->items[i].key, to);
}

static json_t *tell_no_name(const struct call *call, const struct target *t, const char *name, const char *words,
                            bool attributes)
{
    struct map *names = tctx_map(call->c);
    if (t->node && !t->node->type)
        return NULL; /* its type is unknown: that is told */
    names_add(names, target_values(t, only_properties));
    if (attributes)
        names_add(names, target_values(t, only_attributes));
    return call_fault(call, "UNKNOWN_REF", "%s has no %s '%s'%s", target_words(call->c, t), words, name ? name : "?",
                      name ? tosca_like(call->c, name, names) : "");
}

static json_t *tell_no_name_1(const struct call *call, const char *words, bool attributes)
{
    struct target t;
    size_t last = call_count(call) - 1;
    const char *name = call_text(call, last > 1 && call_text(call, 2) ? 2 : 1);
    return target_named(call, &t) ? tell_no_name(call, &t, name, words, attributes) : NULL;
}

/* Old templates name a capability's value as if it were the node's. */
static bool find_on_capabilities(const struct call *call, struct found *ret)
{
    struct target t;
    if (!target_named(call, &t) || !t.node)
        return false;
    for (size_t i = 0; i < t.node->capabilities->n && tctx_spend(call->c, 1); i++) {
        struct tcap *cap = t.node->capabilities->items[i].value;
        t.cap = cap;
        if (!find_in(t, call, 1, only_attributes, ret) && !find_in(t, call, 1, only_properties, ret))
            continue;
        tosca_warn(call->c, call->at, "UNKNOWN_REF", "%s has no '%s' of its own; that of its capability '%s' is taken",
                   t.node->words, ret->name, cap->name);
        return true;
    }
    return false;
}

/* Attributes that every node and relationship has. */
static bool find_implicit(const struct call *call, struct target t, size_t i, struct found *ret)
{
    static const char *const names[] = {"tosca_id", "tosca_name", "state"};
    const char *name = call_text(call, i);
    if (t.rel)
        t = (struct target){.node = t.rel->source};
    *ret = (struct found){.target = t, .name = name, .next = i + 1};
    for (size_t k = 0; name && t.node && !t.cap && k < ARRAY_LEN(names); k++) {
        if (str_eq(name, names[k]))
            return true;
    }
    return false;
}

/* ---- properties ---- */

static json_t *property_of(struct call *call, const struct found *found)
{
    json_t *v = value_get(call->c, found->value);
    call->schema = found->value->def ? schema_of(call->c, found->value->def) : NULL;
    if (!v)
        return found->value->faulty ? NULL : json_null();
    return call_walk(call, v, found->next);
}

typedef json_t *(*found_value)(struct call *call, const struct target *t, size_t i);

/* The value at the end of a path; with ALL a list of them. */
static json_t *each_target(struct call *call, found_value value)
{
    struct targets to;
    if (!target_path(call, &to))
        return NULL;
    if (to.open)
        return json_null();
    if (!to.all)
        return value(call, &to.items[0], to.next);
    json_t *list = json_array();
    for (size_t i = 0; i < to.n && tctx_spend(call->c, 2); i++) {
        json_t *v = value(call, &to.items[i], to.next);
        if (v) {
            json_array_append_new(list, v);
            continue;
        }
        json_decref(list);
        return NULL;
    }
    call->schema = NULL;
    return list;
}

static json_t *property_at(struct call *call, const struct target *t, size_t i)
{
    struct found found;
    if (find_in(*t, call, i, only_properties, &found))
        return property_of(call, &found);
    return tell_no_name(call, t, call_text(call, i), "property", false);
}

json_t *call_get_property(struct call *call)
{
    struct found found;
    bool told;
    if (call_is_2(call->at.file))
        return each_target(call, property_at);
    if (find_from(call, only_properties, &found, &told))
        return property_of(call, &found);
    return told ? NULL : tell_no_name_1(call, "property", false);
}

/* ---- attributes ---- */

/* Do the further arguments fit the type of the attribute? */
static bool steps_fit(const struct call *call, const struct found *found)
{
    struct schema *s = found->value && found->value->def ? schema_of(call->c, found->value->def) : NULL;
    for (size_t i = found->next; s && s->type && i < call_count(call); i++) {
        const char *name = call_text(call, i);
        if (s->prim == PRIM_ANY)
            return true;
        struct tdef *field = s->prim == PRIM_NONE && name ? type_member(call->c, s->type, MEMBER_PROPERTY, name) : NULL;
        bool fits =
            s->prim == PRIM_MAP || field || (s->prim == PRIM_LIST && json_is_integer(json_array_get(call->args, i)));
        if (!fits) {
            call_fault(call, s->prim == PRIM_NONE ? "UNKNOWN_REF" : "FUNCTION_ARGS",
                       "attribute '%s' is of type %s: there is no '%s' in it", found->name, schema_words(s),
                       name ? name : "(index)");
            return false;
        }
        s = field ? schema_of(call->c, field) : schema_entry(call->c, s);
    }
    return true;
}

/* An attribute that only reflects a property has its value; one that sedge or a script sets is left for run time. */
static json_t *attribute_now(const struct call *call, const struct found *found)
{
    if (!found->value || (!found->target.rel && known_attribute(found->name)))
        return NULL;
    struct map *properties = target_values(&found->target, only_properties);
    struct tvalue *property = properties ? map_get(properties, found->name) : NULL;
    struct tvalue *v = property && value_get(call->c, property) ? property : found->value;
    return value_get(call->c, v);
}

/* ---- nodes that another topology stands in for: the values are those inside ---- */

static json_t *attribute_of(struct call *call, const struct found *found);

static json_t *attribute_inside(struct call *call, const struct found *from, struct target t, const char *name)
{
    struct found found = {.target = t, .name = name, .next = from->next};
    found.value = map_get(target_values(&t, only_attributes), name);
    if (!found.value)
        found.value = map_get(target_values(&t, only_properties), name);
    return attribute_of(call, &found);
}

static json_t *attribute_of_output(struct call *call, const struct found *found, struct tvalue *output)
{
    json_t *v = value_get(call->c, output);
    call->schema = NULL;
    return v ? call_walk(call, v, found->next) : output->faulty ? NULL : json_null();
}

/* False when there is no topology inside, or it has no such attribute. */
static bool attribute_stood_for(struct call *call, const struct found *found, json_t **ret)
{
    const struct target *t = &found->target;
    if (!t->node || !stand_in(t->node))
        return false;
    struct target inner = {0};
    const char *name;
    if (t->cap && stand_in_capability(t->node, t->cap->name, &inner.node, &inner.cap))
        name = found->name;
    struct tvalue *output = t->cap ? NULL : stand_in_attribute(t->node, found->name, &inner.node, &name);
    if (output)
        *ret = attribute_of_output(call, found, output);
    else if (inner.node)
        *ret = attribute_inside(call, found, inner, name);
    return output || inner.node;
}

static json_t *tell_stood_for(struct call *call, const struct found *found)
{
    const struct target *t = &found->target;
    tosca_warn(call->c, call->at, "SUBSTITUTION",
               "%s: '%s' stands in for %s, and gives no attribute '%s': it has neither an output of that name nor a "
               "mapping",
               what_text(call->c, call->w), t->node->inner->file->path, target_words(call->c, t), found->name);
    return json_null();
}

static json_t *attribute_of(struct call *call, const struct found *found)
{
    const struct target *t = &found->target;
    if (!steps_fit(call, found))
        return NULL;
    if (str_eq(found->name, "tosca_name") && t->node && !t->cap)
        return json_string(t->node->name);
    json_t *inside;
    if (attribute_stood_for(call, found, &inside))
        return inside;
    json_t *now = attribute_now(call, found);
    call->schema = found->value && found->value->def ? schema_of(call->c, found->value->def) : NULL;
    if (now && !(found->value && found->value->faulty))
        return call_walk(call, now, found->next);
    if (t->node && stand_in(t->node))
        return tell_stood_for(call, found);
    json_t *owner = target_owner(t);
    if (!owner)
        return json_null();
    json_array_append_new(owner, json_string(found->name));
    if (found->next < call_count(call))
        call->schema = NULL;
    return call_later(call, "get_attribute", owner, found->next);
}

static json_t *attribute_at(struct call *call, const struct target *t, size_t i)
{
    struct found found;
    if (find_in(*t, call, i, only_attributes, &found) || find_in(*t, call, i, only_properties, &found) ||
        find_implicit(call, *t, i, &found))
        return attribute_of(call, &found);
    return tell_no_name(call, t, call_text(call, i), "attribute", true);
}

static bool find_attribute_1(const struct call *call, struct found *found, bool *told)
{
    struct target t;
    *told = false;
    if (find_from(call, only_attributes, found, told) || (!*told && find_from(call, only_properties, found, told)))
        return true;
    if (*told || !target_named(call, &t))
        return false;
    return find_implicit(call, t, 1, found) || find_on_capabilities(call, found);
}

json_t *call_get_attribute(struct call *call)
{
    struct found found;
    bool told;
    if (call_is_2(call->at.file))
        return each_target(call, attribute_at);
    if (find_attribute_1(call, &found, &told))
        return attribute_of(call, &found);
    return told ? NULL : tell_no_name_1(call, "attribute", true);
}
