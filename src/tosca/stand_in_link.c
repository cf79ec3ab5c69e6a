// SPDX-License-Identifier: Apache-2.0
/* Relationships that cross the border of a topology that stands in for a node. */
#include "tosca/mapping.h"
#include "tosca/stand_in.h"

#define ENDS_MAX 1000

struct ends {
    struct topo *t; /* for whom they are sought */
    struct link_end *items;
    size_t n, room;
};

static void ends_add(struct ends *e, struct tnode *n, struct tcap *cap)
{
    if (e->n >= ENDS_MAX || !tctx_spend(e->t->c, 2))
        return;
    if (e->n == e->room) {
        e->room = e->room ? 2 * e->room : 4;
        struct link_end *grown = tctx_alloc(e->t->c, e->room * sizeof(*grown));
        for (size_t i = 0; i < e->n; i++)
            grown[i] = e->items[i];
        e->items = grown;
    }
    e->items[e->n++] = (struct link_end){.node = n, .capability = cap};
}

/* All inner nodes that no other inner node waits for: who waits for them waits for all. Depth: STAND_IN_DEPTH_MAX. */
static void ends_whole(struct ends *e, struct topo *inner)
{
    struct map *awaited = tctx_map(e->t->c);
    for (size_t i = 0; i < inner->nodes->n && tctx_spend(e->t->c, 2); i++) {
        struct tnode *n = inner->nodes->items[i].value;
        for (size_t k = 0; k < n->n_links && tctx_spend(e->t->c, 1); k++) {
            if (n->links[k].target && n->links[k].target->home == inner)
                map_set(awaited, n->links[k].target->local, n);
        }
    }
    for (size_t i = 0; i < inner->nodes->n && tctx_spend(e->t->c, 2); i++) {
        struct tnode *n = inner->nodes->items[i].value;
        if (map_has(awaited, n->local))
            continue;
        if (n->inner)
            ends_whole(e, n->inner);
        else
            ends_add(e, n, map_get(n->capabilities, "feature"));
    }
}

static bool means_whole(struct tctx *c, const struct tlink *l, const struct tcap *cap)
{
    return !cap || str_eq(cap->name, "feature") || known_link(c, l->rel.type) == LINK_DEPENDS_ON;
}

size_t stand_in_ends(struct topo *t, const struct tlink *l, struct link_end **ret)
{
    struct ends e = {.t = t};
    struct tnode *n = l->target;
    struct tcap *cap = l->capability;
    while (n && n->inner) {
        struct tnode *next;
        struct tcap *next_cap;
        if (cap && stand_in_capability(n, cap->name, &next, &next_cap)) {
            n = next;
            cap = next_cap;
            continue;
        }
        if (means_whole(t->c, l, cap)) {
            ends_whole(&e, n->inner);
        } else {
            tosca_error(
                t->c, l->at, "SUBSTITUTION",
                "%s: capability '%s' of '%s' is used, and '%s', which stands in for it, maps it to no node; map "
                "it: capabilities: {%s: [node template, capability]}",
                l->rel.words, cap->name, n->local, n->inner->file->path, cap->name);
        }
        *ret = e.items;
        return e.n;
    }
    if (n)
        ends_add(&e, n, cap);
    *ret = e.items;
    return e.n;
}

/* ---- the outer node's own requirements ---- */

struct mapped {
    struct topo *t;
    struct map *names;
};

static void note_mapped(void *data, const struct ynode *key, struct at at)
{
    struct mapped *m = data;
    const char *node = at_text(mapping_item(at, 0));
    if (node && map_has(m->t->nodes, node))
        map_set(m->names, key->text, m);
}

void stand_in_links_begin(struct topo *t)
{
    struct mapped m = {.t = t, .names = tctx_map(t->c)};
    if (t->outer)
        mappings_each(t->c, mapping_section(t->file, "requirements"), note_mapped, &m);
    for (size_t i = 0; t->outer && i < t->outer->n_links && tctx_spend(t->c, 2); i++) {
        struct tlink *l = &t->outer->links[i];
        l->taken = map_has(m.names, l->name);
        l->spreads = l->target && !l->taken && known_link(t->c, l->rel.type) == LINK_DEPENDS_ON;
        if (l->target && !l->taken && !l->spreads)
            tosca_warn(t->c, l->at, "SUBSTITUTION",
                       "%s leads nowhere: '%s', which stands in for the node, maps it to no node of its own; map "
                       "it: requirements: [%s: [node template, requirement]]",
                       l->rel.words, t->file->path, l->name);
    }
}

size_t stand_in_links_room(const struct topo *t, const struct tnode *n)
{
    return t->outer ? t->outer->n_links * (n->n_outward + 1) : 0;
}

static void link_take(struct topo *t, struct tnode *n, struct tlink *from, const char *name)
{
    struct tlink *l = &n->links[n->n_links++];
    *l = *from;
    l->name = name;
    l->def = n->type ? type_member(t->c, n->type, MEMBER_REQUIREMENT, name) : NULL;
    l->rel.source = n;
    l->home = from->home ? from->home : t->outer->home;
}

static bool waits_inside(const struct topo *t, const struct tnode *n)
{
    for (size_t i = 0; i < n->n_links; i++) {
        if (n->links[i].target && n->links[i].target->home == t)
            return true;
    }
    return false;
}

void stand_in_links(struct topo *t, struct tnode *n)
{
    struct tnode *outer = t->outer;
    bool alone = outer && !waits_inside(t, n);
    for (size_t i = 0; outer && i < outer->n_links && tctx_spend(t->c, 2); i++) {
        struct tlink *from = &outer->links[i];
        for (size_t k = 0; from->target && k < n->n_outward && tctx_spend(t->c, 1); k++) {
            if (str_eq(n->outward[k].outer, from->name))
                link_take(t, n, from, n->outward[k].requirement);
        }
        if (alone && from->spreads)
            link_take(t, n, from, from->name);
    }
}
