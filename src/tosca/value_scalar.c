// SPDX-License-Identifier: Apache-2.0
/* Holds single values against primitive types. */
#include "tosca/value_scalar.h"

#include <math.h>

#include "tosca/scalar.h"

struct told {
    struct tctx *c;
    struct at at;
    const struct schema *schema;
    const struct what *w;
};

static json_t *refuse(const struct told *t, const char *text)
{
    tosca_error(t->c, t->at, "VALUE_TYPE", "%s must be of type %s, not '%.80s'", what_text(t->c, t->w),
                schema_words(t->schema), text);
    return NULL;
}

static json_t *refuse_json(const struct told *t, const json_t *v)
{
    AUTO_FREE char *text = json_dumps(v, JSON_COMPACT | JSON_ENCODE_ANY);
    return refuse(t, text ? text : "?");
}

static json_t *text_amount(const struct told *t, const char *text)
{
    struct scalar_amount amount;
    enum unit_kind kind = (enum unit_kind)(t->schema->prim - PRIM_UNIT);
    enum scalar_fault fault = scalar_amount(kind, text, &amount);
    char units[200];
    scalar_units(kind, units, sizeof(units));
    static const char *const faults[] = {[SCALAR_NO_NUMBER] = "has no number",
                                         [SCALAR_NO_UNIT] = "has no unit",
                                         [SCALAR_BAD_UNIT] = "has a unit that does not belong",
                                         [SCALAR_TOO_LONG] = "has more digits than sedge takes"};
    if (fault != SCALAR_OK) {
        tosca_error(t->c, t->at, "SCALAR_UNIT", "%s: '%.80s' %s; write a number and one of %s", what_text(t->c, t->w),
                    text, faults[fault], units);
        return NULL;
    }
    if (amount.odd_case)
        tosca_warn(t->c, t->at, "SCALAR_UNIT", "%s: '%.80s' is read as %s", what_text(t->c, t->w), text, amount.unit);
    return json_string(text);
}

static json_t *text_version(const struct told *t, const char *text)
{
    struct scalar_version v;
    return scalar_version(text, &v) ? json_string(text) : refuse(t, text);
}

static json_t *text_timestamp(const struct told *t, const char *text)
{
    int64_t us;
    return scalar_timestamp(text, &us) ? json_string(text) : refuse(t, text);
}

/* A type that is read from its text. */
static json_t *from_text(const struct told *t, const char *text)
{
    if (t->schema->prim >= PRIM_UNIT)
        return text_amount(t, text);
    if (t->schema->prim == PRIM_VERSION)
        return text_version(t, text);
    return text_timestamp(t, text);
}

static bool reads_text(enum prim p)
{
    return p >= PRIM_UNIT || p == PRIM_VERSION || p == PRIM_TIMESTAMP;
}

static json_t *node_string(const struct told *t, struct scalar_read r)
{
    const struct ynode *n = t->at.node;
    if (r.reads == READS_BOOLEAN || (r.reads != READS_TEXT && t->w->nested))
        return refuse(t, n->text);
    if (r.reads != READS_TEXT)
        tosca_warn(t->c, t->at, "VALUE_TYPE", "%s is text, and '%.80s' reads as something else; quote it",
                   what_text(t->c, t->w), n->text);
    json_t *v = json_stringn(n->text, n->len);
    return v ? v : refuse(t, "text that is not UTF-8");
}

static json_t *node_boolean(const struct told *t, struct scalar_read r)
{
    if (r.reads == READS_OLD_BOOLEAN)
        tosca_warn(t->c, t->at, "VALUE_TYPE", "%s: '%s' is no YAML 1.2 boolean; write true or false",
                   what_text(t->c, t->w), t->at.node->text);
    return r.reads == READS_BOOLEAN || r.reads == READS_OLD_BOOLEAN ? json_boolean(r.boolean)
                                                                    : refuse(t, t->at.node->text);
}

static json_t *node_number(const struct told *t, struct scalar_read r)
{
    if (r.reads == READS_INTEGER && !r.big)
        return json_integer(r.integer);
    if (r.reads == READS_FLOAT && t->schema->prim == PRIM_FLOAT && isfinite(r.real))
        return json_real(r.real);
    return refuse(t, t->at.node->text);
}

static json_t *range_json(const struct told *t, const json_t *v)
{
    const json_t *low = json_array_get(v, 0), *high = json_array_get(v, 1);
    bool unbounded = str_eq(json_string_value(high), "UNBOUNDED");
    if (json_array_size(v) != 2 || !json_is_integer(low) || !(unbounded || json_is_integer(high)))
        return refuse_json(t, v);
    if (!unbounded && json_integer_value(low) > json_integer_value(high))
        return refuse_json(t, v);
    return json_incref((json_t *)(uintptr_t)v);
}

json_t *value_scalar_node(struct tctx *c, struct at at, const struct schema *schema, const struct what *w)
{
    struct told t = {c, at, schema, w};
    enum prim p = schema->prim;
    if (p == PRIM_RANGE && at_is(at, Y_SEQ)) {
        AUTO_JSON json_t *v = ynode_to_json(at.node, NULL);
        return v ? range_json(&t, v) : refuse(&t, "a list");
    }
    if (!at_is(at, Y_SCALAR))
        return refuse(&t, at_is(at, Y_SEQ) ? "a list" : "a map");
    struct scalar_read r = scalar_read(at.node);
    if (p == PRIM_NULL)
        return r.reads == READS_NULL ? json_null() : refuse(&t, at.node->text);
    if (r.reads == READS_NULL)
        return refuse(&t, "nothing");
    if (p == PRIM_STRING)
        return node_string(&t, r);
    if (p == PRIM_BOOLEAN)
        return node_boolean(&t, r);
    if (p == PRIM_INTEGER || p == PRIM_FLOAT)
        return node_number(&t, r);
    return reads_text(p) ? from_text(&t, at.node->text) : refuse(&t, at.node->text);
}

static json_t *json_as_text(const struct told *t, const json_t *v)
{
    if (json_is_string(v))
        return json_incref((json_t *)(uintptr_t)v);
    if (!json_is_number(v))
        return refuse_json(t, v);
    AUTO_FREE char *text = json_dumps(v, JSON_COMPACT | JSON_ENCODE_ANY);
    return json_string(text);
}

json_t *value_scalar_json(struct tctx *c, struct at at, const json_t *v, const struct schema *schema,
                          const struct what *w)
{
    struct told t = {c, at, schema, w};
    enum prim p = schema->prim;
    bool same = (p == PRIM_BOOLEAN && json_is_boolean(v)) || (p == PRIM_INTEGER && json_is_integer(v)) ||
                (p == PRIM_FLOAT && json_is_number(v)) || (p == PRIM_STRING && json_is_string(v));
    if (same)
        return json_incref((json_t *)(uintptr_t)v);
    if (p == PRIM_STRING)
        return json_as_text(&t, v);
    if (p == PRIM_RANGE)
        return range_json(&t, v);
    if (!reads_text(p))
        return refuse_json(&t, v);
    AUTO_JSON json_t *text = json_as_text(&t, v);
    return text ? from_text(&t, json_string_value(text)) : NULL;
}
