// SPDX-License-Identifier: Apache-2.0
/* Reads calls and their arguments, and hands them to whoever carries them out. */
#include "tosca/call.h"

#include <ctype.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "tosca/function_user.h"

json_t *call_fault(const struct call *call, const char *code, const char *fmt, ...)
{
    char text[600];
    va_list ap;
    va_start(ap, fmt);
    vsnprintf(text, sizeof(text), fmt, ap);
    va_end(ap);
    tosca_error(call->c, call->at, code, "%s: %s: %s", what_text(call->c, call->w), call->name, text);
    return NULL;
}

const char *call_text(const struct call *call, size_t i)
{
    return json_string_value(json_array_get(call->args, i));
}

size_t call_count(const struct call *call)
{
    return json_array_size(call->args);
}

json_t *call_later(const struct call *call, const char *name, json_t *head, size_t i)
{
    char key[64];
    for (; i < call_count(call); i++)
        json_array_append(head, json_array_get(call->args, i));
    snprintf(key, sizeof(key), "$%s", name);
    return json_pack("{s:o}", key, head);
}

/* ---- how calls are written ---- */

bool call_is_2(const struct tfile *f)
{
    return f && f->version == TOSCA_2_0;
}

const char *call_unescaped(struct at at, const char *text)
{
    return text && call_is_2(at.file) && str_starts(text, "$$") ? text + 1 : text;
}

static bool is_dollar(const char *text)
{
    return text[0] == '$' && text[1] != '$';
}

/* The name in "$name$2" or "$prefix:name"; NULL when no name looks like that. */
static const char *dollar_name(struct tctx *c, const char *text)
{
    size_t n = strcspn(text + 1, "$");
    for (size_t i = 1; text[i]; i++) {
        bool suffix = i == n + 1 && text[i] == '$';
        if (!isalnum((unsigned char)text[i]) && !strchr("_:.-", text[i]) && !(text[i] & 0x80) && !suffix)
            return NULL;
    }
    return n ? tctx_strndup(c, text + 1, n) : NULL;
}

static bool site_2(struct tctx *c, struct at at, struct call_site *ret)
{
    const struct ynode *n = at.node;
    bool text = n && n->kind == Y_SCALAR && is_dollar(n->text), map = false;
    size_t at_pair = 0;
    for (size_t i = 0; n && n->kind == Y_MAP && !map && i < n->n; i++) {
        const struct ynode *key = n->pairs[i].key;
        map = key->kind == Y_SCALAR && is_dollar(key->text) && (n->n == 1 || dollar_name(c, key->text));
        at_pair = i;
    }
    if (!text && !map)
        return false;
    const struct ynode *key = text ? n : n->pairs[at_pair].key;
    *ret = (struct call_site){.at = at_of(at.file, key), .args = at_of(at.file, text ? NULL : n->pairs[at_pair].value)};
    ret->name = dollar_name(c, key->text);
    ret->shown = key->text;
    if (map && n->n != 1)
        ret->broken = "malformed function: a call must be the only key of its map; write '$$' for a '$' that is none";
    else if (!ret->name)
        ret->broken =
            "malformed function: no name of a function stands behind the '$'; write '$$' for a '$' that is none";
    else
        ret->f = function_find(ret->name, FUNCTION_2);
    return true;
}

static bool site_1(struct tctx *c, struct at at, struct schema *schema, struct call_site *ret)
{
    if (!at_is(at, Y_MAP) || at.node->n != 1 || at.node->pairs[0].key->kind != Y_SCALAR)
        return false;
    const struct ypair *p = &at.node->pairs[0];
    const struct function *f = function_find(p->key->text, FUNCTION_1);
    bool field = f && schema && schema->type && schema->prim == PRIM_NONE &&
                 type_member(c, schema->type, MEMBER_PROPERTY, f->name);
    if (!f || (field && p->value->kind != Y_SEQ))
        return false;
    *ret = (struct call_site){
        .name = f->name, .shown = f->name, .f = f, .at = at_of(at.file, p->key), .args = at_of(at.file, p->value)};
    return true;
}

bool call_site(struct tctx *c, struct at at, struct schema *schema, struct call_site *ret)
{
    return call_is_2(at.file) ? site_2(c, at, ret) : site_1(c, at, schema, ret);
}

