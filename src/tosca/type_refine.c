// SPDX-License-Identifier: Apache-2.0
/* Checks refinements against what they refine. */
#include "tosca/type_refine.h"

#include "tosca/grammar.h"
#include "tosca/occurrences.h"
#include "tosca/related.h"

/* TOSCA 1.0 to 1.2 let a later definition take the earlier one's place; since then it has to narrow it. */
static bool must_narrow(struct at at)
{
    return at.file && at.file->version >= TOSCA_1_3;
}

static bool is_of_2(struct at at)
{
    return at.file && at.file->version == TOSCA_2_0;
}

/* Have they an ancestor in common that is not the root of them all? */
static bool is_related(struct tctx *c, struct ttype *a, struct ttype *b)
{
    for (struct ttype *p = a; p && tctx_spend(c, 1); p = type_parent(c, p)) {
        if (type_parent(c, p) && type_is_a(c, b, p))
            return true;
    }
    return false;
}

/* 2.0 insists; profiles of 1.x in use make one of its kin of the type that they had, which is taken with a warning. */
static void tell_type(struct tctx *c, const struct tdef *d, struct at at, enum type_kind kind, struct ttype *mine,
                      struct ttype *base, const char *words, bool lenient)
{
    bool soft = !is_of_2(at) && (lenient || is_related(c, base, mine));
    (soft ? tosca_warn : tosca_error)(c, at, "INHERITANCE",
                                      "%s: %s '%s' does not derive from '%s', which it had before", words,
                                      type_kind_words(kind), mine->name, base->name);
    related_def(c, d->base);
}

void refine_type(struct tctx *c, struct tdef *d, const char *key, enum type_kind kind, const char *words)
{
    struct ttype *mine = tdef_type(c, d, key, kind), *base = d->base ? tdef_type(c, d->base, key, kind) : NULL;
    if (mine && base && !type_is_a(c, mine, base))
        tell_type(c, d, d->at, kind, mine, base, words, false);
}

/* ---- values ---- */

/* Two schemas on their way down: the one, and the one that it refines. */
struct under {
    struct tctx *c;
    const char *words;
    struct schema *mine, *base;
    const struct tdef *before; /* or, of a data type, */
    const struct ttype *parent;
};

static void refine_schema(const struct under *u, const char *part, struct schema *mine, struct schema *base,
                          struct at at)
{
    if (at_null(at) || !mine || !base || !mine->type || !base->type || base->prim == PRIM_ANY ||
        type_is_a(u->c, mine->type, base->type))
        return;
    (must_narrow(at) ? tosca_error : tosca_warn)(u->c, at, "INHERITANCE",
                                                 "%s: %s type '%s' does not derive from '%s', which it had before",
                                                 u->words, part, mine->type->name, base->type->name);
    related_def(u->c, u->before);
    related_type(u->c, u->parent);
}

/* The schema of entries and keys; deeper ones of the entries too. */
static void refine_schemas(struct under *u, struct at at)
{
    struct tctx *c = u->c;
    for (unsigned depth = 0; u->mine && u->base && at_is(at, Y_MAP) && depth < TOSCA_DEPTH_MAX && tctx_spend(c, 1);
         depth++) {
        struct at key = at_key(at, "key_schema"), entry = at_key(at, "entry_schema");
        refine_schema(u, "key", schema_key(c, u->mine), schema_key(c, u->base), key);
        u->mine = schema_entry(c, u->mine);
        u->base = schema_entry(c, u->base);
        refine_schema(u, "entry", u->mine, u->base, entry);
        at = entry;
    }
}

void refine_data(struct tctx *c, struct ttype *type, struct schema *mine, const char *words)
{
    struct ttype *parent = type_parent(c, type);
    if (!parent || !parent->at.node)
        return;
    struct tdef *d = tdef_make(c, parent->name, parent->key, parent->at);
    struct schema base = {.def = d, .type = parent, .prim = type_prim(c, parent)};
    struct under u = {.c = c, .words = words, .mine = mine, .base = &base, .parent = parent};
    refine_schemas(&u, type->at);
}

static bool is_optional(const struct tdef *d)
{
    struct at at = d ? tdef_key(d, "required") : at_of(NULL, NULL);
    return str_eq(at_text(at), "false");
}

