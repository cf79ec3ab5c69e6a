// SPDX-License-Identifier: Apache-2.0
/* Checks interfaces of types, each against the bodies that it refines, nearest first. */
#include "tosca/interface_check.h"

#include "tosca/grammar.h"
#include "tosca/operation.h"
#include "tosca/operation_output.h"
#include "tosca/related.h"
#include "tosca/type_check.h"
#include "tosca/type_refine.h"

#define BODIES_MAX 64

/* One interface while it is checked, and what it inherits. */
struct body {
    struct topo *t;
    struct at at;
    const char *words;
    struct ttype *type; /* of the interface; NULL: unknown */
    bool of_type;       /* it stands in an interface type */
    struct at line[BODIES_MAX];
    size_t n;
};

static const struct {
    const char *key, *words;
} body_parts[] = {{"operations", "operation"}, {"notifications", "notification"}};

static void inherit(struct body *b, struct at at)
{
    if (b->n < BODIES_MAX && at_is(at, Y_MAP))
        b->line[b->n++] = at;
}

static void inherit_types(struct body *b, struct ttype *type)
{
    for (struct ttype *p = type; p && tctx_spend(b->t->c, 1); p = type_parent(b->t->c, p))
        inherit(b, p->at);
}

/* Operations of before 1.3 stand directly under the interface's name. */
static struct at member_in(struct at body, const char *part, const char *name)
{
    struct at at = at_key(at_key(body, part), name);
    if (at.node || !str_eq(part, "operations") || operation_is_key(name))
        return at;
    return at_key(body, name);
}

static bool is_inherited(const struct body *b, const char *part, const char *name)
{
    bool found = false;
    for (size_t i = 0; !found && i < b->n; i++)
        found = member_in(b->line[i], part, name).node != NULL;
    return found;
}

/* All names of that part that are inherited. */
static struct map *inherited_names(const struct body *b, const char *part)
{
    struct map *names = tctx_map(b->t->c);
    for (size_t i = 0; i < b->n; i++) {
        struct at list = at_key(b->line[i], part);
        for (size_t k = 0; k < at_len(list, Y_MAP) && tctx_spend(b->t->c, 1); k++)
            map_set(names, list.node->pairs[k].key->text ? list.node->pairs[k].key->text : "", names);
    }
    return names;
}

/* The nearest declaration of the input among what is inherited; part NULL: of the interface itself. */
static struct tdef *inherited_input(const struct body *b, const char *part, const char *member, const char *input)
{
    for (size_t i = 0; i < b->n; i++) {
        struct at of = part ? member_in(b->line[i], part, member) : b->line[i];
        struct at at = at_is(of, Y_MAP) ? at_key(at_key(of, "inputs"), input) : at_of(NULL, NULL);
        if (at_is(at, Y_MAP) && at_text(at_key(at, "type")))
            return tdef_make(b->t->c, input, at.node, at);
    }
    return NULL;
}

static void check_inputs(const struct body *b, struct at section, const char *part, const char *member,
                         const char *words)
{
    for (size_t i = 0; i < at_len(section, Y_MAP) && tctx_spend(b->t->c, 1); i++) {
        const struct ypair *p = &section.node->pairs[i];
        struct at at = at_of(section.file, p->value);
        if (p->key->kind != Y_SCALAR || !at_is(at, Y_MAP) || !at_text(at_key(at, "type")))
            continue;
        struct tdef *d = tdef_make(b->t->c, p->key->text, p->key, at);
        d->base = inherited_input(b, part, member, d->name);
        type_check_parameter(b->t, d, tctx_printf(b->t->c, "%s: input '%s'", words, d->name), false);
    }
}

/* What the node or relationship that has the interface says, an interface type cannot: it has none of them (TOSCA 1.3:
 * 3.7.5.4; TOSCA 2.0: 11.1, 11.4). */
static void check_bare(const struct body *b, struct at at, const char *words)
{
    struct at implementation = at_is(at, Y_MAP) ? at_key(at, "implementation") : at;
    if (at_null(implementation) || !b->of_type || implementation.file->version == TOSCA_2_0) /* its table knows none */
        return;
    (at.file->version == TOSCA_1_3 ? tosca_error : tosca_warn)(
        b->t->c, implementation, "UNKNOWN_KEY", "%s: an interface type has no implementations; give it in a node type",
        words);
}

static void check_output_mappings(const struct body *b, struct at section, const char *words)
{
    for (size_t i = 0; b->of_type && i < at_len(section, Y_MAP) && tctx_spend(b->t->c, 1); i++) {
        struct at at = at_of(section.file, section.node->pairs[i].value);
        struct at mapping = at_is(at, Y_MAP) ? at_key(at, "mapping") : at;
        if (at_null(mapping) || at.file->version != TOSCA_2_0)
            continue;
        tosca_error(b->t->c, mapping, at_is(at, Y_MAP) ? "UNKNOWN_KEY" : "SHAPE",
                    "%s: outputs of an interface type are parameter definitions; map them to attributes in a node type",
                    words);
    }
}

/* TOSCA 2.0: only interface types make new ones (11.4, 11.6). */
static void check_known(const struct body *b, size_t part, struct at key, const char *words)
{
    if (b->of_type || !b->type || key.file->version != TOSCA_2_0 ||
        is_inherited(b, body_parts[part].key, key.node->text))
        return;
    struct map *names = inherited_names(b, body_parts[part].key);
    tosca_error(b->t->c, key, "UNDECLARED_NAME", "%s: interface type '%s' has no %s '%s'%s", words, b->type->name,
                body_parts[part].words, key.node->text, tosca_like(b->t->c, key.node->text, names));
    related_type(b->t->c, b->type);
}

