// SPDX-License-Identifier: Apache-2.0
/* Looks at Applications: gather what there is, decide, carry out; and bundles that have become superfluous. */
#include <errno.h>

#include "head/app_inputs.h"
#include "head/bundle_store.h"
#include "head/controllers_private.h"
#include "head/links.h"

void refused_free(void *p)
{
    struct refused *r = p;
    free(r->why);
    free(r);
}

static bool is_of_application(const void *name, const json_t *object)
{
    return str_eq(object_label(object, LABEL_APPLICATION), name);
}

static const char *log_of(void *data, const json_t *pod)
{
    const struct controllers *c = data;
    return crash_logs_get(c->logs, pod);
}

static int64_t services_on(void *data, const char *node)
{
    const struct controllers *c = data;
    return links_services(c->head, node);
}

void controllers_load(struct controllers *c, const struct application *app, struct orchestrate_input *in, struct err *e)
{
    const struct application_source *applied = &app->status.applied;
    bool stands = !str_empty(applied->bundle) || !str_empty(applied->entry), removes = orchestrate_removes(app);
    if (stands && source_shelf_get(c->sources, applied, &in->now, e) < 0) {
        in->now = NULL;
        if (removes)
            log_warn("application %s: what stands of it cannot be read, it goes without its operations: %s",
                     app->meta.name, err_text(e));
        else if (!orchestrate_same_source(applied, &app->spec.source))
            err_wrap(e, -1, "what stands of it cannot be read, undeploy it and deploy it again");
        in->error = err_text(e);
        return;
    }
    if (!removes && source_shelf_get(c->sources, &app->spec.source, &in->next, e) < 0) {
        in->next = NULL;
        in->error = err_text(e);
    }
}

/* What became of an application of that name that is gone, is not ours. */
static bool is_owned(const void *uid, const json_t *object)
{
    return object_is_owned_by(object, uid);
}

void controllers_gather(struct controllers *c, const struct application *app, struct orchestrate_input *in)
{
    const char *ns = app->meta.namespace, *name = app->meta.name;
    object_cache_list(c->cache, "ControllerRevision", ns, is_owned, app->meta.uid ? app->meta.uid : "", &in->revisions);
    object_cache_list(c->cache, "Deployment", ns, is_of_application, name, &in->deployments);
    object_cache_list(c->cache, "Service", ns, is_of_application, name, &in->services);
    object_cache_list(c->cache, "Volume", ns, is_of_application, name, &in->volumes);
    object_cache_list(c->cache, "Pod", ns, is_of_application, name, &in->pods);
    object_cache_list(c->cache, "Node", NULL, NULL, NULL, &in->nodes);
}

void controllers_gathered_done(struct orchestrate_input *in)
{
    object_list_done(&in->revisions);
    object_list_done(&in->deployments);
    object_list_done(&in->services);
    object_list_done(&in->volumes);
    object_list_done(&in->pods);
    object_list_done(&in->nodes);
}

static void keep_digest(struct strv *keep, const char *digest)
{
    if (!str_empty(digest) && !strv_has(keep, digest))
        strv_add(keep, digest);
}

/* What no Application and no pod names any more may go. */
static void sweep(struct controllers *c)
{
    AUTO_STRV struct strv keep = {0};
    struct object_list apps = {0}, pods = {0}, revisions = {0};
    struct err e = {0};
    object_cache_list(c->cache, "Application", NULL, NULL, NULL, &apps);
    object_cache_list(c->cache, "Pod", NULL, NULL, NULL, &pods);
    for (size_t i = 0; i < apps.n; i++) {
        keep_digest(&keep, json_str(json_at(apps.v[i], "spec", "source", NULL), "bundle", NULL));
        keep_digest(&keep, json_str(json_at(apps.v[i], "status", "applied", NULL), "bundle", NULL));
    }
    object_cache_list(c->cache, "ControllerRevision", NULL, NULL, NULL, &revisions);
    for (size_t i = 0; i < revisions.n; i++)
        keep_digest(&keep, json_str(json_at(revisions.v[i], "data", "source", NULL), "bundle", NULL));
    for (size_t i = 0; i < pods.n; i++)
        keep_digest(&keep, json_str(json_at(pods.v[i], "spec", "sedge", NULL), "bundle", NULL));
    source_shelf_keep(c->sources, &apps);
    app_inputs_sweep(c->head);
    if (bundle_store_sweep(c->head->dir, &keep, &e) < 0)
        log_warn("remove bundles that are no longer needed: %s", err_text(&e));
    object_list_done(&apps);
    object_list_done(&pods);
    object_list_done(&revisions);
}

