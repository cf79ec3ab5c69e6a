// SPDX-License-Identifier: Apache-2.0
/* Functions of TOSCA 2.0 that count: node_index, relationship_index, available_allocation. */
#include "tosca/call_target.h"
#include "tosca/constraint.h"
#include "tosca/count.h"

json_t *call_node_index(struct call *call)
{
    const struct tnode *n = call->s.rel ? call->s.rel->source : call->s.self;
    if (!n)
        return call_fault(call, "FUNCTION_ARGS", "it means something inside of a node template only");
    const struct tnode *teller = count_teller(call->c, n);
    int64_t count = 1;
    if (teller && count_known(call->c, teller, &count) && count > 1)
        return call_fault(call, "FUNCTION_ARGS",
                          "%s stands for %lld nodes, and all of them get the same values: there is no index to give",
                          teller->words, (long long)count);
    return json_integer(0);
}

json_t *call_relationship_index(struct call *call)
{
    const char *requirement;
    size_t index;
    if (!call->s.rel || !rel_position(call->s.rel, &requirement, &index))
        return call_fault(call, "FUNCTION_ARGS", "it means something inside of a relationship only");
    return json_integer((json_int_t)index);
}

/* What a requirement that ends at the capability takes of the property; NULL: nothing. */
static json_t *taken(struct call *call, const struct tlink *l, const char *name, struct tvalue *property)
{
    struct at allocation = at_key(l->at, "allocation"), at = at_key(allocation, "properties");
    at = at_key(at_is(at, Y_MAP) ? at : allocation, name);
    if (at_null(at))
        return NULL;
    struct scope s = {.topo = call->s.topo, .rel = (struct trel *)(uintptr_t)&l->rel};
    return value_read(s, at, property->def ? schema_of(call->c, property->def) : NULL, call->w);
}

/* One value less another, as $difference does it. */
static json_t *less(struct call *call, json_t *have, json_t *take, const struct vkind *kind)
{
    AUTO_JSON json_t *args = json_pack("[o,o]", have, take);
    struct fwork w = {.f = function_find("difference", FUNCTION_2), .args = args, .kind = *kind};
    if (value_is_later(args))
        return function_later(w.f, args, kind);
    json_t *rest = function_do(&w);
    return rest ? rest : call_fault(call, "FUNCTION_ARGS", "%s", w.why);
}

static json_t *allocation_left(struct call *call, const struct target *t, struct tvalue *property)
{
    const struct map *nodes = call->s.topo->nodes;
    struct schema *s = property->def ? schema_of(call->c, property->def) : NULL;
    struct vkind kind = {.prim = s ? s->prim : PRIM_ANY, .units = s ? s->units : NULL};
    json_t *left = json_incref(value_get(call->c, property));
    call->schema = s;
    for (size_t i = 0; left && i < nodes->n; i++) {
        struct tnode *n = nodes->items[i].value;
        for (size_t k = 0; left && k < n->n_links && tctx_spend(call->c, 1); k++) {
            bool here = n->links[k].target == t->node && n->links[k].capability == t->cap;
            json_t *take = here ? taken(call, &n->links[k], property->name, property) : NULL;
            left = take ? less(call, left, take, &kind) : left;
        }
    }
    return left ? left : property->faulty ? NULL : json_null();
}

json_t *call_available_allocation(struct call *call)
{
    struct targets to;
    if (!target_path(call, &to))
        return NULL;
    const struct target *t = to.n ? &to.items[0] : NULL;
    if (to.open)
        return json_null();
    const char *name = call_text(call, to.next);
    if (!t || !t->cap || !t->node || to.all)
        return call_fault(call, "FUNCTION_ARGS",
                          "the path must lead to one capability, as in 'SELF, CAPABILITY, host'");
    struct tvalue *v = name ? map_get(t->cap->properties, name) : NULL;
    if (!v)
        return call_fault(call, "UNKNOWN_REF", "%s has no property '%s'%s", target_words(call->c, t), name ? name : "?",
                          name ? tosca_like(call->c, name, t->cap->properties) : "");
    enum prim p = v->def ? schema_of(call->c, v->def)->prim : PRIM_ANY;
    if (p != PRIM_INTEGER && p != PRIM_FLOAT && p != PRIM_SCALAR && p != PRIM_ANY && p < PRIM_UNIT)
        return call_fault(call, "FUNCTION_ARGS", "property '%s' is neither an integer nor a float nor a scalar", name);
    return allocation_left(call, t, v);
}
