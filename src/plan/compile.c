// SPDX-License-Identifier: Apache-2.0
/* Compiles components to objects: names, hashes, pods with their software, services, volumes. */
#include "plan/compile.h"

#include <errno.h>
#include <string.h>
#include <strings.h>

#include "plan/compile_container.h"
#include "plan/compile_value.h"
#include "plan/policy.h"

char *compile_name(const char *application, const char *component)
{
    AUTO_FREE char *both = mem_printf("%s-%s", application, component);
    return str_to_label(both);
}

static json_t *operation_definition(const struct compile_input *in, const struct topology_operation *o)
{
    const char *digest = o->script && in->file_digest ? in->file_digest(in->data, o->script) : NULL;
    json_t *files = json_array();
    for (size_t i = 0; i < o->dependencies.n; i++) {
        const char *d = in->file_digest ? in->file_digest(in->data, o->dependencies.v[i]) : NULL;
        json_array_append_new(files, json_string(d ? d : o->dependencies.v[i]));
    }
    json_t *v = json_pack("{s:s, s:s, s:o}", "interface", o->interface, "name", o->name, "files", files);
    json_put_str(v, "script", o->script);
    json_put_str(v, "digest", digest);
    json_put_str(v, "interpreter", o->interpreter);
    if (o->inputs)
        json_object_set(v, "inputs", o->inputs);
    return v;
}

static json_t *operation_definitions(const struct compile_input *in, const struct topology_operation *list, size_t n)
{
    json_t *all = json_array();
    for (size_t i = 0; i < n; i++)
        json_array_append_new(all, operation_definition(in, &list[i]));
    return all;
}

/* Files that scripts may read: their contents belong to the definition. */
static json_t *artifact_definitions(const struct compile_input *in, const struct component *c)
{
    json_t *artifacts = json_object();
    for (size_t i = 0; i < c->n_artifacts; i++) {
        const char *file = c->artifacts[i].file;
        const char *digest = file && in->file_digest ? in->file_digest(in->data, file) : NULL;
        json_put_str(artifacts, c->artifacts[i].name, digest ? digest : file);
    }
    return artifacts;
}

/* What the links of a component add to its definition: whom it stands on, and with which properties. */
static json_t *link_definitions(const struct compile_input *in, const struct component *c)
{
    const struct topology *t = in->topology;
    json_t *links = json_array();
    for (size_t i = 0; i < c->n_links; i++) {
        const struct topology_link *l = &c->links[i];
        json_t *v = json_pack("{s:s, s:i, s:s}", "to", t->components[l->target].name, "kind", (int)l->kind, "as",
                              l->requirement);
        if (l->properties)
            json_object_set(v, "properties", l->properties);
        if (l->n_operations)
            json_object_set_new(v, "operations", operation_definitions(in, l->operations, l->n_operations));
        json_array_append_new(links, v);
    }
    return links;
}

void compile_hash(const struct compile_input *in, size_t component, char ret[17])
{
    const struct component *c = &in->topology->components[component];
    AUTO_JSON json_t *v = json_pack("{s:s, s:b}", "type", c->type, "runs", c->image_runs);
    json_put_str(v, "image", c->image);
    AUTO_JSON json_t *properties = c->properties ? json_copy(c->properties) : json_object();
    json_object_del(properties, "replicas"); /* scaling makes nothing anew */
    json_object_set(v, "properties", properties);
    json_object_set_new(v, "links", link_definitions(in, c));
    json_object_set_new(v, "artifacts", artifact_definitions(in, c));
    AUTO_JSON json_t *where = json_object();
    policy_place(in->topology, component, "", where, where);
    if (json_object_size(where)) /* pods go elsewhere only when they are made anew */
        json_object_set(v, "placement", where);
    json_object_set_new(v, "operations", operation_definitions(in, c->operations, c->n_operations));
    AUTO_FREE char *text = json_text(v);
    char digest[DIGEST_TEXT_SIZE];
    digest_of(text, strlen(text), digest);
    memcpy(ret, digest + strlen("sha256:"), 16);
    ret[16] = '\0';
}

static json_t *step_env(const struct compile_input *in, const struct component *c, const struct topology_operation *o,
                        struct err *e)
{
    json_t *env = json_array();
    const char *name;
    json_t *raw;
    json_object_foreach(o->inputs, name, raw)
    {
        AUTO_JSON json_t *v = in->eval ? in->eval(in->data, raw, e) : json_incref(raw);
        if (!v) {
            err_wrap(e, -EINVAL, "component '%s': input '%s' of %s.%s", c->name, name, o->interface, o->name);
            json_decref(env);
            return NULL;
        }
        compile_env_add(env, name, v);
        AUTO_FREE char *upper = mem_printf("INPUT_%s", name);
        for (char *p = upper; *p; p++)
            *p = *p >= 'a' && *p <= 'z' ? (char)(*p - 'a' + 'A') : *p;
        compile_env_add(env, upper, v);
    }
    return env;
}

