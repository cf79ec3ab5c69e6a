// SPDX-License-Identifier: Apache-2.0
/* Functions that look at a node, a relationship or a capability. */
#include <string.h>

#include "model/bundle_manifest.h"
#include "tosca/artifact.h"
#include "tosca/call.h"

/* What a call speaks of: one of the two. */
struct entity {
    struct tnode *node;
    struct trel *rel;
};

static struct tnode *host_of(struct topo *t, const struct tnode *n)
{
    for (size_t i = 0; n && i < n->n_links; i++) {
        const struct tlink *l = &n->links[i];
        if (l->target && known_link(t->c, l->rel.type) == LINK_HOSTED_ON)
            return l->target;
    }
    return NULL;
}

static bool entity_self(const struct call *call, struct entity *ret)
{
    ret->rel = call->s.rel;
    ret->node = call->s.rel ? NULL : call->s.self;
    return ret->rel || ret->node;
}

static bool entity_source(const struct call *call, struct entity *ret)
{
    ret->node = call->s.rel ? call->s.rel->source : NULL;
    return ret->node != NULL;
}

static bool entity_target(const struct call *call, struct entity *ret)
{
    ret->node = call->s.rel ? call->s.rel->target : NULL;
    return ret->node != NULL;
}

static bool entity_host(const struct call *call, struct entity *ret)
{
    ret->node = call->s.self;
    return ret->node != NULL;
}

static const struct {
    const char *word;
    bool (*find)(const struct call *call, struct entity *ret);
} entity_words[] = {{"SELF", entity_self}, {"SOURCE", entity_source}, {"TARGET", entity_target}, {"HOST", entity_host}};

/* The first argument's node or relationship; false (told) when it means nothing here. */
static bool entity_find(const struct call *call, struct entity *ret)
{
    const char *word = call_text(call, 0);
    *ret = (struct entity){0};
    for (size_t i = 0; word && i < ARRAY_LEN(entity_words); i++) {
        if (!str_eq(word, entity_words[i].word))
            continue;
        if (entity_words[i].find(call, ret))
            return true;
        call_fault(call, "FUNCTION_ARGS", "%s means nothing in this place", word);
        return false;
    }
    ret->node = word ? map_get(call->s.topo->nodes, word) : NULL;
    if (ret->node)
        return true;
    if (!word)
        call_fault(call, "FUNCTION_ARGS", "the first argument must name a node template");
    else
        call_fault(call, "UNKNOWN_REF", "there is no node template '%s'%s", word,
                   tosca_like(call->c, word, call->s.topo->nodes));
    return false;
}

