// SPDX-License-Identifier: Apache-2.0
/* Works out relationships: from the assignment, a relationship template, the declaration, or the kind of capability. */
#include "tosca/tie_relationship.h"

#include "tosca/operation.h"
#include "tosca/related.h"
#include "tosca/topo_copy.h"
#include "tosca/value_read.h"

/* Where nobody names a relationship type, the capability's own does. */
static const struct {
    const char *capability, *relationship;
} usual_types[] = {
    {"tosca.capabilities.Container", "tosca.relationships.HostedOn"},
    {"tosca.capabilities.Compute", "tosca.relationships.HostedOn"},
    {"tosca.capabilities.Endpoint", "tosca.relationships.ConnectsTo"},
    {"tosca.capabilities.Attachment", "tosca.relationships.AttachesTo"},
    {"tosca.capabilities.Node", "tosca.relationships.DependsOn"},
};

static struct ttype *usual_type(struct topo *t, const struct tcap *cap)
{
    for (struct ttype *p = cap ? cap->type : NULL; p && tctx_spend(t->c, 1); p = type_parent(t->c, p)) {
        for (size_t i = 0; i < ARRAY_LEN(usual_types); i++) {
            if (str_eq(usual_types[i].capability, p->name))
                return type_find(t->c, t->file, TYPE_RELATIONSHIP, usual_types[i].relationship);
        }
    }
    return NULL;
}

static struct ttype *declared_type(struct topo *t, const struct tdef *d)
{
    struct at at = tdef_key(d, "relationship");
    at = at_is(at, Y_MAP) ? at_key(at, "type") : at;
    return at_text(at) ? type_find(t->c, at.file, TYPE_RELATIONSHIP, at_text(at)) : NULL;
}

/* A name is a relationship template's, or else a type's. */
static struct ttype *named_type(struct topo *t, struct at name, struct trel *rel, const char *words)
{
    if (map_has(t->relationships, at_text(name))) {
        struct at section = at_key(t->at, "relationship_templates");
        map_set(t->related, at_text(name), t);
        struct at at = topo_copy(t->c, section, at_of(section.file, map_get(t->relationships, at_text(name))), words);
        if (at_null(rel->at))
            rel->at = at;
        return type_at(t->c, at_key(at, "type"), TYPE_RELATIONSHIP, NULL);
    }
    struct ttype *type = type_find(t->c, name.file, TYPE_RELATIONSHIP, at_text(name));
    if (!type)
        tosca_error(t->c, name, "UNKNOWN_REF", "%s: '%s' is no relationship template and no relationship type%s", words,
                    at_text(name), tosca_like(t->c, at_text(name), t->relationships));
    return type;
}

static struct ttype *assigned_type(struct topo *t, const struct tlink *l, struct trel *rel, const char *words)
{
    struct at at = at_key(l->at, "relationship");
    if (at_is(at, Y_MAP))
        rel->at = at;
    struct at name = at_is(at, Y_MAP) ? at_key(at, "type") : at;
    return at_text(name) ? named_type(t, name, rel, words) : NULL;
}

/* The list of that name, of the type or of its nearest ancestor that has one. */
static struct at inherited_list(struct topo *t, struct ttype *type, const char *key)
{
    struct at list = at_of(NULL, NULL);
    for (struct ttype *p = type; p && at_null(list) && tctx_spend(t->c, 1); p = type_parent(t->c, p))
        list = at_key(p->at, key);
    return list;
}

/* Is the type of a kind that the list names? An empty list, like an unknown type, allows all. */
static bool is_listed(struct topo *t, struct at list, struct ttype *type, enum type_kind kind)
{
    if (!at_len(list, Y_SEQ) || !type)
        return true;
    for (size_t i = 0; i < list.node->n && tctx_spend(t->c, 1); i++) {
        const char *name = at_text(at_of(list.file, list.node->items[i]));
        struct ttype *one = name ? type_find(t->c, list.file, kind, name) : NULL;
        if (!one || type_is_a(t->c, type, one))
            return true;
    }
    return false;
}

/* May the relationship end at that capability? */
static bool target_allowed(struct topo *t, struct ttype *type, const struct tcap *cap)
{
    return is_listed(t, inherited_list(t, type, "valid_target_types"), cap ? cap->type : NULL, TYPE_CAPABILITY);
}

/* TOSCA 2.0: between which nodes the relationship may be, and which ones the capability takes (7.3, 8.1). */
static void check_ends(struct topo *t, const struct tlink *l, const char *words)
{
    static const char text[] = "%s: a relationship of type '%s' cannot %s '%s' (%s)";
    struct ttype *type = l->rel.type, *from = l->rel.source->type;
    if (!is_listed(t, inherited_list(t, type, "valid_source_node_types"), from, TYPE_NODE)) {
        tosca_error(t->c, l->at, "TARGET_TYPE", text, words, type->name, "begin at", l->rel.source->name, from->name);
        related_type(t->c, type);
    }
    if (!l->target)
        return;
    if (!is_listed(t, inherited_list(t, type, "valid_target_node_types"), l->target->type, TYPE_NODE)) {
        tosca_error(t->c, l->at, "TARGET_TYPE", text, words, type->name, "end at", l->target->name,
                    l->target->type->name);
        related_type(t->c, type);
    }
    if (!l->capability || !l->capability->type)
        return;
    struct at taken = tdef_key(l->capability->def, "valid_relationship_types");
    taken = at_null(taken) ? inherited_list(t, l->capability->type, "valid_relationship_types") : taken;
    if (!is_listed(t, taken, type, TYPE_RELATIONSHIP)) {
        tosca_error(t->c, l->at, "TARGET_TYPE", text, words, type->name, "end at capability", l->capability->name,
                    l->capability->type->name);
        related_type(t->c, l->capability->type);
    }
}

