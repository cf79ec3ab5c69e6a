// SPDX-License-Identifier: Apache-2.0
/* Lays the layers of interfaces over each other: interface type, node type and its ancestors, template. */
#include "tosca/operation.h"

#include "tosca/grammar.h"
#include "tosca/related.h"
#include "tosca/value_read.h"

#define LAYERS_MAX 64

/* One interface while it is put together. */
struct face {
    struct topo *t;
    struct tctx *c;
    struct scope scope;
    const char *name, *words;
    struct map *operations; /* "Interface.operation" -> struct toper */
    struct map *inputs;     /* of the interface itself: name -> struct tvalue */
    bool declared;          /* a type gives its operations */
    struct tdef *def;
    struct ttype *type; /* or NULL */
};

bool operation_is_key(const char *key)
{
    return grammar_is_key(SHAPE_INTERFACE_TYPE, key) || grammar_is_key(SHAPE_INTERFACE, key);
}

static struct tvalue *input_value(struct face *f, struct map *inputs, const char *name, const char *words)
{
    struct tvalue *v = map_get(inputs, name);
    if (!v) {
        v = tctx_alloc(f->c, sizeof(*v));
        *v = (struct tvalue){.name = name, .scope = f->scope, .owner = words, .part = "input"};
        map_set(inputs, name, v);
    }
    return v;
}

/* A declaration of an input has a type, and nothing that no declaration has. */
static bool is_declaration(struct tctx *c, struct at at)
{
    if (!at_text(at_key(at, "type")))
        return false;
    for (size_t i = 0; i < at.node->n && tctx_spend(c, 1); i++) {
        const struct ynode *key = at.node->pairs[i].key;
        if (key->kind != Y_SCALAR || !grammar_is_key(SHAPE_PARAMETER, key->text))
            return false;
    }
    return true;
}

static void inputs_layer(struct face *f, struct map *inputs, struct at section, const char *words)
{
    for (size_t i = 0; i < at_len(section, Y_MAP) && tctx_spend(f->c, 1); i++) {
        const struct ypair *p = &section.node->pairs[i];
        if (p->key->kind != Y_SCALAR)
            continue;
        struct at at = at_of(section.file, p->value);
        struct tvalue *v = input_value(f, inputs, p->key->text, words);
        if (is_declaration(f->c, at) || (at_is(at, Y_MAP) && at.node->n == 1 && ynode_get(at.node, "value"))) {
            struct tdef *d = tdef_make(f->c, v->name, p->key, at);
            d->base = v->def;
            v->def = d;
        } else {
            v->at = at;
        }
    }
}

static struct toper *oper_of(struct face *f, const char *name)
{
    const char *key = tctx_printf(f->c, "%s.%s", f->name, name);
    struct toper *o = map_get(f->operations, key);
    if (!o) {
        o = tctx_alloc(f->c, sizeof(*o));
        *o = (struct toper){.interface = f->name, .name = name, .inputs = tctx_map(f->c)};
        o->words = tctx_printf(f->c, "%s: operation '%s'", f->words, key);
        map_set(f->operations, key, o);
    }
    return o;
}

static void tell_no_operation(struct face *f, struct at key)
{
    struct map *names = tctx_map(f->c);
    for (size_t i = 0; i < f->operations->n && tctx_spend(f->c, 1); i++) {
        const struct toper *o = f->operations->items[i].value;
        if (str_eq(o->interface, f->name))
            map_set(names, o->name, names);
    }
    tosca_error(f->c, key, "UNDECLARED_NAME", "%s: interface '%s' has no operation '%s'%s", f->words, f->name,
                key.node->text, tosca_like(f->c, key.node->text, names));
    if (f->type)
        related_type(f->c, f->type);
    else
        related_def(f->c, f->def);
}

