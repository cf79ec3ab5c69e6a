// SPDX-License-Identifier: Apache-2.0
/* Finds the nodes that fit a requirement, by an index from types to nodes. */
#include "tosca/tie_candidate.h"

#include <stdio.h>

#include "tosca/node_filter.h"
#include "tosca/occurrences.h"

/* Software stands on software too, where the template says so, though TosKer's types name containers only. */
static bool software_on_software(const struct want *w, const struct tnode *to, struct ttype *declared)
{
    return w->named && w->from->kind == COMPONENT_SOFTWARE && to->kind == COMPONENT_SOFTWARE &&
           known_component(w->c, declared) == COMPONENT_CONTAINER;
}

/* TosKer's own file lets its containers derive from TOSCA's root, and asks for nodes of its own. */
bool want_type_suits(const struct want *w, const struct tnode *to, struct ttype *declared)
{
    bool any = declared && str_eq(declared->name, "tosker.nodes.Root") && (to->kind != COMPONENT_ABSTRACT || to->inner);
    return !declared || !to->type || any || type_is_a(w->c, to->type, declared) ||
           software_on_software(w, to, declared);
}

struct at want_sources(const struct want *w, const struct tcap *cap)
{
    struct at list = tdef_key(cap->def, "valid_source_types");
    for (struct ttype *t = cap->type; t && at_null(list) && tctx_spend(w->c, 1); t = type_parent(w->c, t))
        list = at_key(t->at, "valid_source_types");
    return list;
}

static bool source_allowed(const struct want *w, const struct tcap *cap)
{
    struct at list = want_sources(w, cap);
    if (!at_len(list, Y_SEQ) || !w->from->type)
        return true;
    for (size_t i = 0; i < list.node->n && tctx_spend(w->c, 1); i++) {
        const char *name = at_text(at_of(list.file, list.node->items[i]));
        struct ttype *t = name ? type_find(w->c, list.file, TYPE_NODE, name) : NULL;
        if (!t || type_is_a(w->c, w->from->type, t))
            return true;
    }
    return false;
}

static bool capability_suits(const struct want *w, const struct tcap *cap)
{
    if (w->capability_name && !str_eq(w->capability_name, cap->name))
        return false;
    return !w->capability || !cap->type || type_is_a(w->c, cap->type, w->capability);
}

/* May one more relationship end there? */
static bool has_room(const struct want *w, const struct tcap *cap)
{
    struct at range = at_key(cap->at, "occurrences");
    struct occurrences o;
    range = at_null(range) ? tdef_key(cap->def, "occurrences") : range;
    return w->named || !occurrences_read(w->c, range, NULL, &o) || cap->incoming < o.upper;
}

struct tcap *want_capability_among(const struct want *w, const struct tnode *to, bool any_source)
{
    struct tcap *best = NULL;
    for (size_t i = 0; i < to->capabilities->n && tctx_spend(w->c, 1); i++) {
        struct tcap *cap = to->capabilities->items[i].value;
        if (!capability_suits(w, cap) || !(any_source || (source_allowed(w, cap) && has_room(w, cap))))
            continue;
        if (!best || str_eq(cap->name, w->link->name))
            best = cap;
    }
    return best;
}

/* A requirement that says nothing of the capability takes any node. */
bool want_needs_capability(const struct want *w)
{
    return w->capability || w->capability_name;
}

/* ---- the index ---- */

struct nodes {
    struct tnode **items;
    size_t n, room;
};

static const char *type_key(char (*text)[24], const struct ttype *type)
{
    snprintf(*text, sizeof(*text), "%p", (const void *)type);
    return *text;
}

