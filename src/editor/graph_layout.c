// SPDX-License-Identifier: Apache-2.0
/* Places rooms in layers: who needs something stands above what it needs. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "editor/graph.h"

#define CHAR_WIDTH  7.5
#define BOX_LEAST   90.0
#define GAP         14.0 /* between boxes of one room */
#define LAYER_GAP   70.0
#define ROOM_GAP    30.0
#define WIDTH_LEAST 900.0
#define SWEEPS      4

/* ---- sizes ---- */

static double text_width(const struct component *c)
{
    AUTO_FREE char *name = graph_name(c), *type = graph_type(c);
    size_t n = strlen(name), m = strlen(type);
    double w = (double)(n > m ? n : m) * CHAR_WIDTH + 2 * GRAPH_MARGIN;
    return w > BOX_LEAST ? w : BOX_LEAST;
}

static size_t children(const struct graph *g, size_t room)
{
    size_t n = 0;
    for (size_t c = g->boxes[room].child; c != GRAPH_NONE; c = g->boxes[c].next)
        n++;
    return n;
}

/* Places what stands in a room, in rows of about the square root, relative to it; gives the room its size. */
static void fill_room(struct graph *g, size_t room)
{
    struct graph_box *b = &g->boxes[room];
    size_t n = children(g, room), columns = (size_t)ceil(sqrt((double)n)), k = 0;
    double x = GRAPH_MARGIN, y = GRAPH_HEAD, row = 0, wide = text_width(&g->t->components[room]);
    for (size_t c = b->child; c != GRAPH_NONE; c = g->boxes[c].next, k++) {
        struct graph_box *in = &g->boxes[c];
        if (k && k % columns == 0) {
            x = GRAPH_MARGIN;
            y += row + GAP;
            row = 0;
        }
        in->x = x;
        in->y = y;
        x += in->w + GAP;
        row = in->h > row ? in->h : row;
        wide = x - GAP + GRAPH_MARGIN > wide ? x - GAP + GRAPH_MARGIN : wide;
    }
    b->w = wide;
    b->h = n ? y + row + GRAPH_MARGIN : GRAPH_HEAD + 4;
}

/* ---- layers of outermost rooms ---- */

/* Arrows between outermost rooms, sorted by where they begin (down) or end (up). */
struct arrows {
    size_t *first; /* of each room; n + 1 */
    size_t *other;
};

struct layers {
    struct graph *g;
    size_t n; /* boxes; only roots count */
    struct arrows down, up;
    size_t *layer, *place; /* of each root: its layer, its place there */
    size_t *sorted;        /* roots by layer, then place */
    size_t n_sorted;
    double *mean;
};

static struct arrows arrows_of(const struct graph *g, bool up)
{
    size_t n = g->t->n_components;
    struct arrows a = {mem_array(n + 2, sizeof(size_t)), mem_array(g->n_edges + 1, sizeof(size_t))};
    for (int fill = 0; fill < 2; fill++) {
        for (size_t i = 0; i < g->n_edges; i++) {
            size_t from = g->boxes[g->edges[i].from].root, to = g->boxes[g->edges[i].to].root;
            size_t at = up ? to : from;
            if (from == to)
                continue;
            if (fill)
                a.other[a.first[at + 1]++] = up ? from : to;
            else
                a.first[at + 2 <= n + 1 ? at + 2 : n + 1]++;
        }
        for (size_t i = 1; !fill && i <= n + 1; i++)
            a.first[i] += a.first[i - 1];
    }
    return a;
}

/* A room comes below all that need it; circles are cut at their first member in the template. */
static void find_layers(struct layers *l)
{
    AUTO_FREE size_t *waits = mem_array(l->n + 1, sizeof(size_t));
    AUTO_FREE size_t *queue = mem_array(l->n + 1, sizeof(size_t));
    AUTO_FREE bool *queued = mem_array(l->n + 1, sizeof(bool));
    size_t have = 0, next = 0, roots = 0;
    for (size_t i = 0; i < l->n; i++) {
        waits[i] = l->up.first[i + 1] - l->up.first[i];
        roots += l->g->boxes[i].root == i;
        if (l->g->boxes[i].root == i && waits[i] == 0) {
            queued[i] = true;
            queue[have++] = i;
        }
    }
    for (size_t at = 0; at < roots; at++) {
        while (at == have && next < l->n) { /* all that is left stands in circles */
            if (l->g->boxes[next].root == next && !queued[next]) {
                queued[next] = true;
                queue[have++] = next;
            }
            next++;
        }
        size_t from = queue[at];
        for (size_t k = l->down.first[from]; k < l->down.first[from + 1]; k++) {
            size_t to = l->down.other[k];
            if (queued[to])
                continue;
            if (l->layer[from] + 1 > l->layer[to])
                l->layer[to] = l->layer[from] + 1;
            if (waits[to] && --waits[to] == 0) {
                queued[to] = true;
                queue[have++] = to;
            }
        }
    }
}

