// SPDX-License-Identifier: Apache-2.0
/* Chooses the topology that stands in for a node: by type, by filter, then by the order of the files. */
#include "tosca/stand_in.h"

#include "tosca/mapping.h"
#include "tosca/node_filter.h"
#include "tosca/substitution.h"

struct candidate {
    struct tfile *file;
    struct ttype *type;
};

/* The files whose topologies may stand in for nodes, in the order of discovery. Made at the first call. */
static size_t candidates(struct tctx *c, const struct candidate **ret)
{
    if (!c->stand_ins) {
        struct candidate *all = tctx_alloc(c, (c->n_order + 1) * sizeof(*all));
        for (size_t i = 1; i < c->n_order && tctx_spend(c, 2); i++) {
            struct tfile *f = c->order[i];
            const char *name = f->doc.root ? at_text(mapping_section(f, "node_type")) : NULL;
            struct ttype *type = name ? type_find(c, f, TYPE_NODE, name) : NULL;
            if (type)
                all[c->n_stand_ins++] = (struct candidate){.file = f, .type = type};
        }
        c->stand_ins = all;
    }
    *ret = c->stand_ins;
    return c->n_stand_ins;
}

/* Is the node inside of a topology of that file? */
static bool inside_of(const struct tnode *n, const struct tfile *f)
{
    const struct topo *t = n->home;
    while (t && t->file != f)
        t = t->outer ? t->outer->home : NULL;
    return t != NULL;
}

static bool wants_stand_in(const struct tnode *n)
{
    struct at list = at_key(n->at, "directives");
    bool found = false;
    for (size_t i = 0; !found && i < at_len(list, Y_SEQ); i++) {
        const char *word = at_text(at_of(list.file, list.node->items[i]));
        found = str_eq(word, "substitute") || str_eq(word, "substitutable");
    }
    return found;
}

/* What became of the candidates, for messages. */
struct choice {
    struct tctx *c;
    struct tnode *node;
    struct tfile *file; /* the first that passes */
    const char *passed; /* all that pass */
    size_t n_passed;
    const char *refused;      /* those whose filter refuses the node */
    const struct tfile *self; /* one that the node is inside of */
};

static const char *listed(struct tctx *c, const char *list, const char *path)
{
    return list ? tctx_printf(c, "%s, %s", list, path) : path;
}

static void choice_try(struct choice *k, const struct candidate *one, bool directed)
{
    struct tnode *n = k->node;
    bool suits = one->type == n->type || (directed && type_is_a(k->c, one->type, n->type));
    if (!suits)
        return;
    if (inside_of(n, one->file)) {
        k->self = one->file;
        return;
    }
    struct at filter = mapping_section(one->file, "substitution_filter");
    if (!at_null(filter) && !node_filter_passes(n->home, filter, n)) {
        k->refused = listed(k->c, k->refused, one->file->path);
        return;
    }
    k->file = k->file ? k->file : one->file;
    k->passed = k->n_passed < 5 ? listed(k->c, k->passed, one->file->path) : k->passed;
    k->n_passed++;
}

static void choice_tell(const struct choice *k, bool directed)
{
    struct tnode *n = k->node;
    struct at at = at_of(n->at.file, n->key);
    if (k->n_passed > 1)
        tosca_warn(k->c, at, "SUBSTITUTION",
                   "%s: more than one template can stand in for it (%s); the first, '%s', is taken", n->words,
                   k->passed, k->file->path);
    else if (!k->file && directed && k->self)
        tosca_error(k->c, at, "CYCLE", "%s is to be substituted by '%s', which it is a part of: that would never end",
                    n->words, k->self->path);
    else if (!k->file && directed)
        tosca_warn(k->c, at, "SUBSTITUTION",
                   "%s asks to be substituted, and no imported template stands in for node type '%s'%s%s%s; it is left "
                   "as it is",
                   n->words, n->type->name, k->refused ? " (the filter refuses it in: " : "",
                   k->refused ? k->refused : "", k->refused ? ")" : "");
}

static struct tfile *choose(struct tnode *n)
{
    struct tctx *c = n->home->c;
    bool directed = wants_stand_in(n);
    if (!n->type || (n->kind != COMPONENT_ABSTRACT && !directed))
        return NULL;
    struct choice k = {.c = c, .node = n};
    const struct candidate *all;
    size_t count = candidates(c, &all);
    for (size_t i = 0; i < count && tctx_spend(c, 2); i++)
        choice_try(&k, &all[i], directed);
    choice_tell(&k, directed);
    if (!k.file || n->home->depth < STAND_IN_DEPTH_MAX)
        return k.file;
    tosca_error(c, at_of(n->at.file, n->key), "LIMIT",
                "%s: templates stand in for nodes of each other more than %d deep", n->words, STAND_IN_DEPTH_MAX);
    return NULL;
}

/* Gives each component its place: what stands in for a node takes the node's. */
static size_t number(struct topo *t, size_t next, struct map *names)
{
    for (size_t i = 0; i < t->nodes->n && tctx_spend(t->c, 3); i++) {
        struct tnode *n = t->nodes->items[i].value;
        n->index = next;
        if (n->selected_by)
            continue; /* it is a node outside */
        next = stand_in(n) ? number(n->inner, next, names) : next + 1;
        n->n_components = next - n->index;
        const struct tnode *same = n->inner ? NULL : map_get(names, n->name);
        if (same)
            tosca_error(t->c, at_of(n->at.file, n->key), "OTHER",
                        "%s would be component '%s', and so would '%s' of '%s' in line %d; give one of them another "
                        "name",
                        n->words, n->name, same->local, same->home->file->path, same->key->line);
        if (!n->inner)
            map_set(names, n->name, n);
    }
    return next;
}

void stand_in_all(struct topo *t)
{
    number(t, 0, tctx_map(t->c));
}

struct topo *stand_in(struct tnode *n)
{
    if (n->inner_state != INNER_UNKNOWN)
        return n->inner;
    n->inner_state = INNER_BUSY;
    struct tfile *f = choose(n);
    if (f) {
        n->inner = topo_make(n->home->c, f, n);
        stand_in_inputs(n->inner);
        substitution_note(n->inner);
    }
    n->inner_state = INNER_KNOWN;
    return n->inner;
}
