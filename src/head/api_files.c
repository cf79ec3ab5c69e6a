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

static void respond_kept(struct api_call *c)
{
    AUTO_JSON json_t *v = json_pack("{s:s}", "digest", c->route.name);
    api_respond(c->r, 201, v);
}

void api_put_blob(struct api_call *c)
{
    struct err e = {0};
    const char *spooled = http_spooled(c->r);
    int r = spooled ? bundle_store_blob(c->h->dir, c->route.name, spooled, &e)
                    : err_set(&e, EBADMSG, "the blob's bytes are missing");
    if (r < 0)
        api_fail(c->r, &c->route, r, &e);
    else
        respond_kept(c);
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
        respond_kept(c);
}
