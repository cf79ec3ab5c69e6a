// SPDX-License-Identifier: Apache-2.0
/* Bundles and blobs over HTTP. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "head/api.h"
#include "head/api_auth.h"
#include "head/api_private.h"
#include "head/bundle_store.h"
#include "io/io.h"

bool api_spools(void *head, const struct http_request *r)
{
    AUTO(api_user_done)
    struct api_user u = {0};
    struct api_route route;
    if (!str_eq(http_method(r), "PUT") || api_route_find(http_request_path(r), &route) < 0 || route.target != API_BLOB)
        return false;
    api_user_of(head, r, &u); /* reads what does not change while the head runs */
    return u.right >= RIGHT_USER;
}

void api_get_file(struct api_call *c)
{
    struct err e = {0};
    bool blob = c->route.target == API_BLOB;
    int fd, r = bundle_store_open(c->h->dir, blob ? "blobs" : "bundles", c->route.name, &fd, &e);
    if (r < 0)
        api_fail(c->r, &c->route, r, &e);
    else
        http_respond_file(c->r, 200, blob ? "application/octet-stream" : "application/json", fd);
}

static void respond_kept(struct http_request *r, const char *digest)
{
    AUTO_JSON json_t *v = json_pack("{s:s}", "digest", digest);
    api_respond(r, 201, v);
}

/* A blob is hashed and made durable on a thread of its own: it may be large, and the loop has nodes to serve. */
struct blob_work {
    uv_work_t work;
    struct http_request *request;
    char *dir, *digest, *spooled;
    int r;
    struct err e;
};

static void take_blob(uv_work_t *work)
{
    struct blob_work *b = work->data;
    b->r = bundle_store_blob(b->dir, b->digest, b->spooled, &b->e);
}

static void blob_taken(uv_work_t *work, int status)
{
    struct blob_work *b = work->data;
    (void)status;
    if (b->r < 0)
        api_fail(b->request, NULL, b->r, &b->e);
    else
        respond_kept(b->request, b->digest);
    free(b->dir);
    free(b->digest);
    free(b->spooled);
    free(b);
}

void api_put_blob(struct api_call *c)
{
    const char *spooled = http_spooled(c->r);
    if (!spooled) {
        api_refuse(c->r, 400, "BadRequest", "the blob's bytes are missing");
        return;
    }
    struct blob_work *b = mem_alloc(sizeof(*b));
    *b = (struct blob_work){.request = c->r,
                            .dir = mem_strdup(c->h->dir),
                            .digest = mem_strdup(c->route.name),
                            .spooled = mem_strdup(spooled)};
    b->work.data = b;
    uv_queue_work(&c->h->loop, &b->work, take_blob, blob_taken);
}

static void respond_missing(struct api_call *c, const struct strv *missing, const struct err *e)
{
    AUTO_JSON json_t *v = api_status_of(409, "Conflict", err_text(e), NULL);
    json_t *list = json_array();
    for (size_t i = 0; i < missing->n; i++)
        json_array_append_new(list, json_string(missing->v[i]));
    json_object_set_new(v, "missing", list);
    api_respond(c->r, 409, v);
}

void api_put_bundle(struct api_call *c)
{
    struct err e = {0};
    AUTO_STRV struct strv missing = {0};
    size_t len;
    const char *text = http_body(c->r, &len);
    int r = bundle_store_put(c->h->dir, c->route.name, text ? text : "", len, &missing, &e);
    if (r == -ENOENT && missing.n > 0)
        respond_missing(c, &missing, &e);
    else if (r < 0)
        api_fail(c->r, &c->route, r, &e);
    else
        respond_kept(c->r, c->route.name);
}
