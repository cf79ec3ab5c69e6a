// SPDX-License-Identifier: Apache-2.0
/* One node template as a component. */
#pragma once

#include "tosca/topo.h"

/* Works out all values of the node template (faults are told) and fills ret. */
void emit_component(struct topo *t, struct tnode *n, struct component *ret);
