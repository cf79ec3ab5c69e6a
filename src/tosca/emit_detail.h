// SPDX-License-Identifier: Apache-2.0
/* What only people ask of a component: its capabilities, its attributes, and where each value comes from. */
#pragma once

#include "tosca/topo.h"

/* As component.detail in model/topology.h says. The caller owns it. */
json_t *emit_detail(struct topo *t, struct tnode *n);
