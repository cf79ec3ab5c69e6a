// SPDX-License-Identifier: Apache-2.0
/* The relationship of a tied requirement: its type, its template and its properties. */
#pragma once

#include "tosca/topo.h"

/* Fills l->rel for the link of `from`; `words` as for messages. */
void tie_relationship(struct topo *t, struct tnode *from, struct tlink *l, const char *words);
/* Checks one relationship template: its type, properties and interfaces. */
/* A relationship template of that name that ties nothing, for functions that read its values; NULL when there is none. */
struct trel *relationship_template_alone(struct topo *t, const char *name);
void relationship_template_check(struct topo *t, struct at section, const struct ypair *p);
