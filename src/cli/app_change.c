// SPDX-License-Identifier: Apache-2.0
/* Merge patches of applications. A patch replaces lists whole, so what stays of them is carried over; and it carries
 * the version that it was made from. */
#include "cli/app_change.h"

#include "model/revision.h"

static json_t *new_patch(const json_t *application, json_t *spec)
{
    json_t *patch = json_pack("{s:{}, s:o}", "metadata", "spec", spec);
    const char *version = json_str(json_object_get(application, "metadata"), "resourceVersion", NULL);
    json_put_str(json_object_get(patch, "metadata"), "resourceVersion", version);
    return patch;
}

static void raise_attempt(json_t *spec, const json_t *application)
{
    json_put_int(spec, "attempt", json_int(json_object_get(application, "spec"), "attempt", 0) + 1);
}

/* A copy of the overrides. */
static json_t *overrides(const json_t *application)
{
    const json_t *now = json_at(application, "spec", "components", NULL);
    return json_is_array(now) ? json_deep_copy(now) : json_array();
}

/* The override of a component, made where there is none. Borrowed. */
static json_t *override_of(json_t *list, const char *component)
{
    json_t *o = json_find(list, "name", component);
    if (o)
        return o;
    o = json_pack("{s:s}", "name", component);
    json_array_append_new(list, o);
    return o;
}

/* The overrides without one of their members, and without those that say nothing any more. */
static json_t *overrides_without(const json_t *application, const char *member)
{
    json_t *kept = json_array(), *o;
    AUTO_JSON json_t *all = overrides(application);
    size_t i;
    json_array_foreach(all, i, o)
    {
        json_object_del(o, member);
        if (json_object_size(o) > 1)
            json_array_append(kept, o);
    }
    return kept;
}

json_t *app_change_state(const json_t *application, const char *state)
{
    json_t *spec = json_pack("{s:s, s:o}", "state", state, "components", overrides_without(application, "state"));
    raise_attempt(spec, application);
    return new_patch(application, spec);
}

json_t *app_change_retry(const json_t *application)
{
    json_t *spec = json_object();
    raise_attempt(spec, application);
    return new_patch(application, spec);
}

json_t *app_change_component_state(const json_t *application, const char *component, const char *state)
{
    json_t *list = overrides(application);
    json_put_str(override_of(list, component), "state", state);
    json_t *spec = json_pack("{s:o}", "components", list);
    raise_attempt(spec, application);
    return new_patch(application, spec);
}

json_t *app_change_replicas(const json_t *application, const char *component, int64_t replicas)
{
    json_t *list = overrides(application);
    json_put_int(override_of(list, component), "replicas", replicas);
    return new_patch(application, json_pack("{s:o}", "components", list));
}

/* Keys of an object that stands and are not given anew are taken out. */
static json_t *whole_object(const json_t *before, const json_t *now)
{
    json_t *patch = now ? json_deep_copy(now) : json_object(), *v;
    const char *key;
    json_object_foreach((json_t *)(uintptr_t)before, key, v)
    {
        if (!json_object_get(patch, key))
            json_object_set_new(patch, key, json_null());
    }
    return patch;
}

static json_t *request(const json_t *application, const char *name, const char *id, const json_t *inputs)
{
    const json_t *before = json_at(application, "spec", "workflow", "inputs", NULL);
    json_t *v = json_pack("{s:s, s:s}", "name", name, "id", id);
    if (before || json_object_size(inputs) > 0)
        json_object_set_new(v, "inputs", whole_object(before, inputs));
    return v;
}

json_t *app_change_workflow(const json_t *application, const char *name, const char *id, const json_t *inputs)
{
    return new_patch(application, json_pack("{s:o}", "workflow", request(application, name, id, inputs)));
}

static bool has_workflow(const json_t *application, const char *name)
{
    return json_find(json_at(application, "status", "workflows", NULL), "name", name) != NULL;
}

/* The work flow that takes the place of a generated one. */
static void put_own(json_t *spec, const json_t *application, const char *name)
{
    char id[32];
    str_random(id, 10);
    json_object_set_new(spec, "workflow", request(application, name, id, NULL));
}

json_t *app_change_remove(const json_t *application, bool volumes)
{
    json_t *spec = json_pack("{s:s, s:b}", "state", "Removed", "removeVolumes", volumes);
    if (has_workflow(application, "undeploy"))
        put_own(spec, application, "undeploy");
    raise_attempt(spec, application);
    return new_patch(application, spec);
}

/* Why it is done; what was said of a former change is taken away. */
static void put_notes(json_t *object, const json_t *application, const struct app_wanted *w)
{
    AUTO_JSON json_t *notes = json_object();
    AUTO_FREE char *number = w->rollback_to > 0 ? mem_printf("%lld", (long long)w->rollback_to) : NULL;
    const struct {
        const char *key, *text;
    } rows[] = {{NOTE_MESSAGE, w->message}, {NOTE_ROLLBACK_TO, number}};
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        if (rows[i].text)
            json_put_str(notes, rows[i].key, rows[i].text);
        else if (json_at(application, "metadata", "annotations", rows[i].key, NULL))
            json_object_set_new(notes, rows[i].key, json_null());
    }
    if (json_object_size(notes) > 0)
        json_object_set(json_object_get(object, "metadata"), "annotations", notes);
}

json_t *app_change_deploy(const json_t *application, const struct app_wanted *w)
{
    json_t *source = json_pack("{s:s, s:s}", "bundle", w->bundle, "entry", w->entry);
    json_t *spec = json_pack("{s:o, s:s}", "source", source, "state", "Running");
    raise_attempt(spec, application);
    if (w->plan)
        json_object_set(spec, "plan", w->plan);
    if (w->workflow)
        put_own(spec, application, w->workflow);
    else if (json_at(application, "spec", "workflow", NULL))
        json_object_set_new(spec, "workflow", json_null());
    if (!application) {
        json_object_set(source, "inputs", w->inputs);
        json_t *new = json_pack("{s:s, s:s, s:{s:s}, s:o}", "apiVersion", "sedge.dev/v1", "kind", "Application",
                                "metadata", "name", w->name, "spec", spec);
        put_notes(new, NULL, w);
        return new;
    }
    json_object_set_new(source, "inputs",
                        whole_object(json_at(application, "spec", "source", "inputs", NULL), w->inputs));
    json_object_set_new(spec, "components", overrides_without(application, "state"));
    if (!w->plan)
        json_object_set_new(spec, "plan", json_null());
    json_t *patch = new_patch(application, spec);
    put_notes(patch, application, w);
    return patch;
}
