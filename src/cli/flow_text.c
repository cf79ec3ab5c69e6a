// SPDX-License-Identifier: Apache-2.0
/* Words for work flows. */
#include "cli/flow_text.h"

#include <errno.h>
#include <string.h>

#include "cli/output.h"
#include "plan/workflow_run.h"

#define DEPTH_MAX 40

/* ---- conditions ---- */

static void add_value(struct buf *b, const json_t *v, unsigned depth);

/* "a.state", "a.endpoint.port", "a.db[0].name" */
static void add_attribute(struct buf *b, const json_t *args)
{
    size_t i;
    json_t *v;
    json_array_foreach(args, i, v)
    {
        const char *part =
            json_is_string(v) ? json_string_value(v) : json_str(v, "capability", json_str(v, "requirement", NULL));
        if (part)
            buf_addf(b, "%s%s", i ? "." : "", part);
        if (json_is_object(v) && json_object_get(v, "index"))
            buf_addf(b, "[%lld]", (long long)json_int(v, "index", 0));
        if (json_is_integer(v))
            buf_addf(b, "[%lld]", (long long)json_integer_value(v));
    }
}

static bool is_kind(const json_t *v)
{
    return json_object_size(v) == 1 && json_object_get(v, "$kind");
}

static void add_joined(struct buf *b, const char *name, const json_t *args, unsigned depth)
{
    bool loose = str_eq(name, "and") || str_eq(name, "or"), first = true;
    size_t i;
    json_t *v;
    json_array_foreach(args, i, v)
    {
        if (is_kind(v))
            continue;
        if (!first)
            buf_addf(b, " %s ", name);
        first = false;
        bool nested = loose && (json_object_get(v, "$and") || json_object_get(v, "$or"));
        buf_adds(b, nested ? "(" : "");
        add_value(b, v, depth + 1);
        buf_adds(b, nested ? ")" : "");
    }
}

static void add_call(struct buf *b, const char *name, const json_t *args, unsigned depth)
{
    if (str_eq(name, "get_attribute")) {
        add_attribute(b, args);
    } else if (str_eq(name, "get_input")) {
        buf_adds(b, "input ");
        add_attribute(b, args);
    } else if (json_array_size(args) > (is_kind(json_array_get(args, 1)) ? 2U : 1U)) {
        add_joined(b, name, args, depth);
    } else {
        buf_addf(b, "%s (", name);
        add_value(b, json_array_get(args, 0), depth + 1);
        buf_adds(b, ")");
    }
}

static void add_value(struct buf *b, const json_t *v, unsigned depth)
{
    const char *key = json_object_size(v) == 1 ? json_object_iter_key(json_object_iter((json_t *)(uintptr_t)v)) : NULL;
    if (depth < DEPTH_MAX && key && key[0] == '$') {
        add_call(b, key + 1, json_object_get(v, key), depth);
        return;
    }
    AUTO_FREE char *text =
        json_is_string(v) ? mem_strdup(json_string_value(v)) : json_dumps(v, JSON_COMPACT | JSON_ENCODE_ANY);
    buf_adds(b, text ? text : "?");
}

char *flow_condition_text(const json_t *condition)
{
    struct buf b = {0};
    add_value(&b, condition, 0);
    return buf_take(&b);
}

/* ---- steps ---- */

char *flow_activities_text(const struct topology_step *s)
{
    struct buf b = {0};
    for (size_t i = 0; i < s->n_activities; i++)
        buf_addf(&b, "%s%s %s", i ? ", " : "", activity_kind_name(s->activities[i].kind), s->activities[i].name);
    if (!s->n_activities)
        buf_adds(&b, "nothing");
    return buf_take(&b);
}

/* The steps that name this one. */
static void steps_before(const struct topology_workflow *w, const char *name, bool failure, struct strv *ret)
{
    for (size_t i = 0; i < w->n_steps; i++)
        if (strv_has(failure ? &w->steps[i].on_failure : &w->steps[i].on_success, name))
            strv_add(ret, w->steps[i].name);
}

static void print_condition(const char *words, const json_t *condition)
{
    AUTO_FREE char *text = flow_condition_text(condition);
    printf("    %s %s\n", words, text);
}

static void print_step(const struct topology_workflow *w, const struct topology_step *s, size_t number)
{
    AUTO_STRV struct strv success = {0}, failure = {0};
    AUTO_FREE char *activities = flow_activities_text(s);
    steps_before(w, s->name, false, &success);
    steps_before(w, s->name, true, &failure);
    AUTO_FREE char *after = strv_join(&success, ", "), *mends = strv_join(&failure, ", ");
    printf("%zu. %s: %s%s%s: %s\n", number, s->name, s->target, s->relationship ? ", relationship " : "",
           s->relationship ? s->relationship : "", activities);
    if (success.n)
        printf("    after %s\n", after);
    if (failure.n)
        printf("    when %s fails\n", mends);
    for (size_t i = 0; s->filter && i < json_array_size(s->filter); i++)
        print_condition("only if", json_array_get(s->filter, i));
}

