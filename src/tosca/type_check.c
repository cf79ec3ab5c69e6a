// SPDX-License-Identifier: Apache-2.0
/* Checks types member by member. */
#include "tosca/type_check.h"

#include <string.h>

#include "tosca/artifact.h"
#include "tosca/call.h"
#include "tosca/condition.h"
#include "tosca/function_user.h"
#include "tosca/group.h"
#include "tosca/interface_check.h"
#include "tosca/node_filter.h"
#include "tosca/related.h"
#include "tosca/scalar_type.h"
#include "tosca/tosca_file.h"
#include "tosca/type_refine.h"

static void check_default(struct topo *t, struct tdef *d, struct at at, const char *words)
{
    if (at_null(at) || call_within(t->c, at))
        return;
    struct what w = {.owner = words};
    json_t *v = value_read((struct scope){.topo = t}, at, schema_of(t->c, d), &w);
    if (v)
        value_weigh(t->c, at, v);
    json_decref(v);
}

/* Its own clauses; those that it inherits are told where they stand. */
static void check_validations(struct topo *t, struct schema *s, const char *words)
{
    for (size_t i = 0; s && i < s->n_validations && tctx_spend(t->c, 1); i++)
        condition_check(t, s->validations[i].at, s, words);
}

static void check_schemas(struct topo *t, struct schema *s, const char *words)
{
    struct tctx *c = t->c;
    for (unsigned depth = 0; s && depth < TOSCA_DEPTH_MAX && tctx_spend(c, 1); depth++) {
        check_validations(t, s, words);
        check_validations(t, schema_key(c, s), words);
        s = schema_entry(c, s);
    }
}

/* TOSCA 2.0: keys of a map are texts, and only what has entries has a schema for them. */
static void check_schema_keys(struct tctx *c, struct schema *s, struct at at, const char *words)
{
    struct at key = at_is(at, Y_MAP) ? at_key(at, "key_schema") : at_of(NULL, NULL);
    struct at entry = at_is(at, Y_MAP) ? at_key(at, "entry_schema") : at_of(NULL, NULL);
    if (!s->type || !at.file || at.file->version != TOSCA_2_0)
        return;
    if (!at_null(key) && s->prim != PRIM_MAP)
        tosca_error(c, key, "UNKNOWN_KEY", "%s: 'key_schema' belongs to maps, and this is of type %s", words,
                    schema_words(s));
    if (!at_null(entry) && s->prim != PRIM_MAP && s->prim != PRIM_LIST)
        tosca_error(c, entry, "UNKNOWN_KEY", "%s: 'entry_schema' belongs to lists and maps, and this is of type %s",
                    words, schema_words(s));
    struct schema *keys = s->prim == PRIM_MAP && !at_null(key) ? schema_key(c, s) : NULL;
    if (keys && keys->type && keys->prim != PRIM_STRING)
        tosca_error(c, key, "INHERITANCE", "%s: keys of a map are of type string or of one derived from it, not %s",
                    words, schema_words(keys));
}

/* TOSCA 2.0 leaves the default of what is not required out. */
static void check_optional_default(struct tctx *c, struct tdef *d, const char *words)
{
    struct at value = at_is(d->at, Y_MAP) ? at_key(d->at, "default") : at_of(NULL, NULL);
    if (d->at.file->version == TOSCA_2_0 && !at_null(value) && !tdef_required(d))
        tosca_warn(c, value, "OTHER", "%s: it is not required, so its default is never used", words);
}

void type_check_parameter(struct topo *t, struct tdef *d, const char *words, bool type_needed)
{
    struct tctx *c = t->c;
    struct at key = at_of(d->at.file, d->key);
    if (tdef_is_value(d) && !d->base) {
        tosca_error(c, d->at, "SHAPE", "%s must be a map with its type, not a value", words);
        return;
    }
    if (type_needed && !at_text(tdef_key(d, "type"))) {
        tosca_error(c, key, "MISSING_KEY", "%s: the key 'type' is missing", words);
        return;
    }
    check_schemas(t, schema_of(c, d), words);
    check_schema_keys(c, schema_of(c, d), d->at, words);
    check_optional_default(c, d, words);
    refine_value(c, d, words);
    check_default(t, d, tdef_is_value(d) ? d->at : at_key(d->at, "default"), words);
    check_default(t, d, at_key(d->at, "value"), words);
}

/* Calls back for each member that the type itself declares. */
typedef void (*member_check)(struct topo *t, struct ttype *type, struct tdef *d, const char *words);

static void check_members(struct topo *t, struct ttype *type, enum member kind, const char *part, member_check check)
{
    const struct map *all = type_members(t->c, type, kind);
    for (size_t i = 0; i < all->n && tctx_spend(t->c, 1); i++) {
        struct tdef *d = all->items[i].value;
        if (d->owner == type)
            check(t, type, d,
                  tctx_printf(t->c, "%s '%s': %s '%s'", type_kind_words(type->kind), type->name, part, d->name));
    }
}

static void check_property(struct topo *t, struct ttype *type, struct tdef *d, const char *words)
{
    type_check_parameter(t, d, words, true);
}