static int by_layer(const void *a, const void *b, void *data)
{
    const struct layers *l = data;
    size_t x = *(const size_t *)a, y = *(const size_t *)b;
    if (l->layer[x] != l->layer[y])
        return l->layer[x] < l->layer[y] ? -1 : 1;
    if (l->mean[x] != l->mean[y])
        return l->mean[x] < l->mean[y] ? -1 : 1;
    return x < y ? -1 : x > y;
}

static void sort_layers(struct layers *l)
{
    qsort_r(l->sorted, l->n_sorted, sizeof(size_t), by_layer, l);
    for (size_t i = 0; i < l->n_sorted; i++) {
        bool first = i == 0 || l->layer[l->sorted[i]] != l->layer[l->sorted[i - 1]];
        l->place[l->sorted[i]] = first ? 0 : l->place[l->sorted[i - 1]] + 1;
    }
}

/* Who is tied together moves together: each room to the middle of its neighbours above, or below, in turn. */
static void sweep(struct layers *l, const struct arrows *a)
{
    for (size_t i = 0; i < l->n_sorted; i++) {
        size_t at = l->sorted[i], n = a->first[at + 1] - a->first[at];
        double sum = 0;
        for (size_t k = a->first[at]; k < a->first[at + 1]; k++)
            sum += (double)l->place[a->other[k]];
        l->mean[at] = n ? sum / (double)n : (double)l->place[at];
    }
    sort_layers(l);
}

/* ---- places ---- */

/* A layer takes several rows where one would be far wider than the picture is high. */
static void place_layers(struct layers *l)
{
    struct graph *g = l->g;
    double area = 0, x = ROOM_GAP, y = ROOM_GAP, row = 0;
    for (size_t i = 0; i < l->n_sorted; i++)
        area += (g->boxes[l->sorted[i]].w + ROOM_GAP) * (g->boxes[l->sorted[i]].h + LAYER_GAP);
    double most = sqrt(area) * 1.5 > WIDTH_LEAST ? sqrt(area) * 1.5 : WIDTH_LEAST;
    for (size_t i = 0; i < l->n_sorted; i++) {
        struct graph_box *b = &g->boxes[l->sorted[i]];
        bool below = i && l->layer[l->sorted[i]] != l->layer[l->sorted[i - 1]];
        if (below || (x > ROOM_GAP && x + b->w > most)) {
            x = ROOM_GAP;
            y += row + (below ? LAYER_GAP : ROOM_GAP);
            row = 0;
        }
        b->x = x;
        b->y = y;
        x += b->w + ROOM_GAP;
        row = b->h > row ? b->h : row;
        g->w = x > g->w ? x : g->w;
    }
    g->h = y + row + ROOM_GAP;
}

static void layers_free(struct layers *l)
{
    free(l->down.first);
    free(l->down.other);
    free(l->up.first);
    free(l->up.other);
    free(l->layer);
    free(l->place);
    free(l->sorted);
    free(l->mean);
}

void graph_layout(struct graph *g)
{
    size_t n = g->t->n_components;
    struct layers l = {.g = g, .n = n, .down = arrows_of(g, false), .up = arrows_of(g, true)};
    l.layer = mem_array(n + 1, sizeof(size_t));
    l.place = mem_array(n + 1, sizeof(size_t));
    l.sorted = mem_array(n + 1, sizeof(size_t));
    l.mean = mem_array(n + 1, sizeof(double));
    for (size_t i = n; i-- > 0;)
        fill_room(g, g->order[i]);
    find_layers(&l);
    for (size_t i = 0; i < n; i++)
        if (g->boxes[i].root == i)
            l.sorted[l.n_sorted++] = i;
    sort_layers(&l);
    for (int i = 0; i < SWEEPS; i++)
        sweep(&l, i % 2 ? &l.down : &l.up);
    place_layers(&l);
    for (size_t i = 0; i < n; i++) { /* from outside to inside: places become those in the picture */
        struct graph_box *b = &g->boxes[g->order[i]];
        if (b->host == GRAPH_NONE)
            continue;
        b->x += g->boxes[b->host].x;
        b->y += g->boxes[b->host].y;
    }
    layers_free(&l);
}
