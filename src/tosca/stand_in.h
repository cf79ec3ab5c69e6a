// SPDX-License-Identifier: Apache-2.0
/* Topologies that stand in for nodes: which one is chosen, and how values and relationships cross its border. */
#pragma once

#include "tosca/topo.h"

/* Deeper than this, topologies do not stand in for nodes of each other. */
#define STAND_IN_DEPTH_MAX 8

/* The topology that stands in for the node, chosen and made at the first call; NULL: it is what it is. Faults are told.
 */
struct topo *stand_in(struct tnode *n);
/* Chooses for all nodes of the application's topology, and gives all components their numbers. */
void stand_in_all(struct topo *t);
/* Fills the inputs of a topology that stands in for t->outer with that node's properties. In stand_in_value.c. */
void stand_in_inputs(struct topo *t);
/* Tells inputs without a value, and mappings that lead nowhere. When all requirements are tied. */
void stand_in_check(struct topo *t);
/* The value inside that is the node's attribute: an output, or an inner node's attribute ([node, name], then *ret_node
 * is set and the name is given). NULL and no node: the topology gives none. */
struct tvalue *stand_in_attribute(struct tnode *n, const char *name, struct tnode **ret_node, const char **ret_name);
/* The capability inside that is the node's. False when no mapping leads on. */
bool stand_in_capability(const struct tnode *n, const char *name, struct tnode **ret_node, struct tcap **ret);

/* The node outside that is taken for a node that a mapping has selected (TOSCA 2.0, 15.5.3); any other node is itself.
 * When the outer requirements are tied. In stand_in_link.c. */
struct tnode *stand_in_selected(struct tnode *n);

/* Where a link ends when stand-ins are seen through. */
struct link_end {
    struct tnode *node;
    struct tcap *capability; /* may be NULL */
};
/* One end; or, for a link that means the node as a whole, all inner nodes that no other inner node waits for. Memory of
 * the context. Told when no mapping leads on. In stand_in_link.c. */
size_t stand_in_ends(struct topo *t, const struct tlink *l, struct link_end **ret);
/* Looks which links of t->outer are mapped to an inner node; tells those that lead to nobody. When they are tied, and
 * before stand_in_links. */
void stand_in_links_begin(struct topo *t);
/* How many links of t->outer the node may get at most. */
size_t stand_in_links_room(const struct topo *t, const struct tnode *n);
/* Gives a node the links of t->outer that are mapped to its requirements, and, when it waits for nobody inside, those
 * by which the outer node waits for another as a whole. When the outer topology's links are tied. */
void stand_in_links(struct topo *t, struct tnode *n);
