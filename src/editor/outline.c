// SPDX-License-Identifier: Apache-2.0
/* Walks a sketch along the grammar for what has a name. */
#include "editor/outline.h"

#include <string.h>

struct walk {
    const struct sketch *s;
    const struct gshape *shapes;
    void (*walk)(void *data, const struct outline_symbol *x);
    void *data;
};

static const struct {
    enum shape shape;
    enum outline_kind kind;
} kinds[] = {
    {SHAPE_NODE_TYPE, OUTLINE_CLASS},         {SHAPE_CAPABILITY_TYPE, OUTLINE_CLASS},
    {SHAPE_RELATIONSHIP_TYPE, OUTLINE_CLASS}, {SHAPE_ARTIFACT_TYPE, OUTLINE_CLASS},
    {SHAPE_DATA_TYPE, OUTLINE_STRUCT},        {SHAPE_INTERFACE_TYPE, OUTLINE_INTERFACE},
    {SHAPE_GROUP_TYPE, OUTLINE_CLASS},        {SHAPE_POLICY_TYPE, OUTLINE_CLASS},
    {SHAPE_NODE_TEMPLATE, OUTLINE_OBJECT},    {SHAPE_RELATIONSHIP_TEMPLATE, OUTLINE_OBJECT},
    {SHAPE_PARAMETER, OUTLINE_VARIABLE},      {SHAPE_PROPERTY_DEF, OUTLINE_PROPERTY},
    {SHAPE_ATTRIBUTE_DEF, OUTLINE_FIELD},     {SHAPE_REQUIREMENT_DEF, OUTLINE_EVENT},
    {SHAPE_REQUIREMENT, OUTLINE_EVENT},       {SHAPE_CAPABILITY_DEF, OUTLINE_INTERFACE},
    {SHAPE_CAPABILITY, OUTLINE_INTERFACE},    {SHAPE_INTERFACE_DEF, OUTLINE_INTERFACE},
    {SHAPE_INTERFACE, OUTLINE_INTERFACE},     {SHAPE_OPERATION_DEF, OUTLINE_METHOD},
    {SHAPE_OPERATION, OUTLINE_METHOD},        {SHAPE_ARTIFACT, OUTLINE_CONSTANT},
    {SHAPE_GROUP, OUTLINE_NAMESPACE},         {SHAPE_POLICY, OUTLINE_EVENT},
    {SHAPE_WORKFLOW, OUTLINE_FUNCTION},       {SHAPE_STEP, OUTLINE_METHOD},
    {SHAPE_REPOSITORY, OUTLINE_MODULE},       {SHAPE_FUNCTION, OUTLINE_FUNCTION},
};

static int kind_of(enum shape shape)
{
    for (size_t i = 0; i < ARRAY_LEN(kinds); i++)
        if (kinds[i].shape == shape)
            return (int)kinds[i].kind;
    return 0;
}

static const char *detail_of(const struct walk *w, const struct sketch_node *value)
{
    static const char *const keys[] = {"type", "derived_from", "node"};
    const char *text = sketch_text(w->s, value);
    for (size_t i = 0; !text && i < ARRAY_LEN(keys); i++)
        text = sketch_text(w->s, sketch_get(w->s, value, keys[i]));
    return text ? text : "";
}

static void tell(const struct walk *w, const struct sketch_pair *pair, enum outline_kind kind, unsigned depth)
{
    w->walk(w->data, &(struct outline_symbol){.name = *pair->key->text ? pair->key->text : "?",
                                              .detail = detail_of(w, pair->value),
                                              .kind = kind,
                                              .from = pair->key->from,
                                              .to = pair->value->to > pair->key->to ? pair->value->to : pair->key->to,
                                              .key_from = pair->key->from,
                                              .key_to = pair->key->to,
                                              .depth = depth});
}

static void walk_node(const struct walk *w, const struct sketch_node *n, enum shape shape, unsigned depth);

static enum shape shape_under(const struct gshape *g, const char *key, bool *ret_name)
{
    *ret_name = false;
    for (const struct gkey *k = g->keys; k && k->name; k++)
        if (str_eq(k->name, key))
            return k->shape;
    *ret_name = g->open || g->forms & FORM_PAIRS;
    return *ret_name ? g->each : SHAPE_ANY;
}

/* Is it a section whose names are told: node_templates, properties, ...? */
static bool is_section(const struct walk *w, enum shape shape)
{
    return (w->shapes[shape].open || w->shapes[shape].forms & FORM_PAIRS) && kind_of(w->shapes[shape].each);
}

static void walk_pair(const struct walk *w, const struct sketch_pair *pair, const struct gshape *g, unsigned depth)
{
    bool name;
    enum shape under = shape_under(g, pair->key->text, &name);
    int kind = name ? kind_of(under) : 0;
    bool top = depth == 0 || g == &w->shapes[SHAPE_TOPOLOGY];
    bool section = !name && top && (is_section(w, under) || under == SHAPE_TOPOLOGY);
    if (pair->key->kind != SKETCH_SCALAR)
        return;
    if (kind || section)
        tell(w, pair, kind ? (enum outline_kind)kind : OUTLINE_NAMESPACE, depth);
    if (kind || section || is_section(w, under))
        walk_node(w, pair->value, under, depth + (kind || section ? 1 : 0));
}

static void walk_node(const struct walk *w, const struct sketch_node *n, enum shape shape, unsigned depth)
{
    const struct gshape *g = &w->shapes[shape];
    if (depth >= OUTLINE_DEPTH_MAX)
        return;
    for (size_t i = 0; n->kind == SKETCH_MAP && i < n->n; i++)
        walk_pair(w, &n->pairs[i], g, depth);
    for (size_t i = 0; n->kind == SKETCH_SEQ && g->forms & FORM_PAIRS && i < n->n; i++)
        for (size_t k = 0; n->items[i]->kind == SKETCH_MAP && k < n->items[i]->n; k++)
            walk_pair(w, &n->items[i]->pairs[k], g, depth);
}

void outline_walk(const char *text, size_t len, void (*walk)(void *data, const struct outline_symbol *x), void *data)
{
    struct sketch s;
    sketch_read(&s, text, len);
    const char *version = sketch_text(&s, sketch_at(&s, "tosca_definitions_version", NULL));
    struct walk w = {.s = &s,
                     .shapes = str_eq(version, "tosca_2_0") ? grammar_shapes_2 : grammar_shapes,
                     .walk = walk,
                     .data = data};
    walk_node(&w, s.root, SHAPE_SERVICE, 0);
    sketch_done(&s);
}