/* A requirement that no type declares says by its relationship which capability it means. */
static void capability_by_type(struct topo *t, struct tlink *l, struct ttype *type)
{
    for (size_t i = 0; i < l->target->capabilities->n && tctx_spend(t->c, 1); i++) {
        struct tcap *cap = l->target->capabilities->items[i].value;
        if (target_allowed(t, type, l->capability) || !target_allowed(t, type, cap))
            continue;
        l->capability->incoming--;
        cap->incoming++;
        l->capability = l->rel.capability = cap;
    }
}

void tie_relationship(struct topo *t, struct tnode *from, struct tlink *l, const char *words)
{
    struct trel *rel = &l->rel;
    *rel = (struct trel){.words = words, .source = from, .target = l->target, .capability = l->capability};
    rel->interfaces = at_key(tdef_key(l->def, "relationship"), "interfaces");
    struct ttype *assigned = assigned_type(t, l, rel, words), *declared = declared_type(t, l->def);
    rel->type = assigned ? assigned : declared ? declared : usual_type(t, l->capability);
    bool odd = assigned && declared && !type_is_a(t->c, assigned, declared);
    if (odd) {
        tosca_error(t->c, at_key(l->at, "relationship"), "INHERITANCE",
                    "%s: relationship type '%s' does not derive from '%s', which the node type asks for", words,
                    assigned->name, declared->name);
        related_def(t->c, l->def);
    }
    if (rel->type && !l->def && l->target && l->capability)
        capability_by_type(t, l, rel->type);
    if (rel->type && !odd && !target_allowed(t, rel->type, l->capability)) {
        bool by_type = !assigned && l->def && l->at.file->version != TOSCA_2_0; /* the node type's own contradiction */
        (by_type ? tosca_warn : tosca_error)(t->c, l->at, "TARGET_TYPE",
                                             "%s: a relationship of type '%s' cannot end at capability '%s' (%s)",
                                             words, rel->type->name, l->capability->name, l->capability->type->name);
        related_type(t->c, rel->type);
    }
    if (rel->type && !odd)
        check_ends(t, l, words);
    if (!rel->at.node)
        rel->at = l->at; /* a place to speak of; it has no keys of a relationship */
    topo_relationship(t, rel);
}

struct trel *relationship_template_alone(struct topo *t, const char *name)
{
    struct at section = at_key(t->at, "relationship_templates"), at = at_key(section, name);
    t->alone = t->alone ? t->alone : tctx_map(t->c);
    struct trel *rel = map_get(t->alone, name);
    if (rel || !at_is(at, Y_MAP))
        return rel;
    rel = tctx_alloc(t->c, sizeof(*rel));
    rel->words = tctx_printf(t->c, "relationship template '%s'", name);
    rel->at = topo_copy(t->c, section, at, rel->words);
    struct at type = at_key(rel->at, "type");
    rel->type = at_text(type) ? type_find(t->c, type.file, TYPE_RELATIONSHIP, at_text(type)) : NULL;
    map_set(t->alone, name, rel);
    topo_relationship(t, rel);
    return rel;
}

/* One without ends: what needs none of them. */
static void relationship_check_alone(struct topo *t, struct trel *rel)
{
    values_check_given(t->c, rel->properties);
    values_check_plain(t->c, rel->properties);
    values_check_plain(t->c, rel->attributes);
}

void relationship_template_check(struct topo *t, struct at section, const struct ypair *p)
{
    struct trel *rel = tctx_alloc(t->c, sizeof(*rel));
    rel->words = tctx_printf(t->c, "relationship template '%s'", p->key->text);
    rel->at = topo_copy(t->c, section, at_of(section.file, p->value), rel->words);
    struct at type = at_key(rel->at, "type");
    if (at_null(type) && at_null(at_key(rel->at, "copy")))
        tosca_error(t->c, at_of(section.file, p->key), "MISSING_KEY", "%s: the key 'type' is missing", rel->words);
    rel->type = type_at(t->c, type, TYPE_RELATIONSHIP, NULL);
    topo_relationship(t, rel);
    if (!map_has(t->related, p->key->text)) /* else it is told with the requirement */
        relationship_check_alone(t, rel);
    struct map *operations = operations_collect(t, (struct scope){.topo = t, .rel = rel}, rel->type,
                                                at_key(rel->at, "interfaces"), rel->words);
    if (!map_has(t->related, p->key->text))
        operations_check_plain(t, operations);
}
