// SPDX-License-Identifier: Apache-2.0
/* Reads policies for the containers that they are about. Properties that only run time knows are passed over. */
#include "plan/policy.h"

#include <string.h>

#include "plan/policy_private.h"

static const struct {
    const char *name, *also[5];
} number_names[] = {
    {"min_instances", {"min_replicas", "minReplicas", "min"}},
    {"max_instances", {"max_replicas", "maxReplicas", "max"}},
    {"default_instances", {"initial_instances", "desired_instances", "default_replicas"}},
    {"increment", {"step", "scale_step"}},
    {"cpu_utilisation", {"cpu_utilization", "target_cpu_utilization", "cpu_target"}},
};

int64_t policy_number(const struct topology_policy *p, const char *name, int64_t fallback)
{
    for (size_t i = 0; i < ARRAY_LEN(number_names); i++) {
        if (!str_eq(number_names[i].name, name))
            continue;
        const json_t *v = json_object_get(p->properties, name);
        for (size_t k = 0; !json_is_integer(v) && k < ARRAY_LEN(number_names[i].also) && number_names[i].also[k]; k++)
            v = json_object_get(p->properties, number_names[i].also[k]);
        return json_is_integer(v) && json_integer_value(v) >= 0 ? json_integer_value(v) : fallback;
    }
    return fallback;
}

bool policy_holds(const struct topology *t, const size_t *components, size_t n, size_t container)
{
    for (size_t i = 0; i < n; i++)
        if (components[i] == container || topology_container_of(t, components[i]) == (int)container)
            return true;
    return false;
}

static const struct topology_policy *policy_of(const struct topology *t, enum policy_kind kind, size_t container)
{
    for (size_t i = 0; i < t->n_policies; i++) {
        const struct topology_policy *p = &t->policies[i];
        if (p->kind == kind && policy_holds(t, p->targets, p->n_targets, container))
            return p;
    }
    return NULL;
}

const struct topology_policy *policy_scaling(const struct topology *t, size_t container)
{
    return policy_of(t, POLICY_SCALING, container);
}

/* Its count, or the property of that name; -1: it says neither. */
static int64_t own_replicas(const struct component *c)
{
    const json_t *own = json_object_get(c->properties, "replicas");
    if (c->counted)
        return c->count;
    return json_is_integer(own) && json_integer_value(own) >= 0 ? json_integer_value(own) : -1;
}

int64_t policy_replicas(const struct topology *t, size_t container)
{
    const struct topology_policy *p = policy_scaling(t, container);
    int64_t n = own_replicas(&t->components[container]);
    if (!p)
        return n >= 0 ? n : 1;
    int64_t min = policy_number(p, "min_instances", 0), max = policy_number(p, "max_instances", INT64_MAX);
    if (n < 0)
        n = policy_number(p, "default_instances", 1);
    n = n < min ? min : n;
    return n > max && max > 0 ? max : n;
}

/* ---- where pods go ---- */

static json_t *member(json_t *object, const char *key, json_t *made)
{
    json_t *there = json_object_get(object, key);
    if (!there)
        json_object_set_new(object, key, there = made);
    else
        json_decref(made);
    return there;
}

/* Pods with the label go together with (kind podAffinity) or apart from (podAntiAffinity) each other. */
static void bind(json_t *labels, json_t *spec, const char *label, const char *application, const char *kind, bool must)
{
    json_put_str(labels, label, application);
    json_t *term = json_pack("{s:{s:{s:s}}, s:s}", "labelSelector", "matchLabels", label, application, "topologyKey",
                             "kubernetes.io/hostname");
    json_t *rules = member(member(spec, "affinity", json_object()), kind, json_object());
    if (must)
        json_array_append_new(member(rules, "requiredDuringSchedulingIgnoredDuringExecution", json_array()), term);
    else
        json_array_append_new(member(rules, "preferredDuringSchedulingIgnoredDuringExecution", json_array()),
                              json_pack("{s:i, s:o}", "weight", 100, "podAffinityTerm", term));
}

static void select_node(json_t *spec, const char *label, const json_t *value)
{
    if (json_is_string(value))
        json_object_set(member(spec, "nodeSelector", json_object()), label, (json_t *)(uintptr_t)value);
}

static void place_policy(const struct topology_policy *p, const char *application, json_t *labels, json_t *spec)
{
    const char *key, *arrange = json_str(p->properties, "arrange", "any");
    json_t *value;
    AUTO_FREE char *name = str_to_label(p->name);
    AUTO_FREE char *label = mem_printf("placement.sedge.dev/%s", name);
    json_object_foreach(json_object_get(p->properties, "node_selector"), key, value) select_node(spec, key, value);
    select_node(spec, POLICY_SITE_LABEL, json_object_get(p->properties, "site"));
    if (str_eq(arrange, "together"))
        bind(labels, spec, label, application, "podAffinity", true);
    else if (str_eq(arrange, "spread"))
        bind(labels, spec, label, application, "podAntiAffinity", json_bool(p->properties, "strict", false));
}

void policy_place(const struct topology *t, size_t container, const char *application, json_t *labels, json_t *spec)
{
    for (size_t i = 0; i < t->n_policies; i++) {
        const struct topology_policy *p = &t->policies[i];
        if (p->kind == POLICY_PLACEMENT && policy_holds(t, p->targets, p->n_targets, container))
            place_policy(p, application, labels, spec);
    }
    for (size_t i = 0; i < t->n_groups; i++) {
        const struct topology_group *g = &t->groups[i];
        AUTO_FREE char *name = str_to_label(g->name);
        AUTO_FREE char *label = mem_printf("unit.sedge.dev/%s", name);
        if (g->unit && policy_holds(t, g->members, g->n_members, container))
            bind(labels, spec, label, application, "podAffinity", true);
    }
}

json_t *policy_strategy(const struct topology *t, size_t container)
{
    static const char *const parts[][2] = {{"max_surge", "maxSurge"}, {"max_unavailable", "maxUnavailable"}};
    const struct topology_policy *p = policy_of(t, POLICY_UPDATE, container);
    if (!p)
        return NULL;
    bool rolling = !str_eq(json_str(p->properties, "order", "rolling"), "recreate");
    json_t *v = json_pack("{s:s}", "type", rolling ? "RollingUpdate" : "Recreate");
    for (size_t i = 0; rolling && i < ARRAY_LEN(parts); i++) {
        json_t *number = json_object_get(p->properties, parts[i][0]);
        if (json_is_integer(number))
            json_object_set(member(v, "rollingUpdate", json_object()), parts[i][1], number);
    }
    return v;
}
