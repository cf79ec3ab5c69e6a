// SPDX-License-Identifier: Apache-2.0
/* Reads values as JSON, led by their schema. */
#include "tosca/value_read.h"

#include "model/secret_token.h"
#include "tosca/call.h"
#include "tosca/function_user.h"
#include "tosca/related.h"
#include "tosca/value_scalar.h"
#include "tosca/value_valid.h"

#define VALUE_NODES_MAX 100000
#define VALUE_DEPTH_MAX 100

const char *what_text(struct tctx *c, const struct what *w)
{
    const char *owner = w->up ? what_text(c, w->up) : w->owner;
    if (!w->name)
        return owner;
    return owner ? tctx_printf(c, "%s: %s '%s'", owner, w->part, w->name) : tctx_printf(c, "%s '%s'", w->part, w->name);
}

static bool later_at(const json_t *v, unsigned depth)
{
    if (call_is_json(v))
        return true;
    const char *key;
    json_t *item;
    size_t i;
    bool later = depth > VALUE_DEPTH_MAX;
    if (json_is_object(v) && !later) {
        json_object_foreach((json_t *)(uintptr_t)v, key, item) later = later || later_at(item, depth + 1);
    } else if (!later) {
        json_array_foreach(v, i, item) later = later || later_at(item, depth + 1);
    }
    return later;
}

bool value_is_later(const json_t *v)
{
    return later_at(v, 0);
}

static bool weigh(const json_t *v, unsigned depth, size_t *nodes)
{
    if (++*nodes > VALUE_NODES_MAX || depth > VALUE_DEPTH_MAX)
        return false;
    const char *key;
    json_t *item;
    size_t i;
    if (json_is_string(v))
        *nodes += json_string_length(v) / 64;
    if (json_is_object(v)) {
        json_object_foreach((json_t *)(uintptr_t)v, key, item)
        {
            if (!weigh(item, depth + 1, nodes))
                return false;
        }
    }
    json_array_foreach(v, i, item)
    {
        if (!weigh(item, depth + 1, nodes))
            return false;
    }
    return true;
}

bool value_weigh(struct tctx *c, struct at at, const json_t *v)
{
    size_t nodes = 0;
    bool fits = weigh(v, 0, &nodes);
    if (!tctx_spend(c, (int64_t)nodes))
        return false;
    if (!fits)
        tosca_error(c, at, "LIMIT", "the value unfolds to more than %d parts or %d levels", VALUE_NODES_MAX,
                    VALUE_DEPTH_MAX);
    return fits;
}

static bool constraints_hold(struct scope s, struct at at, const json_t *v, struct schema *schema, const struct what *w)
{
    struct tctx *c = s.topo->c;
    char why[300];
    for (size_t i = 0; schema && !c->bare && i < schema->n_clauses && tctx_spend(c, 5); i++) {
        struct clause clause = schema->clauses[i];
        if (!clause_resolve(s, &clause))
            return false;
        if (clause_holds(c, &clause, v, why, sizeof(why)))
            continue;
        AUTO_FREE char *text = json_dumps(v, JSON_COMPACT | JSON_ENCODE_ANY);
        tosca_error(c, at, "CONSTRAINT", "%s: %.100s %s", what_text(c, w), text ? text : "the value", why);
        tosca_related(c, clause.at, "the constraint stands here");
        return false;
    }
    return validations_hold(s, at, v, schema, w);
}

static json_t *constrained(struct scope s, struct at at, json_t *v, struct schema *schema, const struct what *w)
{
    bool asks = v && schema && (schema->n_clauses || schema->n_validations);
    if (asks && !value_is_later(v) && !constraints_hold(s, at, v, schema, w)) {
        json_decref(v);
        return NULL;
    }
    return v;
}

static void tell_kind(struct tctx *c, struct at at, const struct schema *schema, const struct what *w,
                      const char *found)
{
    const char *type = schema_words(schema), *hint = call_hint(c, at);
    static const char *const kinds[] = {
        [PRIM_LIST] = " (a list)", [PRIM_MAP] = " (a map)", [PRIM_NONE] = " (a map of its fields)"};
    const char *kind =
        schema->prim == PRIM_LIST || schema->prim == PRIM_MAP || schema->prim == PRIM_NONE ? kinds[schema->prim] : "";
    bool plain = str_eq(type, "list") || str_eq(type, "map");
    tosca_error(c, at, "VALUE_TYPE", "%s must be of type %s%s, not %s%s", what_text(c, w), type, plain ? "" : kind,
                found, hint);
    related_schema(c, schema);
}