/* Who counts on a value of the parent counts on it in what derives from it. */
static void still_required(struct tctx *c, struct tdef *d, const char *words)
{
    struct at own = at_is(d->at, Y_MAP) ? at_key(d->at, "required") : at_of(NULL, NULL);
    if (!at_text(own) || !str_eq(at_text(own), "false") || is_optional(d->base))
        return;
    tosca_error(c, own, "INHERITANCE", "%s is required where it is inherited from, and cannot become optional", words);
    related_def(c, d->base);
}

void refine_value(struct tctx *c, struct tdef *d, const char *words)
{
    struct schema *mine = schema_of(c, d), *base = d->base ? schema_of(c, d->base) : NULL;
    struct at at = at_key(d->at, "type");
    if (!d->base)
        return;
    if (!at_null(tdef_fixed(d->base))) {
        tosca_error(c, at_of(d->at.file, d->key), "INHERITANCE",
                    "%s: its value is fixed already, and cannot be refined", words);
        related_def(c, d->base);
    }
    if (at_text(at) && mine->type && base->type && base->prim != PRIM_ANY && !type_is_a(c, mine->type, base->type)) {
        tosca_error(c, at, "INHERITANCE", "%s: type '%s' does not derive from '%s', which it had before", words,
                    mine->type->name, base->type->name);
        related_def(c, d->base);
    } else {
        struct under u = {.c = c, .words = words, .mine = mine, .base = base, .before = d->base};
        refine_schemas(&u, d->at);
    }
    still_required(c, d, words);
}

/* ---- lists of types ---- */

static struct ttype *type_of_item(struct tctx *c, struct at at, enum type_kind kind)
{
    return at_text(at) ? type_find(c, at.file, kind, at_text(at)) : NULL;
}

/* Is the type in the list, or derived from one in it? An unknown name is told elsewhere. */
static bool list_takes(struct tctx *c, struct at list, struct ttype *type)
{
    for (size_t i = 0; i < list.node->n && tctx_spend(c, 1); i++) {
        struct ttype *one = type_of_item(c, at_of(list.file, list.node->items[i]), type->kind);
        if (one && type_is_a(c, type, one))
            return true;
    }
    return false;
}

static bool is_compatible(struct tctx *c, struct at base, struct ttype *type, bool loose)
{
    bool any = list_takes(c, base, type);
    for (size_t i = 0; !any && loose && i < base.node->n && tctx_spend(c, 1); i++) {
        struct ttype *one = type_of_item(c, at_of(base.file, base.node->items[i]), type->kind);
        any = one && is_related(c, one, type);
    }
    return any;
}

/* A list narrows another; kinds: up to two that its names may be of. 1.3 asks for types of one family only (3.7.2.4).
 */
static void narrow_list(struct tctx *c, struct at mine, struct at base, const enum type_kind *kinds, size_t n,
                        const char *words, const char *key)
{
    if (!at_len(mine, Y_SEQ) || !at_len(base, Y_SEQ) || mine.node == base.node)
        return;
    for (size_t i = 0; i < mine.node->n && tctx_spend(c, 1); i++) {
        struct at at = at_of(mine.file, mine.node->items[i]);
        struct ttype *type = NULL;
        for (size_t k = 0; k < n && !type; k++)
            type = type_of_item(c, at, kinds[k]);
        if (!type || is_compatible(c, base, type, !is_of_2(at)))
            continue;
        (must_narrow(at) ? tosca_error : tosca_warn)(
            c, at, "INHERITANCE", "%s: '%s' in %s is none of the types that are inherited, and derives from none",
            words, type->name, grammar_word(at.file, key));
        tosca_related(c, base, "these are inherited");
    }
}

/* The list of that name of the nearest ancestor that has one. */
static struct at ancestors_list(struct tctx *c, struct ttype *type, const char *key)
{
    struct at list = at_of(NULL, NULL);
    for (struct ttype *p = type; p && at_null(list) && tctx_spend(c, 1); p = type_parent(c, p))
        list = at_is(p->at, Y_MAP) ? at_key(p->at, key) : list;
    return list;
}

static const struct {
    const char *key;
    enum type_kind owner;
    enum type_kind kinds[2];
    size_t n;
} type_lists[] = {
    {"valid_source_types", TYPE_CAPABILITY, {TYPE_NODE}, 1},
    {"valid_relationship_types", TYPE_CAPABILITY, {TYPE_RELATIONSHIP}, 1},
    {"valid_target_types", TYPE_RELATIONSHIP, {TYPE_CAPABILITY}, 1},
    {"valid_target_node_types", TYPE_RELATIONSHIP, {TYPE_NODE}, 1},
    {"valid_source_node_types", TYPE_RELATIONSHIP, {TYPE_NODE}, 1},
    {"members", TYPE_GROUP, {TYPE_NODE}, 1},
    {"targets", TYPE_POLICY, {TYPE_NODE, TYPE_GROUP}, 2},
};

