// SPDX-License-Identifier: Apache-2.0
/* Triggers of policies and policy types (TOSCA 1.3, section 3.6.22; 2.0, section 16.5). */
#pragma once

#include "model/topology.h"
#include "tosca/topo.h"

/* A key of a trigger or of its condition, and the versions of TOSCA that have it. Tables are closed by a NULL name. */
struct trigger_key {
    const char *name;
    enum tosca_version since, until;
};
extern const struct trigger_key trigger_keys[], trigger_condition_keys[];

/* Of whom it is one. */
struct trigger_use {
    struct topo *t;
    struct tnode **targets; /* of the policy; none for a type */
    size_t n_targets;
    bool of_type;      /* declared by a type: nothing is known of what it will be used on */
    const char *words; /* "policy 'grow'" */
};

/* Reads one. False (told) when it is too faulty to be made into anything; *ret is empty then. */
bool trigger_read(const struct trigger_use *use, const struct ynode *key, struct at at, struct topology_trigger *ret);
