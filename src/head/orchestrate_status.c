// SPDX-License-Identifier: Apache-2.0
/* The status of an Application. */
#include "head/orchestrate_private.h"
#include "model/secret_token.h"
#include "plan/policy.h"

/* The topology that people are shown: the wanted one, as far as it can be read. */
static const struct topology *shown(const struct orc *o)
{
    if (!o->removing && o->in->next)
        return o->in->next->topology;
    return o->work ? o->work->topology : NULL;
}

static const char *goal_of(struct orc *o, const struct topology *t, size_t i)
{
    const struct component *c = &t->components[i];
    bool keeps = c->kind == COMPONENT_VOLUME && !o->in->app->spec.remove_volumes;
    if (o->removing)
        return keeps ? orc_state(o, c) : c->protocol.initial;
    if (!o->goals)
        return NULL;
    if (o->goals[i] == PLAN_RUN)
        return protocol_running_state(&c->protocol);
    if (o->goals[i] == PLAN_STOP && !str_eq(orc_state(o, c), c->protocol.initial))
        return protocol_stopped_state(&c->protocol);
    return orc_state(o, c);
}

static void put_pods(struct orc *o, const struct topology *t, size_t i, json_t *v)
{
    int below = topology_container_of(t, i);
    if (below < 0)
        return;
    const json_t *deployment = orc_deployment(o, t->components[below].name);
    struct object_list pods = {0};
    int64_t ready = 0;
    orc_live_pods(o, &t->components[below], &pods);
    json_t *names = json_array();
    for (size_t k = 0; k < pods.n; k++) {
        json_array_append_new(names, json_string(object_name(pods.v[k])));
        ready += object_pod_ready(pods.v[k]);
    }
    if (pods.n > 0)
        json_object_set(v, "pods", names);
    json_decref(names);
    json_put_int(v, "replicas", deployment ? json_int(json_object_get(deployment, "spec"), "replicas", 1) : 0);
    json_put_int(v, "ready", ready);
    object_list_done(&pods);
}

static void put_record(const struct orc_record *r, json_t *v)
{
    if (!r)
        return;
    json_put_str(v, "operation", r->operation);
    json_put_str(v, "message", r->message);
    json_put_str(v, "log", r->log);
    json_put_str(v, "label", r->label);
    if (r->failed)
        json_object_set_new(v, "failed", json_true());
}

static void put_run(const struct orc_run *r, json_t *v)
{
    if (!r)
        return;
    json_put_str(v, "operation", r->text);
    json_put_str(v, "message", r->message);
    json_put_str(v, "log", r->log);
    if (r->failed)
        json_object_set_new(v, "failed", json_true());
}

static json_t *component(struct orc *o, const struct topology *t, size_t i)
{
    const struct component *c = &t->components[i];
    json_t *v = json_pack("{s:s}", "name", c->name);
    json_put_str(v, "type", c->type);
    json_put_str(v, "kind", component_kind_name(c->kind));
    json_put_str(v, "state", orc_state(o, c));
    json_put_str(v, "goal", goal_of(o, t, i));
    put_pods(o, t, i, v);
    put_record(orc_find(o, c->name), v);
    if (!json_object_get(v, "operation"))
        put_run(orc_run_at(o, c->name), v);
    return v;
}

/* Components that stand and are no longer wanted come last, while they stand. */
static void add_former(struct orc *o, const struct topology *t, json_t *to)
{
    const struct topology *now = o->work ? o->work->topology : NULL;
    for (size_t i = 0; now && now != t && i < now->n_components; i++) {
        const struct component *c = &now->components[i];
        if (topology_find(t, c->name) >= 0)
            continue;
        json_t *v = json_pack("{s:s, s:s, s:s}", "name", c->name, "state", orc_state(o, c), "goal",
                              c->kind == COMPONENT_VOLUME ? orc_state(o, c) : c->protocol.initial);
        json_put_str(v, "type", c->type);
        json_put_str(v, "kind", component_kind_name(c->kind));
        put_pods(o, now, i, v);
        put_record(orc_find(o, c->name), v);
        json_array_append_new(to, v);
    }
}

static json_t *source(const struct application_source *s)
{
    json_t *v = json_object();
    json_put_str(v, "bundle", s->bundle);
    json_put_str(v, "entry", s->entry);
    if (s->inputs)
        json_object_set(v, "inputs", s->inputs);
    return v;
}

json_t *orc_status(struct orc *o)
{
    const struct topology *t = shown(o);
    json_t *v = json_object(), *components = json_array();
    json_put_str(v, "phase", o->phase);
    json_put_str(v, "message", o->message);
    json_put_int(v, "observedGeneration", o->in->app->meta.generation);
    json_put_int(v, "planDone", o->steps_done);
    for (size_t i = 0; t && i < t->n_components; i++)
        json_array_append_new(components, component(o, t, i));
    if (t)
        add_former(o, t, components);
    json_object_set_new(v, "components", components);
    json_object_set_new(v, "outputs", orc_outputs(o));
    json_object_set_new(v, "applied", source(&o->applied));
    json_object_set(v, "hashes", o->hashes);
    json_put_str(v, "planKey", o->plan_key);
    if (o->n_runs > 0)
        json_object_set_new(v, "runs", orc_runs_json(o));
    if (o->runs_made > 0)
        json_put_int(v, "runsMade", o->runs_made);
    if (json_object_size(o->given) > 0)
        json_object_set(v, "operationOutputs", o->given);
    json_t *flow = orc_flow_json(o);
    if (flow)
        json_object_set_new(v, "workflow", flow);
    if (t && t->n_policies + t->n_groups)
        json_object_set_new(v, "policies", policies_json(t));
    if (t && t->n_workflows)
        json_object_set_new(v, "workflows", orc_flows_json(t));
    if (!secret_token_in_json(v))
        return v;
    json_t *told = secret_token_to_calls(v); /* what is made of secrets is told as the references that it is */
    json_decref(v);
    return told;
}
