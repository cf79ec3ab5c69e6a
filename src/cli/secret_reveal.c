// SPDX-License-Identifier: Apache-2.0
/* Puts values of secrets where they are referred to. */
#include "cli/secret_reveal.h"

#include <errno.h>
#include <string.h>

#include "model/secret_token.h"

#define DEPTH_MAX 64

struct revealing {
    struct cli *cli;
    json_t *fetched; /* name -> data */
    struct err *e;
};

static const json_t *data_of(struct revealing *r, const char *secret)
{
    if (!json_object_get(r->fetched, secret)) {
        AUTO_JSON json_t *object = NULL;
        if (client_get(r->cli, kind_find("Secret"), client_ns(r->cli), secret, &object, r->e) < 0)
            return NULL;
        json_t *data = json_object_get(object, "data");
        json_object_set_new(r->fetched, secret, data ? json_incref(data) : json_object());
    }
    return json_object_get(r->fetched, secret);
}

static bool add_secret(struct revealing *r, const json_t *ref, struct buf *to)
{
    const char *secret = json_str(ref, "name", ""), *key = json_str(ref, "key", "");
    const json_t *data = data_of(r, secret);
    const char *coded = json_str(data, key, NULL);
    uint8_t *plain = NULL;
    size_t len = 0;
    if (!data)
        return false;
    if (!coded || str_unbase64(coded, strlen(coded), &plain, &len) < 0) {
        err_set(r->e, ENOENT, "secret %s has no value '%s'", secret, key);
        return false;
    }
    buf_add(to, plain, len);
    seal_wipe((char *)plain, len);
    return true;
}

static json_t *reveal_text(struct revealing *r, const char *text)
{
    AUTO_JSON json_t *parts = secret_token_parts(text);
    AUTO_BUF struct buf to = {0};
    for (size_t i = 0; i < json_array_size(parts); i++) {
        const json_t *part = json_array_get(parts, i), *ref = json_object_get(part, "secretKeyRef");
        if (ref && !add_secret(r, ref, &to))
            return NULL;
        buf_adds(&to, ref ? "" : json_str(part, "text", ""));
    }
    json_t *v = json_stringn(buf_str(&to), to.len);
    if (!v)
        err_set(r->e, EINVAL, "a value is no text; read it with kubectl get secret");
    return v;
}

static json_t *reveal(struct revealing *r, const json_t *v, int depth)
{
    const char *key;
    json_t *item;
    size_t i;
    if (secret_token_in(json_string_value(v)))
        return reveal_text(r, json_string_value(v));
    if ((!json_is_object(v) && !json_is_array(v)) || depth > DEPTH_MAX)
        return json_incref((json_t *)(uintptr_t)v);
    AUTO_JSON json_t *to = json_is_object(v) ? json_object() : json_array();
    json_object_foreach((json_t *)(uintptr_t)v, key, item)
    {
        json_t *inner = reveal(r, item, depth + 1);
        if (!inner)
            return NULL;
        json_object_set_new(to, key, inner);
    }
    json_array_foreach(v, i, item)
    {
        json_t *inner = reveal(r, item, depth + 1);
        if (!inner)
            return NULL;
        json_array_append_new(to, inner);
    }
    return take_ptr(to);
}

int secret_reveal(struct cli *cli, const json_t *v, json_t **ret, struct err *e)
{
    AUTO_JSON json_t *fetched = json_object(), *tokens = secret_token_from_calls(v);
    struct revealing r = {cli, fetched, e};
    *ret = reveal(&r, tokens, 0);
    return *ret ? 0 : e->code ? -e->code : -EIO;
}
