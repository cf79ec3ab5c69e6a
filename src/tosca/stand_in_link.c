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

static struct tnode *outer_target(const struct tnode *outer, const char *requirement, uint64_t nth)
{
    for (size_t i = 0; i < outer->n_links; i++) {
        if (str_eq(outer->links[i].name, requirement) && nth-- == 0)
            return outer->links[i].target;
    }
    return NULL;
}

struct tnode *stand_in_selected(struct tnode *n)
{
    for (unsigned i = 0; n && n->selected_by && i <= STAND_IN_DEPTH_MAX; i++) {
        struct tnode *target = outer_target(n->home->outer, n->selected_by, n->selected_nth);
        if (!target)
            return n;
        n = target;
    }
    return n;
}

/* The link's end, seen through nodes that are selected outside: the capability is that of the same name there. */
static struct tnode *end_of(const struct tlink *l, struct tcap **ret)
{
    struct tnode *n = stand_in_selected(l->target);
    *ret = l->capability;
    if (n && n != l->target && l->capability)
        *ret = map_get(n->capabilities, l->capability->name);
    return n;
}

size_t stand_in_ends(struct topo *t, const struct tlink *l, struct link_end **ret)
{
    struct ends e = {.t = t};
    struct tcap *cap;
    struct tnode *n = end_of(l, &cap);
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

/* Which assignment of its requirement the link is, from 0. */
static uint64_t position(const struct tnode *n, size_t link)
{
    uint64_t nth = 0;
    for (size_t i = 0; i < link; i++)
        nth += str_eq(n->links[i].name, n->links[link].name);
    return nth;
}

static void note_mapped(void *data, const struct ynode *key, struct at at, struct share share)
{
    const struct topo *t = data;
    const char *node = at_text(mapping_item(at, 0));
    for (size_t i = 0; node && map_has(t->nodes, node) && i < t->outer->n_links && tctx_spend(t->c, 1); i++) {
        struct tlink *l = &t->outer->links[i];
        uint64_t nth = position(t->outer, i);
        l->taken = l->taken || (str_eq(l->name, key->text) && nth >= share.first && nth - share.first < share.n);
    }
}

void stand_in_links_begin(struct topo *t)
{
    if (t->outer)
        mappings_of_requirements(t->c, mapping_section(t->file, "requirements"), note_mapped, t);
    for (size_t i = 0; t->outer && i < t->outer->n_links && tctx_spend(t->c, 2); i++) {
        struct tlink *l = &t->outer->links[i];
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
            const struct outward *o = &n->outward[k];
            uint64_t nth = position(outer, i);
            if (str_eq(o->outer, from->name) && nth >= o->first && nth - o->first < o->n)
                link_take(t, n, from, n->outward[k].requirement);
        }
        if (alone && from->spreads)
            link_take(t, n, from, from->name);
    }
}
