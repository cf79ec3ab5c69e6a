// SPDX-License-Identifier: Apache-2.0
/* Makes schemas from declarations. */
#include "tosca/schema.h"

#define CLAUSES_MAX 1024

static struct ttype *schema_type(struct tctx *c, struct tdef *d)
{
    if (d->short_type && at_text(d->at))
        return type_at(c, d->at, TYPE_DATA, NULL);
    return type_at(c, tdef_key(d, "type"), TYPE_DATA, NULL);
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
        schema_clauses(c, s, at_is(p->at, Y_MAP) ? at_key(p->at, "constraints") : at_of(NULL, NULL));
    for (struct ttype *t = s->type; t && tctx_spend(c, 1); t = type_parent(c, t))
        schema_clauses(c, s, at_is(t->at, Y_MAP) ? at_key(t->at, "constraints") : at_of(NULL, NULL));
    return s;
}

/* A schema under the declaration's key, or under that of the nearest data type. */
static struct schema *schema_under(struct tctx *c, struct schema *s, const char *key)
{
    struct at at = tdef_key(s->def, key);
    for (struct ttype *t = s->type; t && at_null(at) && tctx_spend(c, 1); t = type_parent(c, t))
        at = at_is(t->at, Y_MAP) ? at_key(t->at, key) : at_of(NULL, NULL);
    if (at_null(at))
        return NULL;
    struct tdef *d = tdef_make(c, key, at.node, at);
    d->short_type = at_is(at, Y_SCALAR);
    return schema_of(c, d);
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
