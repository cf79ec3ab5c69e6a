// SPDX-License-Identifier: Apache-2.0
/* What operations put out: taken from pods' reports, kept in the application's status, asked for by values. */
#include <string.h>

#include "head/orchestrate_private.h"

void orc_given_put(struct orc *o, const char *owner, const char *operation, const json_t *outputs)
{
    json_t *of = json_object_get(o->given, owner);
    if (!of) {
        of = json_object();
        json_object_set_new(o->given, owner, of);
    }
    json_object_set(of, operation, (json_t *)(uintptr_t)outputs);
}

static bool is_of(const char *key, const char *component)
{
    size_t n = strlen(component);
    return strncmp(key, component, n) == 0 && (key[n] == '\0' || key[n] == '/');
}

void orc_given_forget(struct orc *o, const char *component)
{
    const char *key;
    json_t *v;
    void *next;
    json_object_foreach_safe(o->given, next, key, v)
    {
        if (is_of(key, component))
            json_object_del(o->given, key);
    }
}

/* A component's own operations report with the component. */
static void take_component(struct orc *o, size_t c)
{
    const struct topology *t = o->work->topology;
    int below = topology_container_of(t, c);
    struct object_list pods = {0};
    if (below < 0 || str_eq(orc_state(o, &t->components[c]), t->components[c].protocol.initial))
        return;
    orc_live_pods(o, &t->components[below], &pods);
    const json_t *outputs =
        pods.n > 0 ? json_object_get(orc_report(pods.v[0], t->components[c].name), "outputs") : NULL;
    const char *operation;
    json_t *v;
    json_object_foreach((json_t *)(uintptr_t)outputs, operation, v)
    {
        orc_given_put(o, t->components[c].name, operation, v);
    }
    object_list_done(&pods);
}

void orc_given_take(struct orc *o)
{
    for (size_t c = 0; o->work && c < o->work->topology->n_components; c++)
        if (o->work->topology->components[c].kind == COMPONENT_SOFTWARE &&
            o->work->topology->components[c].n_operations)
            take_component(o, c);
}

/* ---- asking ---- */

/* Is the mapping ["component", "attribute"] (or longer: then the value is what stands at the rest of the way)? */
static bool is_mapped(const json_t *mapping, const char *component, const char *attribute)
{
    return json_array_size(mapping) >= 2 && str_eq(json_string_value(json_array_get(mapping, 0)), component) &&
           str_eq(json_string_value(json_array_get(mapping, 1)), attribute);
}

static void put_at(json_t **to, const json_t *mapping, json_t *value)
{
    size_t n = json_array_size(mapping);
    if (n == 2) {
        json_decref(*to);
        *to = json_deep_copy(value);
        return;
    }
    if (!json_is_object(*to)) {
        json_decref(*to);
        *to = json_object();
    }
    json_t *at = *to;
    for (size_t i = 2; i + 1 < n; i++) {
        const char *key = json_string_value(json_array_get(mapping, i));
        if (!json_is_object(json_object_get(at, key)))
            json_object_set_new(at, key, json_object());
        at = json_object_get(at, key);
    }
    json_object_set_new(at, json_string_value(json_array_get(mapping, n - 1)), json_deep_copy(value));
}

static void take_mapped(const struct topology_operation *op, const json_t *outputs, const char *component,
                        const char *attribute, json_t **to)
{
    const char *name;
    json_t *mapping;
    json_object_foreach(op ? op->outputs : NULL, name, mapping)
    {
        json_t *value = json_object_get(outputs, name);
        if (value && is_mapped(mapping, component, attribute))
            put_at(to, mapping, value);
    }
}

static const struct topology_operation *operation_of(const struct orc *o, const char *owner, const char *operation)
{
    AUTO_FREE char *text = mem_printf("%s:%s", owner, operation);
    AUTO(plan_done)
    struct plan p = {0};
    const struct topology *t = o->work->topology;
    if (plan_read(text, strlen(text), false, &p, NULL) < 0 || p.n != 1)
        return NULL;
    struct plan_step *s = &p.steps[0];
    plan_step_resolve(t, s);
    int c = topology_find(t, s->component);
    if (c < 0)
        return NULL;
    return s->requirement ? topology_link_operation(topology_link_labelled(&t->components[c], s->requirement),
                                                    s->interface, s->operation)
                          : topology_operation_find(&t->components[c], s->interface, s->operation);
}

json_t *orc_given_attribute(struct orc *o, const char *component, const char *attribute)
{
    const char *owner, *operation;
    json_t *of, *outputs, *found = NULL;
    json_object_foreach(o->given, owner, of)
    {
        json_object_foreach(of, operation, outputs)
        {
            take_mapped(operation_of(o, owner, operation), outputs, component, attribute, &found);
        }
    }
    return found;
}

json_t *orc_given_output(void *orc, const char *component, const char *interface, const char *operation,
                         const char *output)
{
    struct orc *o = orc;
    AUTO_FREE char *key = mem_printf("%s.%s", interface, operation);
    const char *owner;
    json_t *of;
    json_t *found = json_at(o->given, component, key, output, NULL);
    json_object_foreach(o->given, owner, of)
    {
        if (!found && is_of(owner, component))
            found = json_at(of, key, output, NULL);
    }
    return found ? json_deep_copy(found) : NULL;
}