static const char *yaml_words(struct at at)
{
    return at_is(at, Y_SEQ) ? "a list" : at_is(at, Y_MAP) ? "a map" : at_null(at) ? "nothing" : "a single value";
}

/* ---- led by the template's nodes ---- */

static json_t *read_entries(struct scope s, struct at at, struct schema *entry, const struct what *w)
{
    json_t *list = json_array();
    bool ok = true;
    for (size_t i = 0; i < at_len(at, Y_SEQ) && tctx_spend(s.topo->c, 1); i++) {
        json_t *v = value_read(s, at_of(at.file, at.node->items[i]), entry, w);
        ok &= v != NULL;
        json_array_append_new(list, v ? v : json_null());
    }
    if (ok)
        return list;
    json_decref(list);
    return NULL;
}

static bool key_fits(struct scope s, struct at key, struct schema *schema, const struct what *w)
{
    if (!schema || !schema->type || key.node->kind != Y_SCALAR)
        return true;
    struct what nested = {.up = w, .part = "key", .name = key.node->text};
    json_t *v = value_scalar_node(s, key, schema, &nested);
    v = constrained(s, key, v, schema, &nested);
    json_decref(v);
    return v != NULL;
}

/* At run time "$name: [...]" is a call, however it was written. */
static bool is_taken_for_call(struct scope s, struct at at, const json_t *map, const struct what *w)
{
    if (!call_is_json(map))
        return false;
    tosca_error(s.topo->c, at, "LIMIT", "%s: sedge cannot keep this map apart from a call; give it another key",
                what_text(s.topo->c, w));
    return true;
}

/* A key, which may be a call where it is written as one: "{ $name: [...] }: value". */
static const char *read_key(struct scope s, struct at at, const struct what *w)
{
    struct tctx *c = s.topo->c;
    if (at_is(at, Y_SCALAR)) {
        if (call_is_2(at.file) && at.node->text[0] == '$' && at.node->text[1] != '$')
            tosca_warn(c, at, "FUNCTION_ARGS", "%s: '%.80s' names no function and is taken as text; write '$$' for '$'",
                       what_text(c, w), at.node->text);
        return call_unescaped(at, at.node->text);
    }
    AUTO_JSON json_t *v = call_is(c, at, NULL) ? value_read(s, at, NULL, w) : NULL;
    if (json_is_string(v))
        return tctx_strndup(c, json_string_value(v), json_string_length(v));
    if (v || !call_is(c, at, NULL))
        tosca_error(c, at, "SHAPE", "%s: a key must be a single value%s", what_text(c, w),
                    v ? ", known before run time" : "");
    return NULL;
}

static json_t *read_map(struct scope s, struct at at, struct schema *entry, struct schema *keys, const struct what *w)
{
    json_t *map = json_object();
    bool ok = true;
    for (size_t i = 0; i < at_len(at, Y_MAP) && tctx_spend(s.topo->c, 1); i++) {
        const struct ypair *p = &at.node->pairs[i];
        const char *key = read_key(s, at_of(at.file, p->key), w);
        if (!key) {
            ok = false;
            continue;
        }
        ok &= key_fits(s, at_of(at.file, p->key), keys, w);
        json_t *v = value_read(s, at_of(at.file, p->value), entry, w);
        ok &= v != NULL;
        json_object_set_new_nocheck(map, key, v ? v : json_null());
    }
    if (ok && !is_taken_for_call(s, at, map, w))
        return map;
    json_decref(map);
    return NULL;
}

static json_t *any_scalar(struct at at, struct err *e)
{
    json_t *v = ynode_to_json(at.node, e);
    const char *text = json_string_value(v), *plain = call_unescaped(at, text);
    if (text == plain)
        return v;
    json_t *unescaped = json_string(plain);
    json_decref(v);
    return unescaped;
}

static json_t *read_any(struct scope s, struct at at, const struct what *w)
{
    if (at_is(at, Y_SEQ))
        return read_entries(s, at, NULL, w);
    if (at_is(at, Y_MAP))
        return read_map(s, at, NULL, NULL, w);
    struct err e = {0};
    json_t *v = at.node ? any_scalar(at, &e) : json_null();
    if (!v)
        tosca_error(s.topo->c, at, "VALUE_TYPE", "%s: %s", what_text(s.topo->c, w), err_text(&e));
    return v;
}

static bool field_missing(struct tctx *c, struct at at, struct tdef *d, const struct what *w)
{
    if (!tdef_required(d))
        return false;
    tosca_error(c, at, "MISSING_KEY", "%s: the field '%s' is missing", what_text(c, w), d->name);
    related_def(c, d);
    return true;
}

