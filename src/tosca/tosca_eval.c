// SPDX-License-Identifier: Apache-2.0
/* Carries out the calls that were left for run time. */
#include <errno.h>

#include "tosca/function_user.h"
#include "tosca/pattern.h"
#include "tosca/tosca.h"
#include "tosca/units.h"

#define EVAL_DEPTH_MAX 100

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

/* An attribute of the component itself, or of a part of it: {"capability": name}, {"requirement": name, "index": i}. */
static json_t *eval_ask(struct eval *v, const char *component, const json_t *part, const char *name)
{
    if (!v->rt || !v->rt->attribute)
        return NULL;
    json_t *attribute =
        part && v->rt->part_attribute ? v->rt->part_attribute(v->rt->data, component, part, name) : NULL;
    bool own = !part || json_object_get(part, "capability");
    return attribute || !own ? attribute : v->rt->attribute(v->rt->data, component, name);
}

static json_t *eval_get_attribute(struct eval *v, const json_t *args)
{
    const json_t *part = json_is_object(json_array_get(args, 1)) ? json_array_get(args, 1) : NULL;
    size_t at = part ? 2 : 1;
    const char *component = json_string_value(json_array_get(args, 0)),
               *name = json_string_value(json_array_get(args, at));
    if (!component || !name)
        return eval_fault(v, "get_attribute", "the arguments are a component and an attribute");
    AUTO_JSON json_t *attribute = eval_ask(v, component, part, name);
    if (!attribute) {
        err_set(v->e, EAGAIN, "attribute '%s' of component '%s' is not known yet", name, component);
        return NULL;
    }
    const json_t *inner = attribute;
    for (size_t i = at + 1; inner && i < json_array_size(args); i++)
        inner = eval_step(inner, json_array_get(args, i));
    if (inner)
        return json_incref((json_t *)(uintptr_t)inner);
    err_set(v->e, EINVAL, "attribute '%s' of component '%s' holds nothing of the name asked for", name, component);
    return NULL;
}

static json_t *eval_get_operation_output(struct eval *v, const json_t *args)
{
    const char *words[4];
    for (size_t i = 0; i < ARRAY_LEN(words); i++)
        if (!(words[i] = json_string_value(json_array_get(args, i))))
            return eval_fault(v, "get_operation_output",
                              "the arguments are names of a component, an interface, an "
                              "operation and an output");
    json_t *output = v->rt && v->rt->operation_output
                         ? v->rt->operation_output(v->rt->data, words[0], words[1], words[2], words[3])
                         : NULL;
    if (!output)
        err_set(v->e, EAGAIN, "output '%s' of %s.%s of component '%s' is not known yet", words[3], words[1], words[2],
                words[0]);
    return output;
}

static json_t *eval_get_input(struct eval *v, const json_t *args)
{
    const char *name = json_string_value(json_array_get(args, 0));
    err_set(v->e, EINVAL, "input '%s' has no value", name ? name : "?");
    return NULL;
}

/* Those that need more than their arguments. */
static const struct {
    const char *name;
    json_t *(*do_it)(struct eval *v, const json_t *args);
} eval_calls[] = {
    {"get_attribute", eval_get_attribute},
    {"get_operation_output", eval_get_operation_output},
    {"get_input", eval_get_input},
};

static const struct pattern *eval_pattern(void *data, const char *text, char *why, size_t why_size)
{
    struct pattern **last = data;
    pattern_free(*last);
    *last = pattern_new_part(text, why, why_size);
    return *last;
}

static json_t *eval_work(struct eval *v, const struct function *f, const json_t *args)
{
    struct units units = {0};
    struct pattern *last = NULL;
    struct fwork w = {.f = f, .pattern = eval_pattern, .data = &last};
    json_t *own;
    function_kind(args, &own, &w.kind, &units);
    w.args = own;
    json_t *result = function_do(&w);
    json_decref(own);
    units_done(&units);
    pattern_free(last);
    return result ? result : eval_fault(v, f->name, w.why);
}

static json_t *eval_call(struct eval *v, const struct function *f, const json_t *args)
{
    AUTO_JSON json_t *known = eval_value(v, args);
    for (size_t i = 0; known && i < ARRAY_LEN(eval_calls); i++) {
        if (str_eq(f->name, eval_calls[i].name))
            return eval_calls[i].do_it(v, known);
    }
    return known ? eval_work(v, f, known) : NULL;
}

static json_t *eval_object(struct eval *v, const json_t *value)
{
    const struct function *f = function_of_json(value);
    if (ufunction_json_name(value))
        return eval_fault(v, ufunction_json_name(value),
                          "the template declares this function, but sedge does not call it");
    if (f)
        return eval_call(v, f, json_object_iter_value(json_object_iter((json_t *)(uintptr_t)value)));
    AUTO_JSON json_t *to = json_object();
    const char *name;
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
