// SPDX-License-Identifier: Apache-2.0
/* Substitution mappings: checked. */
#pragma once

#include "tosca/topo.h"

/* Notes the requirements that are fulfilled from outside. Before tie_all. */
void substitution_note(struct topo *t);
/* Do the topology's own mappings name what is there, and cover the node type? */
void substitution_mappings_check(struct topo *t);
/* The same for the entry; of imported files only whether the type is covered. */
void substitution_check(struct topo *t);
