// SPDX-License-Identifier: Apache-2.0
/* Requirements: whom each points at, by which capability and relationship. */
#pragma once

#include "tosca/topo.h"

/* Ties every node template's requirements; fills their links. */
void tie_all(struct topo *t);
/* Tells capabilities used too often, and circles of hosts. After tie_all. */
void tie_check(struct topo *t);
