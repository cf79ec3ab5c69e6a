// SPDX-License-Identifier: Apache-2.0
/* Policies in words: what each does, and what of it is kept without being carried out yet. */
#include "plan/policy_private.h"

struct words {
    const struct topology *t;
    const struct topology_policy *p;
    json_t *does, *keeps;
};

__attribute__((format(printf, 2, 3))) static void say(json_t *list, const char *fmt, ...)
{
    char text[400];
    va_list ap;
    va_start(ap, fmt);
    vsnprintf(text, sizeof(text), fmt, ap);
    va_end(ap);
    json_array_append_new(list, json_string(text));
}

/* The shape of a HorizontalPodAutoscaler's spec, for whoever scales by load one day. */
static json_t *autoscaler(const struct topology_policy *p)
{
    json_t *v = json_pack("{s:I, s:I}", "minReplicas", (json_int_t)policy_number(p, "min_instances", 1), "maxReplicas",
                          (json_int_t)policy_number(p, "max_instances", 1));
    int64_t cpu = policy_number(p, "cpu_utilisation", 0);
    if (cpu > 0)
        json_object_set_new(v, "metrics",
                            json_pack("[{s:s, s:{s:s, s:{s:s, s:I}}}]", "type", "Resource", "resource", "name", "cpu",
                                      "target", "type", "Utilization", "averageUtilization", (json_int_t)cpu));
    return v;
}

static void scaling(struct words *w)
{
    int64_t min = policy_number(w->p, "min_instances", -1), max = policy_number(w->p, "max_instances", -1);
    for (size_t i = 0; i < w->t->n_components; i++) {
        if (w->t->components[i].kind == COMPONENT_CONTAINER && policy_scaling(w->t, i) == w->p)
            say(w->does, "%s runs %lld times", w->t->components[i].name, (long long)policy_replicas(w->t, i));
        else if (w->t->components[i].kind == COMPONENT_CONTAINER &&
                 policy_holds(w->t, w->p->targets, w->p->n_targets, i))
            say(w->keeps, "%s: another scaling policy stands before this one", w->t->components[i].name);
    }
    if (max > 0 && max != min)
        say(w->keeps, "scaling by load, from %lld to %lld", (long long)(min < 0 ? 1 : min), (long long)max);
}

static void placement(struct words *w)
{
    const char *key, *arrange = json_str(w->p->properties, "arrange", "any");
    json_t *value;
    json_object_foreach(json_object_get(w->p->properties, "node_selector"), key, value)
    {
        say(w->does, "only on nodes with the label %s=%s", key, json_is_string(value) ? json_string_value(value) : "?");
    }
    if (json_str(w->p->properties, "site", NULL))
        say(w->does, "only on nodes with the label " POLICY_SITE_LABEL "=%s", json_str(w->p->properties, "site", ""));
    if (str_eq(arrange, "together"))
        say(w->does, "all on one node");
    else if (str_eq(arrange, "spread"))
        say(w->does, "on different nodes%s",
            json_bool(w->p->properties, "strict", false) ? "" : " as far as there are");
    if (json_str(w->p->properties, "max_latency", NULL))
        say(w->keeps, "a latency of at most %s", json_str(w->p->properties, "max_latency", ""));
}

static void update(struct words *w)
{
    bool rolling = !str_eq(json_str(w->p->properties, "order", "rolling"), "recreate");
    if (rolling)
        say(w->does, "its Deployments replace pods one after the other");
    else
        say(w->does, "its Deployments stop the former pods first");
    if (rolling)
        say(w->keeps, "deploy takes a component down before it makes it anew");
}

static void performance(struct words *w)
{
    const char *key;
    json_t *value;
    json_object_foreach(w->p->properties, key, value)
    {
        AUTO_FREE char *text = json_is_string(value) ? mem_strdup(json_string_value(value)) : json_text(value);
        say(w->keeps, "%s %s", key, text);
    }
}

static void protocol(struct words *w)
{
    say(w->does, "says in which states its targets are, and by which operations they change");
}

static void other(struct words *w)
{
    say(w->keeps, "nothing acts on policies of this type");
}

static json_t *trigger_json(const struct topology *t, const struct topology_policy *p,
                            const struct topology_trigger *tr, json_t *keeps)
{
    AUTO_FREE char *flow = mem_printf("%s.%s", p->name, tr->name);
    json_t *v = json_pack("{s:s}", "name", tr->name), *actions = json_array();
    json_put_str(v, "event", tr->event);
    json_put_str(v, "start", tr->start);
    json_put_str(v, "end", tr->end);
    if (tr->condition)
        json_object_set(v, "condition", tr->condition);
    for (size_t i = 0; i < tr->n_actions; i++)
        say(actions, "%s %s", activity_kind_name(tr->actions[i].kind), tr->actions[i].name);
    json_object_set_new(v, "actions", actions);
    if (topology_workflow_find(t, flow))
        json_put_str(v, "flow", flow);
    else
        say(keeps, "trigger %s", tr->name);
    if (tr->period)
        say(keeps, "trigger %s: that its condition holds for %s", tr->name, tr->period);
    return v;
}

static json_t *policy_json(const struct topology *t, const struct topology_policy *p)
{
    static void (*const tell[POLICY_KIND_MAX])(struct words *) = {
        [POLICY_OTHER] = other,         [POLICY_PROTOCOL] = protocol, [POLICY_SCALING] = scaling,
        [POLICY_PLACEMENT] = placement, [POLICY_UPDATE] = update,     [POLICY_PERFORMANCE] = performance,
    };
    struct words w = {t, p, json_array(), json_array()};
    json_t *targets = json_array(), *triggers = json_array();
    for (size_t i = 0; i < p->target_names.n; i++)
        json_array_append_new(targets, json_string(p->target_names.v[i]));
    if (p->kind != POLICY_OTHER || p->n_triggers == 0)
        tell[p->kind](&w);
    if (!json_array_size(w.does) && !json_array_size(w.keeps) && p->n_triggers == 0)
        say(w.keeps, "it says nothing that could be acted on");
    for (size_t i = 0; i < p->n_triggers; i++)
        json_array_append_new(triggers, trigger_json(t, p, &p->triggers[i], w.keeps));
    json_t *v = json_pack("{s:s, s:s, s:s, s:o, s:o, s:o, s:o}", "name", p->name, "type", p->type, "kind",
                          policy_kind_name(p->kind), "targets", targets, "does", w.does, "keeps", w.keeps, "triggers",
                          triggers);
    if (p->kind == POLICY_SCALING)
        json_object_set_new(v, "autoscaler", autoscaler(p));
    return v;
}

json_t *policies_json(const struct topology *t)
{
    json_t *all = json_array();
    for (size_t i = 0; i < t->n_policies; i++)
        json_array_append_new(all, policy_json(t, &t->policies[i]));
    for (size_t i = 0; i < t->n_groups; i++) {
        const struct topology_group *g = &t->groups[i];
        json_t *members = json_array();
        for (size_t k = 0; g->unit && k < g->n_members; k++)
            json_array_append_new(members, json_string(t->components[g->members[k]].name));
        if (g->unit)
            json_array_append_new(all, json_pack("{s:s, s:s, s:s, s:o, s:[s]}", "name", g->name, "type", g->type,
                                                 "kind", "unit", "targets", members, "does", "all on one node"));
        else
            json_decref(members);
    }
    return all;
}
