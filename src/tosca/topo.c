// SPDX-License-Identifier: Apache-2.0
/* Reads the topology template and binds what it gives to what the types declare. */
#include "tosca/topo.h"

#include "tosca/grammar.h"
#include "tosca/node_filter.h"
#include "tosca/related.h"
#include "tosca/topo_copy.h"
#include "tosca/value_read.h"

static struct tvalue *value_new(struct tctx *c, struct scope scope, struct tdef *d, const char *name, struct at at,
                                const char *owner, const char *part)
{
    struct tvalue *v = tctx_alloc(c, sizeof(*v));
    *v = (struct tvalue){.name = name, .def = d, .at = at, .scope = scope, .owner = owner, .part = part};
    return v;
}

/* TOSCA 2.0 lets an attribute be described where it could be assigned: a map of nothing but keys of a definition. */
static bool is_attribute_note(struct tctx *c, const struct tdef *d, struct at at)
{
    bool note = d && at_len(at, Y_MAP) && at.file->version == TOSCA_2_0;
    enum prim prim = note ? schema_of(c, (struct tdef *)(uintptr_t)d)->prim : PRIM_ANY;
    note = note && prim != PRIM_NONE && prim != PRIM_MAP && prim != PRIM_ANY;
    for (size_t i = 0; note && i < at.node->n && tctx_spend(c, 1); i++) {
        const struct ynode *key = at.node->pairs[i].key;
        note = key->kind == Y_SCALAR && grammar_is_key(SHAPE_ATTRIBUTE_DEF, key->text);
    }
    return note;
}

static void value_given(struct tctx *c, struct scope scope, const struct map *declared, struct at at,
                        const struct ynode *key, const char *owner, const char *part, struct map *to)
{
    struct tdef *d = declared ? map_get(declared, key->text) : NULL;
    if (declared && !d) {
        tosca_error(c, at_of(at.file, key), "UNDECLARED_NAME", "%s: its type has no %s '%s'%s", owner, part, key->text,
                    tosca_like(c, key->text, declared));
        related_type(c, scope.rel ? scope.rel->type : scope.self ? scope.self->type : NULL);
    }
    if (str_eq(part, "attribute") && is_attribute_note(c, d, at))
        at = at_key(at, "default");
    if (d && !at_null(tdef_fixed(d))) {
        tosca_error(c, at, "INHERITANCE",
                    "%s: the value of %s '%s' is fixed where it is declared, and cannot be given again", owner, part,
                    key->text);
        tosca_related(c, tdef_fixed(d), "it is fixed here");
    }
    map_set(to, key->text, value_new(c, scope, d, key->text, at, owner, part));
}

struct map *topo_values(struct tctx *c, struct scope scope, const struct map *declared, struct at given,
                        const char *owner, const char *part)
{
    struct map *values = tctx_map(c);
    for (size_t i = 0; declared && i < declared->n && tctx_spend(c, 2); i++) {
        struct tdef *d = declared->items[i].value;
        map_set(values, d->name, value_new(c, scope, d, d->name, at_of(NULL, NULL), owner, part));
    }
    for (size_t i = 0; i < at_len(given, Y_MAP) && tctx_spend(c, 2); i++) {
        const struct ypair *p = &given.node->pairs[i];
        if (p->key->kind == Y_SCALAR)
            value_given(c, scope, declared, at_of(given.file, p->value), p->key, owner, part, values);
    }
    return values;
}

/* The capability type's own members, and what the declaration on the node type adds to or refines of them. */
static const struct map *capability_members(struct tctx *c, const struct tcap *cap, enum member kind, const char *key)
{
    const struct map *of_type = cap->type ? type_members(c, cap->type, kind) : NULL;
    struct tdef *line[32];
    size_t n = 0;
    for (struct tdef *d = cap->def; d && n < ARRAY_LEN(line); d = d->base) {
        if (at_len(at_key(d->at, key), Y_MAP))
            line[n++] = d;
    }
    if (!n || !of_type)
        return of_type;
    struct map *all = tctx_map(c);
    for (size_t i = 0; i < of_type->n && tctx_spend(c, 1); i++)
        map_set(all, of_type->items[i].key, of_type->items[i].value);
    while (n > 0) {
        struct at section = at_key(line[--n]->at, key);
        for (size_t i = 0; i < section.node->n && tctx_spend(c, 1); i++) {
            const struct ypair *p = &section.node->pairs[i];
            if (p->key->kind != Y_SCALAR)
                continue;
            struct tdef *d = tdef_make(c, p->key->text, p->key, at_of(section.file, p->value));
            d->base = map_get(all, d->name);
            map_set(all, d->name, d);
        }
    }
    return all;
}

