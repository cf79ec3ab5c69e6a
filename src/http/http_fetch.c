// SPDX-License-Identifier: Apache-2.0
/* Starts the helper, hands it the request, and reads its answer. */
#include "http/http_fetch.h"

#include <errno.h>
#include <string.h>

#include "base/clock.h"
#include "io/child.h"

#define HEAD_MAX (128U * 1024)  /* of the answer's line */
#define GRACE_US (5 * US_PER_S) /* the helper keeps the time itself */

void http_fetched_done(struct http_fetched *f)
{
    free(f->etag);
    free(f->modified);
    free(f->cache_control);
    free(f->text);
    *f = (struct http_fetched){0};
}

static char *request_text(const struct http_fetch *q)
{
    AUTO_JSON json_t *v = json_object();
    json_put_str(v, "url", q->url);
    json_put_str(v, "credential", q->credential);
    json_put_str(v, "etag", q->etag);
    json_put_str(v, "modified", q->modified);
    json_put_str(v, "ca", q->ca);
    json_put_int(v, "max", (int64_t)q->max);
    json_put_int(v, "time_us", q->time_us);
    return json_text(v);
}

static int take_answer(const struct buf *out, struct http_fetched *ret, struct err *e)
{
    const char *end = out->len ? memchr(out->data, '\n', out->len) : NULL;
    AUTO_JSON json_t *v = end ? json_parse(out->data, (size_t)(end - out->data), NULL) : NULL;
    if (!v)
        return err_set(e, EPROTO, "the process that fetches ended without an answer");
    const char *fault = json_str(v, "error", NULL);
    if (fault)
        return err_set(e, (int)json_int(v, "errno", EIO), "%s", fault);
    ret->status = (int)json_int(v, "status", 0);
    ret->etag = mem_strdup(json_str(v, "etag", NULL));
    ret->modified = mem_strdup(json_str(v, "modified", NULL));
    ret->cache_control = mem_strdup(json_str(v, "cache_control", NULL));
    ret->len = out->len - (size_t)(end + 1 - out->data);
    if (ret->len != (size_t)json_int(v, "size", -1))
        return err_set(e, EPROTO, "the process that fetches ended in the middle of its answer");
    ret->text = mem_grow(NULL, ret->len + 1, 1);
    memcpy(ret->text, end + 1, ret->len + 1); /* a buf is closed by NUL */
    return 0;
}

int http_fetch(const struct http_fetch *q, struct http_fetched *ret, struct err *e)
{
    AUTO_FREE char *request = request_text(q);
    const char *const argv[] = {child_self(), "fetch-helper", NULL};
    struct child_options o = {.argv = argv,
                              .input = request,
                              .input_len = strlen(request),
                              .max_output = q->max + HEAD_MAX,
                              .timeout_us = q->time_us + GRACE_US};
    AUTO(child_result_done)
    struct child_result result = {0};
    *ret = (struct http_fetched){0};
    int r = child_run(&o, &result, e);
    if (r == 0)
        r = take_answer(&result.out, ret, e);
    if (r < 0)
        http_fetched_done(ret);
    return r;
}
