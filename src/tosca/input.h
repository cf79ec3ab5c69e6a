// SPDX-License-Identifier: Apache-2.0
/* The topology template's inputs: what the user gave, held against what is declared. */
#pragma once

#include "tosca/topo.h"

/* Fills t->inputs; tells values that do not fit, that are not declared, and required ones that are missing. */
void inputs_make(struct topo *t);
