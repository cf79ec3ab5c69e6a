// SPDX-License-Identifier: Apache-2.0
/* Substitution mappings: checked. */
#pragma once

#include "tosca/topo.h"

/* Notes the node templates whose requirements are fulfilled from outside. Before tie_all. */
void substitution_note(struct topo *t);
void substitution_check(struct topo *t);
