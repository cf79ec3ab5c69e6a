// SPDX-License-Identifier: Apache-2.0
/* Describes types, declarations, functions and keynames. */
#include "editor/name_describe.h"

#include <string.h>

#include "editor/keyname_words.h"
#include "tosca/schema.h"
#include "tosca/type_name.h"

#define VALUE_MAX   300 /* bytes of a value that is shown */
#define VALUE_DEPTH 8
#define LIST_MAX    60 /* members of one kind that are listed */

/* ---- values as YAML on one line ---- */

static void add_value(struct buf *to, const struct ynode *n, unsigned depth)
{
    if (to->len > VALUE_MAX || depth > VALUE_DEPTH) {
        buf_adds(to, "...");
        return;
    }
    if (n->kind == Y_SCALAR) {
        buf_addf(to, n->plain ? "%.200s" : "\"%.200s\"", n->text);
        return;
    }
    buf_adds(to, n->kind == Y_SEQ ? "[" : "{");
    for (size_t i = 0; i < n->n && to->len <= VALUE_MAX; i++) {
        buf_adds(to, i ? ", " : "");
        if (n->kind == Y_MAP) {
            add_value(to, n->pairs[i].key, depth + 1);
            buf_adds(to, ": ");
        }
        add_value(to, n->kind == Y_SEQ ? n->items[i] : n->pairs[i].value, depth + 1);
    }
    buf_adds(to, n->kind == Y_SEQ ? "]" : "}");
}

static void add_fact(struct buf *to, const char *words, struct at at)
{
    if (at_null(at))
        return;
    AUTO_BUF struct buf value = {0};
    add_value(&value, at.node, 0);
    buf_addf(to, "\n- %s: `%s`", words, buf_str(&value));
}

/* ---- declarations ---- */

static void add_text(struct buf *to, struct at description)
{
    if (at_text(description))
        buf_addf(to, "\n\n%.2000s", at_text(description));
}

static struct schema *schema_known(struct cursor *p, struct tdef *d)
{
    return p->world ? schema_of(&p->world->c, d) : NULL;
}

/* "list of string" */
static void add_type(struct cursor *p, struct buf *to, struct tdef *d)
{
    struct schema *s = schema_known(p, d), *entry = s ? schema_entry(&p->world->c, s) : NULL;
    struct at type = tdef_key(d, "type");
    buf_adds(to, s && s->type ? s->type->name : at_text(type) ? at_text(type) : "any");
    if (entry)
        buf_addf(to, " of %s", schema_words(entry));
}

static void add_constraints(struct buf *to, struct tdef *d)
{
    for (; d; d = d->base) {
        struct at list = at_is(d->at, Y_MAP) ? at_key(d->at, "constraints") : at_of(NULL, NULL);
        for (size_t i = 0; i < at_len(list, Y_SEQ); i++) {
            AUTO_BUF struct buf value = {0};
            struct ynode *clause = list.node->items[i];
            if (clause->kind == Y_MAP && clause->n == 1) {
                add_value(&value, clause->pairs[0].key, 0);
                buf_adds(&value, ": ");
                clause = clause->pairs[0].value;
            }
            add_value(&value, clause, 0);
            buf_addf(to, "\n- constraint: `%s`", buf_str(&value));
        }
        add_fact(to, "validation", at_is(d->at, Y_MAP) ? at_key(d->at, "validation") : at_of(NULL, NULL));
    }
}

static void add_owner(struct buf *to, const struct tdef *d)
{
    if (d->owner)
        buf_addf(to, " of %s `%s`", type_kind_words(d->owner->kind), d->owner->name);
}

static void describe_value(struct cursor *p, struct buf *to, struct tdef *d, const char *what)
{
    struct at given = tdef_given(d);
    buf_addf(to, "**%s**: ", d->name);
    add_type(p, to, d);
    buf_addf(to, "\n\n%s", what);
    add_owner(to, d);
    add_text(to, tdef_key(d, "description"));
    buf_adds(to, "\n");
    if (str_eq(what, "property"))
        buf_addf(to, "\n- required: %s", tdef_required(d) ? at_null(given) ? "yes" : "yes, and has a value" : "no");
    add_fact(to, at_null(tdef_fixed(d)) ? "default" : "fixed value", given);
    add_constraints(to, d);
}

