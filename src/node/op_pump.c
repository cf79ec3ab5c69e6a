// SPDX-License-Identifier: Apache-2.0
/* Pumps between streams and descriptors, each by one uv_poll that is on only while it has something to do. */
#include "node/op_pump.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#define READ_STEP 16384

static void set_nonblock(int fd)
{
    (void)fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) | O_NONBLOCK);
}

/* ---- in ---- */

struct op_writer {
    uv_poll_t poll;
    struct op *op;
    int fd;
    struct buf data;
    bool end, dead, closed, freed;
};

static void writer_closed(uv_handle_t *h)
{
    struct op_writer *w = h->data;
    mem_closep(&w->fd);
    w->closed = true;
    if (w->freed)
        free(w);
}

static void writer_stop(struct op_writer *w)
{
    w->dead = true;
    buf_done(&w->data);
    uv_close((uv_handle_t *)&w->poll, writer_closed); /* the descriptor is closed when the loop has let go of it */
}

/* What nobody reads must not hold the stream up. */
static void writer_dead(struct op_writer *w)
{
    op_consumed(w->op, w->data.len);
    writer_stop(w);
}

static void write_some(struct op_writer *w);

static void on_writable(uv_poll_t *p, int status, int events)
{
    write_some(p->data);
}

static void write_some(struct op_writer *w)
{
    while (w->data.len > 0 && !w->dead) {
        ssize_t n = write(w->fd, w->data.data, w->data.len);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0 && errno == EAGAIN) {
            uv_poll_start(&w->poll, UV_WRITABLE, on_writable);
            return;
        }
        if (n < 0) {
            writer_dead(w);
            return;
        }
        buf_drop(&w->data, (size_t)n);
        op_consumed(w->op, (size_t)n);
    }
    if (!w->dead)
        uv_poll_stop(&w->poll);
    if (w->end && !w->dead)
        writer_dead(w);
}

struct op_writer *op_writer_new(struct op *op, int fd)
{
    struct op_writer *w = mem_alloc(sizeof(*w));
    w->op = op;
    w->fd = fd;
    set_nonblock(fd);
    w->poll.data = w;
    if (uv_poll_init(&op->node->loop, &w->poll, fd) == 0)
        return w;
    mem_closep(&w->fd);
    free(w);
    return NULL;
}

void op_writer_put(struct op_writer *w, const void *bytes, size_t len)
{
    if (!w || w->dead) {
        if (w)
            op_consumed(w->op, len);
        return;
    }
    bool idle = w->data.len == 0;
    buf_add(&w->data, bytes, len);
    if (idle)
        write_some(w);
}

void op_writer_end(struct op_writer *w)
{
    if (!w || w->dead)
        return;
    w->end = true;
    if (w->data.len == 0)
        writer_dead(w);
}

void op_writer_free(struct op_writer *w)
{
    if (!w)
        return;
    if (!w->dead)
        writer_stop(w);
    w->freed = true;
    if (w->closed)
        free(w);
}

/* ---- out ---- */

struct op_reader {
    uv_poll_t poll;
    struct op *op;
    int fd;
    bool is_err, finish, over;
    void (*ended)(void *data);
    void *data;
};

static void reader_closed(uv_handle_t *h)
{
    struct op_reader *r = h->data;
    mem_closep(&r->fd);
    free(r);
}

static void reader_over(struct op_reader *r)
{
    r->over = true;
    uv_poll_stop(&r->poll);
    r->ended(r->data); /* may free us: from the loop */
}

static void on_readable(uv_poll_t *p, int status, int events)
{
    struct op_reader *r = p->data;
    char bytes[READ_STEP];
    while (!r->over && r->op->room > 0) {
        size_t most = r->op->room < READ_STEP ? (size_t)r->op->room : READ_STEP;
        ssize_t n = read(r->fd, bytes, most);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0 && errno == EAGAIN && !r->finish)
            return;
        if (n <= 0) { /* a terminal's master gives EIO at its end */
            reader_over(r);
            return;
        }
        op_data(r->op, r->is_err, bytes, (size_t)n);
    }
    if (!r->over)
        uv_poll_stop(p); /* until there is room again */
}

struct op_reader *op_reader_new(struct op *op, int fd, bool is_err, void (*ended)(void *data), void *data)
{
    struct op_reader *r = mem_alloc(sizeof(*r));
    *r = (struct op_reader){.op = op, .fd = fd, .is_err = is_err, .ended = ended, .data = data};
    set_nonblock(fd);
    r->poll.data = r;
    if (uv_poll_init(&op->node->loop, &r->poll, fd) < 0) {
        mem_closep(&r->fd);
        free(r);
        return NULL;
    }
    uv_poll_start(&r->poll, UV_READABLE, on_readable);
    return r;
}

void op_reader_go_on(struct op_reader *r)
{
    if (!r || r->over)
        return;
    uv_poll_start(&r->poll, UV_READABLE, on_readable);
    if (r->finish)
        on_readable(&r->poll, 0, UV_READABLE);
}

void op_reader_finish(struct op_reader *r)
{
    if (!r || r->over)
        return;
    r->finish = true;
    on_readable(&r->poll, 0, UV_READABLE);
}

bool op_reader_ended(const struct op_reader *r)
{
    return !r || r->over;
}

void op_reader_free(struct op_reader *r)
{
    if (!r)
        return;
    r->over = true;
    uv_close((uv_handle_t *)&r->poll, reader_closed);
}
