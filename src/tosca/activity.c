// SPDX-License-Identifier: Apache-2.0
/* Reads activities. */
#include "tosca/activity.h"

#include <string.h>

#include "tosca/call.h"
#include "tosca/operation.h"
#include "tosca/value_read.h"

struct at workflow_at(struct topo *t, const char *name)
{
    return name ? at_key(at_key(t->at, "workflows"), name) : at_of(NULL, NULL);
}

struct map *workflow_inputs(struct topo *t, struct at workflow, const char *words)
{
    struct map *inputs = tctx_map(t->c);
    struct at section = at_key(workflow, "inputs");
    for (size_t i = 0; i < at_len(section, Y_MAP) && tctx_spend(t->c, 2); i++) {
        const struct ypair *p = &section.node->pairs[i];
        if (p->key->kind != Y_SCALAR)
            continue;
        struct tvalue *v = tctx_alloc(t->c, sizeof(*v));
        *v = (struct tvalue){.name = p->key->text, .scope = {.topo = t}, .owner = words, .part = "input"};
        v->def = tdef_make(t->c, v->name, p->key, at_of(section.file, p->value));
        map_set(inputs, v->name, v);
    }
    return inputs;
}

/* ---- arguments ---- */

static void tell_missing(const struct actor *a, const struct map *declared, const json_t *have, struct at given,
                         struct at place, const char *words)
{
    for (size_t i = 0; declared && i < declared->n && tctx_spend(a->t->c, 1); i++) {
        struct tvalue *v = declared->items[i].value;
        if (!v->def || !tdef_required(v->def) || json_object_get(have, v->name) || at_key(given, v->name).node ||
            value_get(a->t->c, v) || v->faulty)
            continue;
        tosca_error(a->t->c, place, "MISSING_KEY", "%s: input '%s' of %s is required and has no value", a->words,
                    v->name, words);
    }
}

/* An input of the work flow that is passed on as it is; NULL for any other value. */
static struct tvalue *passed_on(const struct actor *a, struct at at)
{
    struct call_site site;
    if (!a->scope.flow_inputs || !call_site(a->t->c, at, NULL, &site) || !str_eq(site.name, "get_input"))
        return NULL;
    const char *name = at_len(site.args, Y_SEQ) == 1 ? at_text(at_of(at.file, site.args.node->items[0])) : NULL;
    name = name ? name : at_text(site.args);
    return name ? map_get(a->scope.flow_inputs, name) : NULL;
}

/* TOSCA 2.0: what is passed on must be of the type that is asked for, and be there. */
static void check_passed(const struct actor *a, struct tvalue *to, struct at at)
{
    struct tvalue *from = to && to->def && call_is_2(at.file) ? passed_on(a, at) : NULL;
    if (!from || !from->def)
        return;
    struct schema *mine = schema_of(a->t->c, from->def), *wanted = schema_of(a->t->c, to->def);
    bool number = mine->prim == PRIM_INTEGER && wanted->prim == PRIM_FLOAT;
    if (mine->type && wanted->type && mine->prim != wanted->prim && wanted->prim != PRIM_ANY && !number)
        tosca_error(a->t->c, at, "VALUE_TYPE", "%s: input '%s' is of type %s, and '%s' of the work flow of type %s",
                    a->words, to->name, schema_words(wanted), from->name, schema_words(mine));
    else if (tdef_required(to->def) && !tdef_required(from->def) && at_null(tdef_key(from->def, "default")))
        tosca_error(a->t->c, at, "MISSING_KEY",
                    "%s: input '%s' is required, and '%s' of the work flow may have no value", a->words, to->name,
                    from->name);
}

json_t *arguments_read(const struct actor *a, const struct map *declared, bool strict, struct at given, struct at place,
                       const char *words)
{
    json_t *all = json_object();
    if (!at_null(given) && !at_is(given, Y_MAP))
        tosca_error(a->t->c, given, "SHAPE", "%s: inputs must be a map from a name to a value", a->words);
    for (size_t i = 0; i < at_len(given, Y_MAP) && tctx_spend(a->t->c, 2); i++) {
        const struct ypair *p = &given.node->pairs[i];
        if (p->key->kind != Y_SCALAR)
            continue;
        struct tvalue *v = declared ? map_get(declared, p->key->text) : NULL;
        struct what w = {.owner = a->words, .part = "input", .name = p->key->text};
        if (strict && declared && !v)
            tosca_error(a->t->c, at_of(given.file, p->key), "UNDECLARED_NAME", "%s: %s has no input '%s'%s", a->words,
                        words, p->key->text, tosca_like(a->t->c, p->key->text, declared));
        check_passed(a, v, at_of(given.file, p->value));
        json_t *value =
            value_read(a->scope, at_of(given.file, p->value), v && v->def ? schema_of(a->t->c, v->def) : NULL, &w);
        if (value)
            json_object_set_new_nocheck(all, p->key->text, value);
    }
    if (strict)
        tell_missing(a, declared, all, given, place, words);
    return all;
}

