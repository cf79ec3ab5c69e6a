// SPDX-License-Identifier: Apache-2.0
/* Names that can be keys at a place, by the grammar and by the types. */
#include "editor/names_at.h"

#include <string.h>

#include "editor/names_ask.h"
#include "tosca/operation.h"
#include "tosca/type_name.h"

/* ---- types of what stands around ---- */

static const struct {
    enum shape shape;
    enum type_kind kind;
    const char *key; /* that names the type */
} typed[] = {
    {SHAPE_NODE_TEMPLATE, TYPE_NODE, "type"},
    {SHAPE_RELATIONSHIP_TEMPLATE, TYPE_RELATIONSHIP, "type"},
    {SHAPE_RELATIONSHIP, TYPE_RELATIONSHIP, "type"},
    {SHAPE_RELATIONSHIP_DEF, TYPE_RELATIONSHIP, "type"},
    {SHAPE_GROUP, TYPE_GROUP, "type"},
    {SHAPE_POLICY, TYPE_POLICY, "type"},
    {SHAPE_ARTIFACT, TYPE_ARTIFACT, "type"},
    {SHAPE_CAPABILITY_DEF, TYPE_CAPABILITY, "type"},
    {SHAPE_INTERFACE_DEF, TYPE_INTERFACE, "type"},
    {SHAPE_SUBSTITUTION, TYPE_NODE, "node_type"},
    {SHAPE_ARTIFACT_TYPE, TYPE_ARTIFACT, "derived_from"},
    {SHAPE_DATA_TYPE, TYPE_DATA, "derived_from"},
    {SHAPE_CAPABILITY_TYPE, TYPE_CAPABILITY, "derived_from"},
    {SHAPE_INTERFACE_TYPE, TYPE_INTERFACE, "derived_from"},
    {SHAPE_RELATIONSHIP_TYPE, TYPE_RELATIONSHIP, "derived_from"},
    {SHAPE_NODE_TYPE, TYPE_NODE, "derived_from"},
    {SHAPE_GROUP_TYPE, TYPE_GROUP, "derived_from"},
    {SHAPE_POLICY_TYPE, TYPE_POLICY, "derived_from"},
};

struct ttype *ask_type(struct cursor *p, enum type_kind kind, const char *name)
{
    return p->world && p->file && name ? type_find(&p->world->c, p->file, kind, name) : NULL;
}

static struct ttype *def_type(struct cursor *p, struct tdef *d, const char *key, enum type_kind kind)
{
    return d ? tdef_type(&p->world->c, d, key, kind) : NULL;
}

static struct tdef *member_of(struct cursor *p, struct ttype *t, enum member member, const char *name)
{
    return t && p->world ? type_member(&p->world->c, t, member, name) : NULL;
}

struct tdef *cursor_requirement(struct cursor *p, int step)
{
    int node = cursor_back(p, step, SHAPE_NODE_TEMPLATE), at = cursor_back(p, step, SHAPE_REQUIREMENT);
    return at > node && node >= 0 ? member_of(p, cursor_type(p, node), MEMBER_REQUIREMENT, p->steps[at].name) : NULL;
}

/* The type named by a map's key; a template may copy another one. */
static struct ttype *named_type(struct cursor *p, const struct sketch_node *n, enum type_kind kind, const char *key)
{
    const struct sketch *s = &p->sketch;
    const char *name = sketch_text(s, n ? sketch_get(s, n, key) : NULL);
    const char *copied = name ? NULL : sketch_text(s, n ? sketch_get(s, n, "copy") : NULL);
    const struct sketch_node *from = NULL;
    if (copied && kind == TYPE_NODE)
        from = sketch_get(s, cursor_section(p, "node_templates"), copied);
    if (from)
        name = sketch_text(s, sketch_get(s, from, key));
    return ask_type(p, kind, name);
}