static void describe_requirement(struct buf *to, struct tdef *d)
{
    buf_addf(to, "**%s**\n\nrequirement", d->name);
    add_owner(to, d);
    add_text(to, tdef_key(d, "description"));
    buf_adds(to, "\n");
    add_fact(to, "capability", at_is(d->at, Y_MAP) ? tdef_key(d, "capability") : d->at);
    add_fact(to, "node", tdef_key(d, "node"));
    add_fact(to, "relationship", tdef_key(d, "relationship"));
    add_fact(to, "how many", tdef_key(d, "occurrences"));
}

static void describe_other(struct buf *to, struct tdef *d, const char *what)
{
    struct at type = tdef_key(d, "type");
    buf_addf(to, "**%s**", d->name);
    if (at_text(type) || at_text(d->at))
        buf_addf(to, ": %s", at_text(type) ? at_text(type) : at_text(d->at));
    buf_addf(to, "\n\n%s", what);
    add_owner(to, d);
    add_text(to, tdef_key(d, "description"));
}

static const char *const member_words[MEMBER_KINDS] = {
    [MEMBER_PROPERTY] = "property",       [MEMBER_ATTRIBUTE] = "attribute", [MEMBER_CAPABILITY] = "capability",
    [MEMBER_REQUIREMENT] = "requirement", [MEMBER_INTERFACE] = "interface", [MEMBER_ARTIFACT] = "artifact",
};

static void describe_member(struct cursor *p, struct buf *to, struct tdef *d, enum member member)
{
    if (member == MEMBER_PROPERTY || member == MEMBER_ATTRIBUTE)
        describe_value(p, to, d, member_words[member]);
    else if (member == MEMBER_REQUIREMENT)
        describe_requirement(to, d);
    else
        describe_other(to, d, member_words[member]);
}

/* ---- types ---- */

static void add_ancestry(struct cursor *p, struct buf *to, struct ttype *t)
{
    struct ttype *parent = type_parent(&p->world->c, t);
    if (parent)
        buf_adds(to, "\n\nderived from ");
    for (int i = 0; parent && i < LIST_MAX; i++) {
        buf_addf(to, "%s`%s`", i ? " < " : "", parent->name);
        parent = type_parent(&p->world->c, parent);
    }
}

static void add_member(struct cursor *p, struct buf *to, struct tdef *d, enum member member)
{
    struct at text = tdef_key(d, "description");
    buf_addf(to, "\n- `%s`", d->name);
    if (member == MEMBER_PROPERTY || member == MEMBER_ATTRIBUTE) {
        buf_adds(to, ": ");
        add_type(p, to, d);
    } else {
        struct at type = tdef_key(d, member == MEMBER_REQUIREMENT ? "capability" : "type");
        const char *word = at_text(type) ? at_text(type) : at_text(d->at);
        buf_addf(to, "%s%s", word ? ": " : "", word ? word : "");
    }
    if (member == MEMBER_PROPERTY && tdef_required(d) && at_null(tdef_given(d)))
        buf_adds(to, ", required");
    if (at_text(text))
        buf_addf(to, " - %.200s", at_text(text));
}

static void add_members(struct cursor *p, struct buf *to, struct ttype *t, enum member member, const char *title)
{
    const struct map *all = type_members(&p->world->c, t, member);
    if (all->n)
        buf_addf(to, "\n\n%s:\n", title);
    for (size_t i = 0; i < all->n && i < LIST_MAX; i++)
        add_member(p, to, all->items[i].value, member);
    if (all->n > LIST_MAX)
        buf_addf(to, "\n- and %zu more", all->n - LIST_MAX);
}

static void describe_type(struct cursor *p, struct buf *to, struct ttype *t)
{
    buf_addf(to, "**%s**: %s", t->name, type_kind_words(t->kind));
    if (!t->at.file) {
        buf_adds(to, " of TOSCA itself");
        return;
    }
    add_text(to, at_key(t->at, "description"));
    add_ancestry(p, to, t);
    add_members(p, to, t, MEMBER_PROPERTY, "Properties");
    add_members(p, to, t, MEMBER_ATTRIBUTE, "Attributes");
    add_members(p, to, t, MEMBER_CAPABILITY, "Capabilities");
    add_members(p, to, t, MEMBER_REQUIREMENT, "Requirements");
    buf_addf(to, "\n\nfrom %s%s", t->at.file->path, t->at.file->builtin ? ", which comes with sedge" : "");
}

/* ---- what else there is ---- */

