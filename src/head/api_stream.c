// SPDX-License-Identifier: Apache-2.0
/* Streams: a client's connection and an operation on a node, joined frame by frame. Credit goes from end to end; either
 * side may vanish. */
#include <errno.h>
#include <string.h>

#include "head/api_pod.h"
#include "head/frame_conn.h"
#include "head/links.h"

#define CLIENT_QUEUE_MAX (8 * 1024 * 1024)
#define CLIENT_STREAM    1

void api_node_link(struct api_call *c)
{
    links_accept(c->h, c->r, c->route.name);
}

/* kubectl's own protocols for it are not spoken. */
void api_exec(struct api_call *c)
{
    api_refuse(c->r, 400, "BadRequest",
               "this is not served for kubectl; run `sedge exec` on the head's machine, or reach the pod by a service");
}

struct stream_join {
    struct head *h;
    char *node;
    json_t *request;
    struct frame_conn *client; /* NULL: it has left */
    struct link_op *op;        /* NULL: it has ended */
    struct buf parts;
    size_t under_way; /* bytes of DATA that the client sent and that the node has not credited */
};

static void join_free(struct stream_join *j)
{
    free(j->node);
    json_decref(j->request);
    buf_done(&j->parts);
    free(j);
}

static size_t read_u32(const uint8_t *p)
{
    return (size_t)p[0] << 24 | (size_t)p[1] << 16 | (size_t)p[2] << 8 | p[3];
}

/* ---- node -> client ---- */

static void on_node_frame(void *data, const struct frame *f)
{
    struct stream_join *j = data;
    if (f->type == FRAME_CREDIT) {
        size_t n = read_u32(f->data);
        j->under_way -= n < j->under_way ? n : j->under_way;
    }
    frame_conn_put(j->client, f->type, CLIENT_STREAM, f->data, f->len);
    if (f->type != FRAME_CLOSE)
        return;
    frame_conn_finish(j->client);
    join_free(j);
}

/* ---- client -> node ---- */

static int take_message(struct stream_join *j, const struct frame *f, struct err *e)
{
    AUTO_JSON json_t *message = NULL;
    int r = frame_take_json(&j->parts, f, &message, e);
    if (r <= 0)
        return r;
    r = link_op_message(j->op, message);
    return r < 0 ? err_set(e, -r, "too many or too long messages for node '%s'", j->node) : 0;
}

static int take_data(struct stream_join *j, const struct frame *f, struct err *e)
{
    j->under_way += f->len;
    if (j->under_way > FRAME_WINDOW)
        return err_set(e, EPROTO, "more data than was asked for");
    link_op_send(j->op, f->type, f->data, f->len);
    return 0;
}

static void join_cancel(struct stream_join *j)
{
    link_op_cancel(j->op);
    frame_conn_close(j->client);
    join_free(j);
}

static int on_client_frame(void *data, const struct frame *f, struct err *e)
{
    struct stream_join *j = data;
    if (f->stream != CLIENT_STREAM)
        return err_set(e, EPROTO, "stream %u; it has stream 1 only", f->stream);
    switch (f->type) {
    case FRAME_DATA:
        return take_data(j, f, e);
    case FRAME_EOF:
        link_op_send(j->op, FRAME_EOF, NULL, 0);
        return 0;
    case FRAME_CREDIT:
        link_op_credit(j->op, read_u32(f->data));
        return 0;
    case FRAME_PART:
    case FRAME_MESSAGE:
        return take_message(j, f, e);
    case FRAME_CLOSE:
        join_cancel(j);
        return 0;
    case FRAME_DATA_ERR:
    case FRAME_ALIVE:
    case FRAME_TYPE_MAX:
        break;
    }
    return err_set(e, EPROTO, "a frame of type %d", (int)f->type);
}

static void on_client_ended(void *data, const char *why)
{
    struct stream_join *j = data;
    log_debug("node=%s a client of an operation left: %s", j->node, why);
    j->client = NULL;
    link_op_cancel(j->op);
    join_free(j);
}

/* ---- the beginning ---- */

static void refuse(struct frame_conn *client, const struct err *e)
{
    AUTO_JSON json_t *v = json_pack("{s:i, s:s}", "code", 1, "error", err_text(e));
    frame_conn_put_json(client, FRAME_CLOSE, CLIENT_STREAM, v);
    frame_conn_finish(client);
}

static void on_ready(void *data, int fd, const void *extra, size_t len)
{
    static const struct frame_conn_calls calls = {on_client_frame, on_client_ended};
    struct stream_join *j = data;
    struct err e = {0};
    if (fd >= 0)
        j->client = frame_conn_new(&j->h->loop, fd, extra, len, CLIENT_QUEUE_MAX, &calls, j);
    if (!j->client) {
        join_free(j);
        return;
    }
    if (link_op_start(j->h, j->node, j->request, on_node_frame, j, &j->op, &e) == 0)
        return;
    refuse(j->client, &e);
    join_free(j);
}

static void start(struct api_call *c, const char *node, const json_t *request)
{
    struct stream_join *j = mem_alloc(sizeof(*j));
    *j = (struct stream_join){.h = c->h, .node = mem_strdup(node), .request = json_deep_copy(request)};
    http_upgrade(c->r, FRAME_PROTOCOL, on_ready, j);
}

/* The body: an object whose op is one of the words. NULL when it was answered. */
static json_t *read_operation(struct api_call *c, const char *const *words, size_t n)
{
    json_t *v = api_body(c->r, false);
    const char *op = json_str(v, "op", "");
    for (size_t i = 0; i < n; i++)
        if (str_eq(words[i], op))
            return v;
    if (v)
        api_refuse(c->r, 400, "BadRequest", "op: '%.40s' is no operation of this path", op);
    json_decref(v);
    return NULL;
}

void api_node_stream(struct api_call *c)
{
    static const char *const words[] = {"images", "image-pull", "image-import", "image-remove"};
    AUTO_JSON json_t *request = read_operation(c, words, ARRAY_LEN(words));
    if (!request)
        return;
    if (!links_connected(c->h, c->route.name))
        api_refuse(c->r, 503, "ServiceUnavailable", "node '%.80s' is not connected; is `sedge node` running on it?",
                   c->route.name);
    else
        start(c, c->route.name, request);
}

void api_pod_stream(struct api_call *c)
{
    static const char *const words[] = {"logs", "exec", "attach"};
    AUTO_JSON json_t *request = read_operation(c, words, ARRAY_LEN(words));
    AUTO_FREE char *node = NULL;
    if (request && api_pod_target(c, json_str(request, "container", NULL), request, &node))
        start(c, node, request);
}
