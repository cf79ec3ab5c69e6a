// SPDX-License-Identifier: Apache-2.0
/* The relationship of a tied requirement: its type, its template and its properties. */
#pragma once

#include "tosca/topo.h"

/* Fills l->rel for the link of `from`; `words` as for messages. */
void tie_relationship(struct topo *t, struct tnode *from, struct tlink *l, const char *words);
/* Checks one relationship template: its type, properties and interfaces. */
void relationship_template_check(struct topo *t, struct at section, const struct ypair *p);
