// SPDX-License-Identifier: Apache-2.0
/* Finds rooms and arrows of a topology. */
#include "editor/graph.h"

#include <string.h>

static size_t host_of(const struct topology *t, size_t i)
{
    const struct topology_link *l = topology_host_link(&t->components[i]);
    return l && l->target != i ? l->target : GRAPH_NONE;
}

/* Does the chain of hosts end? A circle, which a checked topology has not, is cut. */
static bool ends(const struct topology *t, size_t i)
{
    size_t steps = 0;
    for (size_t at = host_of(t, i); at != GRAPH_NONE; at = host_of(t, at))
        if (at == i || ++steps > t->n_components)
            return false;
    return true;
}

static void find_rooms(struct graph *g)
{
    size_t n = g->t->n_components;
    for (size_t i = 0; i < n; i++)
        g->boxes[i] = (struct graph_box){.host = host_of(g->t, i), .child = GRAPH_NONE, .next = GRAPH_NONE, .root = i};
    for (size_t i = n; i-- > 0;) { /* from the end, so that rooms hold them in the template's order */
        struct graph_box *b = &g->boxes[i];
        if (b->host == GRAPH_NONE)
            continue;
        if (!ends(g->t, i)) {
            b->host = GRAPH_NONE;
            continue;
        }
        b->next = g->boxes[b->host].child;
        g->boxes[b->host].child = i;
    }
}

static void find_order(struct graph *g)
{
    size_t n = g->t->n_components, have = 0;
    for (size_t i = 0; i < n; i++)
        if (g->boxes[i].host == GRAPH_NONE)
            g->order[have++] = i;
    for (size_t at = 0; at < have; at++) {
        for (size_t c = g->boxes[g->order[at]].child; c != GRAPH_NONE; c = g->boxes[c].next) {
            g->boxes[c].root = g->boxes[g->order[at]].root;
            g->order[have++] = c;
        }
    }
}

static void find_edges(struct graph *g)
{
    const struct topology *t = g->t;
    size_t most = 0;
    for (size_t i = 0; i < t->n_components; i++)
        most += t->components[i].n_links;
    g->edges = mem_array(most ? most : 1, sizeof(*g->edges));
    for (size_t i = 0; i < t->n_components; i++) {
        const struct component *c = &t->components[i];
        const struct topology_link *host = g->boxes[i].host == GRAPH_NONE ? NULL : topology_host_link(c);
        for (size_t k = 0; k < c->n_links; k++)
            if (&c->links[k] != host)
                g->edges[g->n_edges++] = (struct graph_edge){i, c->links[k].target, &c->links[k]};
    }
}

void graph_make(struct graph *g, const struct topology *t)
{
    size_t n = t->n_components ? t->n_components : 1;
    *g = (struct graph){.t = t, .boxes = mem_array(n, sizeof(*g->boxes)), .order = mem_array(n, sizeof(*g->order))};
    find_rooms(g);
    find_order(g);
    find_edges(g);
}

void graph_done(struct graph *g)
{
    free(g->boxes);
    free(g->order);
    free(g->edges);
    *g = (struct graph){0};
}

/* At most so many characters, with dots where it was cut. */
static char *cut(const char *s)
{
    size_t bytes = 0, chars = 0;
    while (s[bytes] && chars < GRAPH_TEXT_MAX) {
        bytes++;
        while (((unsigned char)s[bytes] & 0xc0) == 0x80)
            bytes++;
        chars++;
    }
    return s[bytes] ? mem_printf("%.*s...", (int)bytes, s) : mem_strdup(s);
}

char *graph_name(const struct component *c)
{
    return cut(c->name);
}

char *graph_type(const struct component *c)
{
    const char *nodes = strstr(c->type, ".nodes."), *from = nodes ? nodes + strlen(".nodes.") : c->type;
    return cut(from);
}
