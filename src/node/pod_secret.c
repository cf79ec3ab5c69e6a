// SPDX-License-Identifier: Apache-2.0
/* Puts values where a pod's spec refers to them, and hides them where something is told. */
#include "node/pod_secret.h"

#include <errno.h>
#include <string.h>

#include "model/secret_token.h"

/* ---- one value ---- */

/* 0, or -ENOENT. *ret: owned, closed by NUL. */
static int value_of(const json_t *secrets, const char *secret, const char *key, uint8_t **ret, size_t *ret_len)
{
    const json_t *v = json_object_get(json_object_get(secrets, secret), key);
    uint8_t *bytes = NULL;
    size_t len = 0;
    if (!json_is_string(v) || str_unbase64(json_string_value(v), json_string_length(v), &bytes, &len) < 0)
        return -ENOENT;
    uint8_t *closed = mem_alloc(len + 1);
    if (len > 0)
        memcpy(closed, bytes, len);
    seal_wipe((char *)bytes, len);
    *ret = closed;
    *ret_len = len;
    return 0;
}

static int missing(const json_t *secrets, const char *secret, const char *key, struct err *e)
{
    if (json_object_get(secrets, secret))
        return err_set(e, ENOENT, "secret '%s' has no value '%s': sedge secret set %s %s=-", secret, key, secret, key);
    return err_set(e, ENOENT, "there is no secret '%s' (yet): sedge secret set %s %s=-", secret, secret, key);
}

/* ---- variables ---- */

/* Adds the value to `to`. 1: it is optional and not there. */
static int add_value(const json_t *secrets, const struct secret_key_ref *r, struct buf *to, struct err *e)
{
    uint8_t *bytes = NULL;
    size_t len = 0;
    if (value_of(secrets, r->name, r->key, &bytes, &len) < 0)
        return r->optional ? 1 : missing(secrets, r->name, r->key, e);
    bool text = memchr(bytes, '\0', len) == NULL;
    if (text)
        buf_add(to, bytes, len);
    seal_wipe((char *)bytes, len);
    return text ? 0
                : err_set(e, EINVAL, "value '%s' of secret '%s' holds a NUL byte: no variable can; mount it as a file",
                          r->key, r->name);
}

static int add_parts(const json_t *secrets, const struct field_list *parts, struct buf *to, struct err *e)
{
    const struct env_part *part = parts->items;
    for (size_t i = 0; i < parts->n; i++) {
        int r = part[i].secret ? add_value(secrets, part[i].secret, to, e) : 0;
        if (r < 0)
            return r;
        if (part[i].text)
            buf_adds(to, part[i].text);
    }
    return 0;
}

int pod_env_value(const json_t *secrets, const struct env_var *v, char **ret, struct err *e)
{
    *ret = NULL;
    if (!v->from) {
        *ret = mem_strdup(v->value ? v->value : "");
        return 0;
    }
    AUTO_BUF struct buf text = {0};
    int r =
        v->from->secret ? add_value(secrets, v->from->secret, &text, e) : add_parts(secrets, &v->from->parts, &text, e);
    if (r < 0)
        return err_wrap(e, r, "variable '%s'", v->name);
    if (r == 0)
        *ret = buf_take(&text);
    return 0;
}

/* ---- files ---- */

static void add_file(struct secret_files *to, const char *name, uint8_t *bytes, size_t len, int64_t mode)
{
    to->v = mem_push(to->v, to->n, sizeof(*to->v));
    to->v[to->n++] = (struct secret_file){mem_strdup(name), bytes, len, (unsigned)mode & 0777};
}

static int add_item(const json_t *secrets, const struct secret_volume *v, const char *key, const char *name,
                    int64_t mode, struct secret_files *to, struct err *e)
{
    uint8_t *bytes = NULL;
    size_t len = 0;
    if (value_of(secrets, v->secret, key, &bytes, &len) == 0) {
        add_file(to, name, bytes, len, mode);
        return 0;
    }
    return v->optional ? 0 : missing(secrets, v->secret, key, e);
}

int pod_secret_files(const json_t *secrets, const struct secret_volume *v, struct secret_files *ret, struct err *e)
{
    const struct secret_item *item = v->items.items;
    const char *key;
    json_t *ignored, *all = json_object_get(secrets, v->secret);
    int r = 0;
    if (!all && !v->optional)
        return err_set(e, ENOENT, "there is no secret '%s' (yet): sedge secret set %s KEY=-", v->secret, v->secret);
    for (size_t i = 0; r == 0 && i < v->items.n; i++)
        r = add_item(secrets, v, item[i].key, item[i].path, item[i].mode == FIELD_UNSET ? v->mode : item[i].mode, ret,
                     e);
    if (v->items.n == 0)
        json_object_foreach(all, key, ignored) r = r < 0 ? r : add_item(secrets, v, key, key, v->mode, ret, e);
    return r;
}

void pod_secret_files_done(struct secret_files *f)
{
    for (size_t i = 0; i < f->n; i++) {
        free(f->v[i].name);
        seal_wipe((char *)f->v[i].bytes, f->v[i].len);
    }
    free(f->v);
    *f = (struct secret_files){0};
}

/* ---- hiding ---- */

/* Takes the text. */
static char *put_for(char *text, const char *value, const char *instead)
{
    const char *at = text, *found;
    struct buf to = {0};
    if (!strstr(text, value))
        return text;
    while ((found = strstr(at, value))) {
        buf_add(&to, at, (size_t)(found - at));
        buf_adds(&to, instead);
        at = found + strlen(value);
    }
    buf_adds(&to, at);
    seal_wipe(text, strlen(text));
    return buf_take(&to);
}

/* Takes the text. */
static char *put_for_all(const json_t *secrets, char *text, bool refer)
{
    const char *secret, *key;
    json_t *values, *ignored;
    json_object_foreach((json_t *)(uintptr_t)secrets, secret, values)
    {
        json_object_foreach(values, key, ignored)
        {
            AUTO_FREE char *token = refer ? secret_token(secret, key) : mem_strdup(SECRET_MASK);
            uint8_t *bytes = NULL;
            size_t len = 0;
            if (value_of(secrets, secret, key, &bytes, &len) == 0 && strlen((char *)bytes) >= SECRET_SHOWN_MAX)
                text = put_for(text, (char *)bytes, token);
            seal_wipe((char *)bytes, len);
        }
    }
    return text;
}

char *pod_secrets_hide(const json_t *secrets, char *text)
{
    return text ? put_for_all(secrets, text, false) : NULL;
}

json_t *pod_secrets_refer(const json_t *secrets, const json_t *outputs)
{
    json_t *to = json_object(), *v;
    const char *name;
    json_object_foreach((json_t *)(uintptr_t)outputs, name, v)
    {
        AUTO_FREE char *text = json_is_string(v) ? put_for_all(secrets, mem_strdup(json_string_value(v)), true) : NULL;
        json_object_set_new(to, name, text ? json_string(text) : json_incref(v));
    }
    return to;
}
