// SPDX-License-Identifier: Apache-2.0
/* Pods go from a node that has a NoExecute taint which they do not tolerate. Pure. */
#pragma once

#include "head/object_changes.h"

/* pods, nodes: all. */
void taint_decide(const struct object_list *nodes, const struct object_list *pods, struct changes *ret);