/* The node type that a node filter speaks of. */
static struct ttype *filtered_type(struct cursor *p, int step)
{
    struct tdef *d = cursor_requirement(p, step);
    int node = cursor_back(p, step, SHAPE_NODE_TEMPLATE);
    if (d)
        return def_type(p, d, "node", TYPE_NODE);
    return node >= 0 ? cursor_type(p, node) : NULL;
}

struct ttype *cursor_type(struct cursor *p, int step)
{
    const struct step *x = &p->steps[step];
    struct ttype *t = NULL;
    int node = cursor_back(p, step, SHAPE_NODE_TEMPLATE);
    if (x->shape == SHAPE_CAPABILITY && node >= 0)
        return def_type(p, member_of(p, cursor_type(p, node), MEMBER_CAPABILITY, x->name), "type", TYPE_CAPABILITY);
    if (x->shape == SHAPE_NODE_FILTER)
        return filtered_type(p, step);
    for (size_t i = 0; i < ARRAY_LEN(typed) && !t; i++)
        if (typed[i].shape == x->shape)
            t = named_type(p, x->node, typed[i].kind, typed[i].key);
    if (!t && x->shape == SHAPE_RELATIONSHIP) {
        struct tdef *d = cursor_requirement(p, step);
        struct at way = d ? tdef_key(d, "relationship") : at_of(NULL, NULL);
        t = ask_type(p, TYPE_RELATIONSHIP, at_text(at_is(way, Y_MAP) ? at_key(way, "type") : way));
    }
    return t;
}

bool cursor_kind(const struct cursor *p, int step, enum type_kind *ret)
{
    for (size_t i = 0; i < ARRAY_LEN(typed); i++) {
        if (typed[i].shape != p->steps[step].shape)
            continue;
        *ret = typed[i].kind;
        return true;
    }
    return false;
}

/* ---- giving ---- */

static const char *kept(struct ask *a, const char *text)
{
    return arena_strndup(a->p->arena, text, strlen(text));
}

static bool stands_already(const struct ask *a, const char *label)
{
    const struct cursor *p = a->p;
    const struct sketch_node *map = p->token->is_key ? p->token->up : NULL, *key = sketch_key(map, label);
    return !a->all && key && key != p->token;
}

void names_of_words(struct ask *a, const char *const *words)
{
    for (size_t i = 0; words[i]; i++)
        a->give(a->data, &(struct name){.kind = NAME_WORD, .label = words[i]});
}

static const char *member_detail(struct ask *a, struct tdef *d, enum member member)
{
    static const char *const keys[MEMBER_KINDS] = {[MEMBER_REQUIREMENT] = "capability"};
    struct at at = tdef_key(d, keys[member] ? keys[member] : "type");
    const char *type = at_text(at) ? at_text(at) : at_text(d->at);
    bool must = member == MEMBER_PROPERTY && tdef_required(d) && at_null(tdef_given(d));
    AUTO_FREE char *text = mem_printf("%.100s%s", type ? type : "", must ? " (required)" : "");
    return kept(a, text);
}

void names_of_type(struct ask *a, struct ttype *type, enum member member, bool as_key)
{
    const struct map *all = type && a->p->world ? type_members(&a->p->world->c, type, member) : NULL;
    for (size_t i = 0; all && i < all->n; i++) {
        struct tdef *d = all->items[i].value;
        bool listed = member == MEMBER_REQUIREMENT; /* which may stand several times */
        if (as_key && !listed && stands_already(a, d->name))
            continue;
        bool value = member == MEMBER_PROPERTY || member == MEMBER_ATTRIBUTE;
        a->give(a->data, &(struct name){.kind = NAME_MEMBER,
                                        .label = d->name,
                                        .detail = member_detail(a, d, member),
                                        .as_key = as_key,
                                        .nests = !value && !listed,
                                        .must = value && tdef_required(d) && at_null(tdef_given(d)),
                                        .def = d,
                                        .member = member});
    }
}

static void give_type(void *data, const char *name, struct ttype *type)
{
    struct ask *a = data;
    struct name n = {.kind = NAME_TYPE, .label = kept(a, name), .type = type};
    n.detail = type->at.file ? type->at.file->path : "TOSCA";
    a->give(a->data, &n);
}

