// SPDX-License-Identifier: Apache-2.0
/* Activities: what a step of a work flow does, and what a policy's trigger does (1.3, section 3.6.23). */
#pragma once

#include "tosca/topo.h"

/* Who does them. */
struct actor {
    struct topo *t;
    struct scope scope;     /* from where inputs are seen */
    struct tnode **targets; /* whose operations are called; none: names of operations are taken as they are */
    size_t n_targets;
    struct trel *rel;  /* the operations of this relationship instead; or NULL */
    const char *words; /* for messages: "workflow 'up': step 'a'" */
};

/* Reads a list of activities, in short or long form; faults are told. ret: a new array (topology_activities_free);
 * gives its length. */
size_t activities_read(const struct actor *a, struct at list, struct topology_activity **ret);
/* Reads values given to parameters: name -> value, by what `declared` (name -> struct tvalue; NULL: not known) says of
 * them. A new object. `strict`: one that is not declared, or required and missing, is told. */
json_t *arguments_read(const struct actor *a, const struct map *declared, bool strict, struct at given, struct at place,
                       const char *words);
/* The work flow definition of that name, or without node. */
struct at workflow_at(struct topo *t, const char *name);
/* Its inputs: name -> struct tvalue. */
struct map *workflow_inputs(struct topo *t, struct at workflow, const char *words);
