// SPDX-License-Identifier: Apache-2.0
/* What an operation puts out: names, and the attributes that they are the values of. */
#pragma once

#include "tosca/operation.h"

/* The operation's outputs as struct topology_operation has them: a new object, NULL when it declares none. Mappings
 * that name nothing are told. */
json_t *outputs_read(struct scope s, struct toper *o);
