// SPDX-License-Identifier: Apache-2.0
/* Reads scalar types: each may add units or prefixes to those of its parent. */
#include "tosca/scalar_type.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "tosca/units.h"
#include "tosca/value_read.h"

#define UNITS_MAX  4096
#define LINE_MAX   64
#define KEY_UNITS  "units", "unit_symbol_map"
#define KEY_PREFIX "prefixes", NULL
#define KEY_TYPE   "data_type", "data_value_type"

/* One scalar type, its ancestors' definitions first. */
struct reading {
    struct tctx *c;
    struct ttype *type;
    struct ttype *line[LINE_MAX];
    size_t n;
    struct unit_row *units, *prefixes, *all;
    size_t n_units, n_prefixes, n_all;
    const char *suffix;
    bool ok;
};

/* TOSCA 2.0 has had two sets of keynames for this; a key goes by either. */
static struct at key_at(const struct ttype *t, const char *name, const char *other)
{
    struct at at = at_is(t->at, Y_MAP) ? at_key(t->at, name) : at_of(NULL, NULL);
    return at_null(at) && other && at_is(t->at, Y_MAP) ? at_key(t->at, other) : at;
}

static struct at line_key(const struct reading *r, const char *name, const char *other)
{
    struct at at = at_of(NULL, NULL);
    for (size_t i = 0; i < r->n && at_null(at); i++)
        at = key_at(r->line[i], name, other);
    return at;
}

__attribute__((format(printf, 3, 4))) static void tell(struct reading *r, struct at at, const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    AUTO_FREE char *text = NULL;
    if (vasprintf(&text, fmt, ap) < 0)
        text = NULL;
    va_end(ap);
    tosca_error(r->c, at, "SCALAR_UNIT", "data type '%s': %s", r->type->name, text ? text : "");
    r->ok = false;
}

static struct unit_row *rows_read(struct reading *r, const char *name, const char *other, size_t *ret_n)
{
    size_t n = 0, room = 0;
    for (size_t i = 0; i < r->n; i++)
        room += at_len(key_at(r->line[i], name, other), Y_MAP);
    struct unit_row *rows = tctx_alloc(r->c, (room + 1) * sizeof(*rows));
    for (size_t i = r->n; i-- > 0;) {
        struct at section = key_at(r->line[i], name, other);
        for (size_t k = 0; k < at_len(section, Y_MAP) && tctx_spend(r->c, 1); k++) {
            const struct ypair *p = &section.node->pairs[k];
            const char *text = at_text(at_of(section.file, p->value));
            struct unit_row row = {.name = p->key->kind == Y_SCALAR ? p->key->text : ""};
            const char *end = text && p->value->plain ? amount_read(text, &row.factor) : NULL;
            if (!end || *end)
                tell(r, at_of(section.file, p->value), "the multiplier of '%s' must be a number", row.name);
            else
                rows[n++] = row;
        }
    }
    *ret_n = n;
    return rows;
}

static bool is_one(const struct amount *a)
{
    return a->m == 1 && a->e == 0;
}

static size_t count_ones(const struct unit_row *rows, size_t n)
{
    size_t ones = 0;
    for (size_t i = 0; i < n; i++)
        ones += is_one(&rows[i].factor);
    return ones;
}

static void add_unit(struct reading *r, const char *name, const struct amount *factor)
{
    r->all[r->n_all++] = (struct unit_row){.name = name, .factor = *factor};
}

/* Each unit, and with prefixes each of them before it. */
static void spread(struct reading *r)
{
    if (r->n_units > UNITS_MAX || r->n_prefixes > UNITS_MAX) {
        tell(r, r->type->at, "it has more units than sedge takes");
        return;
    }
    r->all = tctx_alloc(r->c, (r->n_units + r->n_prefixes + 1) * sizeof(*r->all));
    for (size_t i = 0; i < r->n_units && !r->n_prefixes; i++)
        add_unit(r, r->suffix ? tctx_printf(r->c, "%s%s", r->units[i].name, r->suffix) : r->units[i].name,
                 &r->units[i].factor);
    for (size_t i = 0; i < r->n_prefixes && r->n_units; i++) {
        struct amount factor;
        if (amount_multiply(&r->prefixes[i].factor, &r->units[0].factor, &factor))
            add_unit(r, tctx_printf(r->c, "%s%s", r->prefixes[i].name, r->units[0].name), &factor);
        else
            tell(r, r->type->at, "the multiplier of '%s' has more digits than sedge takes", r->prefixes[i].name);
    }
    if (r->suffix)
        add_unit(r, r->suffix, &(struct amount){.m = 1});
}

/* The rules for units and prefixes, where they are complete. */
static void check_rows(struct reading *r)
{
    struct at units = line_key(r, KEY_UNITS), prefixes = line_key(r, KEY_PREFIX);
    if (!r->n_units && !r->suffix && r->ok) {
        tosca_error(r->c, at_of(r->type->at.file, r->type->key), "MISSING_KEY",
                    "data type '%s': a scalar type needs 'units'", r->type->name);
        r->ok = false;
        return;
    }
    if (r->n_prefixes && r->n_units > 1)
        tell(r, prefixes, "prefixes go with one unit alone, and it has %zu", r->n_units);
    else if (!r->suffix && !count_ones(r->units, r->n_units))
        tell(r, units, "one of its units must have the multiplier 1");
    else if (r->n_prefixes && !count_ones(r->prefixes, r->n_prefixes))
        tell(r, prefixes, "one of its prefixes must have the multiplier 1, as \"\": 1 does");
}

