// SPDX-License-Identifier: Apache-2.0
/* Follows TOSCA Paths through the topology (TOSCA 2.0, section 10.3). */
#include "tosca/call_target.h"
#include "tosca/count.h"
#include "tosca/stand_in.h"

#define PATH_TARGETS_MAX 10000
#define INDEX_ALL        SIZE_MAX

struct path {
    const struct call *call;
    struct targets *to;
    size_t at; /* the next argument */
    size_t room;
};

static const char *path_word(const struct path *p)
{
    return call_text(p->call, p->at);
}

/* A keyword must leave one more argument: the name that is asked for. */
static bool path_takes(struct path *p, const char *keyword)
{
    if (p->at + 1 >= call_count(p->call) || !str_eq(path_word(p), keyword))
        return false;
    p->at++;
    return true;
}

static bool path_add(struct path *p, struct target t)
{
    if (p->to->n >= PATH_TARGETS_MAX || !tctx_spend(p->call->c, 2))
        return false;
    t.node = stand_in_selected(t.node);
    if (p->to->n == p->room) {
        p->room = p->room ? 2 * p->room : 8;
        struct target *grown = tctx_alloc(p->call->c, p->room * sizeof(*grown));
        for (size_t i = 0; i < p->to->n; i++)
            grown[i] = p->to->items[i];
        p->to->items = grown;
    }
    p->to->items[p->to->n++] = t;
    return true;
}

static void path_clear(struct path *p)
{
    p->to->items = NULL;
    p->to->n = p->room = 0;
}

/* An index, ALL, or nothing, which is 0. False (told) for a negative one. */
static bool path_index(struct path *p, size_t *ret)
{
    const json_t *v = json_array_get(p->call->args, p->at);
    *ret = 0;
    if (path_takes(p, "ALL")) {
        p->to->all = true;
        *ret = INDEX_ALL;
        return true;
    }
    if (!json_is_integer(v))
        return true;
    if (json_integer_value(v) < 0) {
        call_fault(p->call, "FUNCTION_ARGS", "an index in a TOSCA path is a whole number from 0 up, or ALL");
        return false;
    }
    *ret = (size_t)json_integer_value(v);
    p->at++;
    return true;
}

static bool index_means(size_t want, size_t have)
{
    return want == INDEX_ALL || want == have;
}

/* The relationships of a node's requirement. */
static bool step_requirement(struct path *p, const struct target *from)
{
    const char *name = path_word(p);
    size_t index, seen = 0, before = p->to->n;
    p->at++;
    if (!name) {
        call_fault(p->call, "FUNCTION_ARGS", "behind RELATIONSHIP stands the name of a requirement");
        return false;
    }
    if (!path_index(p, &index))
        return false;
    for (size_t i = 0; i < from->node->n_links && tctx_spend(p->call->c, 1); i++) {
        struct tlink *l = &from->node->links[i];
        if (str_eq(l->name, name) && l->target && index_means(index, seen++))
            path_add(p, (struct target){.rel = &l->rel});
    }
    if (p->to->n > before || p->to->all)
        return true;
    if (from->node->type && !seen && type_member(p->call->c, from->node->type, MEMBER_REQUIREMENT, name)) {
        tosca_warn(p->call->c, p->call->at, "UNKNOWN_REF",
                   "%s: %s: %s: requirement '%s' is not fulfilled, so there is no value",
                   what_text(p->call->c, p->call->w), p->call->name, from->node->words, name);
        p->to->open = true;
        return true;
    }
    if (from->node->type && !type_member(p->call->c, from->node->type, MEMBER_REQUIREMENT, name))
        call_fault(p->call, "UNKNOWN_REF", "%s has no requirement '%s'%s", from->node->words, name,
                   tosca_like(p->call->c, name, type_members(p->call->c, from->node->type, MEMBER_REQUIREMENT)));
    else
        call_fault(p->call, "UNKNOWN_REF", "%s: requirement '%s' has no relationship %zu", from->node->words, name,
                   index);
    return false;
}

/* All relationships that end at the capability, in the template's order. */
static bool step_incoming(struct path *p, struct tnode *node, struct tcap *cap)
{
    const struct map *nodes = p->call->s.topo->nodes;
    size_t index, seen = 0, before = p->to->n;
    if (!path_index(p, &index))
        return false;
    for (size_t i = 0; i < nodes->n; i++) {
        struct tnode *n = nodes->items[i].value;
        for (size_t k = 0; k < n->n_links && tctx_spend(p->call->c, 1); k++) {
            struct tlink *l = &n->links[k];
            if (l->target == node && l->capability == cap && index_means(index, seen++))
                path_add(p, (struct target){.rel = &l->rel});
        }
    }
    if (p->to->n > before || p->to->all)
        return true;
    call_fault(p->call, "UNKNOWN_REF", "capability '%s' of %s has no incoming relationship %zu", cap->name, node->words,
               index);
    return false;
}

static bool step_capability(struct path *p, struct tnode *node, struct tcap *cap)
{
    if (path_takes(p, "RELATIONSHIP"))
        return step_incoming(p, node, cap);
    return path_add(p, (struct target){.node = node, .cap = cap});
}

