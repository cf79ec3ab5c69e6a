// SPDX-License-Identifier: Apache-2.0
/* Fulfils requirements: by a named node template, by the only one of a type that fits, or tells why not. */
#include "tosca/tie.h"

#include "tosca/node_filter.h"
#include "tosca/occurrences.h"
#include "tosca/related.h"
#include "tosca/stand_in.h"
#include "tosca/tie_candidate.h"
#include "tosca/tie_relationship.h"
#include "tosca/tosca_file.h"

static struct at want_key(const struct want *w, const char *key)
{
    struct at own = at_key(w->link->at, key);
    return w->assigned && !at_null(own) ? own : tdef_key(w->link->def, key);
}

static struct at want_node(const struct want *w)
{
    if (!w->assigned)
        return tdef_key(w->link->def, "node");
    struct at short_form = at_is(w->link->at, Y_MAP) ? at_key(w->link->at, "node") : w->link->at;
    if (at_len(short_form, Y_SEQ) == 2) /* [template, index]: sedge makes one node of each template */
        short_form = at_of(short_form.file, short_form.node->items[0]);
    return at_null(short_form) ? tdef_key(w->link->def, "node") : short_form;
}

/* TOSCA 2.0: it may be left open without a word. */
static bool want_optional(const struct want *w)
{
    return w->assigned && str_eq(at_text(at_key(w->link->at, "optional")), "true");
}

/* The template's own types are taken at their word; what the built-in ones of 1.x say of sources, few templates keep.
 */
static void tell_source(const struct want *w, const struct tnode *to)
{
    struct at list = want_sources(w, w->link->capability);
    bool strict = list.file && !list.file->builtin && list.file->version >= TOSCA_1_3;
    (strict ? tosca_error : tosca_warn)(w->c, w->link->at, "TARGET_TYPE",
                                        "%s: capability '%s' of '%s' is not meant for nodes of type '%s'", w->words,
                                        w->link->capability->name, to->name, w->from->type ? w->from->type->name : "?");
    tosca_related(w->c, list, "it is meant for these");
}

static void tie_to(const struct want *w, struct tnode *to)
{
    w->link->target = to;
    w->link->capability = want_capability_among(w, to, false);
    if (!w->link->capability && w->assigned) {
        w->link->capability = want_capability_among(w, to, true);
        if (w->link->capability && !w->from->inner) /* else it comes from a node inside */
            tell_source(w, to);
    }
    if (w->link->capability)
        w->link->capability->incoming++;
}

static void tell_open(const struct want *w, const struct choices *k)
{
    const char *type = w->node ? w->node->name : w->capability ? w->capability->name : "any type";
    const char *wanted =
        tctx_printf(w->c, "wanted: %s%s%s", type, k->refused ? "; " : "", k->refused ? k->refused : "");
    bool must = w->from->kind != COMPONENT_ABSTRACT && !w->from->directed && !want_optional(w);
    struct at at = w->assigned ? w->link->at : at_of(w->from->at.file, w->from->key);
    if (must && k->n)
        tosca_error(w->c, at, "OCCURRENCES", "%s is open: more than one node template fits (%s); name one of them",
                    w->words, k->names);
    else if (must)
        tosca_error(w->c, at, "OCCURRENCES", "%s is open: no node template fits (%s)", w->words, wanted);
    else if (want_optional(w))
        return;
    else if (k->n)
        tosca_warn(w->c, at, "OCCURRENCES", "%s is left open: more than one node template fits (%s)", w->words,
                   k->names);
    else
        tosca_warn(w->c, at, "OCCURRENCES", "%s is left open: no node template fits (%s)", w->words, wanted);
}

/* By type: the one that fits is taken; of several the first, if the template asks for one at all. */
static void tie_by_type(const struct want *w)
{
    struct choices k;
    want_candidates(w, &k);
    if (k.n > 1 && w->assigned)
        tosca_warn(w->c, w->link->at, "OCCURRENCES",
                   "%s: more than one node template fits (%s); the first, '%s', is taken", w->words, k.names,
                   k.first->local);
    if (k.n == 1 || (k.n > 1 && w->assigned))
        tie_to(w, k.first);
    else
        tell_open(w, &k);
}

static void tie_named(const struct want *w, struct tnode *to, struct at at)
{
    struct at declared = tdef_key(w->link->def, "node");
    struct ttype *type = at_text(declared) ? type_find(w->c, declared.file, TYPE_NODE, at_text(declared)) : NULL;
    bool suits = want_type_suits(w, to, type);
    if (!suits && (!want_needs_capability(w) || !want_capability_among(w, to, true))) {
        tosca_error(w->c, at, "TARGET_TYPE", "%s names '%s', which is of type '%s' and not of '%s'", w->words,
                    to->local, to->type->name, type->name);
        related_def(w->c, w->link->def);
        return;
    }
    if (!suits)
        tosca_warn(w->c, at, "TARGET_TYPE", "%s names '%s', which is of type '%s' and not of '%s'; its capability fits",
                   w->words, to->local, to->type->name, type->name);
    tie_to(w, to);
    if (to->type && want_needs_capability(w) && !w->link->capability) {
        tosca_error(w->c, at, "TARGET_TYPE", "%s: '%s' has no capability that fits (wanted: %s)", w->words, to->local,
                    w->capability ? w->capability->name : w->capability_name);
        related_def(w->c, w->link->def);
    } else if (!at_null(w->filter) && !node_filter_passes_from(w->t, w->filter, w->from, to, w->link->capability))
        tosca_error(w->c, at, "CONSTRAINT", "%s: '%s' does not pass the node filter", w->words, to->local);
}

