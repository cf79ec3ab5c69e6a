// SPDX-License-Identifier: Apache-2.0
/* Holds single values against primitive types. */
#include "tosca/value_scalar.h"

#include <math.h>
#include <string.h>

#include "tosca/call.h"
#include "tosca/related.h"
#include "tosca/scalar.h"
#include "tosca/units.h"

struct told {
    struct scope s;
    struct tctx *c;
    struct at at;
    const struct schema *schema;
    const struct what *w;
};

static json_t *refuse(const struct told *t, const char *text)
{
    tosca_error(t->c, t->at, "VALUE_TYPE", "%s must be of type %s, not '%.80s'", what_text(t->c, t->w),
                schema_words(t->schema), text);
    related_schema(t->c, t->schema);
    return NULL;
}

static json_t *refuse_json(const struct told *t, const json_t *v)
{
    AUTO_FREE char *text = json_dumps(v, JSON_COMPACT | JSON_ENCODE_ANY);
    return refuse(t, text ? text : "?");
}

static const char *const amount_faults[] = {[SCALAR_NO_NUMBER] = "has no number",
                                            [SCALAR_NO_UNIT] = "has no unit",
                                            [SCALAR_BAD_UNIT] = "has a unit that does not belong",
                                            [SCALAR_TOO_LONG] = "has more digits than sedge takes"};

