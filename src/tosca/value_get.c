// SPDX-License-Identifier: Apache-2.0
/* The value of a property, attribute or input, worked out when first asked for. */
#include "tosca/call.h"
#include "tosca/related.h"
#include "tosca/value_valid.h"

static struct what value_what(const struct tvalue *v)
{
    return (struct what){.owner = v->owner, .part = v->part, .name = v->name};
}

static bool value_required(const struct tvalue *v)
{
    return tdef_required(v->def);
}

/* What is given, else what the declaration says. */
struct at value_source(const struct tvalue *v)
{
    if (!at_null(v->at) || !v->def)
        return v->at;
    return tdef_given(v->def);
}

/* In TOSCA 2.0 null is a value, of type nil alone, and a key with nothing behind it is none. */
static void tell_null(struct tctx *c, struct tvalue *v, const struct schema *schema)
{
    struct what w = value_what(v);
    if (!v->at.node || !v->at.file || v->at.file->version != TOSCA_2_0)
        return;
    v->faulty = true;
    if (*v->at.node->text)
        tosca_error(c, v->at, "VALUE_TYPE", "%s must be of type %s, not null", what_text(c, &w), schema_words(schema));
    else
        tosca_error(c, v->at, "EMPTY_SECTION", "%s has nothing behind it; give it a value or leave it out",
                    what_text(c, &w));
}

/* What the node gives that the value's topology stands in for; a value that it does not give is as if not given. */
static json_t *value_from(struct tctx *c, struct tvalue *v, struct schema *schema)
{
    struct what w = value_what(v);
    struct at at = v->from->at.node ? v->from->at : v->at;
    json_t *given = value_get(c, v->from), *json = given ? value_fit(v->scope, at, given, schema, &w) : NULL;
    v->faulty = v->from->faulty || (given && !json);
    return json;
}

static json_t *value_work(struct tctx *c, struct tvalue *v)
{
    struct what w = value_what(v);
    struct schema *schema = v->def ? schema_of(c, v->def) : NULL;
    if (v->from) {
        json_t *json = value_from(c, v, schema);
        if (json || v->faulty)
            return json;
    }
    struct at source = v->from && v->def ? tdef_given(v->def) : value_source(v);
    if (at_null(source)) {
        if (v->from)
            return NULL;
        bool null_fits =
            v->at.node && (!schema || !schema->type || schema->prim == PRIM_NULL || schema->prim == PRIM_ANY);
        if (!null_fits)
            tell_null(c, v, schema);
        return null_fits ? json_null() : NULL;
    }
    json_t *json = value_read(v->scope, source, schema, &w);
    v->faulty = json == NULL;
    if (json && !value_weigh(c, source, json)) {
        json_decref(json);
        v->faulty = true;
        return NULL;
    }
    return json;
}

/* ": it needs b, which needs c, which needs a itself": the values that wait for each other, by name. */
static const char *circle_text(struct tctx *c, const struct tvalue *v)
{
    struct what own = value_what(v);
    const char *text = tctx_printf(c, "%s itself", what_text(c, &own));
    unsigned n = 0;
    for (const struct tvalue *p = c->working; p && p != v && n < 10; p = p->up, n++) {
        struct what w = value_what(p);
        text = tctx_printf(c, "%s, which needs %s", what_text(c, &w), text);
    }
    return n ? tctx_printf(c, ": it needs %s%s", n == 10 ? "..., which needs " : "", text) : "";
}

static void tell_circle(struct tctx *c, struct tvalue *v)
{
    struct what w = value_what(v);
    unsigned quiet = c->quiet;
    c->quiet = 0;
    if (!v->faulty)
        tosca_error(c, v->at, "CYCLE", "%s needs its own value%s", what_text(c, &w), circle_text(c, v));
    c->quiet = quiet;
    v->faulty = true;
}

json_t *value_get(struct tctx *c, struct tvalue *v)
{
    if (v->state == VALUE_DONE)
        return v->json;
    if (v->state == VALUE_BUSY) {
        tell_circle(c, v);
        return NULL;
    }
    /* Whoever asks quietly does not decide what is told of the value itself. */
    unsigned quiet = c->quiet, bare = c->bare;
    c->quiet = c->bare = 0;
    v->state = VALUE_BUSY;
    v->up = c->working;
    c->working = v;
    v->json = tctx_keep(c, value_work(c, v));
    v->state = VALUE_DONE;
    c->working = v->up;
    if (v->json && v->asked && !validations_settle(v)) {
        v->json = NULL;
        v->faulty = true;
    }
    c->quiet = quiet;
    c->bare = bare;
    return v->json;
}

static struct at value_place(const struct tvalue *v)
{
    if (v->at.node)
        return v->at;
    if (v->scope.rel)
        return v->scope.rel->at;
    return v->scope.self ? at_of(v->scope.self->at.file, v->scope.self->key) : v->at;
}

/* A node that is only looked for has the values that it has. */
static bool is_selected(const struct tnode *n)
{
    struct at list = n ? at_key(n->at, "directives") : at_of(NULL, NULL);
    bool found = false;
    for (size_t i = 0; !found && i < at_len(list, Y_SEQ); i++) {
        const char *word = at_text(at_of(list.file, list.node->items[i]));
        found = str_eq(word, "select") || str_eq(word, "selectable");
    }
    return found;
}

void values_check(struct tctx *c, const struct map *values)
{
    for (size_t i = 0; i < values->n && tctx_spend(c, 2); i++) {
        struct tvalue *v = values->items[i].value;
        if (value_get(c, v) || v->faulty || !v->def || !str_eq(v->part, "property") || !value_required(v))
            continue;
        if (is_selected(v->scope.self))
            continue;
        struct what w = value_what(v);
        if (v->unused && !(v->def->at.file && v->def->at.file->version == TOSCA_2_0)) {
            tosca_warn(c, value_place(v), "MISSING_KEY", "%s is required and has no value", what_text(c, &w));
            related_def(c, v->def);
            continue;
        }
        tosca_error(c, value_place(v), "MISSING_KEY", "%s is required and has no value", what_text(c, &w));
        related_def(c, v->def);
    }
}

void values_check_given(struct tctx *c, const struct map *values)
{
    for (size_t i = 0; i < values->n && tctx_spend(c, 2); i++) {
        struct tvalue *v = values->items[i].value;
        struct what w = value_what(v);
        if (!v->def || !value_required(v) || !at_null(value_source(v)))
            continue;
        tosca_error(c, value_place(v), "MISSING_KEY", "%s is required and has no value", what_text(c, &w));
        related_def(c, v->def);
    }
}

void values_check_plain(struct tctx *c, const struct map *values)
{
    for (size_t i = 0; i < values->n && tctx_spend(c, 2); i++) {
        struct tvalue *v = values->items[i].value;
        if (!at_null(v->at) && !call_within(c, v->at))
            value_get(c, v);
    }
}