/* An assignment asks for no other kind of capability than the declaration; for a wider one in 1.x, with a warning. */
static void tell_other_capability(const struct want *w, struct at own, struct ttype *type)
{
    if (!w->capability || type_is_a(w->c, type, w->capability))
        return;
    bool wider = type_is_a(w->c, w->capability, type) && own.file->version != TOSCA_2_0;
    (wider ? tosca_warn : tosca_error)(
        w->c, own, "INHERITANCE", "%s: capability type '%s' does not derive from '%s', which the node type asks for",
        w->words, type->name, w->capability->name);
    related_def(w->c, w->link->def);
}

/* Has any node template, or the node type that is asked for, a capability of that name? */
static bool anyone_has(const struct want *w, const char *name)
{
    struct at node = want_node(w);
    struct ttype *type = at_text(node) ? type_find(w->c, node.file, TYPE_NODE, at_text(node)) : NULL;
    bool found = (at_text(node) && !type) || type_member(w->c, type, MEMBER_CAPABILITY, name);
    for (size_t i = 0; !found && i < w->t->nodes->n && tctx_spend(w->c, 1); i++) {
        const struct tnode *n = w->t->nodes->items[i].value;
        found = map_has(n->capabilities, name);
    }
    return found;
}

static struct map *capability_names(const struct want *w)
{
    struct map *names = tctx_map(w->c);
    for (size_t i = 0; i < w->t->nodes->n && tctx_spend(w->c, 1); i++) {
        const struct tnode *n = w->t->nodes->items[i].value;
        for (size_t k = 0; k < n->capabilities->n && tctx_spend(w->c, 1); k++)
            map_set(names, n->capabilities->items[k].key, names);
    }
    return names;
}

/* Which capability is asked for: a name on the target, or a type. */
static void want_capability(struct want *w, const struct tnode *to)
{
    struct at declared = tdef_key(w->link->def, "capability");
    if (at_is(w->link->def ? w->link->def->at : declared, Y_SCALAR))
        declared = w->link->def->at;
    w->capability = at_text(declared) ? type_find(w->c, declared.file, TYPE_CAPABILITY, at_text(declared)) : NULL;
    if (at_text(declared) && !w->capability && declared.file->version == TOSCA_2_0) /* the name of one (8.5) */
        w->capability_name = at_text(declared);
    struct at own = w->assigned ? at_key(w->link->at, "capability") : at_of(NULL, NULL);
    if (!at_text(own))
        return;
    if (to && map_has(to->capabilities, at_text(own))) {
        w->capability_name = at_text(own);
        return;
    }
    struct ttype *type = type_find(w->c, own.file, TYPE_CAPABILITY, at_text(own));
    if (type) {
        tell_other_capability(w, own, type);
        w->capability = type;
    } else if (to && to->type)
        tosca_error(w->c, own, "UNKNOWN_REF", "%s: '%s' is no capability of '%s' and no capability type%s", w->words,
                    at_text(own), to->name, tosca_like(w->c, at_text(own), to->capabilities));
    else {
        w->capability_name = at_text(own);
        if (!anyone_has(w, at_text(own)))
            tosca_error(w->c, own, "UNKNOWN_REF", "%s: '%s' is no capability type, and no node has such a capability%s",
                        w->words, at_text(own), tosca_like(w->c, at_text(own), capability_names(w)));
    }
}

static void tie_one(struct want *w)
{
    struct at node = want_node(w);
    struct tnode *to = at_text(node) && node.file == w->t->file ? map_get(w->t->nodes, at_text(node)) : NULL;
    w->filter = want_key(w, "node_filter");
    want_capability(w, to);
    w->named = to && w->assigned;
    if (w->named) {
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

/* Each node is walked over once: `walk` is the number of the walk that came here first. */
static void check_hosts(struct topo *t, struct tnode *n, size_t walk)
{
    struct tnode *p = n;
    while (p && !p->walk && tctx_spend(t->c, 2)) {
        p->walk = walk;
        p = host_above(t, p);
    }
    if (!p || p->walk != walk)
        return;
    struct tnode *first = p; /* each of the circle is told */
    do {
        tosca_error(t->c, at_of(p->at.file, p->key), "CYCLE", "%s stands on itself: its hosts go in a circle",
                    p->words);
        p = host_above(t, p);
    } while (p && p != first);
}

void tie_check(struct topo *t)
{
    for (size_t i = 0; i < t->nodes->n && tctx_spend(t->c, 2); i++) {
        check_incoming(t, t->nodes->items[i].value);
        check_hosts(t, t->nodes->items[i].value, i + 1);
    }
}
