// SPDX-License-Identifier: Apache-2.0
/* Lays a work flow out with all that it inlines, and gives its inputs their values. */
#include <errno.h>

#include "base/base.h"
#include "plan/workflow_run.h"

static const char *const state_names[FLOW_STATES] = {
    [FLOW_PENDING] = "pending", [FLOW_RUNNING] = "running", [FLOW_DONE] = "done",
    [FLOW_FAILED] = "failed",   [FLOW_SKIPPED] = "skipped",
};

const char *flow_state_name(enum flow_state s)
{
    return s < FLOW_STATES ? state_names[s] : "unknown";
}

bool flow_state_parse(const char *name, enum flow_state *ret)
{
    for (int i = 0; i < FLOW_STATES; i++) {
        if (!str_eq(state_names[i], name))
            continue;
        *ret = (enum flow_state)i;
        return true;
    }
    return false;
}

/* ---- values ---- */

/* What is inside of the input by the further arguments of the call. */
static const json_t *walk(const json_t *v, const json_t *args)
{
    for (size_t i = 1; v && i < json_array_size(args); i++) {
        const json_t *step = json_array_get(args, i);
        int64_t index;
        if (json_is_array(v))
            v = json_is_integer(step) ? json_array_get(v, (size_t)json_integer_value(step))
                : str_to_i64(json_string_value(step) ? json_string_value(step) : "", 0, INT32_MAX, &index)
                    ? json_array_get(v, (size_t)index)
                    : NULL;
        else
            v = json_string_value(step) ? json_object_get(v, json_string_value(step)) : NULL;
    }
    return v;
}

static json_t *bind(const json_t *inputs, const json_t *value, unsigned depth)
{
    const char *key;
    json_t *item, *copy;
    size_t i;
    const json_t *args = json_object_size(value) == 1 ? json_object_get(value, "$get_input") : NULL;
    const char *name = json_string_value(json_array_get(args, 0));
    if (name && json_object_get(inputs, name)) {
        const json_t *inner = walk(json_object_get(inputs, name), args);
        return inner ? json_deep_copy(inner) : json_null();
    }
    if (depth > 60 || (!json_is_object(value) && !json_is_array(value)))
        return json_deep_copy(value);
    copy = json_is_object(value) ? json_object() : json_array();
    json_object_foreach((json_t *)(uintptr_t)value, key, item)
        json_object_set_new_nocheck(copy, key, bind(inputs, item, depth + 1));
    json_array_foreach(value, i, item) json_array_append_new(copy, bind(inputs, item, depth + 1));
    return copy;
}

json_t *flow_bind(const struct flow_run *r, size_t frame, const json_t *value)
{
    return bind(r->frames[frame].inputs, value, 0);
}

static int check_inputs(const struct topology_workflow *w, const json_t *given, struct err *e)
{
    const char *name;
    json_t *v;
    json_object_foreach((json_t *)(uintptr_t)given, name, v)
    {
        AUTO_STRV struct strv known = {0};
        char like[200];
        const char *key;
        json_t *ignored;
        if (json_object_get(w->inputs, name))
            continue;
        json_object_foreach(w->inputs, key, ignored) strv_add(&known, key);
        str_suggest(like, sizeof(like), name, (const char *const *)known.v, known.n);
        return err_set(e, EINVAL, "work flow '%s' has no input '%s'%s", w->name, name, like);
    }
    return 0;
}

static int take_inputs(struct flow_run *r, size_t frame, const json_t *given, struct err *e)
{
    const struct topology_workflow *w = r->frames[frame].flow;
    json_t *all = r->frames[frame].inputs = json_object(), *declared;
    const char *name;
    int error = check_inputs(w, given, e);
    if (error < 0)
        return error;
    json_object_foreach(w->inputs, name, declared)
    {
        json_t *v = json_object_get(given, name);
        if (!v)
            v = json_object_get(declared, "value");
        if (!v && frame == 0)
            v = json_object_get(r->topology->inputs, name);
        if (!v && json_bool(declared, "required", false))
            return err_set(e, EINVAL, "work flow '%s': input '%s' has no value; give it one (-i %s=VALUE)", w->name,
                           name, name);
        if (v)
            json_object_set_nocheck(all, name, v);
    }
    return 0;
}

/* ---- steps ---- */

static int add_frame(struct flow_run *r, const struct flow_frame *frame, const json_t *inputs, const char *prefix,
                     struct err *e);

