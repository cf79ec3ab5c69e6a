// SPDX-License-Identifier: Apache-2.0
/* Collects declarations along the ancestry of types. */
#include "tosca/member.h"

#include "tosca/grammar.h"
#include "tosca/scalar.h"

#define ANCESTRY_MAX 128

static const char *const member_sections[MEMBER_KINDS] = {
    [MEMBER_PROPERTY] = "properties",      [MEMBER_ATTRIBUTE] = "attributes", [MEMBER_CAPABILITY] = "capabilities",
    [MEMBER_REQUIREMENT] = "requirements", [MEMBER_INTERFACE] = "interfaces", [MEMBER_ARTIFACT] = "artifacts",
};

struct tdef *tdef_make(struct tctx *c, const char *name, const struct ynode *key, struct at at)
{
    struct tdef *d = tctx_alloc(c, sizeof(*d));
    *d = (struct tdef){.name = name, .key = key, .at = at};
    return d;
}

static void member_add(struct tctx *c, struct ttype *t, struct map *to, const struct ypair *p)
{
    if (p->key->kind != Y_SCALAR)
        return;
    struct tdef *d = tdef_make(c, p->key->text, p->key, at_of(t->at.file, p->value));
    d->owner = t;
    d->base = map_get(to, d->name);
    if (d->base && d->base->owner == t) /* twice in one list: the later one stands alone */
        d->base = d->base->base;
    map_set(to, d->name, d);
}

static void members_of(struct tctx *c, struct ttype *t, enum member kind, const struct map *inherited)
{
    struct map *all = tctx_map(c);
    t->members[kind] = all;
    for (size_t i = 0; inherited && i < inherited->n && tctx_spend(c, 1); i++)
        map_set(all, inherited->items[i].key, inherited->items[i].value);
    struct at section = at_is(t->at, Y_MAP) ? at_key(t->at, member_sections[kind]) : at_of(NULL, NULL);
    enum ykind form = kind == MEMBER_REQUIREMENT ? Y_SEQ : Y_MAP;
    for (size_t i = 0; i < at_len(section, form) && tctx_spend(c, 1); i++) {
        const struct ynode *item = form == Y_SEQ ? section.node->items[i] : NULL;
        if (form == Y_MAP)
            member_add(c, t, all, &section.node->pairs[i]);
        else if (item->kind == Y_MAP && item->n == 1)
            member_add(c, t, all, &item->pairs[0]);
    }
}

const struct map *type_members(struct tctx *c, struct ttype *t, enum member kind)
{
    struct ttype *line[ANCESTRY_MAX];
    size_t n = 0;
    for (struct ttype *p = t; p && !p->members[kind] && n < ANCESTRY_MAX; p = type_parent(c, p))
        line[n++] = p;
    if (n == ANCESTRY_MAX)
        tosca_error(c, at_of(t->at.file, t->key), "LIMIT", "%s '%s' derives through more than %d types",
                    type_kind_words(t->kind), t->name, ANCESTRY_MAX);
    while (n > 0) {
        struct ttype *p = line[--n], *parent = type_parent(c, p);
        members_of(c, p, kind, parent ? parent->members[kind] : NULL);
    }
    return t->members[kind];
}

struct tdef *type_member(struct tctx *c, struct ttype *t, enum member kind, const char *name)
{
    return t && name ? map_get(type_members(c, t, kind), name) : NULL;
}

struct at tdef_key(const struct tdef *d, const char *key)
{
    for (; d; d = d->base) {
        struct at at = at_is(d->at, Y_MAP) ? at_key(d->at, key) : at_of(d->at.file, NULL);
        if (!at_null(at))
            return at;
    }
    return at_of(NULL, NULL);
}

struct ttype *tdef_type(struct tctx *c, const struct tdef *d, const char *key, enum type_kind kind)
{
    for (; d; d = d->base) {
        struct at at = at_is(d->at, Y_MAP) ? at_key(d->at, key) : d->at;
        if (at_text(at))
            return type_at(c, at, kind, NULL);
    }
    return NULL;
}

/* A map without a type that has other keys than a declaration is a value, too. */
static bool is_value_map(const struct ynode *n)
{
    bool other = false;
    for (size_t i = 0; i < n->n; i++) {
        const struct ynode *key = n->pairs[i].key;
        bool of_2 = key->kind == Y_SCALAR && str_eq(key->text, "validation");
        other = other || key->kind != Y_SCALAR || !(of_2 || grammar_is_key(SHAPE_PROPERTY_DEF, key->text));
    }
    return other && !ynode_get(n, "type");
}

static bool is_of_2(const struct tdef *d)
{
    return d && d->at.file && d->at.file->version == TOSCA_2_0;
}

struct at tdef_fixed(const struct tdef *d)
{
    for (; d; d = d->base) {
        struct at at = at_is(d->at, Y_MAP) ? at_key(d->at, "value") : at_of(NULL, NULL);
        at = d->base && tdef_is_value(d) ? d->at : at;
        if (!at_null(at) && is_of_2(d))
            return at;
    }
    return at_of(NULL, NULL);
}

bool tdef_required(const struct tdef *d)
{
    struct at at = tdef_key(d, "required");
    if (!at_text(at))
        return true;
    struct scalar_read r = scalar_read(at.node);
    return r.boolean || (r.reads != READS_BOOLEAN && r.reads != READS_OLD_BOOLEAN);
}

struct at tdef_given(const struct tdef *d)
{
    struct at fixed = tdef_fixed(d);
    bool optional = is_of_2(d) && !tdef_required(d);
    for (; d && at_null(fixed); d = d->base) {
        if (d->base && tdef_is_value(d))
            return d->at;
        struct at at = at_is(d->at, Y_MAP) && !optional ? at_key(d->at, "default") : at_of(NULL, NULL);
        if (at_null(at) && at_is(d->at, Y_MAP))
            at = at_key(d->at, "value");
        if (!at_null(at))
            return at;
    }
    return fixed;
}

bool tdef_is_value(const struct tdef *d)
{
    if (d->short_type || at_null(d->at))
        return false;
    return !at_is(d->at, Y_MAP) || (d->base && is_value_map(d->at.node));
}