static void oper_layer(struct face *f, const struct ypair *p, struct tfile *file, bool template)
{
    if (p->key->kind != Y_SCALAR)
        return;
    struct at at = at_of(file, p->value);
    bool known = map_has(f->operations, tctx_printf(f->c, "%s.%s", f->name, p->key->text));
    if (template && !known && f->declared)
        tell_no_operation(f, at_of(file, p->key));
    struct toper *o = oper_of(f, p->key->text);
    struct at implementation = at_is(at, Y_MAP) ? at_key(at, "implementation") : at;
    if (!at_null(implementation))
        o->implementation = implementation;
    if (at_is(at_key(at, "outputs"), Y_MAP))
        o->outputs = at_key(at, "outputs");
    o->type = f->type ? f->type : o->type;
    if (template || !at_null(implementation))
        o->at = at_of(file, p->key);
    inputs_layer(f, o->inputs, at_key(at, "inputs"), o->words);
}

static void face_layer(struct face *f, struct at at, bool template)
{
    if (!at_is(at, Y_MAP))
        return;
    inputs_layer(f, f->inputs, at_key(at, "inputs"), f->words);
    struct at listed = at_key(at, "operations");
    for (size_t i = 0; i < at_len(listed, Y_MAP) && tctx_spend(f->c, 2); i++)
        oper_layer(f, &listed.node->pairs[i], at.file, template);
    for (size_t i = 0; i < at.node->n && tctx_spend(f->c, 2); i++) {
        const struct ypair *p = &at.node->pairs[i];
        if (p->key->kind == Y_SCALAR && !operation_is_key(p->key->text))
            oper_layer(f, p, at.file, template);
    }
}

static void face_type_layers(struct face *f, struct ttype *type)
{
    struct ttype *line[LAYERS_MAX];
    size_t n = 0;
    f->type = type;
    for (struct ttype *p = type; p && n < LAYERS_MAX; p = type_parent(f->c, p))
        line[n++] = p;
    while (n > 0)
        face_layer(f, line[--n]->at, false);
}

static void face_declared(struct face *f, struct tdef *def)
{
    struct tdef *line[LAYERS_MAX];
    size_t n = 0;
    f->def = def;
    f->declared = at_text(tdef_key(def, "type")) != NULL;
    if (f->declared)
        face_type_layers(f, tdef_type(f->c, def, "type", TYPE_INTERFACE));
    for (struct tdef *d = def; d && n < LAYERS_MAX; d = d->base)
        line[n++] = d;
    while (n > 0)
        face_layer(f, line[--n]->at, false);
}

/* What the interface itself takes as input, each of its operations takes. */
static void inputs_spread(struct face *f)
{
    for (size_t i = 0; i < f->operations->n && tctx_spend(f->c, 1); i++) {
        struct toper *o = f->operations->items[i].value;
        for (size_t k = 0; k < f->inputs->n && str_eq(o->interface, f->name) && tctx_spend(f->c, 1); k++) {
            struct tvalue *from = f->inputs->items[k].value;
            if (map_has(o->inputs, from->name))
                continue;
            struct tvalue *v = input_value(f, o->inputs, from->name, o->words);
            v->def = from->def;
            v->at = from->at;
        }
    }
}

/* Inputs of an interface that none of its operations takes over are still held against what is declared. */
static void inputs_alone(struct face *f)
{
    for (size_t i = 0; i < f->operations->n && tctx_spend(f->c, 1); i++) {
        const struct toper *o = f->operations->items[i].value;
        if (str_eq(o->interface, f->name))
            return;
    }
    values_check_plain(f->c, f->inputs);
}

static struct face face_begin(struct topo *t, struct scope scope, const char *name, const char *words,
                              struct map *operations)
{
    return (struct face){.t = t,
                         .c = t->c,
                         .scope = scope,
                         .name = name,
                         .words = words,
                         .operations = operations,
                         .inputs = tctx_map(t->c)};
}

const char *operation_interface(struct tctx *c, const struct map *declared, const char *name)
{
    for (size_t i = 0; !map_has(declared, name) && i < declared->n && tctx_spend(c, 1); i++) {
        struct tdef *d = declared->items[i].value;
        if (str_eq(at_text(tdef_key(d, "type")), name))
            return d->name;
    }
    return name;
}

static struct at face_given(struct tctx *c, const struct map *declared, struct at given, const char *name)
{
    for (size_t i = 0; i < at_len(given, Y_MAP) && tctx_spend(c, 1); i++) {
        const struct ypair *p = &given.node->pairs[i];
        if (p->key->kind == Y_SCALAR && str_eq(operation_interface(c, declared, p->key->text), name))
            return at_of(given.file, p->value);
    }
    return at_of(NULL, NULL);
}