static void check_attribute(struct topo *t, struct ttype *type, struct tdef *d, const char *words)
{
    if (at_null(d->at) || at_is(d->at, Y_MAP)) /* else the grammar has told it */
        type_check_parameter(t, d, words, true);
}

/* Names of types in a list: "valid_source_types: [ ... ]". */
static void check_names(struct tctx *c, struct at list, enum type_kind kind, const char *code)
{
    for (size_t i = 0; i < at_len(list, Y_SEQ) && tctx_spend(c, 1); i++)
        type_at(c, at_of(list.file, list.node->items[i]), kind, code);
}

/* A capability's definition refines what its type has: 2.0 says that it adds nothing (8.2), 1.3 that it is a map
 * of definitions. */
static void tell_undeclared(struct tctx *c, struct ttype *outer, enum member kind, struct at key, const char *words,
                            const char *part)
{
    (key.file->version == TOSCA_2_0 ? tosca_error : tosca_warn)(
        c, key, "UNDECLARED_NAME", "%s: capability type '%s' has no %s '%s'%s", words, outer->name, part,
        key.node->text, tosca_like(c, key.node->text, type_members(c, outer, kind)));
    related_type(c, outer);
}

static void check_inner(struct topo *t, struct ttype *outer, enum member kind, struct at section, const char *words,
                        const char *part)
{
    for (size_t i = 0; i < at_len(section, Y_MAP) && tctx_spend(t->c, 1); i++) {
        const struct ypair *p = &section.node->pairs[i];
        if (p->key->kind != Y_SCALAR)
            continue;
        struct tdef *d = tdef_make(t->c, p->key->text, p->key, at_of(section.file, p->value));
        d->base = outer ? type_member(t->c, outer, kind, d->name) : NULL;
        if (outer && !d->base && section.file->version >= TOSCA_1_3)
            tell_undeclared(t->c, outer, kind, at_of(section.file, p->key), words, part);
        type_check_parameter(t, d, tctx_printf(t->c, "%s: %s '%s'", words, part, d->name), true);
    }
}

static void check_capability(struct topo *t, struct ttype *type, struct tdef *d, const char *words)
{
    struct at short_form = at_is(d->at, Y_SCALAR) ? d->at : at_of(NULL, NULL);
    if (at_null(short_form) && !at_text(tdef_key(d, "type")) &&
        !(d->base && tdef_type(t->c, d->base, "type", TYPE_CAPABILITY))) {
        tosca_error(t->c, at_of(d->at.file, d->key), "MISSING_KEY", "%s: the key 'type' is missing", words);
        return;
    }
    struct ttype *cap = tdef_type(t->c, d, "type", TYPE_CAPABILITY);
    refine_capability(t->c, d, words);
    check_names(t->c, at_key(d->at, "valid_source_types"), TYPE_NODE, NULL);
    check_names(t->c, at_key(d->at, "valid_relationship_types"), TYPE_RELATIONSHIP, NULL);
    check_inner(t, cap, MEMBER_PROPERTY, at_key(d->at, "properties"), words, "property");
    check_inner(t, cap, MEMBER_ATTRIBUTE, at_key(d->at, "attributes"), words, "attribute");
}

/* A file of types alone may count on types that the template imports beside it, when their names are qualified. */
static struct ttype *check_node_of(struct topo *t, struct at at, const char *words)
{
    if (!at_text(at) || t->at.node)
        return type_at(t->c, at, TYPE_NODE, NULL);
    if (!strpbrk(at_text(at), ".:"))
        return type_at(t->c, at, TYPE_NODE, "UNKNOWN_REF");
    struct ttype *node = type_find(t->c, at.file, TYPE_NODE, at_text(at));
    if (!node)
        tosca_warn(t->c, at, "UNKNOWN_TYPE", "%s: node type '%s' is in no file that this one imports", words,
                   at_text(at));
    return node;
}

/* The capability that is asked for: a type; in 2.0 also the name of one that the node type asked for has (8.5). */
static void check_asked_capability(struct tctx *c, struct tdef *d)
{
    struct at at = at_is(d->at, Y_SCALAR) ? d->at : tdef_key(d, "capability"), of = tdef_key(d, "node");
    struct ttype *node = at_text(of) ? type_find(c, of.file, TYPE_NODE, at_text(of)) : NULL;
    bool second = at.file && at.file->version == TOSCA_2_0;
    if (!second || !type_member(c, node, MEMBER_CAPABILITY, at_text(at)))
        tdef_type(c, d, "capability", TYPE_CAPABILITY);
}

static void check_requirement(struct topo *t, struct ttype *type, struct tdef *d, const char *words)
{
    if (!at_is(d->at, Y_SCALAR) && at_null(tdef_key(d, "capability")) &&
        !(d->base && tdef_type(t->c, d->base, "capability", TYPE_CAPABILITY)))
        tosca_error(t->c, at_of(d->at.file, d->key), "MISSING_KEY", "%s: the key 'capability' is missing", words);
    struct ttype *node = check_node_of(t, at_key(d->at, "node"), words);
    check_asked_capability(t->c, d);
    struct at relationship = at_key(d->at, "relationship");
    type_at(t->c, at_is(relationship, Y_MAP) ? at_key(relationship, "type") : relationship, TYPE_RELATIONSHIP, NULL);
    interface_map_check(t, at_key(relationship, "interfaces"), words);
    node_filter_check(t->c, at_key(d->at, "node_filter"), node);
    refine_requirement(t->c, d, words);
}

