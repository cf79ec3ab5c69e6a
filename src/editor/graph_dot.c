// SPDX-License-Identifier: Apache-2.0
/* Writes a topology in the DOT language: hosts as clusters. */
#include <string.h>

#include "editor/graph.h"

static const char *const shapes[] = {[COMPONENT_CONTAINER] = "box",
                                     [COMPONENT_SOFTWARE] = "component",
                                     [COMPONENT_VOLUME] = "cylinder",
                                     [COMPONENT_ABSTRACT] = "ellipse"};
static const char *const looks[] = {[LINK_HOSTED_ON] = "color=blue",
                                    [LINK_CONNECTS_TO] = "style=solid",
                                    [LINK_DEPENDS_ON] = "style=dashed",
                                    [LINK_ATTACHES_TO] = "style=dotted",
                                    [LINK_OTHER] = "color=purple"};

/* A quoted string: a backslash before what would end it or begin an escape. */
static void add_quoted(struct buf *b, const char *s)
{
    buf_addc(b, '"');
    for (; *s; s++) {
        if (*s == '"' || *s == '\\')
            buf_addc(b, '\\');
        buf_addc(b, (unsigned char)*s < 0x20 || *s == 0x7f ? ' ' : *s);
    }
    buf_addc(b, '"');
}

static void add_node(struct buf *b, const struct component *c)
{
    AUTO_FREE char *type = graph_type(c);
    AUTO_BUF struct buf label = {0};
    add_quoted(&label, c->name);
    label.len--; /* the type goes on the second line */
    buf_adds(&label, "\\n(");
    AUTO_BUF struct buf second = {0};
    add_quoted(&second, type);
    buf_add(&label, buf_str(&second) + 1, second.len - 2);
    buf_adds(&label, ")\"");
    add_quoted(b, c->name);
    buf_addf(b, " [shape=%s, label=%s];\n", shapes[c->kind], buf_str(&label));
}

/* Opens the box's cluster when it is a room, and writes its node. */
static void enter(struct buf *b, const struct graph *g, size_t i)
{
    const struct component *c = &g->t->components[i];
    if (g->boxes[i].child != GRAPH_NONE) {
        buf_addf(b, "subgraph cluster_%zu {\nlabel=", i);
        add_quoted(b, c->name);
        buf_adds(b, ";\n");
    }
    add_node(b, c);
}

/* A root and all that stands in it, without recursion: rooms may be deep. */
static void add_root(struct buf *b, const struct graph *g, size_t root)
{
    size_t at = root;
    enter(b, g, at);
    for (;;) {
        if (g->boxes[at].child != GRAPH_NONE) {
            at = g->boxes[at].child;
            enter(b, g, at);
            continue;
        }
        while (at != root && g->boxes[at].next == GRAPH_NONE) {
            at = g->boxes[at].host;
            buf_adds(b, "}\n");
        }
        if (at == root)
            return;
        at = g->boxes[at].next;
        enter(b, g, at);
    }
}

char *topology_dot(const struct topology *t)
{
    AUTO_BUF struct buf b = {0};
    AUTO(graph_done)
    struct graph g;
    graph_make(&g, t);
    buf_adds(&b, "digraph ");
    add_quoted(&b, t->name ? t->name : "topology");
    buf_adds(&b, " {\nnode [fontname=\"sans-serif\"];\nedge [fontname=\"sans-serif\", fontsize=10];\n");
    for (size_t i = 0; i < t->n_components; i++)
        if (g.boxes[i].host == GRAPH_NONE)
            add_root(&b, &g, i);
    for (size_t i = 0; i < g.n_edges; i++) {
        const struct graph_edge *e = &g.edges[i];
        add_quoted(&b, t->components[e->from].name);
        buf_adds(&b, " -> ");
        add_quoted(&b, t->components[e->to].name);
        buf_adds(&b, " [label=");
        add_quoted(&b, e->link->requirement);
        buf_addf(&b, ", %s];\n", looks[e->link->kind]);
    }
    buf_adds(&b, "}\n");
    return buf_take(&b);
}