static json_t *step_json(const struct topology_step *s)
{
    json_t *v = json_pack("{s:s, s:s, s:[]}", "name", s->name, "target", s->target, "activities");
    json_t *success = json_array(), *failure = json_array();
    json_put_str(v, "targetRelationship", s->relationship);
    for (size_t i = 0; i < s->n_activities; i++) {
        json_t *a = json_pack("{s:s}", activity_kind_name(s->activities[i].kind), s->activities[i].name);
        if (s->activities[i].inputs)
            json_object_set(a, "inputs", s->activities[i].inputs);
        json_array_append_new(json_object_get(v, "activities"), a);
    }
    for (size_t i = 0; i < s->on_success.n; i++)
        json_array_append_new(success, json_string(s->on_success.v[i]));
    for (size_t i = 0; i < s->on_failure.n; i++)
        json_array_append_new(failure, json_string(s->on_failure.v[i]));
    json_object_set_new(v, "onSuccess", success);
    json_object_set_new(v, "onFailure", failure);
    if (s->filter)
        json_object_set(v, "filter", s->filter);
    return v;
}

static int print_json(const struct cli *cli, const struct topology_workflow *w, const size_t *order)
{
    AUTO_JSON json_t *v =
        json_pack("{s:s, s:O, s:[], s:[]}", "workflow", w->name, "inputs", w->inputs, "preconditions", "steps");
    json_put_str(v, "description", w->description);
    for (size_t i = 0; i < w->n_preconditions; i++)
        json_array_append(json_object_get(v, "preconditions"), w->preconditions[i].condition);
    for (size_t i = 0; i < w->n_steps; i++)
        json_array_append_new(json_object_get(v, "steps"), step_json(&w->steps[order[i]]));
    return output_value(cli, v);
}

int flow_print(const struct cli *cli, const struct topology_workflow *w)
{
    AUTO_FREE size_t *order = mem_array(w->n_steps + 1, sizeof(*order));
    if (w->implementation)
        return cli_failf(cli, "work flow '%s' is written in another language ('%s'), which sedge does not run", w->name,
                         w->implementation);
    flow_order(w, order);
    if (cli->format != FORMAT_TABLE)
        return print_json(cli, w, order);
    for (size_t i = 0; i < w->n_preconditions; i++)
        print_condition("only if", w->preconditions[i].condition);
    for (size_t i = 0; i < w->n_steps; i++)
        print_step(w, &w->steps[order[i]], i + 1);
    return CLI_DONE;
}

/* ---- runs ---- */

static void tell_lines(const char *text)
{
    while (text && *text) {
        size_t len = strcspn(text, "\n");
        fprintf(stderr, "    | %.*s\n", (int)len, text);
        text += len + (text[len] == '\n');
    }
}

void flow_tell_failure(const struct cli *cli, const json_t *run)
{
    size_t i;
    json_t *s;
    json_array_foreach(json_object_get(run, "steps"), i, s)
    {
        if (!str_eq(json_str(s, "state", ""), "failed"))
            continue;
        fprintf(stderr, "  step %s%s%s failed at %s: %s\n", tint_on(cli->color_err, TINT_BOLD),
                json_str(s, "name", "?"), tint_off(cli->color_err, TINT_BOLD), json_str(s, "doing", "its end"),
                json_str(s, "message", "no reason was told"));
        tell_lines(json_str(s, "log", NULL));
    }
}

/* ---- inputs ---- */

static bool is_text_type(const char *type)
{
    return type && (str_eq(type, "string") || str_eq(type, "version") || str_eq(type, "timestamp") ||
                    str_starts(type, "scalar-unit."));
}

static json_t *value_of(const char *text, const char *type)
{
    struct ydoc doc = {0};
    struct yfault fault;
    if (is_text_type(type) || *text == '\0')
        return json_string(text);
    json_t *v = yaml_read(text, strlen(text), &ylimits_default, &doc, &fault) == 0 && doc.root
                    ? ynode_to_json(doc.root, NULL)
                    : NULL;
    ydoc_done(&doc);
    return v ? v : json_string(text);
}

int flow_inputs(const struct strv *assignments, const json_t *types, json_t **ret, struct err *e)
{
    AUTO_JSON json_t *all = json_object();
    for (size_t i = 0; i < assignments->n; i++) {
        const char *text = assignments->v[i], *equals = strchr(text, '=');
        if (!equals || equals == text)
            return err_set(e, EINVAL, "-i takes NAME=VALUE, not '%s'", text);
        if (!str_is_utf8(text, strlen(text)))
            return err_set(e, EINVAL, "-i: it is not UTF-8 text");
        AUTO_FREE char *name = mem_strndup(text, (size_t)(equals - text));
        json_object_set_new(all, name, value_of(equals + 1, json_str(json_object_get(types, name), "type", NULL)));
    }
    *ret = take_ptr(all);
    return 0;
}
