// SPDX-License-Identifier: Apache-2.0
/* Writes groups, policies and work flows of a resolved topology. */
#include "editor/show.h"

static json_t *names_of(const struct topology *t, const size_t *indices, size_t n)
{
    json_t *list = json_array();
    for (size_t i = 0; i < n; i++)
        json_array_append_new(list, json_string_nocheck(t->components[indices[i]].name));
    return list;
}

void show_groups(const struct topology *t, json_t *to)
{
    json_t *all = json_object();
    for (size_t i = 0; i < t->n_groups; i++) {
        const struct topology_group *g = &t->groups[i];
        json_t *v = json_pack("{s:s, s:o}", "type", g->type, "members", names_of(t, g->members, g->n_members));
        if (json_object_size(g->properties))
            json_object_set(v, "properties", g->properties);
        json_object_set_new_nocheck(all, g->name, v);
    }
    if (t->n_groups)
        json_object_set(to, "groups", all);
    json_decref(all);
}

static json_t *show_activity(const struct topology_activity *a)
{
    const char *kind = activity_kind_name(a->kind);
    if (!json_object_size(a->inputs))
        return json_pack("{s:s}", kind, a->name);
    const char *word = a->kind == ACTIVITY_CALL_OPERATION ? "operation" : "workflow";
    return json_pack("{s:{s:s, s:O}}", kind, word, a->name, "inputs", a->inputs);
}

static json_t *show_activities(const struct topology_activity *a, size_t n)
{
    json_t *list = json_array();
    for (size_t i = 0; i < n; i++)
        json_array_append_new(list, show_activity(&a[i]));
    return list;
}

static json_t *show_trigger(const struct topology_trigger *x)
{
    json_t *v = json_object();
    json_put_str(v, "description", x->description);
    json_put_str(v, "event", x->event);
    if (x->condition)
        json_object_set(v, "condition", x->condition);
    json_put_str(v, "period", x->period);
    if (x->evaluations)
        json_put_int(v, "evaluations", x->evaluations);
    json_put_str(v, "method", x->method);
    json_object_set_new(v, "action", show_activities(x->actions, x->n_actions));
    return v;
}

static json_t *show_policy(const struct topology *t, const struct topology_policy *p)
{
    json_t *v = json_pack("{s:s}", "type", p->type), *triggers = json_object();
    json_put_str(v, "description", p->description);
    if (p->n_targets)
        json_object_set_new(v, "targets", names_of(t, p->targets, p->n_targets));
    if (json_object_size(p->properties))
        json_object_set(v, "properties", p->properties);
    for (size_t i = 0; i < p->n_triggers; i++)
        json_object_set_new_nocheck(triggers, p->triggers[i].name, show_trigger(&p->triggers[i]));
    if (p->n_triggers)
        json_object_set(v, "triggers", triggers);
    json_decref(triggers);
    return v;
}

void show_policies(const struct topology *t, json_t *to)
{
    json_t *list = json_array();
    for (size_t i = 0; i < t->n_policies; i++) {
        json_t *item = json_object();
        json_object_set_new_nocheck(item, t->policies[i].name, show_policy(t, &t->policies[i]));
        json_array_append_new(list, item);
    }
    if (t->n_policies)
        json_object_set(to, "policies", list);
    json_decref(list);
}

static void put_names(json_t *v, const char *key, const struct strv *names)
{
    json_t *list = json_array();
    for (size_t i = 0; i < names->n; i++)
        json_array_append_new(list, json_string_nocheck(names->v[i]));
    if (names->n)
        json_object_set(v, key, list);
    json_decref(list);
}

static json_t *show_step(const struct topology_step *s)
{
    json_t *v = json_object();
    json_put_str(v, "target", s->target);
    json_put_str(v, "target_relationship", s->relationship);
    json_put_str(v, "operation_host", s->host);
    if (s->filter)
        json_object_set(v, "filter", s->filter);
    json_object_set_new(v, "activities", show_activities(s->activities, s->n_activities));
    put_names(v, "on_success", &s->on_success);
    put_names(v, "on_failure", &s->on_failure);
    return v;
}

static json_t *show_workflow(const struct topology_workflow *w)
{
    json_t *v = json_object(), *steps = json_object(), *preconditions = json_array();
    json_put_str(v, "description", w->description);
    if (json_object_size(w->inputs))
        json_object_set(v, "inputs", w->inputs);
    for (size_t i = 0; i < w->n_preconditions; i++) {
        json_t *item = json_object();
        json_put_str(item, "target", w->preconditions[i].target);
        if (w->preconditions[i].condition)
            json_object_set(item, "condition", w->preconditions[i].condition);
        json_array_append_new(preconditions, item);
    }
    for (size_t i = 0; i < w->n_steps; i++)
        json_object_set_new_nocheck(steps, w->steps[i].name, show_step(&w->steps[i]));
    if (w->n_preconditions)
        json_object_set(v, "preconditions", preconditions);
    json_decref(preconditions);
    json_put_str(v, "implementation", w->implementation);
    json_object_set_new(v, "steps", steps);
    if (json_object_size(w->outputs))
        json_object_set(v, "outputs", w->outputs);
    return v;
}

void show_workflows(const struct topology *t, json_t *to)
{
    json_t *all = json_object();
    for (size_t i = 0; i < t->n_workflows; i++)
        json_object_set_new_nocheck(all, t->workflows[i].name, show_workflow(&t->workflows[i]));
    if (t->n_workflows)
        json_object_set(to, "workflows", all);
    json_decref(all);
}
