// SPDX-License-Identifier: Apache-2.0
/* The scale of deployments (autoscaling/v1 Scale), for `kubectl scale`. */
#include <errno.h>

#include "head/api_private.h"
#include "head/objects_private.h"

static json_t *scale_of(const json_t *deployment)
{
    const json_t *meta = json_object_get(deployment, "metadata");
    json_t *v =
        json_pack("{s:s, s:s, s:{}, s:{s:I}, s:{s:I}}", "kind", "Scale", "apiVersion", "autoscaling/v1", "metadata",
                  "spec", "replicas", (json_int_t)json_int(json_object_get(deployment, "spec"), "replicas", 0),
                  "status", "replicas", (json_int_t)json_int(json_object_get(deployment, "status"), "replicas", 0));
    static const char *const fields[] = {"name", "namespace", "uid", "resourceVersion", "creationTimestamp"};
    for (size_t i = 0; i < ARRAY_LEN(fields); i++)
        json_put_str(json_object_get(v, "metadata"), fields[i], json_str(meta, fields[i], NULL));
    return v;
}

static void finish(struct api_call *c, int r, const json_t *deployment, const struct err *e)
{
    if (r < 0) {
        api_fail(c->r, &c->route, r, e);
        return;
    }
    AUTO_JSON json_t *v = scale_of(deployment);
    api_respond(c->r, 200, v);
}

static struct object_ref ref_of(const struct api_call *c)
{
    return (struct object_ref){c->route.kind, c->route.ns, c->route.name};
}

void api_get_scale(struct api_call *c)
{
    struct err e = {0};
    AUTO_JSON json_t *v = NULL;
    int r = objects_get(c->h->objects, ref_of(c), &v, &e);
    finish(c, r, v, &e);
}

/* Whole and patched scales alike: nothing of them but the number is ours to write. */
void api_put_scale(struct api_call *c)
{
    struct err e = {0};
    AUTO_JSON json_t *v = NULL, *body = api_body(c->r, false);
    if (!body)
        return;
    json_t *replicas = json_object_get(json_object_get(body, "spec"), "replicas");
    int r = json_is_integer(replicas) ? 0 : err_set(&e, EINVAL, "spec.replicas: must be a whole number");
    if (r == 0) {
        AUTO_JSON json_t *patch = json_pack("{s:{s:O}}", "spec", "replicas", replicas);
        const char *version = json_str(json_object_get(body, "metadata"), "resourceVersion", NULL);
        if (!str_empty(version))
            json_object_set_new(patch, "metadata", json_pack("{s:s}", "resourceVersion", version));
        objects_dry(c->h->objects, c->options.dry_run);
        r = objects_patch(c->h->objects, ref_of(c), OBJECTS_SPEC, patch, &v, &e);
        objects_dry(c->h->objects, false);
    }
    finish(c, r, v, &e);
}