/* ---- operations ---- */

struct operations {
    struct map *all; /* "Interface.operation" -> struct toper */
    const struct map *interfaces;
    const char *words;
};

static struct operations operations_of(const struct actor *a, struct tnode *n)
{
    struct ttype *type = a->rel ? a->rel->type : n->type;
    struct scope scope = {.topo = a->t, .self = n, .rel = a->rel};
    struct at given = at_key(a->rel ? a->rel->at : n->at, "interfaces");
    struct operations o = {.words = a->rel ? a->rel->words : n->words};
    o.all = operations_collect(a->t, scope, type, given, o.words);
    o.interfaces = type ? type_members(a->t->c, type, MEMBER_INTERFACE) : NULL;
    return o;
}

/* By the name of the interface, or by that of its type. */
static struct toper *operation_named(const struct actor *a, const struct operations *o, const char *name)
{
    const char *dot = strrchr(name, '.');
    struct toper *found = map_get(o->all, name);
    for (size_t i = 0; !found && dot && o->interfaces && i < o->interfaces->n && tctx_spend(a->t->c, 1); i++) {
        const struct tdef *d = o->interfaces->items[i].value;
        const char *type = at_text(tdef_key(d, "type"));
        if (type && strlen(type) == (size_t)(dot - name) && memcmp(type, name, strlen(type)) == 0)
            found = map_get(o->all, tctx_printf(a->t->c, "%s%s", d->name, dot));
    }
    return found;
}

/* The operation that all targets have by that name; NULL when one has none (told). */
static struct toper *operation_of_all(const struct actor *a, struct at at)
{
    const char *name = at_text(at);
    struct toper *first = NULL;
    size_t n = a->rel ? 1 : a->n_targets;
    for (size_t i = 0; i < n && tctx_spend(a->t->c, 10); i++) {
        struct operations o = operations_of(a, a->rel ? NULL : a->targets[i]);
        struct toper *found = operation_named(a, &o, name);
        if (!found) {
            tosca_error(a->t->c, at, "UNKNOWN_REF", "%s: %s has no operation '%s'%s%s", a->words, o.words, name,
                        strchr(name, '.') ? "" : " (an operation is written Interface.operation)",
                        tosca_like(a->t->c, name, o.all));
            return NULL;
        }
        first = first ? first : found;
    }
    return first;
}

/* ---- one activity ---- */

/* An activity as it is written: its name, and inputs in the long form. */
struct written {
    struct at name, inputs;
};

static const struct {
    const char *key, *name_key; /* of the long form; NULL: there is none */
} activity_keys[ACTIVITY_KIND_MAX] = {
    [ACTIVITY_DELEGATE] = {"delegate", "workflow"},
    [ACTIVITY_SET_STATE] = {"set_state", NULL},
    [ACTIVITY_CALL_OPERATION] = {"call_operation", "operation"},
    [ACTIVITY_INLINE] = {"inline", "workflow"},
};

static bool long_form(const struct actor *a, struct at at, enum activity_kind kind, struct written *ret)
{
    const char *name_key = activity_keys[kind].name_key;
    for (size_t i = 0; i < at_len(at, Y_MAP) && tctx_spend(a->t->c, 1); i++) {
        const char *key = at.node->pairs[i].key->kind == Y_SCALAR ? at.node->pairs[i].key->text : "?";
        if (!str_eq(key, name_key) && !str_eq(key, "inputs"))
            tosca_error(a->t->c, at_of(at.file, at.node->pairs[i].key), "UNKNOWN_KEY",
                        "%s: unknown key '%s' in '%s' (known: %s, inputs)", a->words, key, activity_keys[kind].key,
                        name_key);
    }
    *ret = (struct written){.name = at_key(at, name_key), .inputs = at_key(at, "inputs")};
    if (at_text(ret->name))
        return true;
    tosca_error(a->t->c, at, "MISSING_KEY", "%s: the key '%s' is missing in '%s'", a->words, name_key,
                activity_keys[kind].key);
    return false;
}

