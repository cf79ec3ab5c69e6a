// SPDX-License-Identifier: Apache-2.0
/* Which nodes may fulfil a requirement, and why others may not. */
#pragma once

#include "tosca/topo.h"

/* One requirement assignment on its way. */
struct want {
    struct topo *t;
    struct tctx *c;
    struct tnode *from;
    struct tlink *link;
    const char *words;               /* "node template 'api': requirement 'host'" */
    struct ttype *node, *capability; /* types asked for; may be NULL */
    const char *capability_name;
    struct at filter;
    bool assigned;
    bool named; /* the template names the target */
};

/* The candidates of one requirement: the first few that fit, and the first few that do not, with the reason. */
struct choices {
    struct tnode *first; /* NULL: none fits */
    size_t n;            /* how many fit; seeking ends after CHOICES_MAX */
    const char *names;   /* "a, b" */
    const char *refused; /* "'c' is of ...; 'd' does not ...", or NULL */
    size_t n_refused;
};
#define CHOICES_MAX 5

/* Is the node of a type that the declaration asks for? NULL asks for none. */
bool want_type_suits(const struct want *w, const struct tnode *to, struct ttype *declared);
/* A requirement that says nothing of the capability takes any node. */
bool want_needs_capability(const struct want *w);
/* The types of nodes that the capability is meant for; without node: all. */
struct at want_sources(const struct want *w, const struct tcap *cap);
/* The capability of `to` that the requirement would use; NULL when it has none. One named like the requirement comes
 * first. any_source: also one that is not meant for such nodes, or is used as often as it may be. */
struct tcap *want_capability_among(const struct want *w, const struct tnode *to, bool any_source);
/* Looks through the nodes of the type (or with the capability) that is asked for, in the template's order. */
void want_candidates(const struct want *w, struct choices *ret);