int compile_operation(const struct compile_input *in, const struct component *c, const struct topology_operation *o,
                      json_t *to, struct err *e)
{
    json_put_str(to, "script", o->script);
    json_put_str(to, "interpreter", o->interpreter);
    json_put_int(to, "timeoutSeconds", o->timeout_s);
    json_t *env = step_env(in, c, o, e);
    if (!env)
        return -EINVAL;
    json_object_set_new(to, "env", env);
    return 0;
}

static json_t *software_step(const struct compile_input *in, const struct component *c,
                             const struct protocol_transition *tr, struct err *e)
{
    json_t *step = json_pack("{s:s, s:s, s:s, s:s}", "interface", tr->interface, "operation", tr->operation, "source",
                             tr->source, "target", tr->target);
    const struct topology_operation *o = topology_operation_find(c, tr->interface, tr->operation);
    if (!o || compile_operation(in, c, o, step, e) == 0)
        return step;
    json_decref(step);
    return NULL;
}

json_t *compile_run(const struct compile_input *in, size_t component, const struct topology_operation *o,
                    const json_t *given, struct err *e)
{
    const struct component *c = &in->topology->components[component];
    struct topology_operation called = *o;
    AUTO_JSON json_t *inputs = o->inputs ? json_copy(o->inputs) : json_object();
    json_object_update(inputs, (json_t *)(uintptr_t)given);
    called.inputs = inputs;
    json_t *run = json_pack("{s:s, s:s, s:s}", "component", c->name, "interface", o->interface, "operation", o->name);
    if (compile_operation(in, c, &called, run, e) < 0)
        json_unrefp(&run);
    return run;
}

static json_t *software(const struct compile_input *in, const struct component *c, const char *goal, int64_t attempt,
                        struct err *e)
{
    json_t *steps = json_array();
    json_t *v =
        json_pack("{s:s, s:s, s:s, s:s, s:I, s:o}", "name", c->name, "initial", c->protocol.initial, "goal", goal,
                  "stopped", protocol_stopped_state(&c->protocol), "attempt", (json_int_t)attempt, "steps", steps);
    for (size_t i = 0; i < c->protocol.n_transitions; i++) {
        json_t *step = software_step(in, c, &c->protocol.transitions[i], e);
        if (!step) {
            json_decref(v);
            return NULL;
        }
        json_array_append_new(steps, step);
    }
    json_t *after = json_array();
    for (size_t i = 0; i < c->n_links; i++)
        if (c->links[i].kind != LINK_ATTACHES_TO &&
            in->topology->components[c->links[i].target].kind != COMPONENT_VOLUME)
            json_array_append_new(after, json_string(in->topology->components[c->links[i].target].name));
    json_object_set_new(v, "after", after);
    return v;
}

/* How many hosts stand below a component: hosted software is put in order of it, so that what it stands on comes first.
 */
static size_t host_depth(const struct topology *t, size_t i)
{
    size_t depth = 0;
    for (const struct topology_link *l = topology_host_link(&t->components[i]); l && depth < t->n_components; depth++) {
        i = l->target;
        l = topology_host_link(&t->components[i]);
    }
    return depth;
}

static int add_software(const struct compile_input *in, size_t container, const char *const *goals, int64_t attempt,
                        json_t *to, struct err *e)
{
    const struct topology *t = in->topology;
    size_t left = 0;
    for (size_t i = 0; i < t->n_components; i++)
        left += t->components[i].kind == COMPONENT_SOFTWARE && topology_container_of(t, i) == (int)container;
    for (size_t depth = 1; left > 0 && depth <= t->n_components; depth++) {
        for (size_t i = 0; i < t->n_components; i++) {
            const struct component *c = &t->components[i];
            if (c->kind != COMPONENT_SOFTWARE || topology_container_of(t, i) != (int)container ||
                host_depth(t, i) != depth)
                continue;
            json_t *v = software(in, c, goals[i], attempt, e);
            if (!v)
                return -EINVAL;
            json_array_append_new(to, v);
            left--;
        }
    }
    return 0;
}

static void add_name(json_t *links, struct strv *seen, const char *name, const char *service)
{
    if (strv_has(seen, name))
        return;
    strv_add(seen, name);
    json_array_append_new(links, json_pack("{s:s, s:s}", "name", name, "service", service));
}

/* The names that resolve in the pod: each component that the container or its software connects to or depends on. */
static void add_links(const struct compile_input *in, size_t container, json_t *links, json_t *after)
{
    const struct topology *t = in->topology;
    AUTO_STRV struct strv seen = {0};
    for (size_t i = 0; i < t->n_components; i++) {
        if (topology_container_of(t, i) != (int)container)
            continue;
        for (size_t k = 0; k < t->components[i].n_links; k++) {
            const struct topology_link *l = &t->components[i].links[k];
            int below = topology_container_of(t, l->target);
            if (below < 0 || l->kind == LINK_HOSTED_ON)
                continue;
            AUTO_FREE char *service = compile_name(in->application, t->components[below].name);
            if (l->named)
                add_name(links, &seen, l->named, service);
            add_name(links, &seen, t->components[l->target].name, service);
            add_name(links, &seen, t->components[below].name, service);
            if (i == container && below != (int)container)
                json_array_append_new(after, json_string(t->components[l->target].name));
        }
    }
}