/* What a name was found as. */
struct found {
    struct tvalue *value; /* NULL: an attribute that every node has */
    struct tnode *node;
    struct tcap *capability;
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

static bool find_in(struct map *values, const struct call *call, size_t i, struct found *ret)
{
    const char *name = call_text(call, i);
    ret->value = name && values ? map_get(values, name) : NULL;
    ret->name = name;
    ret->next = i + 1;
    return ret->value != NULL;
}

/* Through a requirement: the capability that it uses, the node behind it, the relationship between. */
static bool find_through(const struct tlink *l, const struct call *call, values_of of, struct found *ret)
{
    *ret = (struct found){.node = l->target, .capability = l->capability};
    if (l->capability && find_in(of(l->capability->properties, l->capability->attributes), call, 2, ret))
        return true;
    ret->capability = NULL;
    if (find_in(of(l->target->properties, l->target->attributes), call, 2, ret))
        return true;
    return l->rel.properties && find_in(of(l->rel.properties, l->rel.attributes), call, 2, ret);
}

static bool find_on_node(struct tnode *n, const struct call *call, values_of of, struct found *ret)
{
    const char *name = call_text(call, 1);
    bool deeper = json_array_size(call->args) > 2;
    const struct tlink *l = deeper && name ? tnode_link(n, name) : NULL;
    if (l && find_through(l, call, of, ret))
        return true;
    struct tcap *cap = deeper && name ? map_get(n->capabilities, name) : NULL;
    *ret = (struct found){.node = n, .capability = cap};
    if (cap && find_in(of(cap->properties, cap->attributes), call, 2, ret))
        return true;
    *ret = (struct found){.node = n};
    return find_in(of(n->properties, n->attributes), call, 1, ret);
}

static bool find_value(const struct call *call, struct entity e, values_of of, struct found *ret)
{
    if (e.node)
        return find_on_node(e.node, call, of, ret);
    *ret = (struct found){0};
    return find_in(of(e.rel->properties, e.rel->attributes), call, 1, ret);
}

/* HOST means the nearest host that has the name; the others mean one entity. */
static bool find_from(const struct call *call, values_of of, struct found *ret, bool *ret_told)
{
    struct entity e;
    *ret_told = !entity_find(call, &e);
    if (*ret_told)
        return false;
    if (!str_eq(call_text(call, 0), "HOST"))
        return find_value(call, e, of, ret);
    struct tnode *n = host_of(call->s.topo, e.node);
    if (!n) {
        call_fault(call, "UNKNOWN_REF", "%s has no host", e.node->words);
        *ret_told = true;
        return false;
    }
    for (size_t i = 0; n && i <= call->s.topo->nodes->n && tctx_spend(call->c, 1); i++, n = host_of(call->s.topo, n)) {
        if (find_value(call, (struct entity){.node = n}, of, ret))
            return true;
    }
    return false;
}

static void names_add(struct map *to, const struct map *from)
{
    for (size_t i = 0; from && i < from->n; i++)
        map_set(to, from->items[i].key, to);
}

static json_t *tell_no_name(const struct call *call, const char *words, bool attributes)
{
    struct entity e = {0};
    size_t last = json_array_size(call->args) - 1;
    const char *name = call_text(call, last > 1 && call_text(call, 2) ? 2 : 1);
    struct map *names = tctx_map(call->c);
    bool found = entity_find(call, &e);
    if (found && e.node && !e.node->type)
        return NULL; /* its type is unknown: that is told */
    if (found) {
        names_add(names, e.node ? e.node->properties : e.rel->properties);
        if (attributes)
            names_add(names, e.node ? e.node->attributes : e.rel->attributes);
    }
    return call_fault(call, "UNKNOWN_REF", "%s has no %s '%s'%s", e.node ? e.node->words : call_text(call, 0), words,
                      name ? name : "?", name ? tosca_like(call->c, name, names) : "");
}

json_t *call_get_property(const struct call *call)
{
    struct found found;
    bool told;
    if (!find_from(call, only_properties, &found, &told))
        return told ? NULL : tell_no_name(call, "property", false);
    json_t *v = value_get(call->c, found.value);
    if (!v)
        return found.value->faulty ? NULL : json_null();
    return call_walk(call, v, found.next);
}

/* Do the further arguments fit the type of the attribute? */
static bool steps_fit(const struct call *call, const struct found *found)
{
    struct schema *s = found->value && found->value->def ? schema_of(call->c, found->value->def) : NULL;
    for (size_t i = found->next; s && s->type && i < json_array_size(call->args); i++) {
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
    if (!found->value || known_attribute(found->name))
        return NULL;
    struct map *properties = found->capability ? found->capability->properties
                             : found->node     ? found->node->properties
                                               : NULL;
    struct tvalue *property = properties ? map_get(properties, found->name) : NULL;
    struct tvalue *v = property && value_get(call->c, property) ? property : found->value;
    return value_get(call->c, v);
}

/* Old templates name a capability's value as if it were the node's. */
static bool find_on_capabilities(const struct call *call, struct found *ret)
{
    struct entity e;
    if (!entity_find(call, &e) || !e.node)
        return false;
    for (size_t i = 0; i < e.node->capabilities->n && tctx_spend(call->c, 1); i++) {
        struct tcap *cap = e.node->capabilities->items[i].value;
        *ret = (struct found){.node = e.node, .capability = cap};
        if (!find_in(cap->attributes, call, 1, ret) && !find_in(cap->properties, call, 1, ret))
            continue;
        tosca_warn(call->c, call->at, "UNKNOWN_REF", "%s has no '%s' of its own; that of its capability '%s' is taken",
                   e.node->words, ret->name, cap->name);
        return true;
    }
    return false;
}

static bool find_implicit(const struct call *call, struct found *ret)
{
    static const char *const names[] = {"tosca_id", "tosca_name", "state"};
    struct entity e;
    const char *name = call_text(call, 1);
    *ret = (struct found){0};
    for (size_t i = 0; name && i < ARRAY_LEN(names); i++) {
        if (!str_eq(name, names[i]) || !entity_find(call, &e))
            continue;
        *ret = (struct found){.node = e.node ? e.node : e.rel->source, .name = name, .next = 2};
        return true;
    }
    return false;
}

/* An attribute of a capability: [node, capability, attribute, ...]. */
static json_t *call_later_inside(const char *node, const char *capability, const json_t *inner, const struct call *call,
                                 size_t next)
{
    json_t *later = call_later("get_attribute", node, capability, call, json_array_size(call->args));
    json_t *args = json_object_get(later, "get_attribute");
    json_array_extend(args, (json_t *)(uintptr_t)inner);
    for (size_t i = next; i < json_array_size(call->args); i++)
        json_array_append(args, json_array_get(call->args, i));
    return later;
}

json_t *call_get_attribute(const struct call *call)
{
    struct found found;
    bool told = false;
    bool known = find_from(call, only_attributes, &found, &told) ||
                 (!told && find_from(call, only_properties, &found, &told)) || (!told && find_implicit(call, &found)) ||
                 (!told && find_on_capabilities(call, &found));
    if (!known)
        return told ? NULL : tell_no_name(call, "attribute", true);
    if (!steps_fit(call, &found))
        return NULL;
    if (str_eq(found.name, "tosca_name") && found.node)
        return json_string(found.node->name);
    json_t *now = attribute_now(call, &found);
    if (now && !(found.value && found.value->faulty))
        return call_walk(call, now, found.next);
    const struct tnode *source = call->s.rel ? call->s.rel->source : NULL;
    const char *node = found.node ? found.node->name : source ? source->name : NULL;
    if (!node)
        return json_null();
    AUTO_JSON json_t *inner = json_pack("[s]", found.name);
    return found.capability ? call_later_inside(node, found.capability->name, inner, call, found.next)
                            : call_later("get_attribute", node, found.name, call, found.next);
}

json_t *call_get_artifact(const struct call *call)
{
    struct entity e;
    const char *name = call_text(call, 1);
    if (!entity_find(call, &e))
        return NULL;
    struct tnode *n = e.node ? e.node : e.rel->source;
    if (str_eq(call_text(call, 0), "HOST"))
        n = host_of(call->s.topo, n);
    struct artifact a;
    if (!name || !n)
        return call_fault(call, "FUNCTION_ARGS", "the arguments are a node template and the name of an artifact");
    if (!artifact_find(call->s.topo, n, name, &a))
        return call_fault(call, "UNKNOWN_REF", "%s has no artifact '%s'", n->words, name);
    /* Where the file lies in the container: scripts can open it as it is. */
    return json_string(a.path ? tctx_printf(call->s.topo->c, BUNDLE_MOUNT "/%s", a.path) : a.file ? a.file : "");
}

json_t *call_get_operation_output(const struct call *call)
{
    struct entity e;
    if (!entity_find(call, &e))
        return NULL;
    struct tnode *n = e.node ? e.node : e.rel->source;
    if (!n)
        return call_fault(call, "FUNCTION_ARGS", "there are no operations here");
    const char *interface = call_text(call, 1);
    struct at given = at_key(n->at, "interfaces");
    bool known = !n->type || !interface || !e.node || type_member(call->c, n->type, MEMBER_INTERFACE, interface) ||
                 at_key(given, interface).node;
    if (!known)
        return call_fault(call, "UNKNOWN_REF", "%s has no interface '%s'%s", n->words, interface,
                          tosca_like(call->c, interface, type_members(call->c, n->type, MEMBER_INTERFACE)));
    tosca_warn(call->c, call->at, "NOT_RUN", "%s: get_operation_output: sedge keeps no outputs of operations",
               what_text(call->c, call->w));
    return call_later("get_operation_output", n->name, NULL, call, 1);
}