/* Interfaces that only the template knows: told, unless they say their type themselves. */
static void faces_undeclared(struct topo *t, struct scope scope, const struct map *declared, struct at given,
                             const char *words, struct map *operations)
{
    for (size_t i = 0; i < at_len(given, Y_MAP) && tctx_spend(t->c, 2); i++) {
        const struct ypair *p = &given.node->pairs[i];
        if (p->key->kind != Y_SCALAR ||
            (declared && map_has(declared, operation_interface(t->c, declared, p->key->text))))
            continue;
        struct face f = face_begin(t, scope, p->key->text, words, operations);
        struct at at = at_of(given.file, p->value), type = at_key(at, "type");
        struct at more = scope.rel ? at_key(scope.rel->interfaces, f.name) : at_of(NULL, NULL);
        if (at_null(type))
            type = at_key(more, "type");
        if (at_text(type))
            face_type_layers(&f, type_at(t->c, type, TYPE_INTERFACE, NULL));
        else if (declared && !declared->n && given.file->version == TOSCA_2_0) /* as in the standard's own examples */
            tosca_warn(t->c, at_of(given.file, p->key), "UNDECLARED_NAME",
                       "%s: its type has no interfaces; '%s' is taken all the same", words, f.name);
        else if (declared && !more.node) {
            tosca_error(t->c, at_of(given.file, p->key), "UNDECLARED_NAME", "%s: its type has no interface '%s'%s",
                        words, f.name, tosca_like(t->c, f.name, declared));
            related_type(t->c, scope.rel ? scope.rel->type : scope.self ? scope.self->type : NULL);
        }
        face_layer(&f, more, false);
        face_layer(&f, at, true);
        inputs_spread(&f);
    }
}

/* Built-in types declare operations, but implement none. */
static bool only_builtin(struct tctx *c, struct ttype *type)
{
    for (struct ttype *p = type; p && tctx_spend(c, 1); p = type_parent(c, p)) {
        if (!p->at.file || !p->at.file->builtin)
            return false;
    }
    return true;
}

bool operations_idle(struct topo *t, struct scope scope, struct ttype *type, struct at given)
{
    return at_null(given) && (!scope.rel || at_null(scope.rel->interfaces)) && only_builtin(t->c, type);
}

struct map *operations_collect(struct topo *t, struct scope scope, struct ttype *type, struct at given,
                               const char *words)
{
    struct map *operations = tctx_map(t->c);
    const struct map *declared = type ? type_members(t->c, type, MEMBER_INTERFACE) : NULL;
    for (size_t i = 0; declared && i < declared->n && tctx_spend(t->c, 5); i++) {
        struct tdef *d = declared->items[i].value;
        struct face f = face_begin(t, scope, d->name, words, operations);
        face_declared(&f, d);
        face_layer(&f, face_given(t->c, declared, given, d->name), true);
        inputs_spread(&f);
        inputs_alone(&f);
    }
    faces_undeclared(t, scope, declared, given, words, operations);
    return operations;
}

static bool input_missing(const struct tvalue *v)
{
    return v->def && !v->faulty && tdef_required(v->def);
}

void operations_check(struct topo *t, const struct map *operations, bool must)
{
    for (size_t i = 0; i < operations->n && tctx_spend(t->c, 2); i++) {
        const struct toper *o = operations->items[i].value;
        for (size_t k = 0; k < o->inputs->n && tctx_spend(t->c, 2); k++) {
            struct tvalue *v = o->inputs->items[k].value;
            if (!value_get(t->c, v) && must && !at_null(o->implementation) && input_missing(v))
                tosca_error(t->c, o->at, "MISSING_KEY", "%s: input '%s' is required and has no value", o->words,
                            v->name);
        }
    }
}

void operations_check_plain(struct topo *t, const struct map *operations)
{
    for (size_t i = 0; i < operations->n && tctx_spend(t->c, 2); i++) {
        const struct toper *o = operations->items[i].value;
        values_check_plain(t->c, o->inputs);
    }
}
