// SPDX-License-Identifier: Apache-2.0
/* Finds whom a look-up of TOSCA 1.x speaks of, and names targets. */
#include "tosca/call_target.h"

#include "tosca/tie_relationship.h"

struct tnode *target_host(struct topo *t, const struct tnode *n)
{
    for (size_t i = 0; n && i < n->n_links; i++) {
        const struct tlink *l = &n->links[i];
        if (l->target && known_link(t->c, l->rel.type) == LINK_HOSTED_ON)
            return l->target;
    }
    return NULL;
}

static bool target_self(const struct call *call, struct target *ret)
{
    ret->rel = call->s.rel;
    ret->node = call->s.rel ? NULL : call->s.self;
    return ret->rel || ret->node;
}

static bool target_source(const struct call *call, struct target *ret)
{
    ret->node = call->s.rel ? call->s.rel->source : NULL;
    return ret->node != NULL;
}

static bool target_target(const struct call *call, struct target *ret)
{
    ret->node = call->s.rel ? call->s.rel->target : NULL;
    return ret->node != NULL;
}

static bool target_hosted(const struct call *call, struct target *ret)
{
    ret->node = call->s.self;
    return ret->node != NULL;
}

static const struct {
    const char *word;
    bool (*find)(const struct call *call, struct target *ret);
} target_keywords[] = {
    {"SELF", target_self}, {"SOURCE", target_source}, {"TARGET", target_target}, {"HOST", target_hosted}};

struct trel *target_relationship(struct topo *t, const char *name)
{
    bool any = map_has(t->relationships, name);
    for (size_t i = 0; any && i < t->nodes->n; i++) {
        struct tnode *n = t->nodes->items[i].value;
        for (size_t k = 0; k < n->n_links && tctx_spend(t->c, 1); k++) {
            struct at at = at_key(n->links[k].at, "relationship");
            at = at_is(at, Y_MAP) ? at_key(at, "type") : at;
            if (n->links[k].target && str_eq(at_text(at), name))
                return &n->links[k].rel;
        }
    }
    return NULL;
}

bool target_named(const struct call *call, struct target *ret)
{
    const char *word = call_text(call, 0);
    *ret = (struct target){0};
    for (size_t i = 0; word && i < ARRAY_LEN(target_keywords); i++) {
        if (!str_eq(word, target_keywords[i].word))
            continue;
        if (target_keywords[i].find(call, ret))
            return true;
        call_fault(call, "FUNCTION_ARGS", "%s means nothing in this place", word);
        return false;
    }
    ret->node = word ? map_get(call->s.topo->nodes, word) : NULL;
    ret->rel = word && !ret->node ? target_relationship(call->s.topo, word) : NULL;
    if (word && !ret->node && !ret->rel)
        ret->rel = relationship_template_alone(call->s.topo, word);
    if (ret->node || ret->rel)
        return true;
    if (!word)
        call_fault(call, "FUNCTION_ARGS", "the first argument must name a node template");
    else
        call_fault(call, "UNKNOWN_REF", "there is no node template '%s'%s", word,
                   tosca_like(call->c, word, call->s.topo->nodes));
    return false;
}

const char *target_words(struct tctx *c, const struct target *t)
{
    if (t->cap)
        return tctx_printf(c, "%s: capability '%s'", t->node ? t->node->words : "the relationship's target",
                           t->cap->name);
    if (t->node)
        return t->node->words;
    return t->rel && t->rel->words ? t->rel->words : "the relationship";
}

bool rel_position(const struct trel *rel, const char **ret_requirement, size_t *ret_index)
{
    const struct tnode *n = rel->source;
    for (size_t i = 0; n && i < n->n_links; i++) {
        if (&n->links[i].rel != rel)
            continue;
        *ret_requirement = n->links[i].name;
        *ret_index = 0;
        for (size_t k = 0; k < i; k++)
            *ret_index += str_eq(n->links[k].name, n->links[i].name);
        return true;
    }
    return false;
}

json_t *target_owner(const struct target *t)
{
    const char *requirement;
    size_t index;
    if (t->cap && t->node)
        return json_pack("[s,{s:s}]", t->node->name, "capability", t->cap->name);
    if (t->node)
        return json_pack("[s]", t->node->name);
    if (!t->rel || !rel_position(t->rel, &requirement, &index))
        return NULL;
    return json_pack("[s,{s:s,s:I}]", t->rel->source->name, "requirement", requirement, "index", (json_int_t)index);
}
