// SPDX-License-Identifier: Apache-2.0
/* Plans that are asked for and not carried out: the change is applied to the Application as a dry run, and the
 * orchestrator's own code says what it would do. */
#include <errno.h>

#include "head/app_inputs.h"
#include "head/controllers_private.h"
#include "head/objects_private.h"

/* Sources are loaded once more for each input that differs, to tell which one makes which difference: this many, of
 * templates of at most so many components, so that the loop is not held up. */
#define VARIANTS_MAX   8
#define COMPONENTS_MAX 500

static const char *log_of(void *data, const json_t *pod)
{
    const struct controllers *c = data;
    return crash_logs_get(c->logs, pod);
}

/* ---- which input makes which difference ---- */

struct variants {
    struct orchestrate_variant v[VARIANTS_MAX];
    size_t n;
};

static void add_variant(struct controllers *c, const struct application_source *next, const char *input,
                        const json_t *was, struct variants *to)
{
    struct err ignored = {0};
    AUTO_JSON json_t *inputs = next->inputs ? json_copy(next->inputs) : json_object();
    json_object_set(inputs, input, (json_t *)(uintptr_t)was);
    struct application_source s = {next->bundle, next->entry, inputs};
    const struct orchestrate_part *part;
    if (source_shelf_get(c->sources, &s, &part, &ignored) == 0)
        to->v[to->n++] = (struct orchestrate_variant){input, part};
}

static void make_variants(struct controllers *c, const struct orchestrate_part *now,
                          const struct orchestrate_part *next, const struct application_source *source,
                          struct variants *ret)
{
    const char *name;
    json_t *is;
    if (!now || !next || next->topology->n_components > COMPONENTS_MAX)
        return;
    json_object_foreach(next->topology->inputs, name, is)
    {
        const json_t *was = json_object_get(now->topology->inputs, name);
        if (was && !json_equal(was, is) && ret->n < VARIANTS_MAX)
            add_variant(c, source, name, was, ret);
    }
}

/* Lets go of what was loaded for the plan alone. */
static void tidy(struct controllers *c)
{
    struct object_list apps = {0};
    object_cache_list(c->cache, "Application", NULL, NULL, NULL, &apps);
    source_shelf_keep(c->sources, &apps);
    object_list_done(&apps);
}

/* ---- the answer ---- */

static json_t *shown_of(const json_t *application, const json_t *wanted)
{
    static const char *const fields[] = {"name", "namespace", "uid", "resourceVersion"};
    const json_t *meta = json_object_get(application, "metadata");
    json_t *v = json_object();
    for (size_t i = 0; i < ARRAY_LEN(fields); i++)
        json_put_str(v, fields[i], json_str(meta, fields[i], NULL));
    json_put_int(v, "generation", json_int(meta, "generation", 0));
    if (!application)
        json_put_str(v, "name", object_name(wanted));
    return v;
}

static json_t *answer(const struct orchestrate_preview *p, json_t *application, int64_t revision)
{
    json_t *v = plan_diff_json(&p->diff);
    AUTO_FREE char *line = plan_diff_summary(&p->diff);
    json_put_str(v, "apiVersion", "sedge.dev/v1");
    json_put_str(v, "kind", "ApplicationPlan");
    json_object_set_new(v, "application", application);
    json_put_int(v, "revision", revision);
    json_put_str(v, "line", line);
    json_object_set_new(v, "steps", plan_steps_json(&p->plan));
    return v;
}

/* ---- of a change ---- */

static int plan_wanted(struct controllers *c, const json_t *before, const json_t *wanted, const struct application *app,
                       json_t **ret, struct err *e)
{
    struct err load = {0};
    struct orchestrate_input in = {.object = wanted, .app = app, .log_of = log_of, .data = c};
    struct orchestrate_preview p;
    struct variants variants = {0};
    controllers_load(c, app, &in, &load);
    controllers_gather(c, app, &in);
    make_variants(c, in.now, in.next, &app->spec.source, &variants);
    int r = orchestrate_preview(&in, variants.v, variants.n, &p, e);
    if (r == 0) {
        const json_t *last = orchestrate_last_revision(&in.revisions);
        *ret = answer(&p, shown_of(before, wanted), json_int(last, "revision", 0));
        json_object_set_new(*ret, "sourceChanges",
                            json_boolean(!orchestrate_same_source(&app->status.applied, &app->spec.source)));
        orchestrate_preview_done(&p);
    }
    controllers_gathered_done(&in);
    return r;
}

/* The Application as it would be: applied as a dry run, by the code that applies it in earnest. */
static int apply_dry(struct head *h, struct object_ref ref, const json_t *before, json_t *body,
                     struct app_inputs *sensitive, json_t **ret, struct err *e)
{
    int taken = app_inputs_take(h, ref.ns, ref.name, before, body, sensitive, e);
    if (taken < 0)
        return taken;
    objects_dry(h->objects, true);
    int r = before ? objects_patch(h->objects, ref, OBJECTS_SPEC, body, ret, e)
                   : objects_create(h->objects, ref.kind, ref.ns, body, false, ret, e);
    objects_dry(h->objects, false);
    return r;
}

/* A work flow of the template's own stands in for the plan: the differences are the same, and who carries them out is
 * told beside them. Takes the request out of `wanted`; its name (new text), or NULL. */
static char *take_workflow(const json_t *before, json_t *wanted)
{
    json_t *spec = json_object_get(wanted, "spec"), *is = json_object_get(spec, "workflow");
    if (!is || json_equal(is, json_at(before, "spec", "workflow", NULL)))
        return NULL;
    char *name = mem_strdup(json_str(is, "name", ""));
    json_object_del(spec, "workflow");
    return name;
}