static bool read_written(const struct actor *a, struct at at, enum activity_kind kind, struct written *ret)
{
    if (at_is(at, Y_MAP) && activity_keys[kind].name_key)
        return long_form(a, at, kind, ret);
    *ret = (struct written){.name = at};
    if (at_text(at) && !at_null(at))
        return true;
    tosca_error(a->t->c, at, "SHAPE", "%s: '%s' takes a name%s", a->words, activity_keys[kind].key,
                activity_keys[kind].name_key ? ", or a map of a name and inputs" : "");
    return false;
}

static void take_operation(const struct actor *a, const struct written *w, struct topology_activity *to)
{
    struct toper *o = operation_of_all(a, w->name);
    const char *words = o ? o->words : "the operation";
    to->name = o ? mem_printf("%s.%s", o->interface, o->name) : mem_strdup(at_text(w->name));
    bool strict = o && call_is_2(w->name.file);
    if (!at_null(w->inputs) || strict)
        to->inputs = arguments_read(a, o ? o->inputs : NULL, strict, w->inputs, w->name, words);
}

static void take_inline(const struct actor *a, const struct written *w, struct topology_activity *to)
{
    const char *name = at_text(w->name);
    struct at flow = workflow_at(a->t, name);
    const char *words = tctx_printf(a->t->c, "workflow '%s'", name);
    to->name = mem_strdup(name);
    if (!flow.node) {
        struct at all = at_key(a->t->at, "workflows");
        struct map *names = tctx_map(a->t->c);
        for (size_t i = 0; i < at_len(all, Y_MAP) && tctx_spend(a->t->c, 1); i++)
            if (all.node->pairs[i].key->kind == Y_SCALAR)
                map_set(names, all.node->pairs[i].key->text, names);
        tosca_error(a->t->c, w->name, "UNKNOWN_REF", "%s: '%s' is no workflow of this template%s", a->words, name,
                    tosca_like(a->t->c, name, names));
    }
    to->inputs =
        arguments_read(a, flow.node ? workflow_inputs(a->t, flow, words) : NULL, true, w->inputs, w->name, words);
}

static void take_delegate(const struct actor *a, const struct written *w, struct topology_activity *to)
{
    to->name = mem_strdup(at_text(w->name));
    if (!at_null(w->inputs))
        to->inputs = arguments_read(a, NULL, false, w->inputs, w->name, "");
    if (topology_delegate(to->name) == DELEGATE_UNKNOWN)
        tosca_warn(a->t->c, w->name, "NOT_RUN",
                   "%s: '%s' is none of the workflows that sedge generates (deploy, install, start, stop, undeploy, "
                   "uninstall)%s",
                   a->words, to->name,
                   workflow_at(a->t, to->name).node ? "; use 'inline' for a workflow of this template" : "");
}

static void take_state(const struct actor *a, const struct written *w, struct topology_activity *to)
{
    to->name = mem_strdup(at_text(w->name));
}

static bool activity_read(const struct actor *a, struct at at, struct topology_activity *to)
{
    static void (*const take[ACTIVITY_KIND_MAX])(const struct actor *, const struct written *,
                                                 struct topology_activity *) = {
        [ACTIVITY_DELEGATE] = take_delegate,
        [ACTIVITY_SET_STATE] = take_state,
        [ACTIVITY_CALL_OPERATION] = take_operation,
        [ACTIVITY_INLINE] = take_inline,
    };
    const struct ypair *p = at_len(at, Y_MAP) == 1 ? &at.node->pairs[0] : NULL;
    const char *key = p && p->key->kind == Y_SCALAR ? p->key->text : NULL;
    for (int kind = 0; key && kind < ACTIVITY_KIND_MAX; kind++) {
        struct written w;
        if (!str_eq(key, activity_keys[kind].key))
            continue;
        if (!read_written(a, at_of(at.file, p->value), (enum activity_kind)kind, &w))
            return false;
        *to = (struct topology_activity){.kind = (enum activity_kind)kind, .place = topo_place(at_of(at.file, p->key))};
        take[kind](a, &w, to);
        return true;
    }
    tosca_error(a->t->c, at, key ? "UNKNOWN_KEY" : "SHAPE",
                "%s: an activity is a map of one of delegate, set_state, call_operation and inline%s%s%s", a->words,
                key ? ", not '" : "", key ? key : "", key ? "'" : "");
    return false;
}

size_t activities_read(const struct actor *a, struct at list, struct topology_activity **ret)
{
    size_t n = 0, all = at_len(list, Y_SEQ);
    *ret = mem_array(all ? all : 1, sizeof(**ret));
    for (size_t i = 0; i < all && tctx_spend(a->t->c, 5); i++)
        n += activity_read(a, at_of(list.file, list.node->items[i]), &(*ret)[n]);
    return n;
}
