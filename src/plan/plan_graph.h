// SPDX-License-Identifier: Apache-2.0
/* A topology as the planner sees it: who needs which capability of whom, both ways round. Private to the room. */
#pragma once

#include "base/map.h"
#include "model/topology.h"

/* One thing that a component needs of another. A host link makes two: "host", and the hidden "alive" that keeps a
 * container from being deleted under the software in it. All names are borrowed from the topology. */
struct plan_need {
    size_t from, to;
    const char *role, *requirement; /* the names by which the protocol of `from` may require it */
    const char *capability;         /* what the state of `to` must offer; never NULL */
};

struct plan_graph {
    const struct topology *t; /* weak */
    struct map names;         /* component name -> index + 1 */
    struct plan_need *needs;  /* grouped by `from` */
    size_t n_needs;
    size_t *out_at; /* the needs of component c stand at [out_at[c], out_at[c + 1]) */
    size_t *in;     /* numbers of needs, grouped by `to`: in[in_at[c]] to in[in_at[c + 1] - 1] */
    size_t *in_at;
};

/* Components without a protocol (nothing that runs) are taken to offer everything: links to them make no need. */
void plan_graph_init(struct plan_graph *g, const struct topology *t);
void plan_graph_done(struct plan_graph *g);
/* The index of a component, or -1. */
int plan_graph_find(const struct plan_graph *g, const char *name);

/* The name in `list` by which it requires `need`, or NULL. */
const char *plan_need_in(const struct plan_need *need, const struct strv *list);
/* Does the state (NULL: none) require, offer what the need is about? */
bool plan_state_requires(const struct protocol_state *s, const struct plan_need *need);
bool plan_state_offers(const struct protocol_state *s, const struct plan_need *need);
