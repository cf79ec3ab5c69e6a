// SPDX-License-Identifier: Apache-2.0
/* Tokens in texts, and the calls that they stand for. */
#include "model/secret_token.h"

#include <string.h>

#include "model/secret.h"

#define BEGIN     "\xee\x97\xac" /* U+E5EC */
#define END       "\xee\x97\xad" /* U+E5ED */
#define CALL      "get_secret"
#define DEPTH_MAX 100

char *secret_token(const char *secret, const char *key)
{
    return mem_printf(BEGIN "%s/%s" END, secret, key);
}

/* One token of a text. */
struct token {
    const char *at, *end; /* the whole of it */
    char *secret, *key;   /* owned */
};

static void token_done(struct token *t)
{
    free(t->secret);
    free(t->key);
    *t = (struct token){0};
}

/* The first proper token from `text` on. */
static bool token_next(const char *text, struct token *ret)
{
    for (const char *at = text ? strstr(text, BEGIN) : NULL; at; at = strstr(at + strlen(BEGIN), BEGIN)) {
        const char *in = at + strlen(BEGIN), *end = strstr(in, END);
        const char *slash = end ? memchr(in, '/', (size_t)(end - in)) : NULL;
        if (!slash)
            continue;
        *ret = (struct token){at, end + strlen(END), mem_strndup(in, (size_t)(slash - in)),
                              mem_strndup(slash + 1, (size_t)(end - slash - 1))};
        if (str_is_dns_name(ret->secret) && secret_key_valid(ret->key))
            return true;
        token_done(ret);
    }
    return false;
}

bool secret_token_in(const char *text)
{
    AUTO(token_done)
    struct token t = {0};
    return token_next(text, &t);
}

static bool in_json(const json_t *v, int depth)
{
    const char *key;
    json_t *item;
    bool found = secret_token_in(json_string_value(v));
    if (depth > DEPTH_MAX)
        return true; /* who knows */
    json_object_foreach((json_t *)(uintptr_t)v, key, item) found =
        found || secret_token_in(key) || in_json(item, depth + 1);
    for (size_t i = 0; !found && i < json_array_size(v); i++)
        found = in_json(json_array_get(v, i), depth + 1);
    return found;
}

bool secret_token_in_json(const json_t *v)
{
    return in_json(v, 0);
}

/* ---- one text ---- */

/* The pieces of a text between and of its tokens, each made by one of two functions. */
static json_t *pieces(const char *text, json_t *(*plain)(const char *text),
                      json_t *(*secret)(const char *secret, const char *key))
{
    json_t *all = json_array();
    struct token t = {0};
    while (token_next(text, &t)) {
        AUTO_FREE char *before = mem_strndup(text, (size_t)(t.at - text));
        if (*before)
            json_array_append_new(all, plain(before));
        json_array_append_new(all, secret(t.secret, t.key));
        text = t.end;
        token_done(&t);
    }
    if (*text)
        json_array_append_new(all, plain(text));
    return all;
}

static json_t *part_text(const char *text)
{
    return json_pack("{s:s}", "text", text);
}

static json_t *part_secret(const char *secret, const char *key)
{
    return json_pack("{s:{s:s, s:s}}", "secretKeyRef", "name", secret, "key", key);
}

json_t *secret_token_parts(const char *text)
{
    return pieces(text, part_text, part_secret);
}

static json_t *call_text(const char *text)
{
    return json_string(text);
}

static json_t *call_secret(const char *secret, const char *key)
{
    return json_pack("{s:[s, s]}", CALL, secret, key);
}

static json_t *text_to_call(const char *text)
{
    AUTO_JSON json_t *all = pieces(text, call_text, call_secret);
    if (json_array_size(all) == 1)
        return json_incref(json_array_get(all, 0));
    return json_pack("{s:O}", "concat", all);
}

/* ---- whole values ---- */

bool secret_call_is(const json_t *v, const char **ret_secret, const char **ret_key)
{
    const json_t *args = json_object_get(v, CALL);
    args = args ? args : json_object_get(v, "$" CALL);
    const char *secret = json_string_value(json_array_get(args, 0)), *key = json_string_value(json_array_get(args, 1));
    if (json_object_size(v) != 1 || json_array_size(args) != 2 || !secret || !key || !str_is_dns_name(secret) ||
        !secret_key_valid(key))
        return false;
    if (ret_secret)
        *ret_secret = secret;
    if (ret_key)
        *ret_key = key;
    return true;
}

/* What becomes of a part of a value; NULL: what is in it is looked at. */
typedef json_t *(*changer)(const json_t *v);

static json_t *changed(const json_t *v, changer change, int depth)
{
    json_t *to = depth > DEPTH_MAX ? json_null() : change(v), *item;
    const char *key;
    size_t i;
    if (to || !(json_is_object(v) || json_is_array(v)))
        return to ? to : json_incref((json_t *)(uintptr_t)v);
    to = json_is_object(v) ? json_object() : json_array();
    json_object_foreach((json_t *)(uintptr_t)v, key, item)
        json_object_set_new_nocheck(to, key, changed(item, change, depth + 1));
    json_array_foreach(v, i, item) json_array_append_new(to, changed(item, change, depth + 1));
    return to;
}

static json_t *to_call(const json_t *v)
{
    return secret_token_in(json_string_value(v)) ? text_to_call(json_string_value(v)) : NULL;
}

/* The texts and secrets that {"concat": [...]} joins, of which one at least is a secret; or NULL. */
static const json_t *joined_parts(const json_t *v)
{
    const json_t *parts = json_object_size(v) == 1 ? json_object_get(v, "concat") : NULL;
    bool any = false, all = true;
    for (size_t i = 0; i < json_array_size(parts); i++) {
        bool secret = secret_call_is(json_array_get(parts, i), NULL, NULL);
        any = any || secret;
        all = all && (secret || json_is_string(json_array_get(parts, i)));
    }
    return any && all ? parts : NULL;
}

static json_t *from_call(const json_t *v)
{
    AUTO_BUF struct buf text = {0};
    AUTO_JSON json_t *alone = json_pack("[O]", v);
    const json_t *parts = secret_call_is(v, NULL, NULL) ? alone : joined_parts(v);
    for (size_t i = 0; i < json_array_size(parts); i++) {
        const json_t *part = json_array_get(parts, i);
        const char *secret, *key;
        AUTO_FREE char *token = secret_call_is(part, &secret, &key) ? secret_token(secret, key) : NULL;
        buf_adds(&text, token ? token : json_string_value(part));
    }
    return parts ? json_string(buf_str(&text)) : NULL;
}

static json_t *mask(const json_t *v)
{
    bool hidden = joined_parts(v) || secret_call_is(v, NULL, NULL) || secret_token_in(json_string_value(v));
    return hidden ? json_string(SECRET_MASK) : NULL;
}

json_t *secret_token_to_calls(const json_t *v)
{
    return changed(v, to_call, 0);
}

json_t *secret_token_from_calls(const json_t *v)
{
    return changed(v, from_call, 0);
}

json_t *secret_token_masked(const json_t *v)
{
    return changed(v, mask, 0);
}
