// SPDX-License-Identifier: Apache-2.0
/* Checks that substitution mappings name what is there and cover the type that they stand for. */
#include "tosca/substitution.h"

#include "tosca/mapping.h"
#include "tosca/node_filter.h"
#include "tosca/operation.h"
#include "tosca/related.h"

/* One mapping: a name of the substituted type, and [template, name] or less. */
struct mapping {
    struct topo *t;
    struct ttype *type;
    const struct ynode *key;
    struct at at;
    struct tnode *node;
    const char *name; /* on the node, or NULL */
};
typedef void (*mapping_check)(struct mapping *m);

struct checking {
    struct topo *t;
    struct ttype *type;
    mapping_check check;
};

static void check_one(void *data, const struct ynode *key, struct at at)
{
    struct checking *k = data;
    struct mapping m = {.t = k->t, .type = k->type, .key = key, .at = at};
    m.name = at_text(mapping_item(at, 1));
    k->check(&m);
}

static void check_share(void *data, const struct ynode *key, struct at at, struct share share)
{
    check_one(data, key, at);
}

static void check_each(struct topo *t, struct ttype *type, struct at section, mapping_check check)
{
    struct checking k = {.t = t, .type = type, .check = check};
    mappings_each(t->c, section, check_one, &k);
}

static void declared_or_told(struct mapping *m, enum member kind, const char *part)
{
    if (m->type && !type_member(m->t->c, m->type, kind, m->key->text)) {
        tosca_error(m->t->c, at_of(m->at.file, m->key), "SUBSTITUTION",
                    "substitution mappings: node type '%s' has no %s '%s'%s", m->type->name, part, m->key->text,
                    tosca_like(m->t->c, m->key->text, type_members(m->t->c, m->type, kind)));
        related_type(m->t->c, m->type);
    }
}

static bool mapping_shape(struct mapping *m)
{
    if (at_len(m->at, Y_SEQ) == 2 && at_text(mapping_item(m->at, 0)) && m->name) {
        m->node = topo_node_at(m->t, mapping_item(m->at, 0), "a substitution mapping");
        return m->node != NULL;
    }
    if (!at_null(m->at))
        tosca_error(m->t->c, m->at, "SHAPE", "substitution mapping '%s' must be a list: [node template, name]",
                    m->key->text);
    return false;
}

static void check_capability(struct mapping *m)
{
    struct tctx *c = m->t->c;
    declared_or_told(m, MEMBER_CAPABILITY, "capability");
    if (!mapping_shape(m) || !m->node->type)
        return;
    struct tcap *cap = map_get(m->node->capabilities, m->name);
    struct tdef *d = m->type ? type_member(c, m->type, MEMBER_CAPABILITY, m->key->text) : NULL;
    struct ttype *want = d ? tdef_type(c, d, "type", TYPE_CAPABILITY) : NULL;
    if (!cap)
        tosca_error(c, m->at, "UNKNOWN_REF", "substitution mapping '%s': %s has no capability '%s'%s", m->key->text,
                    m->node->words, m->name, tosca_like(c, m->name, m->node->capabilities));
    else if (want && cap->type && !type_is_a(c, cap->type, want))
        tosca_error(c, m->at, "VALUE_TYPE",
                    "substitution mapping '%s': capability '%s' is of type '%s', which does not derive from '%s'",
                    m->key->text, m->name, cap->type->name, want->name);
}

static bool is_selected(const struct tnode *n)
{
    struct at list = at_key(n->at, "directives");
    bool selected = false;
    for (size_t i = 0; i < at_len(list, Y_SEQ); i++)
        selected = selected || str_eq(at_text(at_of(list.file, list.node->items[i])), "select");
    return selected;
}

/* TOSCA 2.0 maps a requirement to a node that is selected, too: the target of the outer one is taken for it (15.5.3).
 */
static bool names_selected(struct mapping *m)
{
    const char *name = m->at.file->version == TOSCA_2_0 ? at_text(m->at) : NULL;
    struct tnode *n = name ? topo_node_at(m->t, m->at, "a substitution mapping") : NULL;
    if (n && !is_selected(n))
        tosca_error(
            m->t->c, m->at, "SUBSTITUTION",
            "substitution mapping '%s': '%s' has no directive 'select'; name its requirement: [%s, requirement]",
            m->key->text, n->name, n->name);
    return name != NULL;
}

static void check_requirement(struct mapping *m)
{
    struct tctx *c = m->t->c;
    declared_or_told(m, MEMBER_REQUIREMENT, "requirement");
    if (names_selected(m) || !mapping_shape(m) || !m->node->type)
        return;
    struct tdef *inner = type_member(c, m->node->type, MEMBER_REQUIREMENT, m->name);
    struct tdef *outer = m->type ? type_member(c, m->type, MEMBER_REQUIREMENT, m->key->text) : NULL;
    struct ttype *has = inner ? tdef_type(c, inner, "capability", TYPE_CAPABILITY) : NULL;
    struct ttype *want = outer ? tdef_type(c, outer, "capability", TYPE_CAPABILITY) : NULL;
    if (!inner)
        tosca_error(c, m->at, "UNKNOWN_REF", "substitution mapping '%s': %s has no requirement '%s'%s", m->key->text,
                    m->node->words, m->name,
                    tosca_like(c, m->name, type_members(c, m->node->type, MEMBER_REQUIREMENT)));
    else if (has && want && !type_is_a(c, has, want) && !type_is_a(c, want, has))
        tosca_error(
            c, m->at, "VALUE_TYPE",
            "substitution mapping '%s': requirement '%s' asks for '%s', and the type that is substituted for '%s'",
            m->key->text, m->name, has->name, want->name);
}