/* Will the same changes be refused again? */
static bool is_for_good(int r)
{
    return r == -EINVAL || r == -EEXIST || r == -ENOENT || r == -EBUSY;
}

static void refuse(struct controllers *c, const char *key, int64_t generation, const char *why)
{
    struct refused *r = mem_alloc(sizeof(*r));
    *r = (struct refused){generation, mem_strdup(why)};
    map_set(&c->refused, key, r);
    work_queue_add(c->applications, key);
}

static int64_t steady_for(const struct controllers *c, const char *key)
{
    const int64_t *since = map_get(&c->steady, key);
    return since ? clock_mono_us() - *since : 0;
}

/* Remembers since when it is as it should be, while somebody wants to know. */
static void keep_steady(struct controllers *c, const char *key, bool wanted)
{
    if (!wanted) {
        map_del(&c->steady, key);
    } else if (!map_has(&c->steady, key)) {
        int64_t *since = mem_alloc(sizeof(*since));
        *since = clock_mono_us();
        map_set(&c->steady, key, since);
    }
}

static void keep_awaiting(struct controllers *c, const char *key, bool awaits)
{
    if (awaits)
        map_set(&c->awaiting, key, c);
    else
        map_del(&c->awaiting, key);
}

void controllers_services_on(struct head *h)
{
    struct controllers *c = h->controllers;
    for (size_t i = 0; c && i < c->awaiting.n; i++)
        work_queue_add(c->applications, c->awaiting.items[i].key);
}

static int64_t look(struct controllers *c, const char *key, const json_t *object, const struct application *app)
{
    struct orchestrate_input in = {.object = object,
                                   .app = app,
                                   .log_of = log_of,
                                   .services_on = services_on,
                                   .data = c,
                                   .steady_us = steady_for(c, key),
                                   .steady_wanted_us = c->steady_us};
    struct orchestrate_output out;
    struct err e = {0}, load_error = {0};
    const struct refused *refused = map_get(&c->refused, key);
    controllers_load(c, app, &in, &load_error);
    if (refused && refused->generation == app->meta.generation)
        in.error = refused->why;
    controllers_gather(c, app, &in);
    orchestrate(&in, &out);
    int r = controllers_apply(c, &out.changes, "application", key, &e);
    if (r == 0)
        for (size_t i = 0; i < out.ask_logs.n; i++)
            crash_logs_ask(c->logs, out.ask_logs.v[i], key);
    controllers_gathered_done(&in);
    if (r == 0 && out.sources_changed)
        sweep(c);
    int64_t again_us = out.look_again_us;
    keep_steady(c, key, again_us > 0 || out.awaits_nodes);
    keep_awaiting(c, key, out.awaits_nodes);
    orchestrate_output_done(&out);
    if (is_for_good(r) && !orchestrate_removes(app)) {
        refuse(c, key, app->meta.generation, err_text(&e));
        return 0;
    }
    return r < 0 ? r : again_us;
}

int64_t controllers_application(void *data, const char *key)
{
    struct controllers *c = data;
    AUTO_JSON json_t *object = json_incref((json_t *)(uintptr_t)controllers_object(c, "Application", key));
    struct application app = {0};
    struct err e = {0};
    if (!object) {
        map_del(&c->refused, key);
        map_del(&c->steady, key);
        map_del(&c->awaiting, key);
        return 0;
    }
    if (fields_decode(&application_fields, object, &app, &e) < 0) {
        log_error("application %s: %s", key, err_text(&e));
        return 0;
    }
    int64_t r = look(c, key, object, &app);
    fields_done(&application_fields, &app);
    return r;
}
