// SPDX-License-Identifier: Apache-2.0
/* What the objects of an Application are to be: made from its topology and the states that its components have or are
 * brought to. */
#include "head/deployment_decide.h"
#include "head/orchestrate_private.h"

static const char *digest_of_file(void *data, const char *path)
{
    (void)data, (void)path;
    return NULL; /* only hashes need it, and those are made where the source is loaded */
}

static struct compile_input compile_input(struct orc *o)
{
    return (struct compile_input){.topology = o->work->topology,
                                  .namespace = o->in->app->meta.namespace,
                                  .application = o->in->app->meta.name,
                                  .bundle = o->work->bundle,
                                  .eval = orc_eval,
                                  .file_digest = digest_of_file,
                                  .data = o};
}

/* The Application is the owner: what is left when it is gone goes after it. */
static void set_owner(struct orc *o, json_t *object)
{
    json_t *owner = json_pack("{s:s, s:s, s:s, s:s, s:b}", "apiVersion", "sedge.dev/v1", "kind", "Application", "name",
                              o->in->app->meta.name, "uid", o->in->app->meta.uid, "controller", 1);
    json_object_set_new(json_object_get(object, "metadata"), "ownerReferences", json_pack("[o]", owner));
}

/* The object as its kind's table writes it, so that it can be compared. Takes `object`; NULL with o->error. */
static json_t *normal(struct orc *o, const char *kind, json_t *object, const char *component)
{
    struct err e = {0};
    json_t *v = object ? object_normal(kind_find(kind), object, &e) : NULL;
    if (!v)
        orc_error(o, "component '%s': %s", component, err_text(&e));
    json_decref(object);
    return v;
}

static void set_attempts(struct orc *o, const struct component *container, json_t *deployment)
{
    size_t i;
    json_t *part;
    json_array_foreach(json_at(deployment, "spec", "template", "spec", "sedge", "components", NULL), i, part)
    {
        json_put_int(part, "attempt", orc_attempt(o, container, json_str(part, "name", "")));
    }
}

static json_t *make_deployment(struct orc *o, size_t component)
{
    const struct topology *t = o->work->topology;
    const struct component *c = &t->components[component];
    struct compile_input in = compile_input(o);
    struct err e = {0};
    AUTO_FREE const char **goals = mem_array(t->n_components, sizeof(*goals));
    for (size_t i = 0; i < t->n_components; i++)
        goals[i] = orc_find(o, t->components[i].name)->target;
    json_t *d = compile_deployment(&in, component, goals, orc_replicas(o, t, component), orc_round(o), &e);
    if (!d) {
        orc_error(o, "%s", err_text(&e));
        return NULL;
    }
    orc_flow_tell(o, &in, component, d);
    set_owner(o, d);
    if (o->n_runs > 0) {
        json_t *runs = orc_runs_spec(o, component, &in, &e);
        if (!runs) {
            orc_error(o, "%s", err_text(&e));
            json_decref(d);
            return NULL;
        }
        json_t *sedge = json_at(d, "spec", "template", "spec", "sedge", NULL);
        if (json_object_get(sedge, "runs")) /* of a work flow */
            json_array_extend(runs, json_object_get(sedge, "runs"));
        json_object_set_new(sedge, "runs", runs);
    }
    json_object_set_new(json_object_get(d, "metadata"), "annotations",
                        json_pack("{s:s}", NOTE_DEFINITION, o->work->hashes[component]));
    d = normal(o, "Deployment", d, c->name);
    if (d)
        set_attempts(o, c, d);
    return d;
}

static json_t *spec_of_pods(json_t *deployment)
{
    return json_at(deployment, "spec", "template", "spec", NULL);
}

/* What stands stays as it is but for replicas and what changes in place, unless the definition is another one. */
static json_t *next_deployment(struct orc *o, const json_t *is, json_t *made)
{
    json_t *next = json_deep_copy(is);
    const char *before = json_str(json_at(is, "metadata", "annotations", NULL), NOTE_DEFINITION, "");
    json_t *notes = json_at(made, "metadata", "annotations", NULL);
    if (!str_eq(before, json_str(notes, NOTE_DEFINITION, ""))) {
        json_object_set(json_object_get(next, "metadata"), "annotations", notes);
        json_object_set(json_object_get(next, "spec"), "template", json_at(made, "spec", "template", NULL));
    } else {
        json_object_set_new(spec_of_pods(next), "sedge", deployment_sedge(spec_of_pods(made), spec_of_pods(next)));
    }
    if (o->is_next)
        json_object_set(json_object_get(next, "spec"), "replicas", json_at(made, "spec", "replicas", NULL));
    if (o->is_next)
        json_object_set(json_object_get(next, "spec"), "strategy", json_at(made, "spec", "strategy", NULL));
    return next;
}