void names_of_types(struct ask *a, enum type_kind kind)
{
    if (!a->p->world || !a->p->file)
        return;
    world_types(a->p->world, a->p->file, kind, give_type, a);
    /* A short name of a built-in type is good, too. */
    const char *word = a->all ? a->p->token->text : "";
    struct ttype *t = *word ? ask_type(a->p, kind, word) : NULL;
    if (t)
        give_type(a, word, t);
}

void names_of_map(struct ask *a, const struct sketch_node *map, const char *what)
{
    for (size_t i = 0; map && map->kind == SKETCH_MAP && i < map->n; i++) {
        const struct sketch_node *key = map->pairs[i].key;
        if (key->kind != SKETCH_SCALAR || key == a->p->token || str_eq(key->text, "<<"))
            continue;
        const char *type = sketch_text(&a->p->sketch, sketch_get(&a->p->sketch, map->pairs[i].value, "type"));
        a->give(a->data,
                &(struct name){.kind = NAME_HERE, .label = key->text, .detail = type ? type : what, .here = key});
    }
}

void names_of_section(struct ask *a, const char *section, const char *what)
{
    names_of_map(a, cursor_section(a->p, section), what);
}

/* ---- keys ---- */

#define MEMBERS_OF(shape)                                                                                              \
    {shape, "properties", MEMBER_PROPERTY}, {shape, "attributes", MEMBER_ATTRIBUTE},                                   \
        {shape, "capabilities", MEMBER_CAPABILITY}, {shape, "requirements", MEMBER_REQUIREMENT},                       \
        {shape, "interfaces", MEMBER_INTERFACE},                                                                       \
    {                                                                                                                  \
        shape, "artifacts", MEMBER_ARTIFACT                                                                            \
    }

/* Sections whose keys are what the type around them declares. */
static const struct {
    enum shape in;
    const char *key;
    enum member member;
} sections[] = {MEMBERS_OF(SHAPE_NODE_TEMPLATE),
                MEMBERS_OF(SHAPE_RELATIONSHIP_TEMPLATE),
                MEMBERS_OF(SHAPE_RELATIONSHIP),
                MEMBERS_OF(SHAPE_RELATIONSHIP_DEF),
                MEMBERS_OF(SHAPE_GROUP),
                MEMBERS_OF(SHAPE_POLICY),
                MEMBERS_OF(SHAPE_ARTIFACT),
                MEMBERS_OF(SHAPE_CAPABILITY),
                MEMBERS_OF(SHAPE_CAPABILITY_DEF),
                MEMBERS_OF(SHAPE_SUBSTITUTION),
                MEMBERS_OF(SHAPE_NODE_FILTER),
                MEMBERS_OF(SHAPE_NODE_TYPE),
                MEMBERS_OF(SHAPE_RELATIONSHIP_TYPE),
                MEMBERS_OF(SHAPE_CAPABILITY_TYPE),
                MEMBERS_OF(SHAPE_DATA_TYPE),
                MEMBERS_OF(SHAPE_GROUP_TYPE),
                MEMBERS_OF(SHAPE_POLICY_TYPE),
                MEMBERS_OF(SHAPE_ARTIFACT_TYPE)};

static void names_of_grammar(struct ask *a, const struct step *x)
{
    for (const struct gkey *k = x->g->keys; k && k->name; k++) {
        const struct gshape *under = &cursor_shapes(a->p)[k->shape];
        if (stands_already(a, k->name))
            continue;
        a->give(a->data, &(struct name){.kind = NAME_KEY,
                                        .label = k->name,
                                        .detail = k->must ? "keyname (required)" : "keyname",
                                        .as_key = true,
                                        .nests = under->forms && !(under->forms & FORM_SCALAR),
                                        .must = k->must,
                                        .key = k,
                                        .in = x->shape});
    }
}

