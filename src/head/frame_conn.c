// SPDX-License-Identifier: Apache-2.0
/* Frames over a descriptor on the loop. */
#include "head/frame_conn.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define READ_SIZE (64 * 1024)

struct frame_conn {
    uv_poll_t poll;
    int fd;
    struct buf in, out;
    size_t sent; /* bytes at the front of `out` that are gone */
    size_t queue_max;
    struct frame_conn_calls calls;
    void *data;
    bool closed;    /* nothing is touched any more but by the loop's close */
    bool finishing; /* closes when `out` is empty */
    bool early;     /* frames that came before the loop watched are to be told */
    char why[200];  /* it was cut; "" while it stands */
};

static void on_poll(uv_poll_t *poll, int status, int events);

static void on_closed(uv_handle_t *handle)
{
    struct frame_conn *c = handle->data;
    buf_done(&c->in);
    buf_done(&c->out);
    free(c);
}

void frame_conn_close(struct frame_conn *c)
{
    if (!c || c->closed)
        return;
    c->closed = true;
    uv_poll_stop(&c->poll);
    uv_close((uv_handle_t *)&c->poll, on_closed);
    close(c->fd);
}

size_t frame_conn_queued(const struct frame_conn *c)
{
    return c->out.len - c->sent;
}

void frame_conn_allow(struct frame_conn *c, size_t queue_max)
{
    c->queue_max = queue_max;
}

static void watch(struct frame_conn *c)
{
    int events = UV_READABLE | (frame_conn_queued(c) > 0 || c->early ? UV_WRITABLE : 0);
    if (!c->closed)
        uv_poll_start(&c->poll, events, on_poll);
}

/* Breaks it so that the loop finds out: the caller is told from there, not from within its own call. */
static void cut(struct frame_conn *c, const char *why)
{
    if (c->why[0] == '\0')
        snprintf(c->why, sizeof(c->why), "%s", why);
    buf_done(&c->out);
    c->sent = 0;
    shutdown(c->fd, SHUT_RDWR);
    watch(c);
}

/* ---- sending ---- */

static void queued(struct frame_conn *c)
{
    if (frame_conn_queued(c) > c->queue_max)
        cut(c, "it does not read what is sent to it");
    else
        watch(c);
}

void frame_conn_put(struct frame_conn *c, enum frame_type type, uint32_t stream, const void *data, size_t len)
{
    if (c->closed || c->why[0])
        return;
    frame_put(&c->out, type, stream, data, len);
    queued(c);
}

int frame_conn_put_json(struct frame_conn *c, enum frame_type type, uint32_t stream, const json_t *v)
{
    if (c->closed || c->why[0])
        return 0;
    int r = frame_put_json(&c->out, type, stream, v);
    if (r == 0)
        queued(c);
    return r;
}

void frame_conn_finish(struct frame_conn *c)
{
    c->finishing = true;
    if (frame_conn_queued(c) == 0)
        frame_conn_close(c);
}

/* 0 or -errno. */
static int send_queued(struct frame_conn *c)
{
    while (frame_conn_queued(c) > 0) {
        ssize_t n = send(c->fd, c->out.data + c->sent, frame_conn_queued(c), MSG_NOSIGNAL);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return errno == EAGAIN ? 0 : -errno;
        c->sent += (size_t)n;
    }
    buf_done(&c->out); /* an idle connection holds no memory */
    c->sent = 0;
    return 0;
}

/* ---- receiving ---- */

static void end(struct frame_conn *c, const char *why)
{
    if (c->closed)
        return;
    void (*ended)(void *, const char *) = c->finishing ? NULL : c->calls.ended;
    AUTO_FREE char *text = mem_strdup(c->why[0] ? c->why : why);
    frame_conn_close(c);
    if (ended)
        ended(c->data, text);
}

/* Tells the whole frames in `in`. */
static int tell_frames(struct frame_conn *c, struct err *e)
{
    size_t at = 0;
    int r = 0;
    while (r == 0 && !c->closed && !c->finishing) {
        struct frame f;
        ssize_t n = frame_get(c->in.data + at, c->in.len - at, &f);
        if (n == 0)
            break;
        if (n < 0)
            return err_set(e, EINVAL, "it sends what is no frame");
        r = c->calls.frame(c->data, &f, e);
        at += (size_t)n;
    }
    if (at == c->in.len || c->finishing)
        buf_done(&c->in);
    else
        buf_drop(&c->in, at);
    return r;
}

/* 0, also when there was nothing; -errno, -EPIPE at the end. */
static int read_some(struct frame_conn *c)
{
    char *to = buf_room(&c->in, READ_SIZE);
    ssize_t n = recv(c->fd, to, READ_SIZE, 0);
    if (n < 0 && c->in.len == 0)
        buf_done(&c->in);
    if (n < 0)
        return errno == EAGAIN || errno == EINTR ? 0 : -errno;
    c->in.len += (size_t)n;
    return n == 0 ? -EPIPE : 0;
}

static void on_readable(struct frame_conn *c, bool early)
{
    struct err e = {0};
    int r = early ? 0 : read_some(c);
    if (r == -EPIPE)
        end(c, "it closed the connection");
    else if (r < 0)
        end(c, strerror(-r));
    else if (tell_frames(c, &e) < 0)
        end(c, err_text(&e));
}

static void on_poll(uv_poll_t *poll, int status, int events)
{
    struct frame_conn *c = poll->data;
    if (status < 0 || c->why[0]) {
        end(c, status < 0 ? uv_strerror(status) : "");
        return;
    }
    if (events & UV_WRITABLE) {
        int r = send_queued(c);
        if (r < 0) {
            end(c, strerror(-r));
            return;
        }
        if (c->finishing && frame_conn_queued(c) == 0) {
            frame_conn_close(c);
            return;
        }
    }
    bool early = c->early;
    c->early = false;
    if (early || events & UV_READABLE)
        on_readable(c, early);
    watch(c);
}

struct frame_conn *frame_conn_new(uv_loop_t *loop, int fd, const void *extra, size_t len, size_t queue_max,
                                  const struct frame_conn_calls *calls, void *data)
{
    struct frame_conn *c = mem_alloc(sizeof(*c));
    *c = (struct frame_conn){.fd = fd, .queue_max = queue_max, .calls = *calls, .data = data};
    if (uv_poll_init(loop, &c->poll, fd) < 0) {
        close(fd);
        free(c);
        return NULL;
    }
    c->poll.data = c;
    buf_add(&c->in, extra, len);
    c->early = len > 0;
    watch(c);
    return c;
}
