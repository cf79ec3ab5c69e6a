// SPDX-License-Identifier: Apache-2.0
/* Logs of pods as a plain stream, for `kubectl logs`: a node's `logs` operation behind it. */
#include <errno.h>
#include <string.h>

#include "head/api_pod.h"
#include "head/links.h"

struct log_stream {
    struct link_op *op;
    struct http_request *request; /* not answered yet: the first frame decides how */
    struct http_stream *stream;
    size_t uncredited; /* bytes given to the stream since the node was told to go on */
    int64_t left;      /* limitBytes; INT64_MAX: none */
};

static void on_gone(void *data)
{
    struct log_stream *s = data;
    if (s->op)
        link_op_cancel(s->op);
    free(s);
}

static void on_drained(void *data)
{
    struct log_stream *s = data;
    if (s->op)
        link_op_credit(s->op, s->uncredited);
    s->uncredited = 0;
}

static void begin(struct log_stream *s)
{
    s->stream = http_stream_begin(take_ptr(s->request), 200, "text/plain; charset=utf-8", on_gone, s);
    http_stream_on_drain(s->stream, on_drained);
}

static void finish(struct log_stream *s)
{
    http_stream_end(s->stream);
    free(s);
}

static void pass_on(struct log_stream *s, const struct frame *f)
{
    size_t n = (uint64_t)s->left < f->len ? (size_t)s->left : f->len;
    if (!s->stream)
        begin(s);
    http_stream_write(s->stream, f->data, n);
    s->uncredited += f->len;
    s->left -= (int64_t)n;
    if (s->left > 0)
        return;
    link_op_cancel(take_ptr(s->op));
    finish(s);
}

/* An error before anything was sent is an answer of its own; afterwards the stream can only end. */
static void on_close(struct log_stream *s, const struct frame *f)
{
    AUTO_JSON json_t *v = json_parse((const char *)f->data, f->len, NULL);
    const char *error = json_str(v, "error", NULL);
    s->op = NULL;
    if (s->request && !str_empty(error)) {
        api_refuse(s->request, 500, "InternalError", "read the log: %s", error);
        free(s);
        return;
    }
    if (!str_empty(error))
        log_warn("a log ended early: %s", error);
    if (!s->stream)
        begin(s);
    finish(s);
}

static void on_frame(void *data, const struct frame *f)
{
    struct log_stream *s = data;
    if (f->type == FRAME_CLOSE)
        on_close(s, f);
    else if ((f->type == FRAME_DATA || f->type == FRAME_DATA_ERR) && f->len > 0)
        pass_on(s, f);
}

/* ---- the request ---- */

static bool is_true(const char *s)
{
    return str_eq(s, "true") || str_eq(s, "1");
}

static int put_number(const struct http_request *r, const char *key, const char *as, json_t *request, struct err *e)
{
    int64_t n;
    const char *text = api_query(r, key);
    if (str_empty(text))
        return 0;
    if (!str_to_i64(text, 0, INT64_MAX / US_PER_S, &n))
        return err_set(e, EINVAL, "%s: '%s' is no number", key, text);
    json_put_int(request, as, n);
    return 0;
}

/* sinceSeconds and sinceTime become one point of time. */
static int put_since(const struct http_request *r, json_t *request, struct err *e)
{
    const char *seconds = api_query(r, "sinceSeconds"), *time = api_query(r, "sinceTime");
    int64_t n = 0, us;
    char text[32];
    if (!str_empty(seconds) && !str_to_i64(seconds, 1, INT32_MAX, &n))
        return err_set(e, EINVAL, "sinceSeconds: '%s' is no number of seconds", seconds);
    if (!str_empty(seconds))
        time = clock_rfc3339_us(clock_now_us() - n * US_PER_S, text, sizeof(text));
    else if (str_empty(time))
        return 0;
    if (clock_parse_rfc3339(time, &us) < 0)
        return err_set(e, EINVAL, "sinceTime: '%s' is no time like 2026-01-02T03:04:05Z", time);
    json_put_str(request, "sinceTime", time);
    return 0;
}

static int read_request(const struct http_request *r, json_t *request, int64_t *ret_limit, struct err *e)
{
    const char *limit = api_query(r, "limitBytes");
    *ret_limit = INT64_MAX;
    if (is_true(api_query(r, "previous")))
        return err_set(e, EINVAL,
                       "previous: logs run on over restarts, there is no log of the run before; leave it out");
    if (!str_empty(limit) && !str_to_i64(limit, 1, INT64_MAX, ret_limit))
        return err_set(e, EINVAL, "limitBytes: '%s' is no number of bytes", limit);
    json_put_str(request, "op", "logs");
    json_object_set_new(request, "follow", json_boolean(is_true(api_query(r, "follow"))));
    json_object_set_new(request, "timestamps", json_boolean(is_true(api_query(r, "timestamps"))));
    int code = put_number(r, "tailLines", "tailLines", request, e);
    return code < 0 ? code : put_since(r, request, e);
}

void api_log(struct api_call *c)
{
    struct err e = {0};
    AUTO_JSON json_t *request = json_object();
    AUTO_FREE char *node = NULL;
    int64_t limit;
    if (read_request(c->r, request, &limit, &e) < 0) {
        api_refuse(c->r, 400, "BadRequest", "%s", err_text(&e));
        return;
    }
    if (!api_pod_target(c, api_query(c->r, "container"), request, &node))
        return;
    struct log_stream *s = mem_alloc(sizeof(*s));
    *s = (struct log_stream){.request = c->r, .left = limit};
    int r = link_op_start(c->h, node, request, on_frame, s, &s->op, &e);
    if (r < 0) {
        free(s);
        api_fail(c->r, &c->route, r, &e);
    } else if (json_bool(request, "follow", false)) {
        begin(s); /* it may be long until the first line: the client is to know that it is heard */
    }
}
