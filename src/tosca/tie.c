// SPDX-License-Identifier: Apache-2.0
/* Fulfils requirements: by a named node template, by the only one of a type that fits, or tells why not. */
#include "tosca/tie.h"

#include "tosca/node_filter.h"
#include "tosca/occurrences.h"
#include "tosca/related.h"
#include "tosca/stand_in.h"
#include "tosca/tie_relationship.h"
#include "tosca/tosca_file.h"

/* One requirement assignment on its way. */
struct want {
    struct topo *t;
    struct tctx *c;
    struct tnode *from;
    struct tlink *link;
    const char *words;               /* "node template 'api': requirement 'host'" */
    struct ttype *node, *capability; /* types asked for; may be NULL */
    const char *capability_name;
    struct at filter;
    bool assigned;
};

static struct at want_key(const struct want *w, const char *key)
{
    struct at own = at_key(w->link->at, key);
    return w->assigned && !at_null(own) ? own : tdef_key(w->link->def, key);
}

static struct at want_node(const struct want *w)
{
    if (!w->assigned)
        return tdef_key(w->link->def, "node");
    struct at short_form = at_is(w->link->at, Y_SCALAR) ? w->link->at : at_key(w->link->at, "node");
    return at_null(short_form) ? tdef_key(w->link->def, "node") : short_form;
}

/* Software stands on software too, though TosKer's types name containers only. */
static bool software_on_software(const struct want *w, const struct tnode *to, struct ttype *declared)
{
    return w->from->kind == COMPONENT_SOFTWARE && to->kind == COMPONENT_SOFTWARE &&
           known_component(w->c, declared) == COMPONENT_CONTAINER;
}

/* TosKer's own file lets its containers derive from TOSCA's root, and asks for nodes of its own. */
static bool type_suits(const struct want *w, const struct tnode *to, struct ttype *declared)
{
    bool any = declared && str_eq(declared->name, "tosker.nodes.Root") && (to->kind != COMPONENT_ABSTRACT || to->inner);
    return !declared || !to->type || any || type_is_a(w->c, to->type, declared) ||
           software_on_software(w, to, declared);
}