bool call_is(struct tctx *c, struct at at, struct schema *schema)
{
    struct call_site site;
    return call_site(c, at, schema, &site);
}

bool call_within(struct tctx *c, struct at at)
{
    bool found = call_is(c, at, NULL);
    for (size_t i = 0; !found && i < at_len(at, Y_MAP) && tctx_spend(c, 1); i++)
        found = call_within(c, at_of(at.file, at.node->pairs[i].value));
    for (size_t i = 0; !found && i < at_len(at, Y_SEQ) && tctx_spend(c, 1); i++)
        found = call_within(c, at_of(at.file, at.node->items[i]));
    return found;
}

const char *call_hint(struct tctx *c, struct at at)
{
    const struct ynode *key = at_len(at, Y_MAP) == 1 ? at.node->pairs[0].key : NULL;
    if (!key || key->kind != Y_SCALAR)
        return "";
    if (call_is_2(at.file) && function_find(key->text, FUNCTION_1))
        return tctx_printf(c, "; TOSCA 2.0 writes '$%s'", key->text);
    if (!call_is_2(at.file) && key->text[0] == '$' && function_find(key->text + 1, FUNCTION_1))
        return tctx_printf(c, "; TOSCA 1.x writes '%s'", key->text + 1);
    return "";
}

bool call_is_json(const json_t *v)
{
    return function_of_json(v) != NULL || ufunction_is_json(v);
}

/* ---- walking into values ---- */

static const json_t *walk_list(const struct call *call, const json_t *v, const json_t *step, const char *name)
{
    int64_t index;
    bool number = json_is_integer(step) ||
                  str_to_i64(json_string_value(step) ? json_string_value(step) : "", 0, INT64_MAX, &index);
    if (json_is_integer(step))
        index = json_integer_value(step);
    if (!number)
        call_fault(call, "FUNCTION_ARGS", "%.100s is no index into a list", name);
    else if (index < 0 || (uint64_t)index >= json_array_size(v))
        call_fault(call, "UNKNOWN_REF", "the list has no item %.100s", name);
    else
        return json_array_get(v, (size_t)index);
    return NULL;
}

static const json_t *walk_step(const struct call *call, const json_t *v, const json_t *step)
{
    AUTO_FREE char *name = json_dumps(step, JSON_ENCODE_ANY | JSON_COMPACT);
    if (value_is_later(step)) {
        call_fault(call, "FUNCTION_ARGS", "the way into the value must be known before run time");
        return NULL;
    }
    if (json_is_array(v))
        return walk_list(call, v, step, name);
    if (!json_is_object(v)) {
        call_fault(call, "FUNCTION_ARGS", "there is nothing inside of a single value, so %.100s cannot be reached",
                   name);
        return NULL;
    }
    char number[32];
    snprintf(number, sizeof(number), "%" JSON_INTEGER_FORMAT, json_integer_value(step));
    const json_t *inner = json_object_get(v, json_is_string(step) ? json_string_value(step) : number);
    if (!inner)
        call_fault(call, "UNKNOWN_REF", "the map has no entry %.100s", name);
    return inner;
}

/* The schema of what lies one step inside. */
static struct schema *schema_step(const struct call *call, struct schema *s, const json_t *step)
{
    if (!s || !s->type)
        return NULL;
    if (s->prim == PRIM_LIST || s->prim == PRIM_MAP)
        return schema_entry(call->c, s);
    struct tdef *d = s->prim == PRIM_NONE && json_is_string(step)
                         ? type_member(call->c, s->type, MEMBER_PROPERTY, json_string_value(step))
                         : NULL;
    return d ? schema_of(call->c, d) : NULL;
}

/* A run-time look-up with further steps behind it; NULL (told) for other calls. */
static json_t *walk_later(struct call *call, const json_t *v, size_t i)
{
    const struct function *f = function_of_json(v);
    bool can = f && f->gives == GIVES_ANY && !f->work;
    if (!can)
        return call_fault(call, "FUNCTION_ARGS",
                          "nothing inside of a value that only run time knows can be named here");
    json_t *head = json_copy(json_object_iter_value(json_object_iter((json_t *)(uintptr_t)v)));
    for (size_t k = i; k < call_count(call); k++)
        call->schema = schema_step(call, call->schema, json_array_get(call->args, k));
    return call_later(call, f->name, head, i);
}