static void check_property(struct mapping *m)
{
    bool constant = at_is(m->at, Y_SCALAR) && m->at.file->version != TOSCA_2_0; /* as TOSCA 1.2 has it */
    struct at input = constant ? at_of(NULL, NULL) : mapping_item(m->at, 0);
    declared_or_told(m, MEMBER_PROPERTY, "property");
    if (!at_text(mapping_item(m->at, 1)) && at_text(input) && !map_has(m->t->inputs, at_text(input)))
        tosca_error(m->t->c, input, "UNKNOWN_REF", "substitution mapping '%s': there is no input '%s'%s", m->key->text,
                    at_text(input), tosca_like(m->t->c, at_text(input), m->t->inputs));
}

/* ---- interfaces: operations of the substituted node are work flows of the template (TOSCA 2.0, 15.6) ---- */

struct interfaces {
    struct topo *t;
    struct ttype *type;
    const struct map *declared;   /* interfaces of the type */
    const struct map *operations; /* "Interface.operation" -> struct toper */
};

static void check_flow(struct interfaces *s, const char *interface, const struct ynode *key, struct at flow)
{
    struct tctx *c = s->t->c;
    const char *operation = tctx_printf(c, "%s.%s", interface, key->text), *name = at_text(flow);
    struct at flows = at_key(s->t->at, "workflows");
    if (!map_has(s->operations, operation))
        tosca_error(c, at_of(flow.file, key), "SUBSTITUTION",
                    "substitution mappings: node type '%s' has no operation "
                    "'%s'%s",
                    s->type->name, operation, tosca_like(c, operation, s->operations));
    else if (!name)
        tosca_error(c, flow, "SHAPE", "substitution mapping '%s' must be the name of a work flow", operation);
    else if (at_null(at_key(flows, name)))
        tosca_error(c, flow, "UNKNOWN_REF", "substitution mapping '%s': there is no work flow '%s' in '%s'", operation,
                    name, s->t->file->path);
    else
        tosca_warn(c, flow, "NOT_RUN",
                   "substitution mapping '%s': work flow '%s' is not run for it: sedge brings up what "
                   "stands in for a node by its components' own operations",
                   operation, name);
}

/* As some write it in 1.x: the interface is that of a node. */
static void check_node_interface(struct interfaces *s, const struct ynode *key, struct at at)
{
    struct tnode *n = topo_node_at(s->t, mapping_item(at, 0), "a substitution mapping");
    if (n)
        tosca_warn(s->t->c, at, "NOT_RUN",
                   "substitution mapping '%s': the operations of %s are not run for it, but where its "
                   "own life cycle has them",
                   key->text, n->words);
}

static void check_interface(void *data, const struct ynode *key, struct at at)
{
    struct interfaces *s = data;
    struct tctx *c = s->t->c;
    const char *name = operation_interface(c, s->declared, key->text);
    struct at operations = at_null(at_key(at, "operations")) ? at : at_key(at, "operations");
    if (!map_has(s->declared, name))
        tosca_error(c, at_of(at.file, key), "SUBSTITUTION",
                    "substitution mappings: node type '%s' has no interface '%s'%s", s->type->name, key->text,
                    tosca_like(c, key->text, s->declared));
    else if (at_len(at, Y_SEQ) == 2 && at.file->version != TOSCA_2_0) /* [node template, interface] */
        check_node_interface(s, key, at);
    else if (!at_is(operations, Y_MAP))
        tosca_error(c, at, "SHAPE", "substitution mapping '%s' must be a map: {operation: work flow}", key->text);
    for (size_t i = 0; map_has(s->declared, name) && i < at_len(operations, Y_MAP) && tctx_spend(c, 2); i++) {
        const struct ypair *p = &operations.node->pairs[i];
        if (p->key->kind == Y_SCALAR)
            check_flow(s, name, p->key, at_of(operations.file, p->value));
    }
}

static void check_interfaces(struct topo *t, struct ttype *type, struct at section)
{
    struct scope scope = {.topo = t};
    if (at_null(section) || !type)
        return;
    struct interfaces s = {.t = t, .type = type, .declared = type_members(t->c, type, MEMBER_INTERFACE)};
    s.operations = operations_collect(t, scope, type, at_of(section.file, NULL), "substitution mappings");
    mappings_each(t->c, section, check_interface, &s);
}