static json_t *text_amount(const struct told *t, const char *text)
{
    struct scalar_amount amount;
    enum unit_kind kind = (enum unit_kind)(t->schema->prim - PRIM_UNIT);
    enum scalar_fault fault = scalar_amount(kind, text, &amount);
    char units[200];
    scalar_units(kind, units, sizeof(units));
    if (fault != SCALAR_OK) {
        tosca_error(t->c, t->at, "SCALAR_UNIT", "%s: '%.80s' %s; write a number and one of %s", what_text(t->c, t->w),
                    text, amount_faults[fault], units);
        related_schema(t->c, t->schema);
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
    bool strict = call_is_2(t->at.file) && strpbrk(text, " \t"); /* RFC 3339 alone */
    return !strict && scalar_timestamp(text, &us) ? json_string(text) : refuse(t, text);
}

/* TOSCA 2.0: a number of the type's own kind, and one of its units. */
static json_t *text_scalar(const struct told *t, const char *text)
{
    const struct schema *s = t->schema;
    struct amount number;
    char units[200], plain[96];
    enum scalar_fault fault = s->units ? units_read(s->units, text, NULL, &number) : SCALAR_OK;
    if (!s->units)
        return json_string(text); /* its type is faulty, which is told */
    units_names(s->units, units, sizeof(units));
    if (fault != SCALAR_OK) {
        tosca_error(t->c, t->at, "SCALAR_UNIT", "%s: '%.80s' %s; write a number and one of %s", what_text(t->c, t->w),
                    text, amount_faults[fault], units);
        related_schema(t->c, t->schema);
        return NULL;
    }
    amount_text(&number, plain, sizeof(plain));
    struct ynode n = {.kind = Y_SCALAR, .text = plain, .len = strlen(plain), .plain = true};
    AUTO_JSON json_t *v = s->number ? ynode_to_json(&n, NULL) : NULL;
    AUTO_JSON json_t *fitted = v ? value_fit(t->s, t->at, v, s->number, t->w) : NULL;
    return v && !fitted ? NULL : json_string(text);
}

/* Base64, in as many lines as one likes. */
static json_t *text_bytes(const struct told *t, const char *text)
{
    AUTO_BUF struct buf plain = {0};
    for (const char *p = text; *p; p++) {
        if (!strchr(" \t\r\n", *p))
            buf_addc(&plain, *p);
    }
    uint8_t *bytes = NULL;
    size_t n;
    int r = str_unbase64(buf_str(&plain), plain.len, &bytes, &n);
    free(bytes);
    return r == 0 ? json_string(buf_str(&plain)) : refuse(t, text);
}

/* A type that is read from its text. */
static json_t *from_text(const struct told *t, const char *text)
{
    if (t->schema->prim >= PRIM_UNIT)
        return text_amount(t, text);
    if (t->schema->prim == PRIM_VERSION)
        return text_version(t, text);
    if (t->schema->prim == PRIM_SCALAR)
        return text_scalar(t, text);
    if (t->schema->prim == PRIM_BYTES)
        return text_bytes(t, text);
    return text_timestamp(t, text);
}

static bool reads_text(enum prim p)
{
    return p == PRIM_SCALAR || p == PRIM_BYTES || p >= PRIM_UNIT || p == PRIM_VERSION || p == PRIM_TIMESTAMP;
}

static json_t *node_string(const struct told *t, struct scalar_read r)
{
    const struct ynode *n = t->at.node;
    if (call_is_2(t->at.file)) {
        const char *text = call_unescaped(t->at, n->text);
        bool reads = r.reads == READS_TEXT || r.reads == READS_OLD_BOOLEAN;
        json_t *v = reads ? json_stringn(text, n->len - (size_t)(text - n->text)) : NULL;
        return v ? v : refuse(t, n->text);
    }
    if (r.reads == READS_BOOLEAN || (r.reads != READS_TEXT && t->w->nested))
        return refuse(t, n->text);
    if (r.reads != READS_TEXT) {
        tosca_warn(t->c, t->at, "VALUE_TYPE", "%s is text, and '%.80s' reads as something else; quote it",
                   what_text(t->c, t->w), n->text);
        related_schema(t->c, t->schema);
    }
    json_t *v = json_stringn(n->text, n->len);
    return v ? v : refuse(t, "text that is not UTF-8");
}

static json_t *node_boolean(const struct told *t, struct scalar_read r)
{
    const char *text = t->at.node->text;
    if (call_is_2(t->at.file))
        return r.reads == READS_BOOLEAN && (str_eq(text, "true") || str_eq(text, "false")) ? json_boolean(r.boolean)
                                                                                           : refuse(t, text);
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
    if (r.reads == READS_FLOAT && t->schema->prim == PRIM_FLOAT &&
        call_is_2(t->at.file)) /* JSON has no number for it */
        return json_string(isnan(r.real) ? ".nan" : r.real > 0 ? ".inf" : "-.inf");
    if (r.reads == READS_OLD_BOOLEAN && t->schema->prim == PRIM_INTEGER && !t->w->nested && !call_is_2(t->at.file)) {
        tosca_warn(t->c, t->at, "VALUE_TYPE", "%s: '%s' is no number; it is read as %d", what_text(t->c, t->w),
                   t->at.node->text, r.boolean);
        return json_integer(r.boolean);
    }
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

/* TOSCA 2.0 takes none of YAML's tags that make other things of a text. */
static bool foreign_tag(struct at at)
{
    const char *tag = at.node->tag;
    return tag && call_is_2(at.file) && (str_ends(tag, "binary") || str_ends(tag, "timestamp"));
}

json_t *value_scalar_node(struct scope s, struct at at, const struct schema *schema, const struct what *w)
{
    struct told t = {s, s.topo->c, at, schema, w};
    enum prim p = schema->prim;
    if (p == PRIM_RANGE && at_is(at, Y_SEQ)) {
        AUTO_JSON json_t *v = ynode_to_json(at.node, NULL);
        return v ? range_json(&t, v) : refuse(&t, "a list");
    }
    if (!at_is(at, Y_SCALAR)) {
        tosca_error(t.c, at, "VALUE_TYPE", "%s must be of type %s, not %s%s", what_text(t.c, w), schema_words(schema),
                    at_is(at, Y_SEQ) ? "a list" : "a map", call_hint(t.c, at));
        return NULL;
    }
    if (foreign_tag(at))
        return refuse(&t, at.node->tag);
    struct scalar_read r = scalar_read(at.node);
    if (p == PRIM_NULL)
        return r.reads == READS_NULL ? json_null() : refuse(&t, at.node->text);
    if (r.reads == READS_NULL)
        return refuse(&t, "nothing");
    if (p == PRIM_BYTES && r.reads != READS_TEXT)
        return refuse(&t, at.node->text);
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

/* A float that JSON has no number for. */
static bool is_odd_float(const json_t *v)
{
    const char *text = json_string_value(v);
    return str_eq(text, ".inf") || str_eq(text, "-.inf") || str_eq(text, ".nan");
}

json_t *value_scalar_json(struct scope s, struct at at, const json_t *v, const struct schema *schema,
                          const struct what *w)
{
    struct told t = {s, s.topo->c, at, schema, w};
    enum prim p = schema->prim;
    bool same = (p == PRIM_BOOLEAN && json_is_boolean(v)) || (p == PRIM_INTEGER && json_is_integer(v)) ||
                (p == PRIM_FLOAT && (json_is_number(v) || is_odd_float(v))) || (p == PRIM_STRING && json_is_string(v));
    if (same)
        return json_incref((json_t *)(uintptr_t)v);
    if (p == PRIM_STRING)
        return call_is_2(at.file) ? refuse_json(&t, v) : json_as_text(&t, v);
    if (p == PRIM_RANGE)
        return range_json(&t, v);
    if (!reads_text(p))
        return refuse_json(&t, v);
    AUTO_JSON json_t *text = json_as_text(&t, v);
    return text ? from_text(&t, json_string_value(text)) : NULL;
}
