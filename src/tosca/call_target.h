// SPDX-License-Identifier: Apache-2.0
/* Whom a look-up speaks of: a node, a relationship, or a capability of a node. */
#pragma once

#include "tosca/call.h"

struct target {
    struct tnode *node;
    struct trel *rel;
    struct tcap *cap; /* of `node` */
};
struct targets {
    struct target *items;
    size_t n;
    bool open;   /* it leads through a requirement that nothing fulfils: there are no targets (warned of) */
    bool all;    /* the path says ALL: the result is a list */
    size_t next; /* the first argument behind the path */
};

/* TOSCA 1.x: the first argument, a node template or a keyword. False (told) when it means nothing here; HOST is the
 * node itself. */
bool target_named(const struct call *call, struct target *ret);
/* TOSCA 2.0: follows the TOSCA Path at the head of the arguments (section 10.3). False (told) when it leads nowhere. */
bool target_path(const struct call *call, struct targets *ret);
/* The node below by HostedOn, or NULL. */
struct tnode *target_host(struct topo *t, const struct tnode *n);
/* The first relationship that is made from that relationship template, or NULL. */
struct trel *target_relationship(struct topo *t, const char *name);
/* "node template 'a'", "capability 'b' of node template 'a'", "relationship ..." */
const char *target_words(struct tctx *c, const struct target *t);
/* Whose attribute or output it is, as it goes to run time: [node], [node, {"capability": name}] or
 * [node, {"requirement": name, "index": i}]. New; NULL when that is nobody's. */
json_t *target_owner(const struct target *t);
/* Of which requirement of its source is it, and which one of them? False for one that no requirement uses. */
bool rel_position(const struct trel *rel, const char **ret_requirement, size_t *ret_index);