static void check_member(const struct body *b, size_t part, struct at section, const struct ypair *p)
{
    struct at at = at_of(section.file, p->value);
    struct toper o = {.words = tctx_printf(b->t->c, "%s: %s '%s'", b->words, body_parts[part].words, p->key->text)};
    check_known(b, part, at_of(section.file, p->key), b->words);
    check_inputs(b, at_key(at, "inputs"), body_parts[part].key, p->key->text, o.words);
    check_output_mappings(b, at_key(at, "outputs"), o.words);
    check_bare(b, at, o.words);
    o.implementation = at_is(at, Y_MAP) ? at_key(at, "implementation") : at;
    operation_resolve(b->t, NULL, &o, true, false);
    strv_done(&o.dependencies);
}

static void check_section(const struct body *b, size_t part, struct at section, bool direct)
{
    for (size_t i = 0; i < at_len(section, Y_MAP) && tctx_spend(b->t->c, 1); i++) {
        const struct ypair *p = &section.node->pairs[i];
        if (p->key->kind == Y_SCALAR && !(direct && operation_is_key(p->key->text)))
            check_member(b, part, section, p);
    }
}

static void body_check(const struct body *b)
{
    check_inputs(b, at_key(b->at, "inputs"), NULL, NULL, b->words);
    for (size_t i = 0; i < ARRAY_LEN(body_parts); i++)
        check_section(b, i, at_key(b->at, body_parts[i].key), false);
    check_section(b, 0, b->at, true);
}

void interface_type_check(struct topo *t, struct ttype *type)
{
    struct body b = {.t = t, .at = type->at, .type = type, .of_type = true};
    b.words = tctx_printf(t->c, "interface type '%s'", type->name);
    inherit_types(&b, type_parent(t->c, type));
    body_check(&b);
}

void interface_def_check(struct topo *t, struct tdef *d, const char *words)
{
    struct body b = {.t = t, .at = d->at, .words = words};
    type_at(t->c, at_key(d->at, "type"), TYPE_INTERFACE, NULL);
    bool named = at_text(tdef_key(d, "type"));
    struct ttype *by_name = named ? NULL : type_find(t->c, d->at.file, TYPE_INTERFACE, d->name);
    if (!named && !by_name && !d->base && !grammar_misspelt(d->at.node, "type"))
        tosca_error(t->c, at_of(d->at.file, d->key), "MISSING_KEY", "%s: the key 'type' is missing", words);
    if (at_text(at_key(d->at, "type")))
        refine_type(t->c, d, "type", TYPE_INTERFACE, words);
    b.type = named ? tdef_type(t->c, d, "type", TYPE_INTERFACE) : by_name;
    for (struct tdef *p = d->base; p && tctx_spend(t->c, 1); p = p->base)
        inherit(&b, p->at);
    inherit_types(&b, b.type);
    body_check(&b);
}

void interface_map_check(struct topo *t, struct at section, const char *words)
{
    for (size_t i = 0; i < at_len(section, Y_MAP) && tctx_spend(t->c, 1); i++) {
        struct at at = at_of(section.file, section.node->pairs[i].value);
        struct body b = {.t = t, .at = at, .words = words};
        inherit_types(&b, type_at(t->c, at_key(at, "type"), TYPE_INTERFACE, NULL));
        body_check(&b);
    }
}

/* ---- notifications of templates ---- */

static void check_notification(const struct body *b, struct scope scope, struct at key, struct at at)
{
    struct tctx *c = b->t->c;
    struct toper o = {.words = tctx_printf(c, "%s: notification '%s'", b->words, key.node->text)};
    if (!is_inherited(b, "notifications", key.node->text)) {
        tosca_error(c, key, "UNDECLARED_NAME", "%s: its interface has no notification '%s'%s", b->words, key.node->text,
                    tosca_like(c, key.node->text, inherited_names(b, "notifications")));
        related_type(c, b->type);
    }
    o.implementation = at_is(at, Y_MAP) ? at_key(at, "implementation") : at;
    o.outputs = at_is(at, Y_MAP) ? at_key(at, "outputs") : at_of(NULL, NULL);
    operation_resolve(b->t, scope.self, &o, scope.rel != NULL, false);
    json_decref(outputs_read(scope, &o));
    if (!at_null(o.implementation))
        tosca_warn(c, o.implementation, "NOT_RUN", "%s: sedge receives no notifications", o.words);
    strv_done(&o.dependencies);
}

void interface_notifications_check(struct topo *t, struct scope scope, struct ttype *type, struct at given,
                                   const char *words)
{
    const struct map *declared = type ? type_members(t->c, type, MEMBER_INTERFACE) : NULL;
    for (size_t i = 0; declared && i < at_len(given, Y_MAP) && tctx_spend(t->c, 1); i++) {
        const struct ypair *p = &given.node->pairs[i];
        struct at at = at_of(given.file, p->value), list = at_key(at, "notifications");
        struct tdef *d =
            p->key->kind == Y_SCALAR ? map_get(declared, operation_interface(t->c, declared, p->key->text)) : NULL;
        if (!d || !at_len(list, Y_MAP))
            continue;
        struct body b = {.t = t, .at = at, .type = tdef_type(t->c, d, "type", TYPE_INTERFACE)};
        b.words = tctx_printf(t->c, "%s: interface '%s'", words, p->key->text);
        for (struct tdef *q = d; q && tctx_spend(t->c, 1); q = q->base)
            inherit(&b, q->at);
        inherit_types(&b, b.type);
        for (size_t k = 0; k < list.node->n && tctx_spend(t->c, 1); k++) {
            if (list.node->pairs[k].key->kind == Y_SCALAR)
                check_notification(&b, scope, at_of(list.file, list.node->pairs[k].key),
                                   at_of(list.file, list.node->pairs[k].value));
        }
    }
}
