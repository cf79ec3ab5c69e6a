// SPDX-License-Identifier: Apache-2.0
/* Streams: filled on the loop, emptied on the library's thread, ended by either side. */
#include <fcntl.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "http/http_server_private.h"

#define QUEUE_MAX  (4U * 1024 * 1024)
#define QUEUE_KEPT 4096 /* an empty queue larger than this gives its memory back */

/* Sees the client leave while the connection is suspended, when the library does not look at it. */
struct http_watch {
    uv_poll_t poll;
    int fd; /* a copy of the connection's */
    struct http_request *request;
};

static void watch_closed(uv_handle_t *h)
{
    free(h->data);
}

static void watch_end(struct http_stream *s)
{
    struct http_watch *w = take_ptr(s->watch);
    if (!w)
        return;
    uv_close((uv_handle_t *)&w->poll, watch_closed);
    close(w->fd);
}

/* The client has gone, or must go: the library closes the connection when it asks for more. */
static void cut(struct http_request *r)
{
    pthread_mutex_lock(&r->server->lock);
    r->cut = true;
    buf_done(&r->stream->queue);
    r->stream->taken = 0;
    pthread_mutex_unlock(&r->server->lock);
    if (r->stream->watch) /* it may be waiting for the client to take something */
        shutdown(r->stream->watch->fd, SHUT_RDWR);
    http_request_resume(r);
}

static void on_left(uv_poll_t *poll, int status, int events)
{
    struct http_watch *w = poll->data;
    struct http_request *r = w->request;
    cut(r);
    watch_end(r->stream);
}

static bool is_suspended(struct http_request *r)
{
    pthread_mutex_lock(&r->server->lock);
    bool suspended = r->suspended;
    pthread_mutex_unlock(&r->server->lock);
    return suspended;
}

static void watch_begin(struct http_stream *s)
{
    struct http_request *r = s->request;
    if (!is_suspended(r)) /* the server has stopped */
        return;
    const union MHD_ConnectionInfo *info =
        mhd_library.MHD_get_connection_info(r->connection, MHD_CONNECTION_INFO_CONNECTION_FD);
    struct http_watch *w = mem_alloc(sizeof(*w));
    w->request = r;
    w->fd = info ? fcntl(info->connect_fd, F_DUPFD_CLOEXEC, 3) : -1;
    if (w->fd < 0 || uv_poll_init(r->server->loop, &w->poll, w->fd) < 0) {
        log_warn("cannot watch a client of a stream: its leaving is seen when there is something to send");
        mem_closep(&w->fd);
        free(w);
        return;
    }
    w->poll.data = w;
    s->watch = w;
    uv_poll_start(&w->poll, UV_DISCONNECT, on_left);
}

struct http_stream *http_stream_begin(struct http_request *r, int status, const char *type, void (*gone)(void *data),
                                      void *data)
{
    struct http_reply a = {.kind = HTTP_ANSWER_STREAM, .status = status, .fd = -1, .type = mem_strdup(type)};
    struct http_stream *s = mem_alloc(sizeof(*s));
    s->request = r;
    s->gone = gone;
    s->data = data;
    r->stream = s;
    watch_begin(s);
    http_reply_give(r, &a);
    return s;
}

void http_stream_free(struct http_stream *s)
{
    buf_done(&s->queue);
    free(s);
}

void http_stream_write(struct http_stream *s, const void *bytes, size_t len)
{
    struct http_request *r = s->request;
    if (s->over || len == 0)
        return;
    pthread_mutex_lock(&r->server->lock);
    bool behind = len > QUEUE_MAX - (s->queue.len - s->taken);
    if (!behind && !r->cut)
        buf_add(&s->queue, bytes, len);
    pthread_mutex_unlock(&r->server->lock);
    if (behind)
        cut(r);
    else
        http_request_resume(r);
}

void http_stream_end(struct http_stream *s)
{
    struct http_request *r = s->request;
    if (s->over)
        return;
    s->over = true;
    watch_end(s);
    pthread_mutex_lock(&r->server->lock);
    s->ended = true;
    pthread_mutex_unlock(&r->server->lock);
    http_request_resume(r);
    http_request_unref(r);
}

size_t http_stream_queued(const struct http_stream *s)
{
    struct http_server *server = s->request->server;
    pthread_mutex_lock(&server->lock);
    size_t n = s->queue.len - s->taken;
    pthread_mutex_unlock(&server->lock);
    return n;
}

void http_stream_on_drain(struct http_stream *s, void (*drained)(void *data))
{
    s->drained = drained;
    pthread_mutex_lock(&s->request->server->lock);
    s->waiting_for_drain = drained != NULL;
    pthread_mutex_unlock(&s->request->server->lock);
}

void http_stream_event(struct http_request *r, unsigned events)
{
    struct http_stream *s = r->stream;
    if (!s || s->over)
        return;
    if (!(events & HTTP_FINISHED)) {
        if (s->drained && http_stream_queued(s) == 0)
            s->drained(s->data);
        return;
    }
    s->over = true;
    watch_end(s);
    if (s->gone)
        s->gone(s->data);
    http_request_unref(r);
}

/* Moves bytes from the queue. The lock is held. */
static size_t take(struct http_request *r, char *to, size_t max)
{
    struct http_stream *s = r->stream;
    size_t left = s->queue.len - s->taken, n = left < max ? left : max;
    if (n == 0)
        return 0;
    memcpy(to, s->queue.data + s->taken, n);
    s->taken += n;
    if (n == left) {
        s->taken = 0;
        if (s->queue.cap > QUEUE_KEPT)
            buf_done(&s->queue);
        else
            buf_clear(&s->queue);
        if (s->waiting_for_drain)
            http_event_put(r, HTTP_DRAINED);
    } else if (s->taken > s->queue.len / 2) {
        buf_drop(&s->queue, s->taken);
        s->taken = 0;
    }
    return n;
}

/* Is there a reason to go on at once? The lock is held. */
static bool must_go_on(const struct http_request *r)
{
    return r->cut || r->stream->ended || r->stream->queue.len > 0;
}

/* Suspends until the loop has more; first the library's call, then our mark, so that the loop resumes only what is
 * suspended. */
static void pause_reading(struct http_request *r)
{
    struct http_server *server = r->server;
    mhd_library.MHD_suspend_connection(r->connection);
    pthread_mutex_lock(&server->lock);
    if (server->stopping)
        r->cut = true;
    bool go_on = must_go_on(r);
    r->suspended = !go_on;
    pthread_mutex_unlock(&server->lock);
    if (go_on)
        mhd_library.MHD_resume_connection(r->connection);
}

ssize_t http_stream_read(void *cls, uint64_t pos, char *to, size_t max)
{
    struct http_request *r = cls;
    pthread_mutex_lock(&r->server->lock);
    bool was_cut = r->cut, ended = r->stream->ended;
    size_t n = was_cut ? 0 : take(r, to, max);
    pthread_mutex_unlock(&r->server->lock);
    if (was_cut)
        return MHD_CONTENT_READER_END_WITH_ERROR;
    if (n == 0 && ended)
        return MHD_CONTENT_READER_END_OF_STREAM;
    if (n == 0)
        pause_reading(r);
    return (ssize_t)n;
}
