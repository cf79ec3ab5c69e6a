// SPDX-License-Identifier: Apache-2.0
/* Keeps what is sensitive out of differences: by the declarations that a value comes from, and by the values
 * themselves, which calls carry to places that nobody declared sensitive. */
#include <string.h>

#include "model/secret_token.h"
#include "plan/plan_reasons.h"

#define SHORT_SECRET 4 /* shorter ones hide only what equals them: else they would hide half of all texts */
#define DEPTH_MAX    64

static char *scalar_text(const json_t *v)
{
    if (json_is_string(v))
        return mem_strdup(json_string_value(v));
    return json_is_number(v) ? json_text(v) : NULL;
}

static void gather(json_t *to, const json_t *v, int depth)
{
    const char *key;
    json_t *item;
    AUTO_FREE char *text = scalar_text(v);
    if (!str_empty(text))
        json_object_set_new(to, text, json_true());
    if (depth >= DEPTH_MAX)
        return;
    json_object_foreach((json_t *)(uintptr_t)v, key, item) gather(to, item, depth + 1);
    for (size_t i = 0; i < json_array_size(v); i++)
        gather(to, json_array_get(v, i), depth + 1);
}

static void gather_named(json_t *to, const struct strv *names, const json_t *values, const char *prefix)
{
    const char *key;
    json_t *v;
    json_object_foreach((json_t *)(uintptr_t)values, key, v)
    {
        AUTO_FREE char *name = mem_printf("%s%s", prefix, key);
        if (strv_has(names, name))
            gather(to, v, 0);
    }
}

static void gather_component(json_t *to, const struct component *c)
{
    if (c->sensitive.n == 0)
        return;
    gather_named(to, &c->sensitive, c->properties, "");
    for (size_t i = 0; i < c->n_operations; i++) {
        AUTO_FREE char *prefix = mem_printf("%s.%s.", c->operations[i].interface, c->operations[i].name);
        gather_named(to, &c->sensitive, c->operations[i].inputs, prefix);
    }
    for (size_t i = 0; i < c->n_links; i++) {
        AUTO_FREE char *prefix = mem_printf("%s.", c->links[i].requirement);
        gather_named(to, &c->sensitive, c->links[i].properties, prefix);
    }
}

void plan_secrets_gather(struct plan_secrets *s, const struct topology *t)
{
    if (!s->values)
        s->values = json_object();
    if (!t)
        return;
    gather_named(s->values, &t->sensitive, t->inputs, "");
    for (size_t i = 0; i < t->n_components; i++)
        gather_component(s->values, &t->components[i]);
}

void plan_secrets_done(struct plan_secrets *s)
{
    json_decref(s->values);
    s->values = NULL;
}

/* ---- masking ---- */

static bool text_tells(const struct plan_secrets *s, const char *text)
{
    const char *secret;
    json_t *ignored;
    if (secret_token_in(text))
        return true;
    json_object_foreach(s->values, secret, ignored)
    {
        if (str_eq(secret, text) || (strlen(secret) >= SHORT_SECRET && strstr(text, secret)))
            return true;
    }
    return false;
}

static bool tells(const struct plan_secrets *s, const json_t *v, int depth)
{
    const char *key;
    json_t *item;
    AUTO_FREE char *text = scalar_text(v);
    bool found = text && text_tells(s, text);
    if (depth >= DEPTH_MAX)
        return true;
    json_object_foreach((json_t *)(uintptr_t)v, key, item) found = found || tells(s, item, depth + 1);
    for (size_t i = 0; !found && i < json_array_size(v); i++)
        found = tells(s, json_array_get(v, i), depth + 1);
    return found;
}

/* Is the name, or what it is a part of, among the declared ones? */
static bool is_declared(const struct strv *names, const char *name)
{
    for (size_t i = 0; i < names->n; i++) {
        size_t len = strlen(names->v[i]);
        if (strncmp(name, names->v[i], len) == 0 && (name[len] == '\0' || name[len] == '.'))
            return true;
    }
    return false;
}

static bool may_hold_secrets(enum plan_reason_kind kind)
{
    return kind == REASON_PROPERTY || kind == REASON_INPUT || kind == REASON_LINK || kind == REASON_OUTPUT ||
           kind == REASON_POLICY || kind == REASON_ARTIFACT || kind == REASON_IMAGE;
}

static void hide(json_t **v)
{
    if (!*v)
        return;
    json_decref(*v);
    *v = json_string(SECRET_MASK);
}

void plan_secrets_mask(const struct plan_secrets *s, const struct topology *t, const struct component *c,
                       struct plan_reason *r)
{
    const struct strv *names = c ? &c->sensitive : t ? &t->sensitive : NULL;
    if (!may_hold_secrets(r->kind))
        return;
    bool value_kind = r->kind != REASON_OUTPUT && r->kind != REASON_POLICY;
    if (!(names && value_kind && is_declared(names, r->name)) && !tells(s, r->was, 0) && !tells(s, r->is, 0) &&
        !r->sensitive)
        return;
    r->sensitive = true;
    hide(&r->was);
    hide(&r->is);
}