static void node_capability(struct topo *t, struct tnode *n, struct tdef *d, struct at given)
{
    struct tcap *cap = tctx_alloc(t->c, sizeof(*cap));
    struct scope scope = {.topo = t, .self = n};
    *cap = (struct tcap){.name = d->name, .def = d, .at = at_key(given, d->name)};
    cap->type = tdef_type(t->c, d, "type", TYPE_CAPABILITY);
    const char *words = tctx_printf(t->c, "%s: capability '%s'", n->words, d->name);
    cap->properties = topo_values(t->c, scope, capability_members(t->c, cap, MEMBER_PROPERTY, "properties"),
                                  at_key(cap->at, "properties"), words, "property");
    cap->attributes = topo_values(t->c, scope, capability_members(t->c, cap, MEMBER_ATTRIBUTE, "attributes"),
                                  at_key(cap->at, "attributes"), words, "attribute");
    for (size_t i = 0; at_null(cap->at) && i < cap->properties->n; i++)
        ((struct tvalue *)cap->properties->items[i].value)->unused = true;
    map_set(n->capabilities, d->name, cap);
}

static void node_capabilities(struct topo *t, struct tnode *n)
{
    n->capabilities = tctx_map(t->c);
    if (!n->type)
        return;
    const struct map *declared = type_members(t->c, n->type, MEMBER_CAPABILITY);
    struct at given = at_key(n->at, "capabilities");
    for (size_t i = 0; i < declared->n && tctx_spend(t->c, 5); i++)
        node_capability(t, n, declared->items[i].value, given);
    for (size_t i = 0; i < at_len(given, Y_MAP) && tctx_spend(t->c, 1); i++) {
        const struct ynode *key = given.node->pairs[i].key;
        if (key->kind == Y_SCALAR && !map_has(declared, key->text)) {
            tosca_error(t->c, at_of(given.file, key), "UNDECLARED_NAME", "%s: its type has no capability '%s'%s",
                        n->words, key->text, tosca_like(t->c, key->text, declared));
            related_type(t->c, n->type);
        }
    }
}

static void node_bind(struct topo *t, struct tnode *n)
{
    struct scope scope = {.topo = t, .self = n};
    n->properties = topo_values(t->c, scope, n->type ? type_members(t->c, n->type, MEMBER_PROPERTY) : NULL,
                                at_key(n->at, "properties"), n->words, "property");
    n->attributes = topo_values(t->c, scope, n->type ? type_members(t->c, n->type, MEMBER_ATTRIBUTE) : NULL,
                                at_of(NULL, NULL), n->words, "attribute");
    node_capabilities(t, n);
}

/* Attributes may be given to what is declared as an attribute or, since it reflects, as a property. */
static void node_attributes(struct topo *t, struct tnode *n)
{
    struct at given = at_key(n->at, "attributes");
    struct scope scope = {.topo = t, .self = n};
    for (size_t i = 0; i < at_len(given, Y_MAP) && tctx_spend(t->c, 2); i++) {
        const struct ypair *p = &given.node->pairs[i];
        if (p->key->kind != Y_SCALAR)
            continue;
        struct tvalue *known = map_get(n->attributes, p->key->text), *property = map_get(n->properties, p->key->text);
        struct tdef *d = known ? known->def : property ? property->def : NULL;
        if (n->type && !d) {
            tosca_error(t->c, at_of(given.file, p->key), "UNDECLARED_NAME", "%s: its type has no attribute '%s'%s",
                        n->words, p->key->text, tosca_like(t->c, p->key->text, n->attributes));
            related_type(t->c, n->type);
        }
        struct at at = at_of(given.file, p->value);
        if (is_attribute_note(t->c, d, at))
            at = at_key(at, "default");
        map_set(n->attributes, p->key->text, value_new(t->c, scope, d, p->key->text, at, n->words, "attribute"));
    }
}

/* TOSCA 1.3 names them (3.4.3), before they were free; TOSCA 2.0 has others (7.2). */
static void check_directive(struct tctx *c, struct at at, const char *words)
{
    static const char *const of_1[] = {"select", "selectable", "substitute", "substitutable"};
    static const char *const of_2[] = {"create", "select", "substitute"};
    bool second = at.file->version == TOSCA_2_0;
    const char *const *known = second ? of_2 : of_1;
    size_t n = second ? ARRAY_LEN(of_2) : ARRAY_LEN(of_1);
    char like[200];
    for (size_t i = 0; at_text(at) && i < n; i++)
        if (str_eq(at_text(at), known[i]))
            return;
    if (!at_text(at))
        return;
    str_suggest(like, sizeof(like), at_text(at), known, n);
    (at.file->version >= TOSCA_1_3 ? tosca_error : tosca_warn)(
        c, at, "VALUE_TYPE", "%s: a directive is %s, not '%s'%s", words,
        second ? "create, select or substitute" : "select, selectable, substitute or substitutable", at_text(at), like);
}

static bool node_directives(struct topo *t, struct tnode *n)
{
    struct at list = at_key(n->at, "directives");
    bool other = false;
    for (size_t i = 0; i < at_len(list, Y_SEQ); i++) {
        other = other || at_text(at_of(list.file, list.node->items[i]));
        check_directive(t->c, at_of(list.file, list.node->items[i]), n->words);
    }
    return other;
}

