// SPDX-License-Identifier: Apache-2.0
/* Carries out the calls that were left for run time. */
#include <errno.h>
#include <string.h>

#include "tosca/text_token.h"
#include "tosca/tosca.h"

#define EVAL_DEPTH_MAX 100
#define EVAL_TEXT_MAX  (1U << 20)

struct eval {
    const struct tosca_runtime *rt;
    struct err *e;
    unsigned depth;
};

static json_t *eval_value(struct eval *v, const json_t *value);

static json_t *eval_fault(struct eval *v, const char *function, const char *text)
{
    err_set(v->e, EINVAL, "%s: %s", function, text);
    return NULL;
}

static const json_t *eval_step(const json_t *value, const json_t *step)
{
    int64_t index;
    if (json_is_array(value)) {
        if (json_is_integer(step))
            index = json_integer_value(step);
        else if (!json_is_string(step) || !str_to_i64(json_string_value(step), 0, INT32_MAX, &index))
            return NULL;
        return index >= 0 ? json_array_get(value, (size_t)index) : NULL;
    }
    AUTO_FREE char *name =
        json_is_string(step) ? mem_strdup(json_string_value(step)) : json_dumps(step, JSON_ENCODE_ANY);
    return name ? json_object_get(value, name) : NULL;
}

static json_t *eval_get_attribute(struct eval *v, const json_t *args)
{
    const char *component = json_string_value(json_array_get(args, 0)),
               *name = json_string_value(json_array_get(args, 1));
    if (!component || !name)
        return eval_fault(v, "get_attribute", "the arguments are a component and an attribute");
    AUTO_JSON json_t *attribute = v->rt && v->rt->attribute ? v->rt->attribute(v->rt->data, component, name) : NULL;
    if (!attribute) {
        err_set(v->e, EAGAIN, "attribute '%s' of component '%s' is not known yet", name, component);
        return NULL;
    }
    const json_t *inner = attribute;
    for (size_t i = 2; inner && i < json_array_size(args); i++)
        inner = eval_step(inner, json_array_get(args, i));
    if (inner)
        return json_incref((json_t *)(uintptr_t)inner);
    err_set(v->e, EINVAL, "attribute '%s' of component '%s' holds nothing of the name asked for", name, component);
    return NULL;
}

static json_t *eval_join_list(struct eval *v, const char *function, const json_t *list, const char *delimiter)
{
    AUTO_BUF struct buf text = {0};
    json_t *item;
    size_t i;
    json_array_foreach(list, i, item)
    {
        if (i)
            buf_adds(&text, delimiter);
        if (json_is_object(item) || json_is_array(item))
            return eval_fault(v, function, "an argument is no single value");
        AUTO_FREE char *number = json_is_string(item) || json_is_null(item) ? NULL : json_dumps(item, JSON_ENCODE_ANY);
        buf_adds(&text, number ? number : json_is_string(item) ? json_string_value(item) : "");
        if (text.len > EVAL_TEXT_MAX)
            return eval_fault(v, function, "the text becomes too long");
    }
    return json_stringn_nocheck(buf_str(&text), text.len);
}

static json_t *eval_concat(struct eval *v, const json_t *args)
{
    return eval_join_list(v, "concat", args, "");
}

static json_t *eval_join(struct eval *v, const json_t *args)
{
    const json_t *list = json_array_get(args, 0), *delimiter = json_array_get(args, 1);
    if (!json_is_array(list) || (delimiter && !json_is_string(delimiter)))
        return eval_fault(v, "join", "the arguments are a list and a delimiter");
    return eval_join_list(v, "join", list, delimiter ? json_string_value(delimiter) : "");
}

static json_t *eval_token(struct eval *v, const json_t *args)
{
    const char *text = json_string_value(json_array_get(args, 0)), *seps = json_string_value(json_array_get(args, 1));
    const json_t *index = json_array_get(args, 2);
    if (!text || !seps || !json_is_integer(index) || json_integer_value(index) < 0)
        return eval_fault(v, "token", "the arguments are a text, separators and an index");
    const char *part = text_token(text, seps, json_integer_value(index));
    return part ? json_stringn_nocheck(part, strcspn(part, seps))
                : eval_fault(v, "token", "the text has no token of that index");
}

static json_t *eval_get_operation_output(struct eval *v, const json_t *args)
{
    return eval_fault(v, "get_operation_output", "sedge keeps no outputs of operations; use an attribute");
}

static json_t *eval_get_input(struct eval *v, const json_t *args)
{
    const char *name = json_string_value(json_array_get(args, 0));
    err_set(v->e, EINVAL, "input '%s' has no value", name ? name : "?");
    return NULL;
}

static const struct {
    const char *name;
    json_t *(*do_it)(struct eval *v, const json_t *args);
} eval_calls[] = {
    {"get_attribute", eval_get_attribute},
    {"concat", eval_concat},
    {"join", eval_join},
    {"token", eval_token},
    {"get_operation_output", eval_get_operation_output},
    {"get_input", eval_get_input},
};

static json_t *eval_object(struct eval *v, const json_t *value)
{
    const char *name = json_object_iter_key(json_object_iter((json_t *)(uintptr_t)value));
    const json_t *args = name ? json_object_get(value, name) : NULL;
    for (size_t i = 0; json_object_size(value) == 1 && json_is_array(args) && i < ARRAY_LEN(eval_calls); i++) {
        if (!str_eq(name, eval_calls[i].name))
            continue;
        AUTO_JSON json_t *known = eval_value(v, args);
        return known ? eval_calls[i].do_it(v, known) : NULL;
    }
    AUTO_JSON json_t *to = json_object();
    json_t *item;
    json_object_foreach((json_t *)(uintptr_t)value, name, item)
    {
        json_t *known = eval_value(v, item);
        if (!known)
            return NULL;
        json_object_set_new_nocheck(to, name, known);
    }
    return take_ptr(to);
}

static json_t *eval_array(struct eval *v, const json_t *value)
{
    AUTO_JSON json_t *to = json_array();
    json_t *item;
    size_t i;
    json_array_foreach(value, i, item)
    {
        json_t *known = eval_value(v, item);
        if (!known)
            return NULL;
        json_array_append_new(to, known);
    }
    return take_ptr(to);
}

static json_t *eval_value(struct eval *v, const json_t *value)
{
    if (v->depth >= EVAL_DEPTH_MAX)
        return eval_fault(v, "value", "too deep");
    v->depth++;
    json_t *known = json_is_object(value)  ? eval_object(v, value)
                    : json_is_array(value) ? eval_array(v, value)
                                           : json_deep_copy(value);
    v->depth--;
    return known;
}

json_t *tosca_eval(const json_t *value, const struct tosca_runtime *rt, struct err *e)
{
    struct eval v = {.rt = rt, .e = e};
    return eval_value(&v, value);
}