static void index_add(struct topo *t, struct ttype *type, struct tnode *n)
{
    char text[24];
    const char *key = type_key(&text, type);
    struct nodes *list = map_get(t->by_type, key);
    if (!list) {
        list = tctx_alloc(t->c, sizeof(*list));
        map_set(t->by_type, key, list);
    }
    if (list->n && list->items[list->n - 1] == n)
        return;
    if (list->n == list->room) {
        list->room = list->room ? 2 * list->room : 4;
        struct tnode **grown = tctx_alloc(t->c, list->room * sizeof(struct tnode *));
        for (size_t i = 0; i < list->n; i++)
            grown[i] = list->items[i];
        list->items = grown;
    }
    list->items[list->n++] = n;
}

static void index_node(struct topo *t, struct tnode *n)
{
    for (struct ttype *p = n->type; p && tctx_spend(t->c, 2); p = type_parent(t->c, p))
        index_add(t, p, n);
    for (size_t i = 0; i < n->capabilities->n; i++) {
        struct tcap *cap = n->capabilities->items[i].value;
        for (struct ttype *p = cap->type; p && tctx_spend(t->c, 2); p = type_parent(t->c, p))
            index_add(t, p, n);
    }
}

static const struct nodes *index_of(struct topo *t, const struct ttype *type)
{
    char text[24];
    if (!t->by_type) {
        t->by_type = tctx_map(t->c);
        for (size_t i = 0; i < t->nodes->n && tctx_spend(t->c, 2); i++)
            index_node(t, t->nodes->items[i].value);
    }
    return map_get(t->by_type, type_key(&text, type));
}

/* ---- choosing ---- */

/* NULL: it fits. "" for one that nobody would think of. */
static const char *why_not(const struct want *w, struct tnode *to)
{
    if (to == w->from || !to->type)
        return "";
    if (!want_type_suits(w, to, w->node))
        return w->node ? tctx_printf(w->c, "is of type '%s'", to->type->name) : "";
    struct tcap *cap = want_capability_among(w, to, false), *any = cap ? cap : want_capability_among(w, to, true);
    if (want_needs_capability(w) && !any)
        return "has no such capability";
    if (want_needs_capability(w) && !cap)
        return source_allowed(w, any)
                   ? tctx_printf(w->c, "has its capability '%s' used as often as it may be", any->name)
                   : tctx_printf(w->c, "does not mean its capability '%s' for nodes of type '%s'", any->name,
                                 w->from->type->name);
    return node_filter_passes_from(w->t, w->filter, w->from, to, cap) ? NULL : "does not pass the node filter";
}

static void try_one(const struct want *w, struct tnode *to, struct choices *ret)
{
    const char *why = why_not(w, to);
    if (!why) {
        ret->first = ret->first ? ret->first : to;
        ret->names = ret->n++ ? tctx_printf(w->c, "%s, %s", ret->names, to->local) : to->local;
    } else if (*why && ret->n_refused++ < CHOICES_MAX) {
        ret->refused = tctx_printf(w->c, "%s%s'%s' %s", ret->refused ? ret->refused : "", ret->refused ? "; " : "",
                                   to->local, why);
    }
}

static void try_list(const struct want *w, const struct ttype *type, struct choices *ret)
{
    const struct nodes *list = index_of(w->t, type);
    for (size_t i = 0; list && i < list->n && ret->n < CHOICES_MAX && tctx_spend(w->c, 2); i++)
        try_one(w, list->items[i], ret);
}

void want_candidates(const struct want *w, struct choices *ret)
{
    *ret = (struct choices){0};
    /* Where more nodes suit than derive from the type (want_type_suits), the capability leads. */
    bool loose = w->node && str_eq(w->node->name, "tosker.nodes.Root");
    bool by_node = w->node && !(loose && w->capability);
    if (by_node)
        try_list(w, w->node, ret);
    if (!ret->n && w->capability)
        try_list(w, w->capability, ret);
    for (size_t i = 0; !w->node && !w->capability && i < w->t->nodes->n && ret->n < CHOICES_MAX && tctx_spend(w->c, 2);
         i++)
        try_one(w, w->t->nodes->items[i].value, ret);
}
