// SPDX-License-Identifier: Apache-2.0
/* Run-time values of an Application: attributes of its components, and its outputs. */
#include "head/orchestrate_private.h"

#include <string.h>

#include "tosca/tosca.h"

struct subject {
    struct orc *o;
    const struct component *component, *container; /* container: below it, or NULL */
    const json_t *pod;                             /* the first of the container's, or NULL */
};

static json_t *text_or_null(const char *text)
{
    return str_empty(text) ? NULL : json_string(text);
}

static json_t *get_state(const struct subject *s)
{
    const struct orc_record *r = orc_find(s->o, s->component->name);
    return json_string(r && r->label ? r->label : orc_state(s->o, s->component));
}

static json_t *get_name(const struct subject *s)
{
    return json_string(s->component->name);
}

static json_t *get_id(const struct subject *s)
{
    if (s->component->kind == COMPONENT_VOLUME) {
        AUTO_FREE char *name = compile_name(s->o->in->app->meta.name, s->component->name);
        return json_string(name);
    }
    const json_t *report = json_array_get(json_at(s->pod, "status", "containerStatuses", NULL), 0);
    const char *id =
        json_str(report, "containerID", NULL); /* "sedge://<id>", as Kubernetes writes ids with their runtime */
    const char *plain = id ? strstr(id, "://") : NULL;
    return text_or_null(plain ? plain + 3 : id);
}

static json_t *get_private_address(const struct subject *s)
{
    return text_or_null(json_str(json_object_get(s->pod, "status"), "podIP", NULL));
}

static json_t *get_public_address(const struct subject *s)
{
    const json_t *node = object_list_find(&s->o->in->nodes, json_str(json_object_get(s->pod, "spec"), "nodeName", ""));
    static const char *const types[] = {"ExternalIP", "InternalIP"};
    for (size_t k = 0; k < ARRAY_LEN(types); k++) {
        size_t i;
        json_t *a;
        json_array_foreach(json_at(node, "status", "addresses", NULL), i, a)
        {
            if (str_eq(json_str(a, "type", ""), types[k]) && !str_empty(json_str(a, "address", NULL)))
                return json_string(json_str(a, "address", ""));
        }
    }
    return text_or_null(json_str(json_object_get(s->pod, "status"), "hostIP", NULL));
}

/* Container port -> port of the node, as the pod has them. */
static json_t *get_ports(const struct subject *s)
{
    size_t i, k;
    json_t *c, *port;
    if (!s->pod)
        return NULL;
    json_t *out = json_object();
    json_array_foreach(json_at(s->pod, "spec", "containers", NULL), i, c)
    {
        json_array_foreach(json_object_get(c, "ports"), k, port)
        {
            AUTO_FREE char *inside = mem_printf("%lld", (long long)json_int(port, "containerPort", 0));
            json_put_int(out, inside, json_int(port, "hostPort", json_int(port, "containerPort", 0)));
        }
    }
    return out;
}

static const struct {
    const char *name;
    json_t *(*get)(const struct subject *s);
} attributes[] = {
    {"state", get_state},
    {"id", get_id},
    {"tosca_id", get_id},
    {"tosca_name", get_name},
    {"private_address", get_private_address},
    {"ip_address", get_private_address}, /* of an endpoint */
    {"public_address", get_public_address},
    {"ports", get_ports},
};

/* Every property is an attribute as well; one that is itself to be worked out is not (it could ask for itself). */
static json_t *property(const struct component *c, const char *name)
{
    json_t *v = json_object_get(c->properties, name);
    return v && !json_is_object(v) && !json_is_array(v) && !json_is_null(v) ? json_deep_copy(v) : NULL;
}

static json_t *attribute(void *data, const char *component, const char *name)
{
    struct subject s = {.o = data};
    const struct topology *t = s.o->work->topology;
    int at = topology_find(t, component), below = at < 0 ? -1 : topology_container_of(t, (size_t)at);
    json_t *v = NULL;
    if (at < 0)
        return NULL;
    s.component = &t->components[at];
    struct object_list pods = {0};
    if (below >= 0) {
        s.container = &t->components[below];
        orc_live_pods(s.o, s.container, &pods);
        s.pod = pods.n > 0 ? pods.v[0] : NULL;
    }
    for (size_t i = 0; i < ARRAY_LEN(attributes); i++)
        if (str_eq(attributes[i].name, name))
            v = attributes[i].get(&s);
    object_list_done(&pods);
    if (!v)
        v = orc_given_attribute(s.o, component, name);
    return v ? v : property(s.component, name);
}

static json_t *eval(struct orc *o, const json_t *value, struct err *e)
{
    struct tosca_runtime rt = {.attribute = attribute, .operation_output = orc_given_output, .data = o};
    return tosca_eval(value, &rt, e);
}

json_t *orc_eval_known(struct orc *o, const json_t *value, struct err *e)
{
    return eval(o, value, e);
}

json_t *orc_eval(void *orc, const json_t *value, struct err *e)
{
    json_t *v = eval(orc, value, NULL);
    return v ? v : json_string(""); /* steps that need it wait for it: orc_values_known */
}

static bool all_known(struct orc *o, const json_t *values, struct err *e)
{
    const char *name;
    json_t *v;
    json_object_foreach((json_t *)(uintptr_t)values, name, v)
    {
        AUTO_JSON json_t *got = eval(o, v, e);
        if (!got)
            return false;
    }
    return true;
}

bool orc_values_known(struct orc *o, const struct plan_step *step, struct err *e)
{
    const struct topology *t = o->work->topology;
    const struct component *c = &t->components[topology_find(t, step->component)];
    const struct topology_operation *single;
    if (plan_step_is_single(step))
        return !orc_single_known(o, step, &single) || !single || all_known(o, single->inputs, e);
    if (c->kind == COMPONENT_CONTAINER)
        return !str_eq(step->source, c->protocol.initial) || all_known(o, c->properties, e);
    const struct topology_operation *op = topology_operation_find(c, step->interface, step->operation);
    return !op || all_known(o, op->inputs, e);
}

json_t *orc_outputs(struct orc *o)
{
    json_t *out = json_object();
    const char *name;
    json_t *output;
    if (!o->work)
        return out;
    json_object_foreach(o->work->topology->outputs, name, output)
    {
        json_t *v = eval(o, json_object_get(output, "value"), NULL);
        json_object_set_new(out, name, v ? v : json_null());
    }
    return out;
}
