// SPDX-License-Identifier: Apache-2.0
/* The worked-out topology as the model's plain data. */
#pragma once

#include "tosca/topo.h"

/* Works out all values, tells what is wrong with them, and gives the topology; it is only whole when nothing was told.
 */
struct topology *emit_topology(struct topo *t);
