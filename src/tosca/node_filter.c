// SPDX-License-Identifier: Apache-2.0
/* Checks node filters and asks them of nodes. */
#include "tosca/node_filter.h"

#include "tosca/call.h"
#include "tosca/condition.h"

/* Calls back for each name and value of a map, or of a list of one-key maps. */
struct each {
    struct topo *topo;
    struct tctx *c;
    struct map *values; /* to ask */
    struct ttype *type; /* to check against */
    struct tnode *node;
    bool passes;
    void (*pair)(struct each *e, const char *name, struct at at);
};

static void each_map(struct each *e, struct at at)
{
    for (size_t i = 0; i < at_len(at, Y_MAP) && tctx_spend(e->c, 1); i++) {
        const struct ypair *p = &at.node->pairs[i];
        if (p->key->kind == Y_SCALAR)
            e->pair(e, p->key->text, at_of(at.file, p->value));
    }
}

static void each_pair(struct each *e, struct at at)
{
    each_map(e, at);
    for (size_t i = 0; i < at_len(at, Y_SEQ) && tctx_spend(e->c, 1); i++)
        each_map(e, at_of(at.file, at.node->items[i]));
}

/* The i-th clause of a constraint, a list of them, or a bare value that means "equal". */
static bool clause_at(struct tctx *c, struct at at, size_t i, enum prim prim, struct clause *ret)
{
    struct at one = at_is(at, Y_SEQ) ? at_of(at.file, at.node->items[i]) : at;
    if (at_is(one, Y_MAP))
        return clause_read(c, one, prim, prim == PRIM_NONE, ret);
    *ret = (struct clause){.op = CLAUSE_EQUAL, .prim = prim, .at = one};
    bool as_text = prim == PRIM_STRING || prim == PRIM_VERSION || prim == PRIM_TIMESTAMP || prim >= PRIM_UNIT;
    ret->operand = !at_is(one, Y_SCALAR) ? NULL
                   : as_text             ? tctx_keep(c, json_stringn(one.node->text, one.node->len))
                                         : tctx_keep(c, ynode_to_json(one.node, NULL));
    return ret->operand != NULL;
}

static size_t clause_count(struct at at)
{
    return at_is(at, Y_SEQ) ? at.node->n : at_null(at) ? 0 : 1;
}

static void check_property(struct each *e, const char *name, struct at at)
{
    struct tdef *d = e->type ? type_member(e->c, e->type, MEMBER_PROPERTY, name) : NULL;
    if (e->type && !d)
        tosca_error(e->c, at, "UNKNOWN_REF", "node filter: %s '%s' has no property '%s'%s",
                    type_kind_words(e->type->kind), e->type->name, name,
                    tosca_like(e->c, name, type_members(e->c, e->type, MEMBER_PROPERTY)));
    enum prim prim = d ? schema_of(e->c, d)->prim : PRIM_ANY;
    struct clause clause;
    for (size_t i = 0; i < clause_count(at) && tctx_spend(e->c, 1); i++)
        clause_at(e->c, at, i, prim, &clause);
}

static void check_capability(struct each *e, const char *name, struct at at)
{
    struct tdef *d = e->type ? type_member(e->c, e->type, MEMBER_CAPABILITY, name) : NULL;
    struct ttype *type =
        d ? tdef_type(e->c, d, "type", TYPE_CAPABILITY) : type_find(e->c, at.file, TYPE_CAPABILITY, name);
    if (e->type && !type)
        tosca_error(e->c, at, "UNKNOWN_REF",
                    "node filter: '%s' is no capability of node type '%s' and no capability type%s", name,
                    e->type->name, tosca_like(e->c, name, type_members(e->c, e->type, MEMBER_CAPABILITY)));
    struct each inner = {.c = e->c, .type = type, .pair = check_property};
    each_pair(&inner, at_key(at, "properties"));
}

void node_filter_check(struct tctx *c, struct at filter, struct ttype *type)
{
    struct topo alone = {.c = c};
    condition_check(&alone, filter, NULL, "node filter"); /* of TOSCA 2.0; it does nothing else */
    struct each e = {.c = c, .type = type, .pair = check_property};
    each_pair(&e, at_key(filter, "properties"));
    e.pair = check_capability;
    each_pair(&e, at_key(filter, "capabilities"));
}

static void ask_property(struct each *e, const char *name, struct at at)
{
    struct tvalue *v = e->values ? map_get(e->values, name) : NULL;
    const json_t *json = v ? value_get(e->c, v) : NULL;
    if (json && value_is_later(json))
        return;
    enum prim prim = v && v->def ? schema_of(e->c, v->def)->prim : PRIM_ANY;
    char why[200];
    for (size_t i = 0; i < clause_count(at) && tctx_spend(e->c, 5); i++) {
        struct clause clause;
        if (clause_at(e->c, at, i, prim, &clause) &&
            clause_resolve((struct scope){.topo = e->topo, .self = e->node}, &clause))
            e->passes = e->passes && json && clause_holds(e->c, &clause, json, why, sizeof(why));
    }
}

static void ask_capability(struct each *e, const char *name, struct at at)
{
    struct tcap *cap = map_get(e->node->capabilities, name);
    struct ttype *type = cap ? NULL : type_find(e->c, at.file, TYPE_CAPABILITY, name);
    for (size_t i = 0; type && !cap && i < e->node->capabilities->n; i++) {
        struct tcap *other = e->node->capabilities->items[i].value;
        cap = other->type && type_is_a(e->c, other->type, type) ? other : NULL;
    }
    struct each inner = {.c = e->c,
                         .topo = e->topo,
                         .node = e->node,
                         .values = cap ? cap->properties : NULL,
                         .passes = cap != NULL,
                         .pair = ask_property};
    if (cap)
        each_pair(&inner, at_key(at, "properties"));
    e->passes = e->passes && inner.passes;
}

/* TOSCA 2.0: one condition. What only run time knows passes; what the node lacks does not. */
static bool condition_lets(struct scope s, struct at filter)
{
    struct what w = {.owner = "node filter"};
    enum holds h = condition_passes(s, filter, &w);
    return h == HOLDS_YES || h == HOLDS_OPEN;
}

bool node_filter_passes_from(struct topo *t, struct at filter, struct tnode *from, struct tnode *n,
                             struct tcap *capability)
{
    struct trel rel = {.words = "node filter", .at = filter, .source = from, .target = n, .capability = capability};
    if (at_null(filter) || !call_is_2(filter.file))
        return node_filter_passes(t, filter, n);
    return condition_lets((struct scope){.topo = t, .rel = &rel}, filter);
}

bool node_filter_passes(struct topo *t, struct at filter, struct tnode *n)
{
    if (!at_null(filter) && call_is_2(filter.file))
        return condition_lets((struct scope){.topo = t, .self = n}, filter);
    struct each e = {.c = t->c, .topo = t, .node = n, .values = n->properties, .passes = true, .pair = ask_property};
    each_pair(&e, at_key(filter, "properties"));
    e.pair = ask_capability;
    each_pair(&e, at_key(filter, "capabilities"));
    return e.passes;
}