/* One field of a structure into `to`; false when it is faulty or missing. */
static bool read_field(struct scope s, struct at at, struct tdef *d, const struct what *w, json_t *to)
{
    struct tctx *c = s.topo->c;
    struct at given = at_key(at, d->name), source = given;
    if (at_null(given) && schema_of(c, d)->prim != PRIM_NULL)
        source = tdef_given(d);
    if (at_null(source))
        return given.node && schema_of(c, d)->prim == PRIM_NULL ? true : !field_missing(c, at, d, w);
    struct what field = {.up = w, .part = "field", .name = d->name, .nested = true};
    json_t *v = value_read(s, source, schema_of(c, d), &field);
    if (v)
        json_object_set_new_nocheck(to, d->name, v);
    return v != NULL;
}

static bool fields_declared(struct tctx *c, struct at at, const struct map *fields, const struct what *w)
{
    bool ok = true;
    for (size_t i = 0; i < at_len(at, Y_MAP) && tctx_spend(c, 1); i++) {
        const struct ynode *key = at.node->pairs[i].key;
        if (key->kind == Y_SCALAR && map_has(fields, key->text))
            continue;
        const char *name = key->kind == Y_SCALAR ? key->text : "?";
        tosca_error(c, at_of(at.file, key), "UNDECLARED_NAME", "%s: its data type has no field '%s'%s", what_text(c, w),
                    name, tosca_like(c, name, fields));
        ok = false;
    }
    return ok;
}

static json_t *read_structure(struct scope s, struct at at, struct schema *schema, const struct what *w)
{
    struct tctx *c = s.topo->c;
    const struct map *fields = type_members(c, schema->type, MEMBER_PROPERTY);
    if (!fields->n && !type_parent(c, schema->type))
        return read_any(s, at, w); /* a type that says nothing of its fields */
    bool ok = fields_declared(c, at, fields, w);
    json_t *map = json_object();
    for (size_t i = 0; i < fields->n && tctx_spend(c, 1); i++)
        ok &= read_field(s, at, fields->items[i].value, w, map);
    if (ok)
        return map;
    json_decref(map);
    return NULL;
}

static json_t *read_by_kind(struct scope s, struct at at, struct schema *schema, const struct what *w)
{
    struct tctx *c = s.topo->c;
    if (!schema || !schema->type || schema->prim == PRIM_ANY)
        return read_any(s, at, w);
    bool fits = schema->prim == PRIM_LIST                               ? at_is(at, Y_SEQ)
                : schema->prim == PRIM_MAP || schema->prim == PRIM_NONE ? at_is(at, Y_MAP)
                                                                        : true;
    if (!fits) {
        tell_kind(c, at, schema, w, yaml_words(at));
        return NULL;
    }
    if (schema->prim == PRIM_LIST)
        return read_entries(s, at, schema_entry(c, schema), w);
    if (schema->prim == PRIM_MAP)
        return read_map(s, at, schema_entry(c, schema), schema_key(c, schema), w);
    if (schema->prim == PRIM_NONE)
        return read_structure(s, at, schema, w);
    return value_scalar_node(s, at, schema, w);
}

/* May what the function gives be a value of that kind? In TOSCA 2.0 no text is read as a number. */
static bool function_fits(struct at at, const struct function *f, enum prim prim)
{
    bool text = f->gives == GIVES_TEXT || f->gives == GIVES_TEXT_OR_LIST;
    bool number = prim == PRIM_INTEGER || prim == PRIM_FLOAT;
    return function_may_give(f, prim) && !(text && number && call_is_2(at.file));
}

/* What a call gives: it must fit, as far as that is known now. */
static json_t *read_call(struct scope s, struct at at, struct schema *schema, const struct what *w, struct schema **ret)
{
    struct tctx *c = s.topo->c;
    AUTO_JSON json_t *result = call_do(s, at, w, schema, ret);
    const struct function *f = result ? function_of_json(result) : NULL;
    bool fits = !f || !schema || !schema->type || function_fits(at, f, schema->prim);
    if (ufunction_is_json(result) && *ret && (*ret)->type && schema && schema->type)
        fits = schema->prim == PRIM_ANY || schema->prim == (*ret)->prim ||
               (schema->prim == PRIM_FLOAT && (*ret)->prim == PRIM_INTEGER);
    if (fits)
        return result ? value_fit(s, at, result, schema, w) : NULL;
    tell_kind(c, at, schema, w, f ? function_gives_words(f->gives) : schema_words(*ret));
    return NULL;
}