static void node_make(struct topo *t, struct at section, const struct ypair *p)
{
    struct tnode *n = tctx_alloc(t->c, sizeof(*n));
    *n = (struct tnode){.name = p->key->text, .local = p->key->text, .home = t, .key = p->key};
    if (t->outer)
        n->name = tctx_printf(t->c, "%s-%s", t->outer->name, n->local);
    n->words = tctx_printf(t->c, "node template '%s'", n->local);
    n->at = topo_copy(t->c, section, at_of(section.file, p->value), n->words);
    map_set(t->nodes, n->local, n);
    struct at type = at_key(n->at, "type");
    if (at_null(type) && (at_null(n->at) || (at_is(n->at, Y_MAP) && at_null(at_key(n->at, "copy")) &&
                                             !grammar_misspelt(n->at.node, "type"))))
        tosca_error(t->c, at_of(section.file, p->key), "MISSING_KEY", "%s: the key 'type' is missing", n->words);
    node_filter_check(t->c, at_key(n->at, "node_filter"), NULL);
    n->type = type_at(t->c, type, TYPE_NODE, NULL);
    n->kind = known_component(t->c, n->type);
    n->directed = node_directives(t, n);
    struct at count = at_key(n->at, "count");
    if (!at_null(count))
        n->count = value_new(t->c, (struct scope){.topo = t, .self = n}, NULL, "count", count, n->words, "keyname");
}

static void nodes_make(struct topo *t)
{
    struct at section = at_key(t->at, "node_templates");
    for (size_t i = 0; i < at_len(section, Y_MAP) && tctx_spend(t->c, 10); i++) {
        if (section.node->pairs[i].key->kind == Y_SCALAR)
            node_make(t, section, &section.node->pairs[i]);
    }
    for (size_t i = 0; i < t->nodes->n && tctx_spend(t->c, 1); i++) {
        node_bind(t, t->nodes->items[i].value);
        node_attributes(t, t->nodes->items[i].value);
    }
}

static void names_make(struct topo *t, const char *key, struct map *to)
{
    struct at section = at_key(t->at, key);
    for (size_t i = 0; i < at_len(section, Y_MAP) && tctx_spend(t->c, 1); i++) {
        const struct ypair *p = &section.node->pairs[i];
        if (p->key->kind == Y_SCALAR)
            map_set(to, p->key->text, p->value);
    }
}

static void outputs_make(struct topo *t)
{
    struct at section = at_key(t->at, "outputs");
    struct scope scope = {.topo = t};
    for (size_t i = 0; i < at_len(section, Y_MAP) && tctx_spend(t->c, 2); i++) {
        const struct ypair *p = &section.node->pairs[i];
        if (p->key->kind != Y_SCALAR)
            continue;
        struct at at = at_of(section.file, p->value);
        struct tdef *d = tdef_make(t->c, p->key->text, p->key, at);
        map_set(t->outputs, d->name, value_new(t->c, scope, d, d->name, at_key(at, "value"), NULL, "output"));
    }
}

struct topo *topo_make(struct tctx *c, struct tfile *f, struct tnode *outer)
{
    struct topo *t = tctx_alloc(c, sizeof(*t));
    *t = (struct topo){.c = c, .file = f, .outer = outer, .depth = outer ? outer->home->depth + 1 : 0};
    t->at = at_key(at_of(f, f->doc.root), "topology_template");
    t->nodes = tctx_map(c);
    t->inputs = tctx_map(c);
    t->groups = tctx_map(c);
    t->relationships = tctx_map(c);
    t->outputs = tctx_map(c);
    t->related = tctx_map(c);
    names_make(t, "groups", t->groups);
    names_make(t, "relationship_templates", t->relationships);
    nodes_make(t);
    outputs_make(t);
    return t;
}

void topo_relationship(struct topo *t, struct trel *rel)
{
    struct scope scope = {.topo = t, .rel = rel};
    rel->properties = topo_values(t->c, scope, rel->type ? type_members(t->c, rel->type, MEMBER_PROPERTY) : NULL,
                                  at_key(rel->at, "properties"), rel->words, "property");
    rel->attributes = topo_values(t->c, scope, rel->type ? type_members(t->c, rel->type, MEMBER_ATTRIBUTE) : NULL,
                                  at_key(rel->at, "attributes"), rel->words, "attribute");
}

struct tnode *topo_node_at(struct topo *t, struct at at, const char *words)
{
    const char *name = at_text(at);
    struct tnode *n = name ? map_get(t->nodes, name) : NULL;
    if (name && !n)
        tosca_error(t->c, at, "UNKNOWN_REF", "%s names '%s', which is no node template%s", words, name,
                    tosca_like(t->c, name, t->nodes));
    return n;
}

bool tnode_outward(const struct tnode *n, const char *requirement)
{
    for (size_t i = 0; i < n->n_outward; i++) {
        if (str_eq(n->outward[i].requirement, requirement))
            return true;
    }
    return false;
}

struct tlink *tnode_link(const struct tnode *n, const char *requirement)
{
    for (size_t i = 0; i < n->n_links; i++) {
        if (n->links[i].target && str_eq(n->links[i].name, requirement))
            return &n->links[i];
    }
    return NULL;
}

struct place topo_place(struct at at)
{
    return (struct place){.file = mem_strdup(at.file ? at.file->path : "-"),
                          .line = at.node ? at.node->line : 1,
                          .col = at.node ? at.node->col : 1};
}
