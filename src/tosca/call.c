// SPDX-License-Identifier: Apache-2.0
/* The table of functions, and those that need nobody's properties. */
#include "tosca/call.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "tosca/text_token.h"

#define CALL_TEXT_MAX (256U << 10)

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

json_t *call_later(const char *name, const char *first, const char *second, const struct call *rest, size_t rest_from)
{
    json_t *args = json_array();
    if (first)
        json_array_append_new(args, json_string(first));
    if (second)
        json_array_append_new(args, json_string(second));
    for (size_t i = rest_from; i < json_array_size(rest->args); i++)
        json_array_append(args, json_array_get(rest->args, i));
    return json_pack("{s:o}", name, args);
}

/* A run-time attribute with further steps behind it; NULL (told) for other calls. */
static json_t *walk_later(const struct call *call, const json_t *v, size_t i)
{
    json_t *args = json_object_get(v, "get_attribute");
    if (!json_is_array(args))
        return call_fault(call, "FUNCTION_ARGS",
                          "nothing inside of a value that only run time knows can be named here");
    json_t *more = json_copy(args);
    for (; i < json_array_size(call->args); i++)
        json_array_append(more, json_array_get(call->args, i));
    return json_pack("{s:o}", "get_attribute", more);
}

static const json_t *walk_step(const struct call *call, const json_t *v, const json_t *step)
{
    AUTO_FREE char *name = json_dumps(step, JSON_ENCODE_ANY | JSON_COMPACT);
    if (json_is_array(v)) {
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

json_t *call_walk(const struct call *call, const json_t *v, size_t i)
{
    for (; v && i < json_array_size(call->args); i++) {
        if (call_is_json(v))
            return walk_later(call, v, i);
        v = walk_step(call, v, json_array_get(call->args, i));
    }
    return json_incref((json_t *)(uintptr_t)v);
}

static json_t *call_get_input(const struct call *call)
{
    const char *name = call_text(call, 0);
    if (!name)
        return call_fault(call, "FUNCTION_ARGS", "the first argument must be the name of an input");
    struct tvalue *v = map_get(call->s.topo->inputs, name);
    if (!v)
        return call_fault(call, "UNKNOWN_REF", "there is no input '%s'%s", name,
                          tosca_like(call->c, name, call->s.topo->inputs));
    json_t *json = value_get(call->c, v);
    if (!json) /* told where the input is, or to be given later */
        return call->c->options->inputs_missing_ok && !v->faulty ? call_later("get_input", name, NULL, call, 1) : NULL;
    return call_walk(call, json, 1);
}

static void text_add(struct buf *to, const json_t *v)
{
    AUTO_FREE char *text = json_is_string(v) || json_is_null(v) ? NULL : json_dumps(v, JSON_ENCODE_ANY | JSON_COMPACT);
    if (json_is_string(v))
        buf_add(to, json_string_value(v), json_string_length(v));
    else if (text)
        buf_adds(to, text);
}

/* The texts of a list with a delimiter between them; left for run time when one of them is. */
static json_t *join_list(const struct call *call, const json_t *list, const char *delimiter)
{
    AUTO_BUF struct buf text = {0};
    json_t *item;
    size_t i;
    if (value_is_later(list))
        return json_pack("{s:O}", call->name, call->args);
    json_array_foreach(list, i, item)
    {
        if (i)
            buf_adds(&text, delimiter);
        text_add(&text, item);
        if (text.len > CALL_TEXT_MAX)
            return call_fault(call, "LIMIT", "the text becomes longer than %u bytes", CALL_TEXT_MAX);
    }
    return json_stringn_nocheck(buf_str(&text), text.len);
}

static json_t *call_concat(const struct call *call)
{
    return join_list(call, call->args, "");
}

static json_t *call_join(const struct call *call)
{
    const json_t *list = json_array_get(call->args, 0), *delimiter = json_array_get(call->args, 1);
    if (call_is_json(list) || call_is_json(delimiter))
        return json_pack("{s:O}", call->name, call->args);
    if (!json_is_array(list) || (delimiter && !json_is_string(delimiter)))
        return call_fault(call, "FUNCTION_ARGS", "the arguments are a list and a delimiter");
    return join_list(call, list, delimiter ? json_string_value(delimiter) : "");
}

static json_t *call_token(const struct call *call)
{
    const json_t *text = json_array_get(call->args, 0), *seps = json_array_get(call->args, 1),
                 *index = json_array_get(call->args, 2);
    if (!json_is_string(seps) && !call_is_json(seps))
        return call_fault(call, "FUNCTION_ARGS", "the second argument must be a text of separators");
    if (!call_is_json(index) && (!json_is_integer(index) || json_integer_value(index) < 0))
        return call_fault(call, "FUNCTION_ARGS", "the third argument must be a whole number from 0 up");
    if (call_is_json(text) || call_is_json(seps) || call_is_json(index))
        return json_pack("{s:O}", call->name, call->args);
    if (!json_is_string(text))
        return call_fault(call, "FUNCTION_ARGS", "the first argument must be text");
    const char *part = text_token(json_string_value(text), json_string_value(seps), json_integer_value(index));
    if (!part)
        return call_fault(call, "FUNCTION_ARGS", "there is no token %lld in '%.100s'",
                          (long long)json_integer_value(index), json_string_value(text));
    return json_stringn_nocheck(part, strcspn(part, json_string_value(seps)));
}

static json_t *call_get_nodes_of_type(const struct call *call)
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

static const struct {
    const char *name;
    size_t min, max;
    bool list; /* the arguments must be a list */
    json_t *(*do_it)(const struct call *call);
} calls[] = {
    {"get_input", 1, 100, false, call_get_input},
    {"get_property", 2, 100, true, call_get_property},
    {"get_attribute", 2, 100, true, call_get_attribute},
    {"get_artifact", 2, 4, true, call_get_artifact},
    {"get_operation_output", 4, 4, true, call_get_operation_output},
    {"get_nodes_of_type", 1, 1, false, call_get_nodes_of_type},
    {"concat", 0, 1000, true, call_concat},
    {"join", 1, 2, true, call_join},
    {"token", 3, 3, true, call_token},
};

static int call_find(const char *name)
{
    for (size_t i = 0; i < ARRAY_LEN(calls); i++) {
        if (str_eq(name, calls[i].name))
            return (int)i;
    }
    return -1;
}

bool call_is(struct tctx *c, struct at at, struct schema *schema)
{
    if (!at_is(at, Y_MAP) || at.node->n != 1 || at.node->pairs[0].key->kind != Y_SCALAR)
        return false;
    const char *name = at.node->pairs[0].key->text;
    int i = call_find(name);
    if (i < 0)
        return false;
    bool field =
        schema && schema->type && schema->prim == PRIM_NONE && type_member(c, schema->type, MEMBER_PROPERTY, name);
    return !field || at.node->pairs[0].value->kind == Y_SEQ;
}

bool call_is_json(const json_t *v)
{
    if (!json_is_object(v) || json_object_size(v) != 1)
        return false;
    return call_find(json_object_iter_key(json_object_iter((json_t *)(uintptr_t)v))) >= 0;
}

static json_t *call_args(struct scope s, struct at at, const struct what *w)
{
    if (at_is(at, Y_SEQ))
        return value_read(s, at, NULL, w);
    json_t *one = value_read(s, at, NULL, w);
    return one ? json_pack("[o]", one) : NULL;
}

json_t *call_do(struct scope s, struct at at, const struct what *w)
{
    const struct ypair *p = &at.node->pairs[0];
    int i = call_find(p->key->text);
    struct call call = {.s = s, .c = s.topo->c, .at = at_of(at.file, p->key), .name = calls[i].name, .w = w};
    if (calls[i].list && p->value->kind != Y_SEQ)
        return call_fault(&call, p->value->kind == Y_MAP || ynode_is_null(p->value) ? "SHAPE" : "FUNCTION_ARGS",
                          "its arguments must be a list");
    AUTO_JSON json_t *args = call_args(s, at_of(at.file, p->value), w);
    if (!args)
        return NULL;
    size_t n = json_array_size(args);
    const char *code = n == 0 ? "SHAPE" : "FUNCTION_ARGS";
    if (n < calls[i].min && calls[i].min == calls[i].max)
        return call_fault(&call, code, "it takes %zu arguments, not %zu", calls[i].min, n);
    if (n < calls[i].min)
        return call_fault(&call, code, "it takes at least %zu arguments, not %zu", calls[i].min, n);
    if (n > calls[i].max)
        return call_fault(&call, code, "it takes at most %zu arguments, not %zu", calls[i].max, n);
    call.args = args;
    return calls[i].do_it(&call);
}