/* A field that the data type declares, and that this value leaves out. */
static bool field_left_out(const struct call *call, const json_t *v, const json_t *step)
{
    const char *name = json_string_value(step);
    return name && json_is_object(v) && !json_object_get(v, name) && call->schema && call->schema->prim == PRIM_NONE &&
           schema_step(call, call->schema, step);
}

json_t *call_walk(struct call *call, const json_t *v, size_t i)
{
    for (; v && i < call_count(call); i++) {
        const json_t *step = json_array_get(call->args, i);
        if (call_is_json(v))
            return walk_later(call, v, i);
        if (field_left_out(call, v, step)) {
            call->schema = schema_step(call, call->schema, step);
            return json_null();
        }
        v = walk_step(call, v, step);
        call->schema = schema_step(call, call->schema, step);
    }
    return json_incref((json_t *)(uintptr_t)v);
}

/* ---- functions that need little ---- */

/* An input of the work flow that the call stands in: known when it runs. */
static json_t *flow_input(struct call *call, const char *name)
{
    struct tvalue *v = call->s.flow_inputs ? map_get(call->s.flow_inputs, name) : NULL;
    if (!v)
        return NULL;
    call->schema = call_count(call) == 1 && v->def ? schema_of(call->c, v->def) : NULL;
    return call_later(call, "get_input", json_pack("[s]", name), 1);
}

static json_t *call_get_input(struct call *call)
{
    const char *name = call_text(call, 0);
    if (!name)
        return call_fault(call, "FUNCTION_ARGS", "the first argument must be the name of an input");
    json_t *of_flow = flow_input(call, name);
    if (of_flow)
        return of_flow;
    struct tvalue *v = map_get(call->s.topo->inputs, name);
    if (!v)
        return call_fault(call, "UNKNOWN_REF", "there is no input '%s'%s", name,
                          tosca_like(call->c, name, call->s.topo->inputs));
    if (call_count(call) > 1 && call->at.file->version == TOSCA_1_0)
        return call_fault(call, "FUNCTION_ARGS",
                          "TOSCA 1.0 takes the name of an input alone; what is inside of it can "
                          "be named from 1.3 on");
    json_t *json = value_get(call->c, v);
    call->schema = v->def ? schema_of(call->c, v->def) : NULL;
    if (json)
        return call_walk(call, json, 1);
    bool later = call->c->options->inputs_missing_ok && !v->faulty; /* else it is told where the input is */
    return later ? call_later(call, "get_input", json_pack("[s]", name), 1) : NULL;
}

static json_t *call_get_nodes_of_type(struct call *call)
{
    const char *name = call_text(call, 0);
    if (!name)
        return call_fault(call, "FUNCTION_ARGS", "the argument must be the name of a node type");
    struct ttype *type = type_find(call->c, call->at.file, TYPE_NODE, name);
    if (!type)
        return call_fault(call, "UNKNOWN_TYPE", "unknown node type '%s'", name);
    json_t *list = json_array();
    const struct map *nodes = call->s.topo->nodes;
    for (size_t i = 0; i < nodes->n && tctx_spend(call->c, 1); i++) {
        struct tnode *n = nodes->items[i].value;
        if (n->type && type_is_a(call->c, n->type, type))
            json_array_append_new(list, json_string(n->name));
    }
    return list;
}

/* The value that a validation clause looks at; left open while only the clause itself is checked. */
static json_t *call_value(struct call *call)
{
    if (!call->s.clause)
        return call_fault(call, "FUNCTION_ARGS", "it means something in a validation clause only");
    call->schema = call->s.value_schema;
    if (call->s.value)
        return call_walk(call, call->s.value, 0);
    for (size_t i = 0; i < call_count(call); i++)
        call->schema = schema_step(call, call->schema, json_array_get(call->args, i));
    return call_later(call, "value", json_array(), 0);
}

static const struct {
    const char *name;
    json_t *(*do_it)(struct call *call);
} lookups[] = {
    {"get_input", call_get_input},
    {"get_property", call_get_property},
    {"get_attribute", call_get_attribute},
    {"get_artifact", call_get_artifact},
    {"get_operation_output", call_get_operation_output},
    {"get_nodes_of_type", call_get_nodes_of_type},
    {"value", call_value},
    {"node_index", call_node_index},
    {"relationship_index", call_relationship_index},
    {"available_allocation", call_available_allocation},
};

