// SPDX-License-Identifier: Apache-2.0
/* Objects whose controller is gone. */
#include "head/owned.h"

void owned_decide(const struct object_cache *cache, const struct kind *kind, const json_t *object, struct changes *ret)
{
    const json_t *owner = object_controller(object);
    const char *owner_kind = json_str(owner, "kind", "");
    if (!owner || object_is_deleting(object) || !object_cache_keeps(cache, owner_kind) ||
        object_cache_has_uid(cache, owner_kind, json_str(owner, "uid", "")))
        return;
    changes_delete(ret, kind->name, object);
}