static bool step_named_capability(struct path *p, const struct target *from)
{
    const char *name = path_word(p);
    struct tcap *cap = name ? map_get(from->node->capabilities, name) : NULL;
    p->at++;
    if (cap)
        return step_capability(p, from->node, cap);
    if (from->node->type) /* else the unknown type is told */
        call_fault(p->call, "UNKNOWN_REF", "%s has no capability '%s'%s", from->node->words, name ? name : "?",
                   name ? tosca_like(p->call->c, name, from->node->capabilities) : "");
    return false;
}

static bool step_end(struct path *p, struct tnode *end, const char *word)
{
    if (end)
        return path_add(p, (struct target){.node = end});
    call_fault(p->call, "FUNCTION_ARGS", "%s means nothing in this place: the relationship has none", word);
    return false;
}

static bool step_of_rel(struct path *p, const struct target *from)
{
    if (path_takes(p, "SOURCE"))
        return step_end(p, from->rel->source, "SOURCE");
    if (path_takes(p, "TARGET"))
        return step_end(p, from->rel->target, "TARGET");
    p->at++; /* CAPABILITY */
    if (from->rel->target && from->rel->capability)
        return step_capability(p, from->rel->target, from->rel->capability);
    call_fault(p->call, "FUNCTION_ARGS", "CAPABILITY means nothing in this place: the relationship has no target");
    return false;
}

static bool step_of_node(struct path *p, const struct target *from)
{
    if (path_takes(p, "RELATIONSHIP"))
        return step_requirement(p, from);
    p->at++;
    return step_named_capability(p, from);
}

/* Does another step stand there for what was reached? */
static bool path_goes_on(const struct path *p)
{
    const char *word = path_word(p);
    const struct target *t = p->to->n ? &p->to->items[0] : NULL;
    if (!t || t->cap || p->at + 1 >= call_count(p->call))
        return false;
    if (t->rel)
        return str_eq(word, "SOURCE") || str_eq(word, "TARGET") || str_eq(word, "CAPABILITY");
    return str_eq(word, "RELATIONSHIP") || str_eq(word, "CAPABILITY");
}

static bool path_step(struct path *p)
{
    struct targets from = *p->to;
    size_t start = p->at;
    path_clear(p);
    for (size_t i = 0; i < from.n; i++) {
        p->at = start;
        bool done = from.items[i].rel ? step_of_rel(p, &from.items[i]) : step_of_node(p, &from.items[i]);
        if (!done)
            return false;
    }
    return true;
}

static bool start_named(struct path *p, const char *name)
{
    static const char *const old[] = {"SOURCE", "TARGET", "HOST"};
    struct tnode *n = map_get(p->call->s.topo->nodes, name);
    size_t index = 0;
    if (n) {
        path_add(p, (struct target){.node = n});
        if (!path_index(p, &index))
            return false;
        if (index == 0 || index == INDEX_ALL)
            return true;
        int64_t count = 1;
        bool many = count_known(p->call->c, n, &count) && count > (int64_t)index;
        call_fault(p->call, "UNKNOWN_REF",
                   many ? "%s: its nodes share one definition, and none is asked by its index "
                          "(%zu); leave the index out"
                        : "%s has no node %zu",
                   n->words, index);
        return false;
    }
    struct trel *rel = target_relationship(p->call->s.topo, name);
    if (rel)
        return path_add(p, (struct target){.rel = rel});
    for (size_t i = 0; i < ARRAY_LEN(old); i++) {
        if (!str_eq(old[i], name))
            continue;
        call_fault(p->call, "FUNCTION_ARGS", "a TOSCA path begins with SELF or a name; write %s",
                   i < 2 ? tctx_printf(p->call->c, "'SELF, %s'", name) : "'SELF, RELATIONSHIP, host, TARGET'");
        return false;
    }
    call_fault(p->call, "UNKNOWN_REF", "there is no node template '%s'%s", name,
               tosca_like(p->call->c, name, p->call->s.topo->nodes));
    return false;
}

static bool path_start(struct path *p)
{
    const char *word = path_word(p);
    const struct scope *s = &p->call->s;
    p->at++;
    if (!word) {
        call_fault(p->call, "FUNCTION_ARGS",
                   "a TOSCA path begins with SELF, or the name of a node or relationship template");
        return false;
    }
    if (!str_eq(word, "SELF"))
        return start_named(p, word);
    if (s->rel || s->self)
        return path_add(p, (struct target){.rel = s->rel, .node = s->rel ? NULL : s->self});
    call_fault(p->call, "FUNCTION_ARGS", "SELF means nothing in this place");
    return false;
}

bool target_path(const struct call *call, struct targets *ret)
{
    *ret = (struct targets){0};
    struct path p = {.call = call, .to = ret};
    if (!path_start(&p))
        return false;
    while (!ret->open && path_goes_on(&p) && tctx_spend(call->c, 1)) {
        if (!path_step(&p))
            return false;
    }
    ret->next = p.at;
    if (ret->n || ret->all || ret->open)
        return true;
    call_fault(call, "UNKNOWN_REF", "the path leads nowhere");
    return false;
}