/* Keys that are lists name properties and attributes of capabilities and relationships (TOSCA 2.0, 15.2 and 15.3). */
static void check_paths(struct topo *t, struct at section, const char *carried)
{
    for (size_t i = 0; i < at_len(section, Y_MAP) && tctx_spend(t->c, 1); i++) {
        struct at key = at_of(section.file, section.node->pairs[i].key);
        const char *word = at_text(mapping_item(key, 0));
        if (at_is(key, Y_SEQ) && !str_eq(word, carried))
            tosca_warn(t->c, key, "NOT_RUN", "substitution mapping of a %s: its value is not carried over",
                       str_eq(word, "CAPABILITY") ? "capability's attribute" : "relationship's value");
    }
}

/* ---- whether all comes in ---- */

static bool mapping_has(struct at section, const char *name)
{
    bool found = at_key(section, name).node != NULL;
    for (size_t i = 0; !found && i < at_len(section, Y_SEQ); i++)
        found = at_key(at_of(section.file, section.node->items[i]), name).node != NULL;
    return found;
}

/* A required property of the type must come in by an input of its name, or by a mapping. */
static void check_covered(struct topo *t, struct ttype *type, struct at at)
{
    const struct map *properties = type_members(t->c, type, MEMBER_PROPERTY);
    for (size_t i = 0; i < properties->n && tctx_spend(t->c, 2); i++) {
        struct tdef *d = properties->items[i].value;
        bool optional = !tdef_required(d);
        if (optional || !at_null(tdef_key(d, "default")) || map_has(t->inputs, d->name) ||
            mapping_has(at_key(at, "properties"), d->name))
            continue;
        tosca_error(t->c, at, "SUBSTITUTION",
                    "substitution mappings: property '%s' of node type '%s' is required, and neither an input of that "
                    "name nor a mapping takes it in",
                    d->name, type->name);
        related_def(t->c, d);
    }
}

static void select_outside(struct tnode *n, const char *requirement, uint64_t nth)
{
    n->selected_by = requirement;
    n->selected_nth = nth;
}

static void note_outward(void *data, const struct ynode *key, struct at at, struct share share)
{
    struct topo *t = data;
    const char *name = at_text(mapping_item(at, 0)), *requirement = at_text(mapping_item(at, 1));
    struct tnode *n = name ? map_get(t->nodes, name) : NULL;
    if (n && !requirement && t->outer && !n->selected_by && at.file->version == TOSCA_2_0 && is_selected(n))
        select_outside(n, key->text, share.first);
    if (!n || !requirement || !tctx_spend(t->c, (int64_t)n->n_outward))
        return;
    struct outward *grown = tctx_alloc(t->c, (n->n_outward + 1) * sizeof(*grown));
    for (size_t i = 0; i < n->n_outward; i++)
        grown[i] = n->outward[i];
    grown[n->n_outward++] =
        (struct outward){.requirement = requirement, .outer = key->text, .first = share.first, .n = share.n};
    n->outward = grown;
}

void substitution_note(struct topo *t)
{
    mappings_of_requirements(t->c, mapping_section(t->file, "requirements"), note_outward, t);
}

/* An imported file's topology is no part of the application; only whether it covers the type that it stands for is
 * looked at. */
static void check_imported(struct tctx *c, struct tfile *f)
{
    struct topo t = {
        .c = c, .file = f, .at = at_key(at_of(f, f->doc.root), "topology_template"), .inputs = tctx_map(c)};
    struct at at = at_key(t.at, "substitution_mappings"), inputs = at_key(t.at, "inputs");
    const char *name = at_text(at_key(at, "node_type"));
    struct ttype *type = name ? type_find(c, f, TYPE_NODE, name) : NULL;
    for (size_t i = 0; i < at_len(inputs, Y_MAP) && tctx_spend(c, 1); i++) {
        if (inputs.node->pairs[i].key->kind == Y_SCALAR)
            map_set(t.inputs, inputs.node->pairs[i].key->text, f);
    }
    if (type)
        check_covered(&t, type, at);
    else if (t.at.node && !at.node)
        tosca_warn(c, t.at, "OTHER", "the topology template of an imported file is no part of the application");
}

void substitution_mappings_check(struct topo *t)
{
    struct at at = at_key(t->at, "substitution_mappings");
    struct ttype *type = type_at(t->c, at_key(at, "node_type"), TYPE_NODE, NULL);
    check_each(t, type, at_key(at, "capabilities"), check_capability);
    struct checking k = {.t = t, .type = type, .check = check_requirement};
    mappings_of_requirements(t->c, at_key(at, "requirements"), check_share, &k);
    check_each(t, type, at_key(at, "properties"), check_property);
    check_interfaces(t, type, at_key(at, "interfaces"));
    check_paths(t, at_key(at, "properties"), "CAPABILITY");
    check_paths(t, at_key(at, "attributes"), "");
    node_filter_check(t->c, at_key(at, "substitution_filter"), type);
    if (type)
        check_covered(t, type, at);
}

void substitution_check(struct topo *t)
{
    substitution_mappings_check(t);
    for (size_t i = 0; i < t->c->n_order && tctx_spend(t->c, 1); i++) {
        if (t->c->order[i] != t->file && t->c->order[i]->doc.root)
            check_imported(t->c, t->c->order[i]);
    }
}