static void names_of_members(struct ask *a, int section)
{
    for (size_t i = 0; section > 0 && i < ARRAY_LEN(sections); i++)
        if (sections[i].in == a->p->steps[section - 1].shape && str_eq(sections[i].key, a->p->steps[section].key))
            names_of_type(a, cursor_type(a->p, section - 1), sections[i].member, true);
}

/* Keys of a map in a file that are names of operations. */
static void names_of_operations(struct ask *a, struct at map)
{
    struct at inner = at_key(map, "operations");
    const struct ynode *both[] = {inner.node, map.node};
    for (size_t k = 0; k < ARRAY_LEN(both); k++)
        for (size_t i = 0; both[k] && both[k]->kind == Y_MAP && i < both[k]->n; i++) {
            const struct ypair *pair = &both[k]->pairs[i];
            if (pair->key->kind != Y_SCALAR || (k == 1 && operation_is_key(pair->key->text)) ||
                stands_already(a, pair->key->text))
                continue;
            a->give(a->data, &(struct name){.kind = NAME_THERE,
                                            .label = pair->key->text,
                                            .detail = "operation",
                                            .as_key = true,
                                            .at = at_of(map.file, pair->value),
                                            .at_key = pair->key});
        }
}

/* Operations of the interface at a step: as its type declares them, then as node types do. */
static void names_of_interface(struct ask *a, int step)
{
    struct cursor *p = a->p;
    struct ttype *owner = step >= 2 ? cursor_type(p, step - 2) : NULL;
    struct tdef *d = member_of(p, owner, MEMBER_INTERFACE, p->steps[step].name);
    struct ttype *type = d ? def_type(p, d, "type", TYPE_INTERFACE) : NULL;
    type = type ? type : named_type(p, p->steps[step].node, TYPE_INTERFACE, "type");
    for (struct tdef *x = d; x; x = x->base)
        names_of_operations(a, x->at);
    for (struct ttype *t = type; t; t = type_parent(&p->world->c, t))
        names_of_operations(a, t->at);
}

static void names_of_clauses(struct ask *a)
{
    for (int i = 0; i < CLAUSE_OPS; i++)
        a->give(a->data, &(struct name){.kind = NAME_WORD,
                                        .label = clause_name((enum clause_op)i),
                                        .detail = "constraint",
                                        .as_key = true});
}

static bool is_value(const struct step *x)
{
    return x->shape == SHAPE_ANY || x->shape == SHAPE_INPUT_DEF;
}

static void names_of_keys(struct ask *a, int step)
{
    const struct step *x = &a->p->steps[step];
    int up = step > 0 ? step - 1 : 0;
    if (x->pair) {
        names_of_members(a, up);
        return;
    }
    names_of_grammar(a, x);
    names_of_members(a, step);
    if (x->shape == SHAPE_INTERFACE || x->shape == SHAPE_INTERFACE_DEF)
        names_of_interface(a, step);
    if (x->shape == SHAPE_OPERATIONS || x->shape == SHAPE_OPERATION_DEFS)
        names_of_interface(a, up);
    if (x->shape == SHAPE_CLAUSE && !a->p->second)
        names_of_clauses(a);
    if (is_value(x)) {
        names_of_fields(a, step);
        names_of_functions(a);
    }
}

void names_at(struct cursor *p, bool all, void (*give)(void *data, const struct name *n), void *data)
{
    struct ask a = {.p = p, .all = all, .give = give, .data = data};
    if (!p->token || !p->n)
        return;
    if (p->as_key)
        names_of_keys(&a, (int)p->n - 1);
    if (p->as_value)
        names_of_slot(&a, (int)p->n - 1);
}

struct found {
    const char *word;
    bool any;
    struct name *ret;
};

static void take_if(void *data, const struct name *n)
{
    struct found *f = data;
    if (f->any || !str_eq(f->word, n->label))
        return;
    f->any = true;
    *f->ret = *n;
}

bool name_find(struct cursor *p, struct name *ret)
{
    struct found f = {.word = p->token ? p->token->text : "", .ret = ret};
    names_at(p, true, take_if, &f);
    return f.any;
}
