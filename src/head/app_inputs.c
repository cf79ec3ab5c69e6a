// SPDX-License-Identifier: Apache-2.0
/* Takes sensitive inputs out of Applications, and keeps them in Secrets. */
#include "head/app_inputs.h"

#include <ctype.h>
#include <errno.h>
#include <string.h>

#include "head/object_facts.h"
#include "head/object_shape.h"
#include "head/orchestrate_source.h"

#define SECRET_TYPE  "sedge.dev/inputs"
#define SUFFIX       "-inputs"
#define APPLIED_NOTE "kubectl.kubernetes.io/last-applied-configuration"
#define DEPTH_MAX    64
#define NAME_MAX_LEN 120 /* of an input, in the name of its value */

void app_inputs_done(struct app_inputs *a)
{
    free(a->ns);
    free(a->application);
    free(a->secret);
    json_decref(a->values);
    json_decref(a->marks);
    *a = (struct app_inputs){0};
}

/* ---- which are sensitive ---- */

/* Fields of a credential that are no secret. */
static bool is_open_field(const json_t *map, const char *key)
{
    static const char *const open[] = {"token_type", "protocol", "user"};
    for (size_t i = 0; json_object_get(map, "token") && i < ARRAY_LEN(open); i++)
        if (str_eq(open[i], key))
            return true;
    return false;
}

/* Any value but those that refer already. */
static bool any_plain(const json_t *inputs)
{
    const char *name;
    json_t *v;
    json_object_foreach((json_t *)(uintptr_t)inputs, name, v)
    {
        if (!json_is_null(v) && !secret_call_is(v, NULL, NULL))
            return true;
    }
    return false;
}

static const char *source_text(const json_t *before, const json_t *body, const char *key)
{
    const char *new = json_str(json_at(body, "spec", "source", NULL), key, NULL);
    return new ? new : json_str(json_at(before, "spec", "source", NULL), key, NULL);
}

/* *ret_all: the template cannot tell. */
static void find_sensitive(struct head *h, const json_t *before, const json_t *body, struct strv *ret, bool *ret_all)
{
    struct err e = {0};
    *ret_all = source_sensitive_inputs(h->dir, source_text(before, body, "bundle"), source_text(before, body, "entry"),
                                       ret, &e) < 0;
}

/* ---- taking ---- */

struct taking {
    struct app_inputs *to;
    const struct seal_key *key;
    const char *input;
};

/* "<input>.<mark>": what may not stand in a name becomes '_'. */
static char *value_name(const struct taking *t, const char *path, const char *text)
{
    char mark[SEAL_MARK_SIZE];
    AUTO_FREE char *context = mem_printf("%s/%s/%s", t->to->ns, t->to->application, path);
    seal_mark(t->key, context, text, strlen(text), mark);
    char *name = mem_printf("%.*s.%s", NAME_MAX_LEN, path, mark);
    for (char *p = name; *p; p++)
        if (!isalnum((unsigned char)*p) && !strchr("-_.", *p))
            *p = '_';
    return name;
}

static json_t *take_scalar(const struct taking *t, const char *path, const json_t *v)
{
    AUTO_FREE char *text = json_is_string(v) ? mem_strdup(json_string_value(v)) : json_dumps(v, JSON_ENCODE_ANY);
    AUTO_FREE char *name = value_name(t, path, text);
    AUTO_FREE char *plain = str_base64(text, strlen(text));
    json_put_str(t->to->values, name, plain);
    return json_pack("{s:[s, s]}", "get_secret", t->to->secret, name);
}

/* The value with references in place of what is single in it. */
static json_t *take_value(const struct taking *t, const char *path, const json_t *v, int depth)
{
    const char *key;
    json_t *item;
    size_t i;
    if (json_is_null(v) || secret_call_is(v, NULL, NULL) || depth > DEPTH_MAX)
        return json_incref((json_t *)(uintptr_t)v);
    if (!json_is_object(v) && !json_is_array(v))
        return take_scalar(t, path, v);
    json_t *to = json_is_object(v) ? json_object() : json_array();
    json_object_foreach((json_t *)(uintptr_t)v, key, item)
    {
        AUTO_FREE char *inner = mem_printf("%s.%s", path, key);
        json_object_set_new(to, key, is_open_field(v, key) ? json_incref(item) : take_value(t, inner, item, depth + 1));
    }
    json_array_foreach(v, i, item)
    {
        AUTO_FREE char *inner = mem_printf("%s.%zu", path, i);
        json_array_append_new(to, take_value(t, inner, item, depth + 1));
    }
    return to;
}

static void take_all(struct app_inputs *a, const struct seal_key *key, json_t *inputs, const struct strv *names,
                     bool all)
{
    const char *name;
    json_t *v;
    void *next;
    a->values = json_object();
    a->marks = json_object();
    json_object_foreach_safe(inputs, next, name, v)
    {
        struct taking t = {a, key, name};
        if (!(all || strv_has(names, name)) || json_is_null(v))
            continue;
        json_t *taken = take_value(&t, name, v, 0);
        json_object_set(a->marks, name, taken);
        json_object_set_new(inputs, name, taken);
    }
}

