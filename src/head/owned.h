// SPDX-License-Identifier: Apache-2.0
/* What has lost its controller goes too. Pure. */
#pragma once

#include "head/object_cache.h"
#include "head/object_changes.h"

/* Deletes the object when the object that controls it is gone, by uid. Owners of kinds that `cache` does not keep are
 * taken to be there. */
void owned_decide(const struct object_cache *cache, const struct kind *kind, const json_t *object, struct changes *ret);