static void describe_function(const struct cursor *p, struct buf *to, const struct function *f)
{
    const char *arguments = p->second && f->arguments_2 ? f->arguments_2 : f->arguments;
    buf_addf(to, "**%s%s**: [%s]\n\ngives %s: %s\n\nstands %s", p->second ? "$" : "", f->name, arguments,
             function_gives_words(f->gives), f->does, f->where ? f->where : "wherever a value does");
}

static const char *form_words(const struct gshape *g)
{
    if (g->forms & FORM_PAIRS)
        return "a list of one-key maps";
    if (g->forms & FORM_MAP)
        return g->forms & FORM_SCALAR ? "a map, or a single value" : "a map";
    return g->forms & FORM_LIST ? "a list" : g->forms & FORM_SCALAR ? "a single value" : "any value";
}

static void describe_key(const struct cursor *p, struct buf *to, const struct name *n)
{
    const char *words = keyname_words(n->in, n->key->core ? n->key->core : n->key->name);
    const struct gshape *under = &cursor_shapes(p)[n->key->shape];
    buf_addf(to, "**%s**: keyname of a %s, %s%s", n->key->name, cursor_shapes(p)[n->in].words, form_words(under),
             n->must ? ", required" : "");
    if (words)
        buf_addf(to, "\n\n%s", words);
}

/* What the document defines: its type, and its description. */
static void describe_here(struct cursor *p, struct buf *to, const struct name *n)
{
    const struct sketch *s = &p->sketch;
    const struct sketch_node *map = n->here->up;
    const struct sketch_node *value = map ? sketch_get(s, map, n->here->text) : NULL;
    const char *text = value ? sketch_text(s, sketch_get(s, value, "description")) : NULL;
    buf_addf(to, "**%s**", n->label);
    if (n->detail)
        buf_addf(to, ": %s", n->detail);
    if (text)
        buf_addf(to, "\n\n%.2000s", text);
}

char *name_describe(struct cursor *p, const struct name *n)
{
    AUTO_BUF struct buf to = {0};
    if (n->kind == NAME_KEY)
        describe_key(p, &to, n);
    else if (n->kind == NAME_TYPE && n->type && p->world)
        describe_type(p, &to, n->type);
    else if (n->kind == NAME_MEMBER)
        describe_member(p, &to, n->def, n->member);
    else if (n->kind == NAME_FUNCTION)
        describe_function(p, &to, n->function);
    else if (n->kind == NAME_HERE)
        describe_here(p, &to, n);
    else if (n->kind == NAME_THERE || (n->kind == NAME_WORD && n->detail))
        buf_addf(&to, "**%s**: %s", n->label, n->detail);
    if (n->kind == NAME_THERE)
        add_text(&to, at_key(n->at, "description"));
    return to.len ? buf_take(&to) : NULL;
}

/* The token is a key that defines something: the type of a template, or the type itself. */
static char *describe_defined(struct cursor *p)
{
    AUTO_BUF struct buf to = {0};
    const struct sketch_node *value = p->token->is_key ? sketch_get(&p->sketch, p->token->up, p->token->text) : NULL;
    if (!value || value->kind == SKETCH_NONE || p->n >= CURSOR_STEPS_MAX)
        return NULL;
    struct cursor inner = *p; /* one step on */
    cursor_move(&inner, (struct sketch_node *)(uintptr_t)value);
    struct step *x = &inner.steps[inner.n - 1];
    enum type_kind kind;
    if (inner.n < 2 || x->key || !x->g->words || !cursor_kind(&inner, (int)inner.n - 1, &kind))
        return NULL;
    bool is_type = str_eq(inner.steps[inner.n - 2].key, type_kind_section(kind));
    struct ttype *t = is_type && p->file && p->world ? type_find(&p->world->c, p->file, kind, p->token->text)
                                                     : cursor_type(&inner, (int)inner.n - 1);
    if (!is_type)
        buf_addf(&to, "%s **%s**\n\n", x->g->words, p->token->text);
    if (t && p->world)
        describe_type(p, &to, t);
    return to.len ? buf_take(&to) : NULL;
}

char *cursor_describe(struct cursor *p)
{
    struct name n;
    if (!p->token || !p->n || !*p->token->text)
        return NULL;
    char *text = name_find(p, &n) ? name_describe(p, &n) : NULL;
    return text ? text : describe_defined(p);
}