void refine_lists(struct tctx *c, struct ttype *type)
{
    for (size_t i = 0; i < ARRAY_LEN(type_lists); i++) {
        struct at mine = at_key(type->at, type_lists[i].key);
        if (type->kind == type_lists[i].owner && !at_null(mine))
            narrow_list(c, mine, ancestors_list(c, type_parent(c, type), type_lists[i].key), type_lists[i].kinds,
                        type_lists[i].n, tctx_printf(c, "%s '%s'", type_kind_words(type->kind), type->name),
                        type_lists[i].key);
    }
}

/* ---- capabilities and requirements ---- */

static struct occurrences range_of(struct tctx *c, const struct tdef *d, struct occurrences usual)
{
    struct occurrences o = usual;
    struct at at = tdef_key(d, "occurrences");
    if (!at_null(at) && !occurrences_read(c, at, NULL, &o))
        o = usual;
    return o;
}

/* That it may be left open where it had to be given, the normative types of 1.3 say themselves. */
static void narrow_range(struct tctx *c, struct tdef *d, struct occurrences usual, const char *words)
{
    struct at own = at_is(d->at, Y_MAP) ? at_key(d->at, "occurrences") : at_of(NULL, NULL);
    struct occurrences mine, base = range_of(c, d->base, usual);
    if (at_null(own) || !occurrences_read(c, own, NULL, &mine) ||
        (mine.upper <= base.upper && (mine.lower >= base.lower || !is_of_2(own))))
        return;
    (must_narrow(own) ? tosca_error : tosca_warn)(c, own, "INHERITANCE",
                                                  "%s: its %s reach beyond those that it inherits", words,
                                                  is_of_2(own) ? "counts" : "occurrences");
    related_def(c, d->base);
}

void refine_capability(struct tctx *c, struct tdef *d, const char *words)
{
    static const char *const keys[] = {"valid_source_types", "valid_relationship_types"};
    static const enum type_kind kinds[] = {TYPE_NODE, TYPE_RELATIONSHIP};
    struct ttype *type = tdef_type(c, d, "type", TYPE_CAPABILITY);
    refine_type(c, d, "type", TYPE_CAPABILITY, words);
    for (size_t i = 0; i < ARRAY_LEN(keys) && at_is(d->at, Y_MAP); i++) {
        struct at base = d->base ? tdef_key(d->base, keys[i]) : at_of(NULL, NULL);
        narrow_list(c, at_key(d->at, keys[i]), at_null(base) ? ancestors_list(c, type, keys[i]) : base, &kinds[i], 1,
                    words, keys[i]);
    }
    if (d->base)
        narrow_range(c, d, (struct occurrences){0, OCCURRENCES_UNBOUNDED}, words);
}

/* The type that the declaration asks for under the key; `at`: where it says so. */
static struct ttype *asked_for(struct tctx *c, const struct tdef *d, const char *key, enum type_kind kind,
                               struct at *at)
{
    *at = tdef_key(d, key);
    if (str_eq(key, "capability") && at_is(d->at, Y_SCALAR))
        *at = d->at;
    *at = at_is(*at, Y_MAP) ? at_key(*at, "type") : *at;
    return type_of_item(c, *at, kind);
}

void refine_requirement(struct tctx *c, struct tdef *d, const char *words)
{
    static const struct {
        const char *key;
        enum type_kind kind;
    } parts[] = {{"capability", TYPE_CAPABILITY}, {"node", TYPE_NODE}, {"relationship", TYPE_RELATIONSHIP}};
    if (!d->base)
        return;
    for (size_t i = 0; i < ARRAY_LEN(parts); i++) {
        struct at at, before;
        struct ttype *mine = asked_for(c, d, parts[i].key, parts[i].kind, &at);
        struct ttype *base = asked_for(c, d->base, parts[i].key, parts[i].kind, &before);
        if (mine && base && !type_is_a(c, mine, base))
            tell_type(c, d, at, parts[i].kind, mine, base, words, !must_narrow(at));
    }
    struct occurrences usual = {1, 1};
    if (is_of_2(d->base->at))
        usual = (struct occurrences){0, OCCURRENCES_UNBOUNDED};
    narrow_range(c, d, usual, words);
}