static void say_scaled(struct orc *o, const json_t *is, const json_t *next, const char *component)
{
    int64_t before = json_int(json_object_get(is, "spec"), "replicas", 1);
    int64_t now = json_int(json_object_get(next, "spec"), "replicas", 1);
    if (before == now)
        return;
    free(o->message);
    o->message = mem_printf("scaled %s to %lld", component, (long long)now);
    changes_event(&o->events, o->in->object, false, "Scaled", "%s from %lld to %lld", component, (long long)before,
                  (long long)now);
}

static bool want_container(struct orc *o, size_t component)
{
    const struct component *c = &o->work->topology->components[component];
    const json_t *is = orc_deployment(o, c->name), *service = orc_of_component(&o->in->services, c->name);
    if (str_eq(orc_find(o, c->name)->target, c->protocol.initial)) {
        if (is && !object_is_deleting(is))
            changes_delete(&o->objects, "Deployment", is);
        if (service && !object_is_deleting(service))
            changes_delete(&o->objects, "Service", service);
        return true;
    }
    AUTO_JSON json_t *made = make_deployment(o, component);
    if (!made)
        return false;
    if (!service) {
        struct compile_input in = compile_input(o);
        json_t *s = compile_service(&in, component);
        set_owner(o, s);
        changes_create(&o->objects, "Service", s);
    }
    if (!is) {
        changes_create(&o->objects, "Deployment", json_incref(made));
        return true;
    }
    json_t *next = next_deployment(o, is, made);
    if (json_equal(next, is)) {
        json_decref(next);
        return true;
    }
    say_scaled(o, is, next, c->name);
    changes_spec(&o->objects, "Deployment", next);
    return true;
}

static void want_volume(struct orc *o, size_t component)
{
    const struct component *c = &o->work->topology->components[component];
    const struct orc_record *r = orc_find(o, c->name);
    const json_t *is = orc_of_component(&o->in->volumes, c->name);
    struct compile_input in = compile_input(o);
    bool wanted = !str_eq(r->target, c->protocol.initial);
    if (wanted && !is)
        changes_create(&o->objects, "Volume", compile_volume(&in, component));
    /* one that nobody asked to delete is kept, whatever is known of it */
    if (!wanted && r->operation && is && !object_is_deleting(is))
        changes_delete(&o->objects, "Volume", is);
}

static bool is_container(const struct orc *o, const char *component)
{
    int i = o->work && component ? topology_find(o->work->topology, component) : -1;
    return i >= 0 && o->work->topology->components[i].kind == COMPONENT_CONTAINER;
}

/* Objects of components that there are none of. */
static void drop(struct orc *o, const struct object_list *l, const char *kind, bool all)
{
    for (size_t i = 0; i < l->n; i++)
        if (!object_is_deleting(l->v[i]) && (all || !is_container(o, object_label(l->v[i], LABEL_COMPONENT))))
            changes_delete(&o->objects, kind, l->v[i]);
}

bool orc_want(struct orc *o)
{
    bool ok = true;
    drop(o, &o->in->deployments, "Deployment", false);
    drop(o, &o->in->services, "Service", false);
    for (size_t i = 0; ok && o->work && i < o->work->topology->n_components; i++) {
        enum component_kind kind = o->work->topology->components[i].kind;
        if (kind == COMPONENT_VOLUME)
            want_volume(o, i);
        else if (kind == COMPONENT_CONTAINER)
            ok = want_container(o, i);
    }
    return ok;
}

bool orc_take_away(struct orc *o)
{
    bool volumes = o->in->app->spec.remove_volumes;
    drop(o, &o->in->deployments, "Deployment", true);
    drop(o, &o->in->services, "Service", true);
    if (volumes)
        drop(o, &o->in->volumes, "Volume", true);
    return o->in->deployments.n + o->in->services.n + o->in->pods.n + (volumes ? o->in->volumes.n : 0) == 0;
}