/* kubectl apply notes the whole object, as it was given, in an annotation: there, too. */
static void take_note(const struct app_inputs *a, json_t *body)
{
    json_t *notes = json_at(body, "metadata", "annotations", NULL);
    const char *text = json_str(notes, APPLIED_NOTE, NULL);
    AUTO_JSON json_t *noted = text ? json_parse(text, strlen(text), NULL) : NULL;
    json_t *inputs = json_at(noted, "spec", "source", "inputs", NULL);
    if (!text)
        return;
    json_object_del(notes, APPLIED_NOTE);
    if (!json_is_object(inputs))
        return;
    json_object_update_existing(inputs, a->marks);
    AUTO_FREE char *again = json_text(noted);
    json_put_str(notes, APPLIED_NOTE, again);
}

int app_inputs_take(struct head *h, const char *ns, const char *name, const json_t *before, json_t *body,
                    struct app_inputs *ret, struct err *e)
{
    json_t *source = json_at(body, "spec", "source", NULL), *inputs = json_object_get(source, "inputs");
    AUTO_STRV struct strv names = {0};
    const struct seal_key *key = NULL;
    bool all = false;
    *ret = (struct app_inputs){0};
    if (!json_is_object(inputs) || !any_plain(inputs))
        return 0;
    find_sensitive(h, before, body, &names, &all);
    if (names.n == 0 && !all)
        return 0;
    if (str_empty(name))
        return err_set(e, EINVAL, "metadata.name: required: the application has sensitive inputs");
    int r = objects_key_of_seals(h->objects, &key, e);
    if (r < 0)
        return r;
    ret->ns = mem_strdup(ns);
    ret->application = mem_strdup(name);
    ret->secret = mem_printf("%s" SUFFIX, name);
    take_all(ret, key, inputs, &names, all);
    take_note(ret, body);
    return 0;
}

/* ---- storing ---- */

static struct object_ref secret_ref(const char *ns, const char *name)
{
    return (struct object_ref){kind_find("Secret"), ns, name};
}

static json_t *new_secret(const struct app_inputs *a, const char *owner)
{
    json_t *v = json_pack("{s:{s:s, s:{s:s}}, s:s, s:O}", "metadata", "name", a->secret, "labels", LABEL_APPLICATION,
                          a->application, "type", SECRET_TYPE, "data", a->values);
    if (owner)
        json_object_set_new(json_object_get(v, "metadata"), "ownerReferences",
                            json_pack("[{s:s, s:s, s:s, s:s}]", "apiVersion", "sedge.dev/v1", "kind", "Application",
                                      "name", a->application, "uid", owner));
    return v;
}

int app_inputs_store(struct head *h, const struct app_inputs *a, const char *owner, struct err *e)
{
    AUTO_JSON json_t *there = NULL;
    if (json_object_size(a->values) == 0)
        return 0;
    AUTO_JSON json_t *v = new_secret(a, owner);
    int r = objects_get(h->objects, secret_ref(a->ns, a->secret), &there, e);
    if (r == -ENOENT) {
        err_clear(e);
        return objects_create(h->objects, kind_find("Secret"), a->ns, v, false, NULL, e);
    }
    if (r < 0)
        return r;
    if (!str_eq(json_str(there, "type", NULL), SECRET_TYPE))
        return err_set(e, EEXIST,
                       "secret \"%s\" is in the way of the application's sensitive inputs; remove it, or "
                       "give the application another name",
                       a->secret);
    return objects_patch(h->objects, secret_ref(a->ns, a->secret), OBJECTS_SPEC, v, NULL, e);
}

/* ---- sweeping ---- */

/* What anything in the namespace refers to. */
static int gather_refs(struct head *h, const char *ns, json_t *refs, struct err *e)
{
    static const char *const users[] = {"Application", "ControllerRevision", "Deployment", "Pod"};
    for (size_t i = 0; i < ARRAY_LEN(users); i++) {
        AUTO_JSON json_t *all = NULL;
        int r = objects_list(h->objects, kind_find(users[i]), ns, &all, NULL, e);
        if (r < 0)
            return r;
        secret_refs_gather(all, refs);
    }
    return 0;
}

static int sweep_one(struct head *h, const json_t *secret, struct err *e)
{
    const char *ns = object_namespace(secret), *name = object_name(secret), *key;
    AUTO_JSON json_t *refs = json_object();
    json_t *gone = json_object(), *ignored;
    AUTO_JSON json_t *patch = json_pack("{s:o}", "data", gone);
    int r = gather_refs(h, ns, refs, e);
    if (r < 0)
        return r;
    const json_t *used = json_object_get(refs, name), *data = json_object_get(secret, "data");
    json_object_foreach((json_t *)(uintptr_t)data, key, ignored)
    {
        if (!json_object_get(used, key))
            json_object_set_new(gone, key, json_null());
    }
    if (json_object_size(gone) == json_object_size(data))
        return objects_remove(h->objects, secret_ref(ns, name), object_uid(secret), e);
    return json_object_size(gone) ? objects_patch(h->objects, secret_ref(ns, name), OBJECTS_SPEC, patch, NULL, e) : 0;
}

void app_inputs_sweep(struct head *h)
{
    AUTO_JSON json_t *all = NULL;
    struct err e = {0};
    size_t i;
    json_t *secret;
    if (objects_list(h->objects, kind_find("Secret"), NULL, &all, NULL, &e) < 0)
        log_warn("list the secrets: %s", err_text(&e));
    json_array_foreach(all, i, secret)
    {
        bool ours =
            str_eq(json_str(secret, "type", NULL), SECRET_TYPE) && json_object_size(json_object_get(secret, "data"));
        if (ours && sweep_one(h, secret, &e) < 0)
            log_warn("secret %s: values that nothing refers to stay: %s", object_name(secret), err_text(&e));
    }
}
