// SPDX-License-Identifier: Apache-2.0
/* Looks objects through for references to a secret. */
#include "cli/secret_use.h"

#include "model/secret_ref.h"

bool secret_is_named(const json_t *v, const char *secret)
{
    AUTO_JSON json_t *refs = json_object();
    secret_refs_gather(v, refs);
    return json_object_get(refs, secret) != NULL;
}

void secret_users(const json_t *objects, const char *kind, const char *secret, struct strv *ret)
{
    size_t i;
    json_t *object;
    json_array_foreach((json_t *)(uintptr_t)objects, i, object)
    {
        if (secret_is_named(object, secret))
            strv_addf(ret, "%s %s", kind, json_str(json_object_get(object, "metadata"), "name", ""));
    }
}
