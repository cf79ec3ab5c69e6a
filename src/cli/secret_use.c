// SPDX-License-Identifier: Apache-2.0
/* Looks objects through for references to a secret. */
#include "cli/secret_use.h"

#include "model/secret.h"

/* A member of an object that refers to it. */
static bool refers(const char *key, const json_t *v, const char *secret)
{
    if (str_eq(key, "secretKeyRef"))
        return str_eq(json_str(v, "name", NULL), secret);
    if (str_eq(key, "secretName"))
        return str_eq(json_string_value(v), secret);
    if (str_eq(key, "get_secret") || str_eq(key, "$get_secret"))
        return str_eq(json_string_value(json_array_get(v, 0)), secret);
    return false;
}

/* Objects of the API are at most as deep as json_parse takes them, so a walk with a list of what is still to be seen
 * stays small. */
bool secret_is_named(const json_t *v, const char *secret)
{
    AUTO_FREE const json_t **todo = mem_push(NULL, 0, sizeof(*todo));
    size_t n = 0;
    bool found = false;
    todo[n++] = v;
    while (n > 0 && !found) {
        json_t *at = (json_t *)(uintptr_t)todo[--n], *inner;
        const char *key;
        size_t i;
        json_array_foreach(at, i, inner)
        {
            todo = mem_push(todo, n, sizeof(*todo));
            todo[n++] = inner;
        }
        json_object_foreach(at, key, inner)
        {
            found = found || refers(key, inner, secret);
            todo = mem_push(todo, n, sizeof(*todo));
            todo[n++] = inner;
        }
    }
    return found;
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
