// SPDX-License-Identifier: Apache-2.0
/* Values that cross the border of a topology that stands in for a node: properties in, attributes out. */
#include "tosca/mapping.h"
#include "tosca/related.h"
#include "tosca/stand_in.h"
#include "tosca/substitution.h"
#include "tosca/value_read.h"

struct bringing {
    struct topo *t;
    struct tctx *c;
};

static struct tvalue *outer_property(const struct topo *t, const char *name)
{
    return name ? map_get(t->outer->properties, name) : NULL;
}

static struct at outer_place(const struct topo *t, const struct tvalue *v)
{
    return v && v->at.node ? v->at : at_of(t->outer->at.file, t->outer->key);
}

/* TOSCA 2.0 maps properties of capabilities, too: [CAPABILITY, name, property]. */
static struct tvalue *outer_value(const struct topo *t, const struct ynode *key)
{
    if (key->kind == Y_SCALAR)
        return outer_property(t, key->text);
    struct at at = at_of(t->file, key);
    const char *word = at_text(mapping_item(at, 0)), *cap_name = at_text(mapping_item(at, 1)),
               *name = at_text(mapping_item(at, 2));
    struct tcap *cap = str_eq(word, "CAPABILITY") && cap_name ? map_get(t->outer->capabilities, cap_name) : NULL;
    return cap && name ? map_get(cap->properties, name) : NULL;
}

static void input_from(struct topo *t, struct tvalue *input, struct tvalue *from)
{
    input->from = from;
    input->at = outer_place(t, from);
}

/* "property: [input]" or "property: input"; "property: [node, property]" reaches into an inner node. */
static void bring(struct topo *t, const struct ynode *key, struct at at)
{
    struct tvalue *from = outer_value(t, key);
    const char *first = at_text(mapping_item(at, 0)), *second = at_text(mapping_item(at, 1));
    struct tvalue *input = first && !second ? map_get(t->inputs, first) : NULL;
    struct tnode *n = first && second ? map_get(t->nodes, first) : NULL;
    struct tvalue *property = n ? map_get(n->properties, second) : NULL;
    if (from && (input || property))
        input_from(t, input ? input : property, from);
}

static void bring_named(void *data, const struct ynode *key, struct at at)
{
    bring(((struct bringing *)data)->t, key, at);
}

/* Keys that are lists are none of mappings_each. */
static void bring_paths(struct topo *t, struct at section)
{
    for (size_t i = 0; i < at_len(section, Y_MAP) && tctx_spend(t->c, 1); i++) {
        const struct ypair *p = &section.node->pairs[i];
        if (p->key->kind == Y_SEQ)
            bring(t, p->key, at_of(section.file, p->value));
    }
}

static void input_make(struct topo *t, const struct ypair *p)
{
    struct tvalue *v = tctx_alloc(t->c, sizeof(*v));
    *v = (struct tvalue){.name = p->key->text, .part = "input", .scope = {.topo = t}};
    v->def = tdef_make(t->c, v->name, p->key, at_of(t->file, p->value));
    v->owner = t->outer->words;
    map_set(t->inputs, v->name, v);
    struct tvalue *same = outer_property(t, v->name);
    if (same)
        input_from(t, v, same);
}

void stand_in_inputs(struct topo *t)
{
    struct at section = at_key(t->at, "inputs"), properties = mapping_section(t->file, "properties");
    for (size_t i = 0; i < at_len(section, Y_MAP) && tctx_spend(t->c, 3); i++) {
        if (section.node->pairs[i].key->kind == Y_SCALAR)
            input_make(t, &section.node->pairs[i]);
    }
    struct bringing b = {.t = t, .c = t->c};
    mappings_each(t->c, properties, bring_named, &b);
    bring_paths(t, properties);
}

/* Is what is taken for it there, and of its type? */
static void selected_check(struct topo *t, struct tnode *n)
{
    struct tnode *is = stand_in_selected(n);
    if (is == n)
        tosca_error(
            t->c, at_of(t->outer->at.file, t->outer->key), "SUBSTITUTION",
            "%s: '%s' stands in for it and takes the target of its requirement '%s' for its own node '%s'; give "
            "it that requirement",
            t->outer->words, t->file->path, n->selected_by, n->local);
    else if (n->type && is->type && !type_is_a(t->c, is->type, n->type))
        tosca_error(
            t->c, at_of(t->outer->at.file, t->outer->key), "SUBSTITUTION",
            "%s: its requirement '%s' leads to '%s' of type '%s', and '%s', which stands in for it, takes it for "
            "its node '%s' of type '%s', from which that does not derive",
            t->outer->words, n->selected_by, is->local, is->type->name, t->file->path, n->local, n->type->name);
}

void stand_in_check(struct topo *t)
{
    substitution_mappings_check(t);
    for (size_t i = 0; i < t->nodes->n && tctx_spend(t->c, 1); i++) {
        struct tnode *n = t->nodes->items[i].value;
        if (n->selected_by)
            selected_check(t, n);
    }
    for (size_t i = 0; i < t->inputs->n && tctx_spend(t->c, 2); i++) {
        struct tvalue *v = t->inputs->items[i].value;
        bool optional = !tdef_required(v->def);
        if (value_get(t->c, v) || v->faulty || optional || (v->from && v->from->faulty))
            continue;
        v->faulty = true;
        tosca_error(t->c, at_of(t->outer->at.file, t->outer->key), "SUBSTITUTION",
                    "%s: '%s' stands in for it and needs a value for its input '%s'; give the property that leads to "
                    "it a value, map one to it, or give it a default",
                    t->outer->words, t->file->path, v->name);
        related_def(t->c, v->def);
    }
}

struct tvalue *stand_in_attribute(struct tnode *n, const char *name, struct tnode **ret_node, const char **ret_name)
{
    struct topo *t = stand_in(n);
    struct at at;
    *ret_node = NULL;
    *ret_name = name;
    if (!t || !name || !mapping_find(t->c, mapping_section(t->file, "attributes"), name, &at))
        return t && name ? map_get(t->outputs, name) : NULL;
    const char *first = at_text(mapping_item(at, 0)), *second = at_text(mapping_item(at, 1));
    if (first && second) {
        *ret_node = map_get(t->nodes, first);
        *ret_name = second;
        return NULL;
    }
    return first ? map_get(t->outputs, first) : NULL;
}

bool stand_in_capability(const struct tnode *n, const char *name, struct tnode **ret_node, struct tcap **ret)
{
    struct topo *t = n->inner;
    struct at at;
    if (!t || !name || !mapping_find(t->c, mapping_section(t->file, "capabilities"), name, &at))
        return false;
    const char *node = at_text(mapping_item(at, 0)), *cap = at_text(mapping_item(at, 1));
    *ret_node = node ? map_get(t->nodes, node) : NULL;
    *ret = *ret_node && cap ? map_get((*ret_node)->capabilities, cap) : NULL;
    return *ret != NULL;
}
