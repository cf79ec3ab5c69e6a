// SPDX-License-Identifier: Apache-2.0
/* Objects over HTTP: list, get, create, replace, patch and delete. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "head/api_patch.h"
#include "head/api_private.h"
#include "head/api_table.h"
#include "head/app_inputs.h"
#include "head/object_facts.h"
#include "head/objects_private.h"

static struct object_ref ref_of(const struct api_call *c)
{
    return (struct object_ref){c->route.kind, c->route.ns, c->route.name};
}

static enum objects_part part_of(const struct api_call *c)
{
    return c->route.target == API_STATUS ? OBJECTS_STATUS : OBJECTS_SPEC;
}

json_t *api_form_object(const struct api_call *c, json_t *object)
{
    if (c->options.form == FORM_PLAIN)
        return json_incref(object);
    if (c->options.form == FORM_PARTIAL)
        return table_partial(object);
    AUTO_JSON json_t *one = json_pack("[O]", object);
    json_t *table = table_of(c->route.kind, one, (enum table_include)c->options.include, clock_now_us());
    json_put_str(json_object_get(table, "metadata"), "resourceVersion",
                 json_str(json_object_get(object, "metadata"), "resourceVersion", NULL));
    return table;
}

static void respond_object(const struct api_call *c, int status, json_t *object)
{
    AUTO_JSON json_t *v = api_form_object(c, object);
    api_respond(c->r, status, v);
}

/* ---- lists ---- */

/* Where a page ends: its last object. The caller frees. */
static char *place_of(const json_t *object)
{
    const json_t *meta = json_object_get(object, "metadata");
    return mem_printf("%s/%s", json_str(meta, "namespace", ""), json_str(meta, "name", ""));
}

/* The page of the selected objects, and how many are behind it. */
static json_t *select_page(const struct api_call *c, const json_t *all, size_t *ret_behind)
{
    json_t *page = json_array(), *object;
    size_t i;
    *ret_behind = 0;
    json_array_foreach((json_t *)(uintptr_t)all, i, object)
    {
        if (!selection_has(&c->options.selection, object))
            continue;
        AUTO_FREE char *place = c->options.after ? place_of(object) : NULL;
        if (place && strcmp(place, c->options.after) <= 0)
            continue;
        if (c->options.limit > 0 && json_array_size(page) >= (size_t)c->options.limit)
            (*ret_behind)++;
        else
            json_array_append(page, object);
    }
    return page;
}

static void set_list_meta(json_t *list, const json_t *page, int64_t revision, size_t behind)
{
    json_t *meta = object_part(list, "metadata");
    AUTO_FREE char *number = mem_printf("%lld", (long long)revision);
    json_put_str(meta, "resourceVersion", number);
    if (behind == 0)
        return;
    AUTO_FREE char *place = place_of(json_array_get(page, json_array_size(page) - 1));
    AUTO_FREE char *token = str_base64(place, strlen(place));
    json_put_str(meta, "continue", token);
    json_put_int(meta, "remainingItemCount", (int64_t)behind);
}

static json_t *form_list(const struct api_call *c, json_t *page)
{
    const struct kind *k = c->route.kind;
    if (c->options.form == FORM_TABLE)
        return table_of(k, page, (enum table_include)c->options.include, clock_now_us());
    AUTO_FREE char *name = mem_printf("%sList", k->name);
    if (c->options.form == FORM_PLAIN)
        return json_pack("{s:s, s:s, s:O}", "kind", name, "apiVersion", k->api_version, "items", page);
    json_t *items = json_array(), *object;
    size_t i;
    json_array_foreach(page, i, object)
    {
        json_array_append_new(items, table_partial(object));
    }
    return json_pack("{s:s, s:s, s:o}", "kind", "PartialObjectMetadataList", "apiVersion", "meta.k8s.io/v1", "items",
                     items);
}

void api_list(struct api_call *c)
{
    if (c->options.watch) {
        api_watch(c);
        return;
    }
    struct err e = {0};
    AUTO_JSON json_t *all = NULL;
    int64_t revision;
    int r = objects_list(c->h->objects, c->route.kind, c->route.ns, &all, &revision, &e);
    if (r < 0) {
        api_fail(c->r, &c->route, r, &e);
        return;
    }
    size_t behind;
    AUTO_JSON json_t *page = select_page(c, all, &behind);
    AUTO_JSON json_t *list = form_list(c, page);
    set_list_meta(list, page, revision, behind);
    api_respond(c->r, 200, list);
}

/* ---- one object ---- */

/* Answers with the object or the error. */
static void finish(struct api_call *c, int status, int r, json_t *object, const struct err *e)
{
    if (r < 0)
        api_fail(c->r, &c->route, r, e);
    else
        respond_object(c, status, object);
}