int controllers_plan(struct head *h, const char *ns, const char *name, const json_t *body, json_t **ret, struct err *e)
{
    struct object_ref ref = {kind_find("Application"), ns, name};
    AUTO_JSON json_t *before = NULL, *wanted = NULL, *own = json_deep_copy(body);
    AUTO(app_inputs_done)
    struct app_inputs sensitive = {0};
    struct application app = {0};
    int r = objects_get(h->objects, ref, &before, e);
    if (r < 0 && r != -ENOENT)
        return r;
    err_clear(e);
    if (before && object_is_deleting(before))
        return err_set(e, EBUSY, "application \"%s\" is being taken down; plan again when it is gone", name);
    r = apply_dry(h, ref, before, own, &sensitive, &wanted, e);
    AUTO_FREE char *workflow = r == 0 ? take_workflow(before, wanted) : NULL;
    if (r == 0)
        r = fields_decode(&application_fields, wanted, &app, e);
    if (r < 0)
        return r;
    r = plan_wanted(h->controllers, before, wanted, &app, ret, e);
    if (r == 0)
        json_put_str(*ret, "workflow", workflow);
    if (r == 0 && json_object_size(sensitive.marks) > 0)
        json_object_set(*ret, "sensitiveInputs", sensitive.marks);
    fields_done(&application_fields, &app);
    tidy(h->controllers);
    return r;
}

/* ---- between revisions ---- */

static int revision_source(struct controllers *c, const char *ns, const char *name, int64_t number,
                           struct application_source *ret, struct err *e)
{
    AUTO_FREE char *object = mem_printf("%s.%lld", name, (long long)number);
    const json_t *v = object_cache_get(c->cache, "ControllerRevision", ns, object);
    const json_t *s = json_at(v, "data", "source", NULL);
    if (!s)
        return err_set(e, ENOENT, "application \"%s\" has no revision %lld", name, (long long)number);
    *ret = (struct application_source){(char *)(uintptr_t)json_str(s, "bundle", ""),
                                       (char *)(uintptr_t)json_str(s, "entry", ""), json_object_get(s, "inputs")};
    return 0;
}

/* All of the first runs, and all operations of its relationships are done: *marks gets them. */
static int states_of_running(const struct topology *t, struct plan_states *ret, struct map *marks, struct err *e)
{
    AUTO(plan_done)
    struct plan up = {0};
    struct plan_request request = {.next = t};
    plan_states_initial(ret, t);
    int r = plan_make(&request, &up, e);
    for (size_t i = 0; r == 0 && i < up.n; i++) {
        AUTO_FREE char *text = up.steps[i].requirement ? plan_step_text(&up.steps[i]) : NULL;
        if (text)
            map_set(marks, text, marks);
    }
    return r < 0 ? r : plan_check(t, ret, &up, e);
}

static int compare_parts(struct controllers *c, const struct orchestrate_part *now, const struct orchestrate_part *next,
                         const struct application_source *source, struct orchestrate_preview *ret, struct err *e)
{
    AUTO(plan_states_done)
    struct plan_states have = {0};
    struct variants v = {0};
    struct plan_diff_variant variants[VARIANTS_MAX];
    AUTO_FREE bool *changed = mem_array(now->topology->n_components, sizeof(*changed));
    for (size_t i = 0; i < now->topology->n_components; i++) {
        int k = topology_find(next->topology, now->topology->components[i].name);
        changed[i] = k >= 0 && !str_eq(now->hashes[i], next->hashes[k]);
    }
    AUTO_MAP struct map marks = {0};
    struct plan_request request = {
        .now = now->topology, .have = &have, .next = next->topology, .changed = changed, .marks = &marks};
    int r = states_of_running(now->topology, &have, &marks, e);
    if (r == 0)
        r = plan_make(&request, &ret->plan, e);
    if (r < 0)
        return r;
    make_variants(c, now, next, source, &v);
    for (size_t i = 0; i < v.n; i++)
        variants[i] = (struct plan_diff_variant){
            v.v[i].input, {v.v[i].part->topology, v.v[i].part->file_digest, v.v[i].part->data, NULL}};
    struct plan_diff_input in = {.now = {now->topology, now->file_digest, now->data, NULL},
                                 .have = &have,
                                 .changed = changed,
                                 .next = {next->topology, next->file_digest, next->data, NULL},
                                 .plan = &ret->plan,
                                 .variants = variants,
                                 .n_variants = v.n};
    plan_diff(&in, &ret->diff);
    return 0;
}

int controllers_plan_between(struct head *h, const char *ns, const char *name, int64_t from, int64_t to, json_t **ret,
                             struct err *e)
{
    struct controllers *c = h->controllers;
    struct application_source a = {0}, b = {0};
    const struct orchestrate_part *now, *next;
    struct orchestrate_preview p = {0};
    int r = revision_source(c, ns, name, from, &a, e);
    if (r == 0)
        r = revision_source(c, ns, name, to, &b, e);
    if (r == 0)
        r = source_shelf_get(c->sources, &a, &now, e);
    if (r == 0)
        r = source_shelf_get(c->sources, &b, &next, e);
    if (r == 0)
        r = compare_parts(c, now, next, &b, &p, e);
    if (r == 0)
        *ret = answer(&p, json_pack("{s:s, s:s}", "name", name, "namespace", ns), to);
    orchestrate_preview_done(&p);
    tidy(c);
    return r;
}
