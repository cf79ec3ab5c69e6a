// SPDX-License-Identifier: Apache-2.0
/* The rules of Secrets. */
#include "head/object_secret.h"

#include <errno.h>
#include <string.h>

#include "head/object_shape.h"
#include "model/secret.h"

void object_secret_fold(json_t *secret)
{
    const char *key;
    json_t *v;
    json_object_foreach(json_object_get(secret, "stringData"), key, v)
    {
        AUTO_FREE char *text = str_base64(json_string_value(v), json_string_length(v));
        json_put_str(object_part(secret, "data"), key, text);
    }
    json_object_del(secret, "stringData");
}

static int check_value(const char *key, const json_t *v, size_t *total, struct err *e)
{
    uint8_t *plain = NULL;
    size_t len = 0;
    if (!secret_key_valid(key))
        return err_set(e, EINVAL, "data: '%.80s' is no name for a value; use at most %d letters, digits, '-', '_', '.'",
                       key, SECRET_KEY_MAX);
    if (str_unbase64(json_string_value(v), json_string_length(v), &plain, &len) < 0)
        return err_set(e, EINVAL, "data.%s: it is not base64; give text in stringData", key);
    seal_wipe((char *)plain, len);
    *total += len;
    if (*total > SECRET_BYTES_MAX)
        return err_set(e, EINVAL, "data: the values are larger than %d bytes together", SECRET_BYTES_MAX);
    return 0;
}

int object_secret_rules(const json_t *secret, struct err *e)
{
    size_t total = 0;
    const char *key;
    json_t *v;
    json_object_foreach(json_object_get(secret, "data"), key, v)
    {
        int r = check_value(key, v, &total, e);
        if (r < 0)
            return r;
    }
    return 0;
}

static bool same(const json_t *a, const json_t *b, const char *key)
{
    const json_t *x = json_object_get(a, key), *y = json_object_get(b, key);
    return x == y || (x && y && json_equal(x, y));
}

int object_secret_check_next(const json_t *before, const json_t *after, struct err *e)
{
    static const char *const kept[] = {"immutable", "data"};
    if (!json_bool(before, "immutable", false))
        return 0;
    for (size_t i = 0; i < ARRAY_LEN(kept); i++)
        if (!same(before, after, kept[i]))
            return err_set(e, EINVAL, "%s: the secret is immutable; delete it and make it anew", kept[i]);
    return 0;
}