void api_get(struct api_call *c)
{
    struct err e = {0};
    AUTO_JSON json_t *v = NULL;
    if (c->options.watch) { /* an old way to say it: fieldSelector=metadata.name=<name> on the list */
        api_refuse(c->r, 400, "BadRequest", "watch the list with fieldSelector=metadata.name=%s", c->route.name);
        return;
    }
    int r = objects_get(c->h->objects, ref_of(c), &v, &e);
    finish(c, 200, r, v, &e);
}

/* Who changes what is wanted of an application is told on it, and with it in its history. */
static void sign(const struct api_call *c, json_t *body)
{
    if (!str_eq(c->route.kind->name, "Application") || part_of(c) != OBJECTS_SPEC || !json_is_object(body) ||
        !json_object_get(body, "spec"))
        return;
    bool local = str_eq(c->user, "uid:0");
    json_put_str(object_part(object_part(body, "metadata"), "annotations"), NOTE_CHANGED_BY, local ? "root" : c->user);
}

/* Sensitive inputs of an application become a Secret of its own, stored before what refers to it. */
static int take_inputs(struct api_call *c, const char *ns, json_t *body, bool patch, struct app_inputs *ret,
                       struct err *e)
{
    AUTO_JSON json_t *before = NULL;
    *ret = (struct app_inputs){0};
    if (!str_eq(c->route.kind->name, "Application") || part_of(c) != OBJECTS_SPEC)
        return 0;
    int r = str_empty(c->route.name)
                ? -ENOENT
                : objects_get(c->h->objects, (struct object_ref){c->route.kind, ns, c->route.name}, &before, NULL);
    if (r < 0 && r != -ENOENT)
        return r;
    r = app_inputs_take(c->h, ns, c->route.name, patch ? before : NULL, body, ret, e);
    if (r < 0 || c->options.dry_run)
        return r;
    return app_inputs_store(c->h, ret, before ? object_uid(before) : NULL, e);
}

/* The Secret of an application that has just been made belongs to it; that of one that was not is taken away. */
static void settle_inputs(struct api_call *c, int r, const struct app_inputs *a, const json_t *made)
{
    struct err e = {0};
    if (!a->values || c->options.dry_run)
        return;
    if (r < 0)
        app_inputs_sweep(c->h);
    else if (app_inputs_store(c->h, a, object_uid(made), &e) < 0)
        log_warn("application %s: its secret is not marked as its own: %s", a->application, err_text(&e));
}

void api_create(struct api_call *c)
{
    struct err e = {0};
    AUTO_JSON json_t *v = NULL, *body = api_body(c->r, false);
    if (!body)
        return;
    const char *ns = c->route.ns ? c->route.ns : json_str(json_object_get(body, "metadata"), "namespace", "default");
    c->route.name = json_str(json_object_get(body, "metadata"), "name", NULL);
    AUTO(app_inputs_done)
    struct app_inputs sensitive = {0};
    sign(c, body);
    int r = take_inputs(c, ns, body, false, &sensitive, &e);
    objects_dry(c->h->objects, c->options.dry_run);
    if (r == 0)
        r = objects_create(c->h->objects, c->route.kind, ns, body, false, &v, &e);
    objects_dry(c->h->objects, false);
    settle_inputs(c, r, &sensitive, v);
    finish(c, 201, r, v, &e);
}

/* kubectl replaces and patches what is there; PUT on a name that is not makes nothing new. */
void api_replace(struct api_call *c)
{
    struct err e = {0};
    AUTO_JSON json_t *v = NULL, *body = api_body(c->r, false);
    if (!body)
        return;
    AUTO(app_inputs_done)
    struct app_inputs sensitive = {0};
    sign(c, body);
    int r = take_inputs(c, c->route.ns, body, false, &sensitive, &e);
    objects_dry(c->h->objects, c->options.dry_run);
    if (r == 0)
        r = objects_replace(c->h->objects, ref_of(c), part_of(c), body, &v, &e);
    objects_dry(c->h->objects, false);
    settle_inputs(c, r, &sensitive, v);
    finish(c, 200, r, v, &e);
}

enum patch_type { PATCH_NONE, PATCH_MERGE, PATCH_STRATEGIC };

static enum patch_type patch_type(const char *type)
{
    size_t n = type ? strcspn(type, "; ") : 0;
    static const struct {
        const char *type;
        enum patch_type patch;
    } known[] = {
        {"application/merge-patch+json", PATCH_MERGE},
        {"application/strategic-merge-patch+json", PATCH_STRATEGIC},
    };
    for (size_t i = 0; i < ARRAY_LEN(known); i++)
        if (n == strlen(known[i].type) && strncasecmp(type, known[i].type, n) == 0)
            return known[i].patch;
    return PATCH_NONE;
}

static int patch_object(struct api_call *c, enum patch_type type, const json_t *body, json_t **ret, struct err *e)
{
    struct objects *o = c->h->objects;
    if (type == PATCH_MERGE)
        return objects_patch(o, ref_of(c), part_of(c), body, ret, e);
    AUTO_JSON json_t *before = NULL;
    int r = objects_get(o, ref_of(c), &before, e);
    if (r < 0)
        return r;
    AUTO_JSON json_t *merged = patch_strategic(c->route.kind->table, before, body, e);
    return merged ? objects_replace(o, ref_of(c), part_of(c), merged, ret, e) : -EINVAL;
}