static const char *canonical_of(struct reading *r)
{
    struct at at = line_key(r, "canonical_unit", NULL);
    const char *name = at_text(at), *first = NULL;
    for (size_t i = 0; i < r->n_all; i++) {
        bool one = is_one(&r->all[i].factor);
        if (name && str_eq(r->all[i].name, name)) {
            if (!one)
                tell(r, at, "the canonical unit '%s' has another multiplier than 1", name);
            return name;
        }
        first = one && !first ? r->all[i].name : first;
    }
    if (name)
        tell(r, at, "the canonical unit '%s' is none of its units", name);
    else if (count_ones(r->all, r->n_all) > 1)
        tell(r, line_key(r, KEY_UNITS),
             "more than one unit has the multiplier 1; say by 'canonical_unit' which one is meant");
    return name ? name : first;
}

/* Multipliers are values of the number's type, too. */
static void check_multipliers(struct reading *r, struct units *u, struct at type)
{
    for (size_t i = 0; u->whole && i < u->n; i++) {
        if (amount_whole(&u->rows[i].factor) && u->rows[i].factor.m > 0)
            continue;
        tell(r, type, "the multiplier of '%s' is no positive whole number, and the numbers are integers",
             u->rows[i].name);
        return;
    }
}

static struct units *read_units(struct reading *r, struct at number_type, bool whole)
{
    const char *suffix = at_text(line_key(r, "unit_suffix", NULL));
    r->suffix = suffix;
    r->units = rows_read(r, KEY_UNITS, &r->n_units);
    r->prefixes = rows_read(r, KEY_PREFIX, &r->n_prefixes);
    if (r->ok)
        check_rows(r);
    if (r->ok)
        spread(r);
    struct units *u = tctx_alloc(r->c, sizeof(*u));
    *u = (struct units){.rows = r->all, .n = r->n_all, .whole = whole};
    u->canonical = r->ok ? canonical_of(r) : NULL;
    if (r->ok)
        check_multipliers(r, u, number_type);
    return r->ok ? u : NULL;
}

/* What stands before the unit: a float unless the type says otherwise. */
static struct schema *number_schema(struct reading *r)
{
    struct at at = line_key(r, KEY_TYPE);
    if (!at_text(at))
        return NULL;
    struct tdef *d = tdef_make(r->c, "number", at.node, at);
    d->short_type = true;
    struct schema *s = schema_of(r->c, d);
    if (s->type && s->prim != PRIM_INTEGER && s->prim != PRIM_FLOAT) {
        tosca_error(r->c, at, "VALUE_TYPE",
                    "data type '%s': the numbers of a scalar type are integers or floats, not '%s'", r->type->name,
                    s->type->name);
        r->ok = false;
    }
    return s;
}

void scalar_type_schema(struct tctx *c, struct schema *s)
{
    struct ttype *type = s->type;
    if (!type->scalar_known) {
        struct reading r = {.c = c, .type = type, .ok = true};
        for (struct ttype *p = type; p && p->at.node && r.n < LINE_MAX; p = type_parent(c, p))
            r.line[r.n++] = p;
        type->scalar_known = true;
        if (!r.n) {
            tosca_error(c, s->def->at, "INHERITANCE", "type '%s' is abstract: derive a type with units from it",
                        type->name);
            return;
        }
        type->number = number_schema(&r);
        bool whole = type->number && type->number->prim == PRIM_INTEGER;
        type->units = read_units(&r, at_null(line_key(&r, KEY_UNITS)) ? type->at : line_key(&r, KEY_UNITS), whole);
    }
    s->units = type->units;
    s->number = type->number;
}

void scalar_type_check(struct topo *t, struct ttype *type)
{
    static const char *const keys[] = {"units",           "prefixes",    "canonical_unit", "data_type",
                                       "unit_symbol_map", "unit_suffix", "data_value_type"};
    struct tctx *c = t->c;
    struct ttype *parent = type_parent(c, type);
    bool scalar = type_prim(c, type) == PRIM_SCALAR;
    for (size_t i = 0; i < ARRAY_LEN(keys); i++) {
        struct at at = at_key(type->at, keys[i]);
        if (at_null(at))
            continue;
        if (!scalar)
            tosca_error(c, at, "INHERITANCE", "data type '%s': '%s' belongs to types that derive from 'scalar'",
                        type->name, keys[i]);
        else if (parent && parent->at.node && (strstr(keys[i], "data_") || str_eq(keys[i], "unit_suffix")))
            tosca_error(c, at, "INHERITANCE", "data type '%s': '%s' cannot be changed; it is as in '%s'", type->name,
                        keys[i], parent->name);
    }
    if (!scalar)
        return;
    struct tdef *d = tdef_make(c, type->name, type->key, type->at);
    struct schema s = {.def = d, .type = type, .prim = PRIM_SCALAR};
    scalar_type_schema(c, &s);
}
