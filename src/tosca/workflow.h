// SPDX-License-Identifier: Apache-2.0
/* Imperative work flows of the topology template: read, checked and written out as data. */
#pragma once

#include "tosca/activity.h"

/* Fills to->workflows from the template; all faults are told. The components of `to` are there already. */
void workflows_emit(struct topo *t, struct topology *to);

/* A work flow while it is read. */
struct flow {
    struct topo *t;
    struct tctx *c;
    struct topology *to;
    struct at at;
    const struct ynode *key;
    const char *name, *words; /* "workflow 'up'" */
    struct map *inputs;       /* name -> struct tvalue */
    struct map *steps;        /* names */
};
/* Whom a step or a condition speaks of. */
struct flow_target {
    const char *name;     /* as written; NULL: nobody */
    struct tnode **nodes; /* the node template, or the group's members, each once */
    size_t n;
    struct tlink *link; /* of target_relationship, or NULL */
};
/* Reads target and target_relationship; a name that is neither a node template nor a group is told. */
void flow_target(struct flow *f, struct at at, const char *words, struct flow_target *ret);
/* A condition as the i-th node sees it (SELF): new; NULL where there is none, or it is faulty (told). */
json_t *flow_condition(struct flow *f, struct at at, const char *words, const struct flow_target *who, size_t i);
/* In workflow_step.c: reads one step. */
void flow_step(struct flow *f, const struct ypair *p, struct topology_step *to);
/* In workflow_order.c: circles, steps that nothing leads to, and work flows that inline themselves or too much. */
void flow_check_order(struct flow *f, const struct topology_workflow *w);
void flows_check_inline(struct topo *t, const struct topology *to);