static json_t *labels(const struct compile_input *in, const struct component *c)
{
    return json_pack("{s:s, s:s}", "sedge.dev/application", in->application, "sedge.dev/component", c->name);
}

static int restart_and_grace(const struct compile_input *in, const struct component *c, json_t *spec, struct err *e)
{
    static const struct {
        const char *word, *policy;
    } policies[] = {{"always", "Always"}, {"on-failure", "OnFailure"}, {"never", "Never"}};
    AUTO_JSON json_t *restart = NULL, *grace = NULL;
    int r = compile_property(in, c, "restart", &restart, e);
    if (r == 0)
        r = compile_property(in, c, "grace_period", &grace, e);
    if (r < 0)
        return r;
    /* TosKer's containers may be meant to end; ours say what they want. */
    const char *policy = c->image_runs ? "OnFailure" : "Always";
    for (size_t i = 0; i < ARRAY_LEN(policies); i++)
        if (str_eq(policies[i].word, json_string_value(restart)))
            policy = policies[i].policy;
    json_put_str(spec, "restartPolicy", policy);
    AUTO_FREE char *text = compile_text(grace);
    int64_t seconds;
    if (grace && compile_seconds(text, &seconds) == 0)
        json_put_int(spec, "terminationGracePeriodSeconds", seconds);
    return 0;
}

static int pod_spec(const struct compile_input *in, size_t component, const char *const *goals, int64_t attempt,
                    json_t *spec, struct err *e)
{
    const struct component *c = &in->topology->components[component];
    json_t *container = json_object(), *volumes = json_array();
    json_object_set_new(spec, "containers", json_pack("[o]", container));
    json_object_set_new(spec, "volumes", volumes);
    AUTO_FREE char *hostname = str_to_label(c->name);
    json_put_str(spec, "hostname", hostname);
    json_t *sedge = json_object(), *links = json_array(), *after = json_array(), *components = json_array();
    json_object_set_new(spec, "sedge", sedge);
    json_object_set_new(sedge, "links", links);
    json_object_set_new(sedge, "after", after);
    json_object_set_new(sedge, "components", components);
    json_put_str(sedge, "bundle", in->bundle);
    if (!c->image_runs)
        json_object_set_new(sedge, "sleep", json_true());
    bool runs = str_eq(goals[component], protocol_running_state(&c->protocol));
    json_put_str(sedge, "state", runs ? "Running" : "Stopped");
    add_links(in, component, links, after);
    int r = compile_container(in, c, container, volumes, e);
    if (r == 0)
        r = restart_and_grace(in, c, spec, e);
    if (r == 0)
        r = add_software(in, component, goals, attempt, components, e);
    return r;
}

json_t *compile_deployment(const struct compile_input *in, size_t component, const char *const *goals, int64_t replicas,
                           int64_t attempt, struct err *e)
{
    const struct component *c = &in->topology->components[component];
    AUTO_FREE char *name = compile_name(in->application, c->name);
    AUTO_JSON json_t *spec = json_object();
    if (pod_spec(in, component, goals, attempt, spec, e) < 0)
        return NULL;
    json_t *pod_labels = labels(in, c), *strategy = policy_strategy(in->topology, component);
    policy_place(in->topology, component, in->application, pod_labels, spec);
    json_t *made = json_pack("{s:s, s:s, s:{s:s, s:s, s:o}, s:{s:I, s:{s:o}, s:{s:{s:o}, s:O}}}", "apiVersion", "apps/v1",
                     "kind", "Deployment", "metadata", "name", name, "namespace", in->namespace, "labels",
                     labels(in, c), "spec", "replicas", (json_int_t)replicas, "selector", "matchLabels", labels(in, c),
                     "template", "metadata", "labels", pod_labels, "spec", spec);
    if (strategy)
        json_object_set_new(json_object_get(made, "spec"), "strategy", strategy);
    return made;
}

json_t *compile_service(const struct compile_input *in, size_t component)
{
    const struct component *c = &in->topology->components[component];
    AUTO_FREE char *name = compile_name(in->application, c->name);
    return json_pack("{s:s, s:s, s:{s:s, s:s, s:o}, s:{s:o}}", "apiVersion", "v1", "kind", "Service", "metadata",
                     "name", name, "namespace", in->namespace, "labels", labels(in, c), "spec", "selector",
                     labels(in, c));
}

json_t *compile_volume(const struct compile_input *in, size_t component)
{
    const struct component *c = &in->topology->components[component];
    AUTO_FREE char *name = compile_name(in->application, c->name);
    return json_pack("{s:s, s:s, s:{s:s, s:s, s:o}}", "apiVersion", "sedge.dev/v1", "kind", "Volume", "metadata",
                     "name", name, "namespace", in->namespace, "labels", labels(in, c));
}
