// SPDX-License-Identifier: Apache-2.0
/* A topology as a drawing: hosts are rooms that hold what stands on them, other relationships are arrows. Pure; linear
 * in memory, and nearly so in time. */
#pragma once

#include "model/topology.h"

/* As a graph in the DOT language, and as an SVG picture with a layered layout of our own. The caller frees. */
char *topology_dot(const struct topology *t);
char *topology_svg(const struct topology *t);

/* ---- private to the drawing's files ---- */

#define GRAPH_NONE SIZE_MAX

struct graph_edge {
    size_t from, to;
    const struct topology_link *link;
};

/* One component. Sizes are pixels; x and y are the upper left corner. */
struct graph_box {
    size_t host, child, next; /* room it stands in; first one in it; next in the same room; or GRAPH_NONE */
    size_t root;              /* outermost room */
    double x, y, w, h;
};

struct graph {
    const struct topology *t;
    struct graph_box *boxes;  /* like t->components */
    size_t *order;            /* all boxes, rooms before what stands in them */
    struct graph_edge *edges; /* all links but those that rooms show */
    size_t n_edges;
    double w, h;
};

void graph_make(struct graph *g, const struct topology *t);
void graph_layout(struct graph *g); /* places all boxes */
void graph_done(struct graph *g);
/* The lines that a box shows: at most GRAPH_TEXT_MAX characters of a name, and the type without its first parts. The
 * caller frees. */
#define GRAPH_TEXT_MAX 40
char *graph_name(const struct component *c);
char *graph_type(const struct component *c);
#define GRAPH_HEAD   40.0 /* height of the lines */
#define GRAPH_MARGIN 14.0
