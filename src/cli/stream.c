// SPDX-License-Identifier: Apache-2.0
/* Frames of one operation, over an upgraded connection. */
#include "cli/stream.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#define STREAM_ID 1 /* the first odd one: ours */
#define READ_STEP (64 * 1024)

char *stream_pod_path(const char *ns, const char *pod)
{
    AUTO_FREE char *n = http_escape(ns);
    AUTO_FREE char *p = http_escape(pod);
    return mem_printf("/sedge/v1/namespaces/%s/pods/%s/stream", n, p);
}

char *stream_node_path(const char *node)
{
    AUTO_FREE char *n = http_escape(node);
    return mem_printf("/sedge/v1/nodes/%s/stream", n);
}

int stream_begin(struct http_conn **conn, const char *path, const json_t *request, struct stream *ret, struct err *e)
{
    AUTO(http_answer_done)
    struct http_answer a = {0};
    AUTO_FREE char *body = json_text(request);
    int r = http_ask_upgrade(*conn, "POST", path, FRAME_PROTOCOL, body, strlen(body), &a, e);
    if (r == -EPROTO)
        return client_fault(&a, e);
    if (r < 0)
        return r;
    *ret = (struct stream){.conn = take_ptr(*conn), .window = FRAME_WINDOW};
    return 0;
}

int stream_open(struct cli *cli, const char *path, const json_t *request, struct stream *ret, struct err *e)
{
    struct http_conn *conn = NULL;
    int r = client_connect_more(cli, &conn, e);
    if (r == 0)
        r = stream_begin(&conn, path, request, ret, e);
    http_close(conn);
    return r;
}

static int send_frames(struct stream *s, const struct buf *frames)
{
    return http_raw_write(s->conn, frames->data, frames->len);
}

/* Half a window is given back at once, so that small writes do not each cost a frame. A connection that takes none any
 * more has still something to be read: that tells how it ended. */
static void give_credit(struct stream *s, size_t taken)
{
    s->used += taken;
    if (s->used < FRAME_WINDOW / 2)
        return;
    AUTO_BUF struct buf b = {0};
    uint8_t bytes[4] = {(uint8_t)(s->used >> 24), (uint8_t)(s->used >> 16), (uint8_t)(s->used >> 8), (uint8_t)s->used};
    frame_put(&b, FRAME_CREDIT, STREAM_ID, bytes, sizeof(bytes));
    s->used = 0;
    (void)send_frames(s, &b);
}

static void take_credit(struct stream *s, const struct frame *f)
{
    if (f->len != 4)
        return;
    size_t more = (size_t)f->data[0] << 24 | (size_t)f->data[1] << 16 | (size_t)f->data[2] << 8 | f->data[3];
    s->window = s->window + more < FRAME_WINDOW ? s->window + more : FRAME_WINDOW;
}

static int take_json(struct stream *s, const struct frame *f, const struct stream_taker *taker, struct err *e)
{
    AUTO_JSON json_t *v = NULL;
    int r = frame_take_json(&s->parts, f, &v, e);
    if (r <= 0)
        return r;
    if (f->type == FRAME_CLOSE) {
        s->closed = true;
        s->code = (int)json_int(v, "code", 0);
        s->error = mem_strdup(json_str(v, "error", NULL));
        return 1;
    }
    return taker->message ? taker->message(taker->self, v) : 0;
}

static int take_frame(struct stream *s, const struct frame *f, const struct stream_taker *taker, struct err *e)
{
    int r = 0;
    switch (f->type) {
    case FRAME_DATA:
    case FRAME_DATA_ERR:
        if (taker->data)
            r = taker->data(taker->self, f->type == FRAME_DATA_ERR, f->data, f->len);
        give_credit(s, f->len);
        return r;
    case FRAME_MESSAGE:
    case FRAME_PART:
    case FRAME_CLOSE:
        return take_json(s, f, taker, e);
    case FRAME_CREDIT:
        take_credit(s, f);
        return 0;
    case FRAME_EOF:
    case FRAME_ALIVE:
    case FRAME_TYPE_MAX:
        return 0;
    }
    return 0;
}

int stream_step(struct stream *s, const struct stream_taker *taker, struct err *e)
{
    char *to = buf_room(&s->in, READ_STEP);
    ssize_t n = http_raw_read(s->conn, to, READ_STEP);
    if (n == 0)
        return err_set(e, ECONNRESET, "the head closed the connection in the middle");
    if (n < 0)
        return err_errno(e, (int)-n, "read from the head");
    s->in.len += (size_t)n;
    size_t used = 0;
    int r = 0;
    while (r == 0) {
        struct frame f;
        ssize_t size = frame_get(s->in.data + used, s->in.len - used, &f);
        if (size < 0)
            return err_set(e, EBADMSG, "the head sends what is no frame");
        if (size == 0)
            break;
        r = f.stream == STREAM_ID ? take_frame(s, &f, taker, e) : 0;
        used += (size_t)size;
    }
    buf_drop(&s->in, used);
    return r;
}

int stream_run(struct stream *s, const struct stream_taker *taker, struct err *e)
{
    int r;
    do
        r = stream_step(s, taker, e);
    while (r == 0);
    return r;
}

int stream_send(struct stream *s, const void *data, size_t len)
{
    AUTO_BUF struct buf b = {0};
    frame_put_data(&b, FRAME_DATA, STREAM_ID, data, len);
    s->window -= len;
    return send_frames(s, &b);
}

int stream_send_eof(struct stream *s)
{
    AUTO_BUF struct buf b = {0};
    frame_put(&b, FRAME_EOF, STREAM_ID, NULL, 0);
    return send_frames(s, &b);
}

int stream_send_message(struct stream *s, const json_t *message)
{
    AUTO_BUF struct buf b = {0};
    int r = frame_put_json(&b, FRAME_MESSAGE, STREAM_ID, message);
    return r < 0 ? r : send_frames(s, &b);
}

int stream_fd(const struct stream *s)
{
    return http_raw_fd(s->conn);
}

bool stream_pending(const struct stream *s)
{
    return http_raw_pending(s->conn) > 0;
}

void stream_done(struct stream *s)
{
    http_close(take_ptr(s->conn));
    buf_done(&s->in);
    buf_done(&s->parts);
    mem_freep(&s->error);
}
