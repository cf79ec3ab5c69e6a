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

/* ---- where pods refer to them ---- */

/* A file of a secret lies in its folder, and nowhere else. */
static int check_items(const json_t *volume, size_t at, const char *path, struct err *e)
{
    size_t i;
    json_t *item;
    json_array_foreach(json_at(volume, "secret", "items", NULL), i, item)
    {
        if (!secret_key_valid(json_str(item, "path", "")))
            return err_set(e, EINVAL,
                           "%s.volumes[%zu].secret.items[%zu].path: '%s' is no file name; folders in a secret's volume "
                           "are not made",
                           path, at, i, json_str(item, "path", ""));
    }
    return 0;
}

/* One of the members of `v`, which stands at path. */
static int check_one_of(const json_t *v, const char *const *members, const char *path, struct err *e)
{
    size_t n = 0;
    for (const char *const *m = members; *m; m++)
        n += json_object_get(v, *m) != NULL;
    return n == 1 ? 0 : err_set(e, EINVAL, "%s: give it one of %s and %s", path, members[0], members[1]);
}

static int check_source(const json_t *var, const char *path, struct err *e)
{
    static const char *const sources[] = {"secretKeyRef", "parts", NULL}, *const parts[] = {"text", "secretKeyRef",
                                                                                            NULL};
    const json_t *from = json_object_get(var, "valueFrom");
    AUTO_FREE char *whole = mem_printf("%s.valueFrom", path);
    size_t i;
    json_t *part;
    if (!from)
        return 0;
    if (!str_empty(json_str(var, "value", NULL)))
        return err_set(e, EINVAL, "%s: a variable has value or valueFrom, not both", path);
    int r = check_one_of(from, sources, whole, e);
    json_array_foreach(json_object_get(from, "parts"), i, part)
    {
        AUTO_FREE char *inner = mem_printf("%s.parts[%zu]", whole, i);
        if (r == 0)
            r = check_one_of(part, parts, inner, e);
    }
    return r;
}

static int check_env(const json_t *holder, const char *path, struct err *e)
{
    int r = 0;
    size_t i;
    json_t *var;
    json_array_foreach(json_object_get(holder, "env"), i, var)
    {
        AUTO_FREE char *inner = mem_printf("%s.env[%zu]", path, i);
        if (r == 0)
            r = check_source(var, inner, e);
    }
    return r;
}

static int check_env_of_all(const json_t *holders, const char *path, struct err *e)
{
    int r = 0;
    size_t i;
    json_t *holder;
    json_array_foreach(holders, i, holder)
    {
        AUTO_FREE char *inner = mem_printf("%s[%zu]", path, i);
        if (r == 0)
            r = check_env(holder, inner, e);
    }
    return r;
}

static int check_software_env(const json_t *sedge, const char *path, struct err *e)
{
    AUTO_FREE char *runs = mem_printf("%s.sedge.runs", path);
    int r = check_env_of_all(json_object_get(sedge, "runs"), runs, e);
    size_t i;
    json_t *component;
    json_array_foreach(json_object_get(sedge, "components"), i, component)
    {
        AUTO_FREE char *steps = mem_printf("%s.sedge.components[%zu].steps", path, i);
        if (r == 0)
            r = check_env_of_all(json_object_get(component, "steps"), steps, e);
    }
    return r;
}

int object_secret_check_pod(const json_t *spec, const char *path, struct err *e)
{
    AUTO_FREE char *containers = mem_printf("%s.containers", path);
    int r = check_env_of_all(json_object_get(spec, "containers"), containers, e);
    if (r == 0)
        r = check_software_env(json_object_get(spec, "sedge"), path, e);
    size_t i;
    json_t *volume;
    json_array_foreach(json_object_get(spec, "volumes"), i, volume)
    {
        if (r == 0)
            r = check_items(volume, i, path, e);
    }
    return r;
}