json_t *value_read(struct scope s, struct at at, struct schema *schema, const struct what *w)
{
    struct schema *known = NULL;
    return value_read_as(s, at, schema, w, &known);
}

json_t *value_read_as(struct scope s, struct at at, struct schema *schema, const struct what *w,
                      struct schema **ret_schema)
{
    struct tctx *c = s.topo->c;
    if (!tctx_spend(c, 4 + (at_is(at, Y_SCALAR) ? (int64_t)at.node->len / 32 : 0)))
        return NULL;
    if (c->depth >= TOSCA_DEPTH_MAX) {
        tosca_error(c, at, "LIMIT", "%s: values that need each other more than %d deep", what_text(c, w),
                    TOSCA_DEPTH_MAX);
        return NULL;
    }
    c->depth++;
    json_t *v;
    if (call_is(c, at, schema))
        v = read_call(s, at, schema, w, ret_schema);
    else
        v = constrained(s, at, read_by_kind(s, at, schema, w), schema, w);
    c->depth--;
    return v;
}

/* ---- led by JSON ---- */

static json_t *fit_list(struct scope s, struct at at, const json_t *v, struct schema *schema, const struct what *w)
{
    json_t *list = json_array(), *item;
    size_t i;
    bool ok = true;
    json_array_foreach(v, i, item)
    {
        json_t *fitted = value_fit(s, at, item, schema_entry(s.topo->c, schema), w);
        ok &= fitted != NULL;
        json_array_append_new(list, fitted ? fitted : json_null());
    }
    if (ok)
        return list;
    json_decref(list);
    return NULL;
}

static json_t *fit_map(struct scope s, struct at at, const json_t *v, struct schema *schema, const struct what *w)
{
    struct tctx *c = s.topo->c;
    json_t *map = json_object(), *item;
    const struct map *fields = schema->prim == PRIM_NONE ? type_members(c, schema->type, MEMBER_PROPERTY) : NULL;
    const char *key;
    bool ok = true;
    json_object_foreach((json_t *)(uintptr_t)v, key, item)
    {
        struct tdef *d = fields ? map_get(fields, key) : NULL;
        if (fields && fields->n && !d) {
            tosca_error(c, at, "UNDECLARED_NAME", "%s: its data type has no field '%s'%s", what_text(c, w), key,
                        tosca_like(c, key, fields));
            ok = false;
            continue;
        }
        struct schema *inner = d ? schema_of(c, d) : fields ? NULL : schema_entry(c, schema);
        json_t *fitted = value_fit(s, at, item, inner, w);
        ok &= fitted != NULL;
        json_object_set_new_nocheck(map, key, fitted ? fitted : json_null());
    }
    for (size_t i = 0; fields && i < fields->n && tctx_spend(c, 1); i++) {
        struct tdef *d = fields->items[i].value;
        if (!json_object_get(map, d->name) && at_null(tdef_key(d, "default")))
            ok &= !field_missing(c, at, d, w);
    }
    if (ok)
        return map;
    json_decref(map);
    return NULL;
}

static const char *json_words(const json_t *v)
{
    return json_is_array(v) ? "a list" : json_is_object(v) ? "a map" : json_is_null(v) ? "nothing" : "a single value";
}

json_t *value_fit(struct scope s, struct at at, const json_t *v, struct schema *schema, const struct what *w)
{
    struct tctx *c = s.topo->c;
    if (!tctx_spend(c, 4))
        return NULL;
    if (!schema || !schema->type || schema->prim == PRIM_ANY || call_is_json(v) || json_is_null(v))
        return json_incref((json_t *)(uintptr_t)v);
    if (c->depth >= TOSCA_DEPTH_MAX) {
        tosca_error(c, at, "LIMIT", "%s: more than %d levels", what_text(c, w), TOSCA_DEPTH_MAX);
        return NULL;
    }
    bool list = schema->prim == PRIM_LIST, map = schema->prim == PRIM_MAP || schema->prim == PRIM_NONE;
    if ((list && !json_is_array(v)) || (map && !json_is_object(v))) {
        tell_kind(c, at, schema, w, json_words(v));
        return NULL;
    }
    if (!list && !map && secret_token_in(json_string_value(v))) /* its value is known on the node alone */
        return json_incref((json_t *)(uintptr_t)v);
    c->depth++;
    json_t *fitted = list  ? fit_list(s, at, v, schema, w)
                     : map ? fit_map(s, at, v, schema, w)
                           : value_scalar_json(s, at, v, schema, w);
    c->depth--;
    return constrained(s, at, fitted, schema, w);
}
