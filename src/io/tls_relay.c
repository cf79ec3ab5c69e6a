// SPDX-License-Identifier: Apache-2.0
/* Pumps both ways between a TLS session and one end of a socket pair; each way keeps at most one step of bytes. */
#include "io/tls_relay.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

#define STEP      (16 * 1024) /* a record's most */
#define STEPS_MAX 16          /* then others on the loop have their turn */

/* One direction: what was taken and not yet passed on. */
struct way {
    char bytes[STEP];
    size_t at, len; /* [at, len) waits */
};

struct relay {
    struct tls_session *session;
    int inner;
    uv_poll_t outer_poll, inner_poll;
    int outer_events, inner_events; /* waited for now */
    int open;                       /* handles that are not closed yet */
    bool pending;                   /* the session keeps a record that the socket did not take */
    struct way in, out;             /* from the peer, to the peer */
};

static void on_closed(uv_handle_t *h)
{
    struct relay *r = h->data;
    if (--r->open > 0)
        return;
    tls_close(r->session);
    mem_closep(&r->inner);
    free(r);
}

static void end(struct relay *r)
{
    uv_close((uv_handle_t *)&r->outer_poll, on_closed);
    uv_close((uv_handle_t *)&r->inner_poll, on_closed);
}

/* Gives the inner end what it takes. false: it takes no more, ever. */
static bool put_inner(struct relay *r)
{
    struct way *w = &r->in;
    ssize_t n = send(r->inner, w->bytes + w->at, w->len - w->at, MSG_NOSIGNAL | MSG_DONTWAIT);
    if (n < 0)
        return errno == EAGAIN || errno == EINTR;
    w->at += (size_t)n;
    return true;
}

/* From the peer to the inner end, until either has no more. false: it is over. */
static bool pump_in(struct relay *r)
{
    struct way *w = &r->in;
    for (int i = 0; i < STEPS_MAX; i++) {
        if (w->at < w->len && !put_inner(r))
            return false;
        if (w->at < w->len)
            return true;
        ssize_t n = tls_read(r->session, w->bytes, STEP);
        if (n == -EAGAIN)
            return true;
        if (n <= 0)
            return false;
        w->at = 0;
        w->len = (size_t)n;
    }
    return true;
}

static bool put_outer(struct relay *r)
{
    struct way *w = &r->out;
    ssize_t n = r->pending ? tls_write_some(r->session, NULL, 0)
                           : tls_write_some(r->session, w->bytes + w->at, w->len - w->at);
    r->pending = n == -EAGAIN;
    if (n > 0)
        w->at += (size_t)n;
    return n >= 0 || n == -EAGAIN;
}

static bool pump_out(struct relay *r)
{
    struct way *w = &r->out;
    for (int i = 0; i < STEPS_MAX; i++) {
        if (w->at < w->len && !put_outer(r))
            return false;
        if (w->at < w->len)
            return true;
        ssize_t n = recv(r->inner, w->bytes, STEP, MSG_DONTWAIT);
        if (n < 0 && (errno == EAGAIN || errno == EINTR))
            return true;
        if (n <= 0)
            return false;
        w->at = 0;
        w->len = (size_t)n;
    }
    return true;
}

static void on_event(uv_poll_t *h, int status, int events);

static void wait_for(uv_poll_t *h, int *now, int events)
{
    if (*now == events)
        return;
    *now = events;
    if (events)
        uv_poll_start(h, events, on_event);
    else
        uv_poll_stop(h);
}

static bool waits(const struct way *w)
{
    return w->at < w->len;
}

static void pump(struct relay *r)
{
    if (!pump_in(r) || !pump_out(r)) {
        end(r);
        return;
    }
    wait_for(&r->outer_poll, &r->outer_events,
             (waits(&r->in) ? 0 : UV_READABLE) | (waits(&r->out) ? UV_WRITABLE : 0));
    wait_for(&r->inner_poll, &r->inner_events,
             (waits(&r->out) ? 0 : UV_READABLE) | (waits(&r->in) ? UV_WRITABLE : 0));
}

static void on_event(uv_poll_t *h, int status, int events)
{
    struct relay *r = h->data;
    if (!uv_is_closing((uv_handle_t *)h))
        pump(r);
}

/* What the session has read already and no socket will tell of is passed on at the first event: the inner end is
 * writable at once. */
int tls_relay_start(uv_loop_t *loop, struct tls_session *session, int *ret_fd, struct err *e)
{
    int pair[2], fd = tls_fd(session);
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, pair) < 0) {
        int r = err_errno(e, errno, "make a socket pair");
        tls_close(session);
        return r;
    }
    fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) | O_NONBLOCK);
    struct relay *r = mem_alloc(sizeof(*r));
    r->session = session;
    r->inner = pair[0];
    uv_poll_init(loop, &r->outer_poll, fd);
    uv_poll_init(loop, &r->inner_poll, r->inner);
    r->outer_poll.data = r->inner_poll.data = r;
    r->open = 2;
    wait_for(&r->outer_poll, &r->outer_events, UV_READABLE);
    wait_for(&r->inner_poll, &r->inner_events, UV_READABLE | UV_WRITABLE);
    *ret_fd = pair[1];
    return 0;
}