/* A clause that is checked where it is declared speaks of nodes that are not there yet. */
static bool is_open(const struct call *call)
{
    return call->s.clause && !call->s.value && !call->f->work && !str_eq(call->f->name, "value");
}

static json_t *call_carry_out(struct call *call)
{
    if (is_open(call))
        return call_later(call, call->f->name, json_array(), 0);
    for (size_t i = 0; i < ARRAY_LEN(lookups); i++) {
        if (str_eq(lookups[i].name, call->f->name))
            return lookups[i].do_it(call);
    }
    return call_work(call);
}

/* ---- arguments ---- */

static size_t args_count(struct at at)
{
    return at_is(at, Y_SEQ) ? at.node->n : at_null(at) ? 0 : 1;
}

/* A lone value stands for a list of one. False when one is faulty (told). */
static bool args_read(struct call *call, struct at at)
{
    size_t n = args_count(at);
    bool ok = true;
    call->args = tctx_keep(call->c, json_array());
    call->schemas = tctx_alloc(call->c, (n + 1) * sizeof(struct schema *));
    for (size_t i = 0; i < n && tctx_spend(call->c, 1); i++) {
        struct at item = at_is(at, Y_SEQ) ? at_of(at.file, at.node->items[i]) : at;
        json_t *v = value_read_as(call->s, item, NULL, call->w, &call->schemas[i]);
        ok = ok && v;
        json_array_append_new(call->args, v ? v : json_null());
    }
    return ok && json_array_size(call->args) == n;
}

static bool args_counted(const struct call *call, const struct function *f, size_t n)
{
    const char *code = n == 0 && !call_is_2(call->at.file) ? "SHAPE" : "FUNCTION_ARGS";
    if (n < f->min && f->min == f->max)
        call_fault(call, code, "it takes %zu argument%s, not %zu", f->min, f->min == 1 ? "" : "s", n);
    else if (n < f->min)
        call_fault(call, code, "it takes at least %zu argument%s, not %zu", f->min, f->min == 1 ? "" : "s", n);
    else if (n > f->max)
        call_fault(call, code, "it takes at most %zu argument%s, not %zu", f->max, f->max == 1 ? "" : "s", n);
    return n >= f->min && n <= f->max;
}

static json_t *call_unknown(const struct call *call, const struct call_site *site)
{
    struct map *names = tctx_map(call->c);
    for (size_t i = 0; function_at(i); i++) {
        if (function_at(i)->generations & FUNCTION_2)
            map_set(names, tctx_printf(call->c, "$%s", function_at(i)->name), names);
    }
    if (function_find(site->name, FUNCTION_DECLARED))
        return call_fault(
            call, "UNKNOWN_FUNCTION",
            "TOSCA 2.0 has no such function; declare it in a 'functions' section and sedge carries it out");
    return call_fault(call, "UNKNOWN_FUNCTION",
                      "there is no such function, and no 'functions' section declares it%s; write '$$' for a '$' that "
                      "is no call",
                      tosca_like(call->c, site->shown, names));
}

json_t *call_do(struct scope s, struct at at, const struct what *w, struct schema *wanted, struct schema **ret_schema)
{
    struct call_site site = {0};
    call_site(s.topo->c, at, wanted, &site);
    struct call call = {.s = s, .c = s.topo->c, .at = site.at, .name = site.shown, .f = site.f, .w = w};
    if (site.broken)
        return call_fault(&call, "FUNCTION_ARGS", "%s", site.broken);
    struct ufunction *user = call_is_2(at.file) ? ufunction_find(call.c, at.file, site.name) : NULL;
    if (!call.f && !user)
        return call_unknown(&call, &site);
    if (call.f && call.f->list && !call_is_2(at.file) && !at_is(site.args, Y_SEQ))
        return call_fault(&call, at_is(site.args, Y_MAP) || at_null(site.args) ? "SHAPE" : "FUNCTION_ARGS",
                          "its arguments must be a list");
    if (call.f && !args_counted(&call, call.f, args_count(site.args)))
        return NULL;
    if (!args_read(&call, site.args))
        return NULL;
    json_t *result = call.f ? call_carry_out(&call) : ufunction_call(&call, user);
    *ret_schema = call.schema;
    return result;
}
