// SPDX-License-Identifier: Apache-2.0
/* Makes schemas from declarations. */
#include "tosca/schema.h"

#include "tosca/condition.h"
#include "tosca/scalar_type.h"

#define CLAUSES_MAX 1024

/* The nearest that says it, in short or long form. */
static struct ttype *schema_type(struct tctx *c, struct tdef *d)
{
    for (; d; d = d->base) {
        struct at at = d->short_type ? d->at : at_is(d->at, Y_MAP) ? at_key(d->at, "type") : at_of(NULL, NULL);
        if (at_text(at))
            return type_at(c, at, TYPE_DATA, NULL);
    }
    return NULL;
}

static void schema_clauses(struct tctx *c, struct schema *s, struct at list)
{
    for (size_t i = 0; i < at_len(list, Y_SEQ) && s->n_clauses < CLAUSES_MAX && tctx_spend(c, 1); i++) {
        struct at at = at_of(list.file, list.node->items[i]);
        struct clause clause;
        if (!clause_read(c, at, s->type ? s->prim : PRIM_ANY, s->type != NULL && s->prim == PRIM_NONE, &clause))
            continue;
        struct clause *grown = tctx_alloc(c, (s->n_clauses + 1) * sizeof(*grown));
        for (size_t k = 0; k < s->n_clauses; k++)
            grown[k] = s->clauses[k];
        grown[s->n_clauses++] = clause;
        s->clauses = grown;
    }
}

static void schema_validation(struct tctx *c, struct schema *s, struct at at)
{
    if (at_null(at) || at.file->version != TOSCA_2_0 || s->n_validations >= CLAUSES_MAX)
        return;
    struct validation *grown = tctx_alloc(c, (s->n_validations + 1) * sizeof(*grown));
    for (size_t k = 0; k < s->n_validations; k++)
        grown[k] = s->validations[k];
    grown[s->n_validations++] = (struct validation){.at = at, .looks = condition_looks(c, at)};
    s->validations = grown;
}

/* What a definition of a property or a data type asks of values. */
static void schema_asks(struct tctx *c, struct schema *s, struct at definition)
{
    if (!at_is(definition, Y_MAP))
        return;
    schema_clauses(c, s, at_key(definition, "constraints"));
    schema_validation(c, s, at_key(definition, "validation"));
}

struct schema *schema_of(struct tctx *c, struct tdef *d)
{
    if (d->schema)
        return d->schema;
    struct schema *s = tctx_alloc(c, sizeof(*s));
    *s = (struct schema){.def = d};
    d->schema = s;
    s->type = schema_type(c, d);
    s->prim = s->type ? type_prim(c, s->type) : PRIM_ANY;
    for (struct tdef *p = d; p && tctx_spend(c, 1); p = p->base)
        schema_asks(c, s, p->at);
    for (struct ttype *t = s->type; t && tctx_spend(c, 1); t = type_parent(c, t))
        schema_asks(c, s, t->at);
    if (s->prim == PRIM_SCALAR)
        scalar_type_schema(c, s);
    return s;
}

/* One more definition of the schema, which those before it refine. */
static void under_add(struct tctx *c, struct tdef ***last, struct at at, const char *key)
{
    if (at_null(at))
        return;
    struct tdef *d = tdef_make(c, key, at.node, at);
    d->short_type = at_is(at, Y_SCALAR);
    **last = d;
    *last = &d->base;
}

/* A schema under the declaration's key, or under that of the nearest data type; each refines the one behind it. */
static struct schema *schema_under(struct tctx *c, struct schema *s, const char *key)
{
    struct tdef *first = NULL, **last = &first;
    for (struct tdef *p = s->def; p && tctx_spend(c, 1); p = p->base)
        under_add(c, &last, at_is(p->at, Y_MAP) ? at_key(p->at, key) : at_of(NULL, NULL), key);
    for (struct ttype *t = s->type; t && tctx_spend(c, 1); t = type_parent(c, t))
        under_add(c, &last, at_is(t->at, Y_MAP) ? at_key(t->at, key) : at_of(NULL, NULL), key);
    return first ? schema_of(c, first) : NULL;
}

struct schema *schema_entry(struct tctx *c, struct schema *s)
{
    if (s && !s->entry_known) {
        s->entry_known = true;
        s->entry = schema_under(c, s, "entry_schema");
    }
    return s ? s->entry : NULL;
}

struct schema *schema_key(struct tctx *c, struct schema *s)
{
    if (s && !s->key_known) {
        s->key_known = true;
        s->key = schema_under(c, s, "key_schema");
    }
    return s ? s->key : NULL;
}

const char *schema_words(const struct schema *s)
{
    return s && s->type ? s->type->name : "any";
}