static int add_inlined(struct flow_run *r, size_t step, struct err *e)
{
    const struct topology_step *def = r->steps[step].def;
    for (size_t k = 0; k < def->n_activities; k++) {
        const struct topology_activity *a = &def->activities[k];
        if (a->kind != ACTIVITY_INLINE)
            continue;
        struct flow_frame inner = {
            .flow = topology_workflow_find(r->topology, a->name), .inner = true, .step = step, .activity = k};
        if (!inner.flow)
            return err_set(e, EINVAL, "there is no work flow '%s' to inline", a->name);
        AUTO_FREE char *prefix = mem_printf("%s.%zu/", r->steps[step].name, k + 1);
        AUTO_JSON json_t *inputs = flow_bind(r, r->steps[step].frame, a->inputs);
        int error = add_frame(r, &inner, inputs, prefix, e);
        if (error < 0)
            return error;
    }
    return 0;
}

static void add_edges(struct flow_run *r, size_t first, const struct topology_workflow *w, size_t step, bool failure)
{
    const struct strv *next = failure ? &w->steps[step].on_failure : &w->steps[step].on_success;
    for (size_t i = 0; i < next->n; i++) {
        int to = topology_step_find(w, next->v[i]);
        r->edges = mem_push(r->edges, r->n_edges, sizeof(*r->edges));
        if (to >= 0)
            r->edges[r->n_edges++] = (struct flow_edge){first + step, first + (size_t)to, failure};
    }
}

static int add_frame(struct flow_run *r, const struct flow_frame *frame, const json_t *inputs, const char *prefix,
                     struct err *e)
{
    const struct topology_workflow *w = frame->flow;
    size_t at = r->n_frames, first = r->n_steps;
    if (w->implementation)
        return err_set(e, EINVAL, "work flow '%s' is written in another language ('%s'), which sedge does not run",
                       w->name, w->implementation);
    if (first + w->n_steps > TOPOLOGY_FLOW_STEPS_MAX || at > TOPOLOGY_FLOW_STEPS_MAX)
        return err_set(e, EINVAL, "work flow '%s' has more than %d steps with all that it inlines", w->name,
                       TOPOLOGY_FLOW_STEPS_MAX);
    r->frames = mem_push(r->frames, at, sizeof(*r->frames));
    r->frames[r->n_frames++] = *frame;
    r->frames[at].first = first;
    int error = take_inputs(r, at, inputs, e);
    for (size_t i = 0; error == 0 && i < w->n_steps; i++) {
        r->steps = mem_push(r->steps, r->n_steps, sizeof(*r->steps));
        r->steps[r->n_steps++] =
            (struct flow_step){.name = mem_printf("%s%s", prefix, w->steps[i].name), .def = &w->steps[i], .frame = at};
        add_edges(r, first, w, i, false);
        add_edges(r, first, w, i, true);
    }
    for (size_t i = 0; error == 0 && i < w->n_steps; i++)
        error = add_inlined(r, first + i, e);
    return error;
}

int flow_open(struct flow_run *r, const struct topology *t, const struct topology_workflow *w, const json_t *inputs,
              struct err *e)
{
    *r = (struct flow_run){.topology = t};
    return add_frame(r, &(struct flow_frame){.flow = w}, inputs, "", e);
}

void flow_close(struct flow_run *r)
{
    for (size_t i = 0; i < r->n_steps; i++) {
        struct flow_step *s = &r->steps[i];
        free(s->name);
        strv_done(&s->targets);
        strv_done(&s->begun);
        strv_done(&s->alone);
        strv_done(&s->ended);
        free(s->message);
        free(s->log);
    }
    for (size_t i = 0; i < r->n_frames; i++)
        json_decref(r->frames[i].inputs);
    free(r->frames);
    free(r->steps);
    free(r->edges);
    *r = (struct flow_run){0};
}

int flow_find(const struct flow_run *r, const char *name)
{
    for (size_t i = 0; i < r->n_steps; i++)
        if (str_eq(r->steps[i].name, name))
            return (int)i;
    return -1;
}

/* Takes what waits for nobody, in the template's order, again and again. */
void flow_order(const struct topology_workflow *w, size_t *ret)
{
    AUTO_FREE size_t *waits = mem_array(w->n_steps + 1, sizeof(*waits));
    size_t n = 0;
    for (size_t i = 0; i < w->n_steps; i++) {
        const struct strv *next[] = {&w->steps[i].on_success, &w->steps[i].on_failure};
        for (size_t k = 0; k < 2; k++)
            for (size_t m = 0; m < next[k]->n; m++)
                waits[topology_step_find(w, next[k]->v[m])]++;
    }
    for (size_t i = 0; i < w->n_steps; i++)
        if (waits[i] == 0)
            ret[n++] = i;
    for (size_t at = 0; at < n; at++) {
        const struct strv *next[] = {&w->steps[ret[at]].on_success, &w->steps[ret[at]].on_failure};
        for (size_t k = 0; k < 2; k++)
            for (size_t m = 0; m < next[k]->n; m++) {
                size_t to = (size_t)topology_step_find(w, next[k]->v[m]);
                if (--waits[to] == 0)
                    ret[n++] = to;
            }
    }
}