static void check_interface(struct topo *t, struct ttype *type, struct tdef *d, const char *words)
{
    interface_def_check(t, d, words);
}

static void check_artifact(struct topo *t, struct ttype *type, struct tdef *d, const char *words)
{
    artifact_check_one(t, d->at, d->base ? d->base->at : at_of(NULL, NULL),
                       tctx_printf(t->c, "node type '%s'", type->name), d->name, false);
    tfile_find(t->c, d->at.file, at_text(at_is(d->at, Y_MAP) ? at_key(d->at, "file") : d->at));
}

/* Members of groups are node types, targets of policies node types or group types. */
static void check_targets(struct tctx *c, struct ttype *type, struct at list)
{
    for (size_t i = 0; i < at_len(list, Y_SEQ) && tctx_spend(c, 1); i++) {
        struct at at = at_of(list.file, list.node->items[i]);
        if (!at_text(at))
            tosca_error(c, at, "OTHER", "%s '%s': an item of the list is no name of a type",
                        type_kind_words(type->kind), type->name);
        else if (type->kind == TYPE_GROUP || !type_find(c, at.file, TYPE_GROUP, at_text(at)))
            type_at(c, at, TYPE_NODE, "UNKNOWN_REF");
    }
}

static void check_data(struct topo *t, struct ttype *type)
{
    struct tctx *c = t->c;
    const char *words = tctx_printf(c, "data type '%s'", type->name);
    enum prim prim = type_prim(c, type);
    struct at properties = at_key(type->at, "properties");
    if (prim != PRIM_NONE && at_len(properties, Y_MAP))
        tosca_error(c, at_key(type->at, "derived_from"), "INHERITANCE",
                    "data type '%s' derives from a primitive type, so it can have no properties", type->name);
    struct tdef *d = tdef_make(c, type->name, type->key, type->at);
    struct schema s = {.def = d, .type = type, .prim = prim};
    check_schemas(t, &s, words);
    refine_data(c, type, &s, words);
    scalar_type_check(t, type);
    condition_check(t, at_key(type->at, "validation"), &s, words);
    check_schema_keys(c, &s, type->at, words);
    if (type->at.file->version == TOSCA_2_0 && !type_parent(c, type) && at_null(at_key(type->at, "derived_from")) &&
        at_null(properties))
        tosca_error(c, at_of(type->at.file, type->key), "MISSING_KEY", "%s needs 'derived_from' or 'properties'",
                    words);
    struct at list = at_key(type->at, "constraints");
    for (size_t i = 0; i < at_len(list, Y_SEQ) && tctx_spend(c, 1); i++) {
        struct clause clause;
        clause_read(c, at_of(list.file, list.node->items[i]), prim == PRIM_NONE ? PRIM_ANY : prim, false, &clause);
    }
}

static void check_type(struct topo *t, struct ttype *type)
{
    struct tctx *c = t->c;
    type_parent(c, type);
    if (!at_is(type->at, Y_MAP))
        return;
    check_members(t, type, MEMBER_PROPERTY, "property", check_property);
    check_members(t, type, MEMBER_ATTRIBUTE, "attribute", check_attribute);
    check_members(t, type, MEMBER_CAPABILITY, "capability", check_capability);
    check_members(t, type, MEMBER_REQUIREMENT, "requirement", check_requirement);
    check_members(t, type, MEMBER_INTERFACE, "interface", check_interface);
    check_members(t, type, MEMBER_ARTIFACT, "artifact", check_artifact);
    check_names(c, at_key(type->at, "valid_source_types"), TYPE_NODE, NULL);
    check_names(c, at_key(type->at, "valid_target_types"), TYPE_CAPABILITY, NULL);
    check_names(c, at_key(type->at, "valid_relationship_types"), TYPE_RELATIONSHIP, NULL);
    check_names(c, at_key(type->at, "valid_target_node_types"), TYPE_NODE, NULL);
    check_names(c, at_key(type->at, "valid_source_node_types"), TYPE_NODE, NULL);
    check_targets(c, type, at_key(type->at, type->kind == TYPE_GROUP ? "members" : "targets"));
    refine_lists(c, type);
    if (type->kind == TYPE_INTERFACE)
        interface_type_check(t, type);
    if (type->kind == TYPE_DATA)
        check_data(t, type);
    if (type->kind == TYPE_POLICY)
        policy_type_check(t, type);
}

void type_check_file(struct topo *t, struct tfile *f)
{
    ufunctions_check(t, f);
    for (int kind = 0; kind < TYPE_KINDS; kind++) {
        for (size_t i = 0; f->own[kind] && i < f->own[kind]->n && tctx_spend(t->c, 2); i++)
            check_type(t, f->own[kind]->items[i].value);
    }
}
