// SPDX-License-Identifier: Apache-2.0
/* Draws a laid-out topology as SVG. */
#include <string.h>

#include "editor/graph.h"

#define LABELS_MAX 300 /* arrows; with more of them labels only cover each other */

static const char *const kinds[] = {[COMPONENT_CONTAINER] = "container",
                                    [COMPONENT_SOFTWARE] = "software",
                                    [COMPONENT_VOLUME] = "volume",
                                    [COMPONENT_ABSTRACT] = "abstract"};
static const char *const arrows[] = {[LINK_HOSTED_ON] = "host",
                                     [LINK_CONNECTS_TO] = "connect",
                                     [LINK_DEPENDS_ON] = "depend",
                                     [LINK_ATTACHES_TO] = "attach",
                                     [LINK_OTHER] = "other"};

static const char style[] = "text{font:12px sans-serif;fill:#1b2733}\n"
                            ".type{font-size:10px;fill:#5b6b7a}\n"
                            ".label{font-size:10px;fill:#5b6b7a;text-anchor:middle}\n"
                            "rect{stroke:#5b6b7a;rx:6}\n"
                            ".container{fill:#e7f0fa}\n.software{fill:#fff}\n.volume{fill:#fbf1d9}\n"
                            ".abstract{fill:#eef0f2}\n"
                            "path{fill:none;stroke:#34495e;stroke-width:1.3}\n"
                            ".depend{stroke:#8a98a5;stroke-dasharray:6 4}\n"
                            ".attach{stroke:#b7791f;stroke-dasharray:2 3}\n"
                            ".host{stroke:#2b6cb0}\n.other{stroke:#6b46c1}\n"
                            "#head path{fill:#34495e;stroke:none}\n";

/* Text with XML's own characters escaped; control characters, which XML has not, as blanks. */
static void add_text(struct buf *b, const char *s)
{
    static const struct {
        char c;
        const char *name;
    } names[] = {{'&', "&amp;"}, {'<', "&lt;"}, {'>', "&gt;"}, {'"', "&quot;"}, {'\'', "&#39;"}};
    if (!str_is_utf8(s, strlen(s)))
        s = "?";
    for (; *s; s++) {
        const char *name = NULL;
        for (size_t i = 0; i < ARRAY_LEN(names); i++)
            if (names[i].c == *s)
                name = names[i].name;
        if (name)
            buf_adds(b, name);
        else
            buf_addc(b, (unsigned char)*s < 0x20 || *s == 0x7f ? ' ' : *s);
    }
}

static void add_box(struct buf *b, const struct graph *g, size_t i)
{
    const struct component *c = &g->t->components[i];
    const struct graph_box *x = &g->boxes[i];
    AUTO_FREE char *name = graph_name(c), *type = graph_type(c);
    buf_addf(b, "<g class=\"node\"><title>");
    add_text(b, c->name);
    buf_adds(b, ": ");
    add_text(b, c->type);
    buf_addf(b, "</title><rect class=\"%s\" x=\"%.0f\" y=\"%.0f\" width=\"%.0f\" height=\"%.0f\"/>", kinds[c->kind],
             x->x, x->y, x->w, x->h);
    buf_addf(b, "<text x=\"%.0f\" y=\"%.0f\">", x->x + GRAPH_MARGIN, x->y + 18);
    add_text(b, name);
    buf_addf(b, "</text><text class=\"type\" x=\"%.0f\" y=\"%.0f\">", x->x + GRAPH_MARGIN, x->y + 32);
    add_text(b, type);
    buf_adds(b, "</text></g>\n");
}

struct point {
    double x, y;
};

/* Where the line from a box's middle to `to` leaves the box. */
static struct point border(const struct graph_box *b, struct point to)
{
    struct point mid = {b->x + b->w / 2, b->y + b->h / 2};
    double dx = to.x - mid.x, dy = to.y - mid.y, ax = dx < 0 ? -dx : dx, ay = dy < 0 ? -dy : dy, scale;
    if (ax == 0 && ay == 0)
        return mid;
    scale = ax * b->h > ay * b->w ? b->w / 2 / ax : b->h / 2 / ay;
    return (struct point){mid.x + dx * scale, mid.y + dy * scale};
}

/* Is one of the two the other's room? Then the arrow runs between the middles of their heads. */
static bool holds(const struct graph *g, size_t room, size_t i)
{
    for (size_t at = g->boxes[i].host; at != GRAPH_NONE; at = g->boxes[at].host)
        if (at == room)
            return true;
    return false;
}

static void ends_of(const struct graph *g, const struct graph_edge *e, struct point *ret_from, struct point *ret_to)
{
    struct graph_box from = g->boxes[e->from], to = g->boxes[e->to];
    if (holds(g, e->from, e->to))
        from.h = GRAPH_HEAD;
    if (holds(g, e->to, e->from))
        to.h = GRAPH_HEAD;
    struct point a = {from.x + from.w / 2, from.y + from.h / 2}, b = {to.x + to.w / 2, to.y + to.h / 2};
    *ret_from = border(&from, b);
    *ret_to = border(&to, a);
}

static void add_edge(struct buf *b, const struct graph *g, const struct graph_edge *e)
{
    struct point from, to;
    if (e->from == e->to)
        return;
    ends_of(g, e, &from, &to);
    double half = (from.y + to.y) / 2;
    buf_addf(b, "<path class=\"%s\" marker-end=\"url(#head)\" d=\"M%.0f %.0f", arrows[e->link->kind], from.x, from.y);
    if (to.y > from.y + GRAPH_HEAD / 2)
        buf_addf(b, " C%.0f %.0f %.0f %.0f %.0f %.0f\"><title>", from.x, half, to.x, half, to.x, to.y);
    else
        buf_addf(b, " L%.0f %.0f\"><title>", to.x, to.y);
    add_text(b, e->link->requirement);
    buf_adds(b, " (");
    add_text(b, e->link->relationship);
    buf_adds(b, ")</title></path>\n");
    if (g->n_edges > LABELS_MAX)
        return;
    buf_addf(b, "<text class=\"label\" x=\"%.0f\" y=\"%.0f\">", (from.x + to.x) / 2, half - 3);
    add_text(b, e->link->requirement);
    buf_adds(b, "</text>\n");
}

char *topology_svg(const struct topology *t)
{
    AUTO_BUF struct buf b = {0};
    AUTO(graph_done)
    struct graph g;
    graph_make(&g, t);
    graph_layout(&g);
    buf_addf(&b,
             "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%.0f\" height=\"%.0f\" viewBox=\"0 0 %.0f %.0f\">\n"
             "<title>",
             g.w, g.h, g.w, g.h);
    add_text(&b, t->name ? t->name : t->entry ? t->entry : "topology");
    buf_addf(&b,
             "</title>\n<style>%s</style>\n<defs><marker id=\"head\" viewBox=\"0 0 8 8\" refX=\"8\" refY=\"4\" "
             "markerWidth=\"8\" markerHeight=\"8\" orient=\"auto\"><path d=\"M0 0L8 4L0 8z\"/></marker></defs>\n",
             style);
    for (size_t i = 0; i < t->n_components; i++)
        add_box(&b, &g, g.order[i]);
    for (size_t i = 0; i < g.n_edges; i++)
        add_edge(&b, &g, &g.edges[i]);
    buf_adds(&b, "</svg>\n");
    return buf_take(&b);
}