static bool source_allowed(const struct want *w, const struct tcap *cap)
{
    struct at list = tdef_key(cap->def, "valid_source_types");
    for (struct ttype *t = cap->type; t && at_null(list) && tctx_spend(w->c, 1); t = type_parent(w->c, t))
        list = at_key(t->at, "valid_source_types");
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

/* The capability of `to` that the requirement would use; NULL when it has none. One named like the requirement comes
 * first. */
static struct tcap *capability_among(const struct want *w, const struct tnode *to, bool any_source)
{
    struct tcap *best = NULL;
    for (size_t i = 0; i < to->capabilities->n && tctx_spend(w->c, 1); i++) {
        struct tcap *cap = to->capabilities->items[i].value;
        if (!capability_suits(w, cap) || !(any_source || source_allowed(w, cap)))
            continue;
        if (!best || str_eq(cap->name, w->link->name))
            best = cap;
    }
    return best;
}

static struct tcap *capability_of(const struct want *w, const struct tnode *to)
{
    return capability_among(w, to, false);
}

/* A requirement that says nothing of the capability takes any node. */
static bool needs_capability(const struct want *w)
{
    return w->capability || w->capability_name;
}

static bool candidate_fits(const struct want *w, struct tnode *to)
{
    return to != w->from && to->type && type_suits(w, to, w->node) && (!needs_capability(w) || capability_of(w, to)) &&
           node_filter_passes_from(w->t, w->filter, w->from, to, capability_of(w, to));
}

static void tie_to(const struct want *w, struct tnode *to)
{
    w->link->target = to;
    w->link->capability = capability_of(w, to);
    if (!w->link->capability && w->assigned) {
        w->link->capability = capability_among(w, to, true);
        if (w->link->capability && !w->from->inner) /* else it comes from a node inside */
            tosca_warn(w->c, w->link->at, "TARGET_TYPE",
                       "%s: capability '%s' of '%s' is not meant for nodes of type '%s'", w->words,
                       w->link->capability->name, to->name, w->from->type ? w->from->type->name : "?");
    }
    if (w->link->capability)
        w->link->capability->incoming++;
}

static void tell_open(const struct want *w, size_t found, const char *names)
{
    const char *type = w->node ? w->node->name : w->capability ? w->capability->name : "any type";
    bool must = w->from->kind != COMPONENT_ABSTRACT && !w->from->directed;
    struct at at = w->assigned ? w->link->at : at_of(w->from->at.file, w->from->key);
    if (must && found)
        tosca_error(w->c, at, "OCCURRENCES", "%s is open: more than one node template fits (%s); name one of them",
                    w->words, names);
    else if (must)
        tosca_error(w->c, at, "OCCURRENCES", "%s is open: no node template fits (wanted: %s)", w->words, type);
    else if (found)
        tosca_warn(w->c, at, "OCCURRENCES", "%s is left open: more than one node template fits (%s)", w->words, names);
    else
        tosca_warn(w->c, at, "OCCURRENCES", "%s is left open: no node template fits (wanted: %s)", w->words, type);
    related_def(w->c, w->link->def);
}

/* By type: exactly one that fits is taken. */
static void tie_by_type(const struct want *w)
{
    AUTO_STRV struct strv names = {0};
    struct tnode *first = NULL;
    for (size_t i = 0; i < w->t->nodes->n && tctx_spend(w->c, 2); i++) {
        struct tnode *n = w->t->nodes->items[i].value;
        if (!candidate_fits(w, n))
            continue;
        first = first ? first : n;
        if (names.n < 5)
            strv_add(&names, n->name);
    }
    if (names.n == 1) {
        tie_to(w, first);
        return;
    }
    AUTO_FREE char *list = names.n ? strv_join(&names, ", ") : NULL;
    tell_open(w, names.n, list ? list : "");
}

static void tie_named(const struct want *w, struct tnode *to, struct at at)
{
    struct at declared = tdef_key(w->link->def, "node");
    struct ttype *type = at_text(declared) ? type_find(w->c, declared.file, TYPE_NODE, at_text(declared)) : NULL;
    bool suits = type_suits(w, to, type);
    if (!suits && (!needs_capability(w) || !capability_among(w, to, true))) {
        tosca_error(w->c, at, "TARGET_TYPE", "%s names '%s', which is of type '%s' and not of '%s'", w->words,
                    to->local, to->type->name, type->name);
        related_def(w->c, w->link->def);
        return;
    }
    if (!suits)
        tosca_warn(w->c, at, "TARGET_TYPE", "%s names '%s', which is of type '%s' and not of '%s'; its capability fits",
                   w->words, to->local, to->type->name, type->name);
    tie_to(w, to);
    if (to->type && needs_capability(w) && !w->link->capability) {
        tosca_error(w->c, at, "TARGET_TYPE", "%s: '%s' has no capability that fits (wanted: %s)", w->words, to->local,
                    w->capability ? w->capability->name : w->capability_name);
        related_def(w->c, w->link->def);
    } else if (!at_null(w->filter) && !node_filter_passes_from(w->t, w->filter, w->from, to, w->link->capability))
        tosca_error(w->c, at, "CONSTRAINT", "%s: '%s' does not pass the node filter", w->words, to->local);
}

/* Which capability is asked for: a name on the target, or a type. */
static void want_capability(struct want *w, const struct tnode *to)
{
    struct at declared = tdef_key(w->link->def, "capability");
    if (at_is(w->link->def ? w->link->def->at : declared, Y_SCALAR))
        declared = w->link->def->at;
    w->capability = at_text(declared) ? type_find(w->c, declared.file, TYPE_CAPABILITY, at_text(declared)) : NULL;
    struct at own = w->assigned ? at_key(w->link->at, "capability") : at_of(NULL, NULL);
    if (!at_text(own))
        return;
    if (to && map_has(to->capabilities, at_text(own))) {
        w->capability_name = at_text(own);
        return;
    }
    struct ttype *type = type_find(w->c, own.file, TYPE_CAPABILITY, at_text(own));
    if (type)
        w->capability = type;
    else if (to && to->type)
        tosca_error(w->c, own, "UNKNOWN_REF", "%s: '%s' is no capability of '%s' and no capability type%s", w->words,
                    at_text(own), to->name, tosca_like(w->c, at_text(own), to->capabilities));
    else
        w->capability_name = at_text(own);
}

static void tie_one(struct want *w)
{
    struct at node = want_node(w);
    struct tnode *to = at_text(node) && node.file == w->t->file ? map_get(w->t->nodes, at_text(node)) : NULL;
    w->filter = want_key(w, "node_filter");
    want_capability(w, to);
    if (to && w->assigned) {
        tie_named(w, to, node);
        return;
    }
    w->node = at_text(node) ? type_find(w->c, node.file, TYPE_NODE, at_text(node)) : NULL;
    if (at_text(node) && !w->node && tfile_import_of(w->c, node.file, TYPE_NODE, at_text(node))) {
        type_at(w->c, node, TYPE_NODE, NULL);
        return;
    }
    if (at_text(node) && !w->node) {
        tosca_error(w->c, node, "UNKNOWN_REF", "%s names '%s', which is no node template%s", w->words, at_text(node),
                    tosca_like(w->c, at_text(node), w->t->nodes));
        return;
    }
    struct at declared = tdef_key(w->link->def, "node");
    struct ttype *type = at_text(declared) ? type_find(w->c, declared.file, TYPE_NODE, at_text(declared)) : NULL;
    if (w->node && type && !type_is_a(w->c, w->node, type) && !type_is_a(w->c, type, w->node)) {
        tosca_error(w->c, node, "TARGET_TYPE", "%s asks for node type '%s', which does not derive from '%s'", w->words,
                    w->node->name, type->name);
        related_def(w->c, w->link->def);
    } else
        tie_by_type(w);
}

static void link_add(struct topo *t, struct tnode *n, const char *name, struct tdef *d, struct at at, bool assigned)
{
    struct tlink *l = &n->links[n->n_links];
    *l = (struct tlink){.name = name, .def = d, .at = at};
    struct want w = {.t = t, .c = t->c, .from = n, .link = l, .assigned = assigned};
    w.words = tctx_printf(t->c, "%s: requirement '%s'", n->words, name);
    n->n_links++;
    tie_one(&w);
    if (assigned)
        node_filter_check(t->c, at_key(at, "node_filter"), w.node);
    tie_relationship(t, n, l, w.words);
}

/* How often a requirement may be given. What is not said is once in TOSCA 1.x, and anything in 2.0 (8.5.1). False for
 * a range that is told elsewhere. */
static bool requirement_range(struct tctx *c, const struct tdef *d, struct occurrences *ret)
{
    struct at range = tdef_key(d, "occurrences");
    if (!at_null(range))
        return occurrences_read(c, range, NULL, ret);
    bool open = d->at.file && d->at.file->version == TOSCA_2_0;
    *ret = open ? (struct occurrences){0, OCCURRENCES_UNBOUNDED} : (struct occurrences){1, 1};
    return true;
}

static void tie_assigned(struct topo *t, struct tnode *n, struct at item, struct map *counts)
{
    const struct ypair *p = &item.node->pairs[0];
    struct tdef *d = type_member(t->c, n->type, MEMBER_REQUIREMENT, p->key->text);
    struct at at = at_of(item.file, p->value);
    bool whole = at_text(at_key(at, "node")) && !at_null(at_key(at, "relationship")); /* it says all by itself */
    if (n->type && !d && whole)
        tosca_warn(t->c, at_of(item.file, p->key), "UNDECLARED_NAME",
                   "%s: its type has no requirement '%s'; it is taken all the same", n->words, p->key->text);
    if (n->type && !d && !whole) {
        tosca_error(t->c, at_of(item.file, p->key), "UNDECLARED_NAME", "%s: its type has no requirement '%s'%s",
                    n->words, p->key->text,
                    tosca_like(t->c, p->key->text, type_members(t->c, n->type, MEMBER_REQUIREMENT)));
        related_type(t->c, n->type);
        return;
    }
    uintptr_t count = (uintptr_t)map_get(counts, p->key->text) + 1;
    map_set(counts, p->key->text, (void *)count);
    struct occurrences o;
    if (d && requirement_range(t->c, d, &o) && (uint64_t)o.upper < count) {
        tosca_error(t->c, at_of(item.file, p->key), "OCCURRENCES",
                    "%s: requirement '%s' may be given at most %lld times", n->words, p->key->text, (long long)o.upper);
        related_def(t->c, d);
    }
    link_add(t, n, p->key->text, d, at_of(item.file, p->value), true);
}

/* Required ones that the template does not speak of. */
static void tie_unassigned(struct topo *t, struct tnode *n, const struct map *counts)
{
    const struct map *declared = n->type ? type_members(t->c, n->type, MEMBER_REQUIREMENT) : NULL;
    for (size_t i = 0; declared && i < declared->n && tctx_spend(t->c, 2); i++) {
        struct tdef *d = declared->items[i].value;
        struct occurrences o;
        requirement_range(t->c, d, &o);
        uintptr_t given = (uintptr_t)map_get(counts, d->name);
        if (o.lower > 0 && !given && !n->directed && !tnode_outward(n, d->name))
            link_add(t, n, d->name, d, at_of(n->at.file, n->key), false);
        else if (given && given < (uint64_t)o.lower) {
            tosca_error(t->c, at_of(n->at.file, n->key), "OCCURRENCES",
                        "%s: requirement '%s' is given %zu times, and has to be at least %lld times", n->words, d->name,
                        (size_t)given, (long long)o.lower);
            related_def(t->c, d);
        }
    }
}

static void tie_node(struct topo *t, struct tnode *n)
{
    struct map *counts = tctx_map(t->c);
    struct at list = at_key(n->at, "requirements");
    size_t room = at_len(list, Y_SEQ) + (n->type ? type_members(t->c, n->type, MEMBER_REQUIREMENT)->n : 0);
    room += stand_in_links_room(t, n);
    n->links = tctx_alloc(t->c, (room + 1) * sizeof(*n->links));
    for (size_t i = 0; i < at_len(list, Y_SEQ) && tctx_spend(t->c, 2); i++) {
        struct at item = at_of(list.file, list.node->items[i]);
        if (at_len(item, Y_MAP) == 1 && item.node->pairs[0].key->kind == Y_SCALAR)
            tie_assigned(t, n, item, counts);
    }
    tie_unassigned(t, n, counts);
    stand_in_links(t, n);
}

void tie_all(struct topo *t)
{
    stand_in_links_begin(t);
    for (size_t i = 0; i < t->nodes->n && tctx_spend(t->c, 2); i++)
        tie_node(t, t->nodes->items[i].value);
}

static void check_incoming(struct topo *t, struct tnode *n)
{
    for (size_t i = 0; i < n->capabilities->n && tctx_spend(t->c, 1); i++) {
        struct tcap *cap = n->capabilities->items[i].value;
        struct at range = at_key(cap->at, "occurrences");
        struct occurrences o;
        range = at_null(range) ? tdef_key(cap->def, "occurrences") : range;
        if (occurrences_read(t->c, range, NULL, &o) && cap->incoming > o.upper)
            tosca_error(t->c, at_of(n->at.file, n->key), "OCCURRENCES",
                        "%s: capability '%s' is used %lld times, and may be at most %lld times", n->words, cap->name,
                        (long long)cap->incoming, (long long)o.upper);
    }
}

static struct tnode *host_above(struct topo *t, struct tnode *n)
{
    for (size_t i = 0; i < n->n_links; i++) {
        if (n->links[i].target && known_link(t->c, n->links[i].rel.type) == LINK_HOSTED_ON)
            return n->links[i].target;
    }
    return NULL;
}

static void check_hosts(struct topo *t, struct tnode *n)
{
    struct tnode *host = host_above(t, n);
    for (size_t i = 0; host && host != n && i < t->nodes->n && tctx_spend(t->c, 2); i++)
        host = host_above(t, host);
    if (host == n)
        tosca_error(t->c, at_of(n->at.file, n->key), "CYCLE", "%s stands on itself: its hosts go in a circle",
                    n->words);
}

void tie_check(struct topo *t)
{
    for (size_t i = 0; i < t->nodes->n && tctx_spend(t->c, 2); i++) {
        check_incoming(t, t->nodes->items[i].value);
        check_hosts(t, t->nodes->items[i].value);
    }
}