void api_patch(struct api_call *c)
{
    struct err e = {0};
    const char *content = http_header(c->r, "Content-Type");
    enum patch_type type = patch_type(content);
    if (type == PATCH_NONE) {
        api_refuse(c->r, 415, "UnsupportedMediaType",
                   "patches of type '%.60s' are not taken; send application/merge-patch+json or "
                   "application/strategic-merge-patch+json%s",
                   content ? content : "",
                   str_starts(content ? content : "", "application/apply-patch") ? " (kubectl: without --server-side)"
                                                                                 : "");
        return;
    }
    AUTO_JSON json_t *v = NULL, *body = api_body(c->r, false);
    if (!body)
        return;
    AUTO(app_inputs_done)
    struct app_inputs sensitive = {0};
    sign(c, body);
    int r = take_inputs(c, c->route.ns, body, true, &sensitive, &e);
    objects_dry(c->h->objects, c->options.dry_run);
    if (r == 0)
        r = patch_object(c, type, body, &v, &e);
    objects_dry(c->h->objects, false);
    settle_inputs(c, r, &sensitive, v);
    finish(c, 200, r, v, &e);
}

/* ---- deletion ---- */

/* DeleteOptions from the body and the query; texts are borrowed from the body. -EINVAL with `e`. */
static int delete_options(const struct api_call *c, const json_t *body, struct objects_delete *ret, bool *dry,
                          struct err *e)
{
    const char *query = api_query(c->r, "gracePeriodSeconds");
    *ret = (struct objects_delete){
        .uid = json_str(json_object_get(body, "preconditions"), "uid", NULL),
        .grace_s = json_int(body, "gracePeriodSeconds", FIELD_UNSET),
    };
    if (query && !str_to_i64(query, 0, INT32_MAX, &ret->grace_s))
        return err_set(e, EBADMSG, "gracePeriodSeconds: '%s' is no number of seconds", query);
    if (ret->grace_s != FIELD_UNSET && ret->grace_s < 0)
        return err_set(e, EBADMSG, "gracePeriodSeconds: must not be negative");
    *dry = c->options.dry_run || json_array_size(json_object_get(body, "dryRun")) > 0;
    return 0;
}

/* Gone: a Status that says so, with the uid that clients wait for; still there: the object. */
static void respond_deleted(struct api_call *c, json_t *object)
{
    if (json_at(object, "metadata", "deletionTimestamp", NULL)) {
        respond_object(c, 200, object);
        return;
    }
    AUTO_JSON json_t *v = api_status_of(200, NULL, NULL, &c->route);
    json_put_str(json_object_get(v, "details"), "uid", json_str(json_object_get(object, "metadata"), "uid", NULL));
    api_respond(c->r, 200, v);
}

void api_delete(struct api_call *c)
{
    struct err e = {0};
    struct objects_delete options;
    bool dry = false;
    AUTO_JSON json_t *v = NULL, *body = api_body(c->r, true);
    if (!body)
        return;
    int r = delete_options(c, body, &options, &dry, &e);
    if (r == 0) {
        objects_dry(c->h->objects, dry);
        r = objects_delete(c->h->objects, ref_of(c), &options, &v, &e);
        objects_dry(c->h->objects, false);
    }
    if (r < 0)
        api_fail(c->r, &c->route, r, &e);
    else
        respond_deleted(c, v);
}

void api_delete_collection(struct api_call *c)
{
    struct err e = {0};
    struct objects_delete options;
    bool dry = false;
    int64_t revision;
    AUTO_JSON json_t *all = NULL, *body = api_body(c->r, true);
    if (!body)
        return;
    int r = delete_options(c, body, &options, &dry, &e);
    if (r == 0)
        r = objects_list(c->h->objects, c->route.kind, c->route.ns, &all, &revision, &e);
    if (r < 0) {
        api_fail(c->r, &c->route, r, &e);
        return;
    }
    size_t behind, i;
    json_t *object;
    AUTO_JSON json_t *page = select_page(c, all, &behind);
    objects_dry(c->h->objects, dry);
    json_array_foreach(page, i, object)
    {
        const json_t *meta = json_object_get(object, "metadata");
        struct object_ref ref = {c->route.kind, json_str(meta, "namespace", NULL), json_str(meta, "name", "")};
        int one = objects_delete(c->h->objects, ref, &options, NULL, &e);
        if (one < 0 && one != -ENOENT && r == 0)
            r = one;
    }
    objects_dry(c->h->objects, false);
    if (r < 0) {
        api_fail(c->r, &c->route, r, &e);
        return;
    }
    AUTO_JSON json_t *list = form_list(c, page);
    set_list_meta(list, page, objects_revision(c->h->objects), 0);
    api_respond(c->r, 200, list);
}
