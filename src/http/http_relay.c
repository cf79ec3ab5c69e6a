// SPDX-License-Identifier: Apache-2.0
/* Passes bytes between an upgraded TLS connection and the descriptor that the caller got for it, on the loop.
 *
 * The library wants to be told when the caller is done, and does not tell the caller when the client has left. So there
 * are two pairs of sockets with this between them: `near` goes to the caller, `far` to the library, which encrypts; and
 * the connection itself is watched for the client's leaving. */
#include <errno.h>
#include <sys/socket.h>
#include <unistd.h>

#include "http/http_server_private.h"

#define STEP      (16 * 1024)
#define STEPS_MAX 32 /* then others have their turn */

/* One direction. */
struct way {
    int from, to;    /* borrowed */
    struct buf rest; /* read and not yet written */
    bool ended;      /* nothing more comes */
    bool blind;      /* nobody takes it any more: bytes are thrown away */
};

enum { NEAR, FAR, PEER, N_POLLS };

struct http_relay {
    struct http_relay *prev, *next;
    struct http_server *server;
    struct MHD_UpgradeResponseHandle *handle;
    int fds[N_POLLS];
    uv_poll_t polls[N_POLLS];
    int events[N_POLLS]; /* what each poll waits for now */
    int open;            /* polls not yet closed */
    struct way up, down; /* to the client, to the caller */
    bool told;           /* the caller has been told that no more comes */
};

static void poll_closed(uv_handle_t *h)
{
    struct http_relay *r = h->data;
    if (--r->open == 0)
        free(r);
}

static void relay_end(struct http_relay *r)
{
    if (r->prev)
        r->prev->next = r->next;
    else
        r->server->relays = r->next;
    if (r->next)
        r->next->prev = r->prev;
    mhd_library.MHD_upgrade_action(r->handle, MHD_UPGRADE_ACTION_CLOSE);
    for (int i = 0; i < N_POLLS; i++) {
        uv_close((uv_handle_t *)&r->polls[i], poll_closed);
        mem_closep(&r->fds[i]);
    }
    buf_done(&r->up.rest);
    buf_done(&r->down.rest);
}

/* Writes what it can; the rest is kept. False: nobody takes it. */
static bool way_write(struct way *w, const char *bytes, size_t len)
{
    ssize_t n = w->blind ? (ssize_t)len : send(w->to, bytes, len, MSG_NOSIGNAL | MSG_DONTWAIT);
    if (n < 0 && errno != EAGAIN && errno != EINTR)
        return false;
    size_t sent = n > 0 ? (size_t)n : 0;
    if (w->rest.len == 0)
        buf_add(&w->rest, bytes + sent, len - sent);
    else
        buf_drop(&w->rest, sent);
    if (w->rest.len == 0)
        buf_done(&w->rest);
    return true;
}

/* Moves bytes until either side has no more. False: nobody takes them. */
static bool way_pump(struct way *w)
{
    char step[STEP];
    for (int i = 0; i < STEPS_MAX; i++) {
        if (w->rest.len > 0 && !way_write(w, w->rest.data, w->rest.len))
            return false;
        if (w->rest.len > 0 || w->ended)
            return true;
        ssize_t n = recv(w->from, step, sizeof(step), MSG_DONTWAIT);
        if (n < 0 && (errno == EAGAIN || errno == EINTR))
            return true;
        w->ended = n <= 0;
        if (n > 0 && !way_write(w, step, (size_t)n))
            return false;
    }
    return true;
}

static void on_poll(uv_poll_t *poll, int status, int events);

static void wait_for(struct http_relay *r, int i, int events)
{
    if (r->events[i] == events)
        return;
    r->events[i] = events;
    if (events)
        uv_poll_start(&r->polls[i], events, on_poll);
    else
        uv_poll_stop(&r->polls[i]);
}

static int reads(const struct way *w)
{
    return !w->ended && w->rest.len == 0 ? UV_READABLE : 0;
}

static int writes(const struct way *w)
{
    return w->rest.len > 0 ? UV_WRITABLE : 0;
}

static void pump(struct http_relay *r)
{
    if (!way_pump(&r->up)) { /* the client has left; what it sent before may still come */
        r->up.blind = true;
        buf_done(&r->up.rest);
    }
    bool taken = way_pump(&r->down);
    bool done = r->up.ended && r->up.rest.len == 0; /* the caller has closed its end */
    if (!taken || done) {
        relay_end(r);
        return;
    }
    if (r->down.ended && r->down.rest.len == 0 && !r->told) {
        r->told = true;
        shutdown(r->fds[NEAR], SHUT_WR);
    }
    wait_for(r, NEAR, reads(&r->up) | writes(&r->down));
    wait_for(r, FAR, reads(&r->down) | writes(&r->up));
}

/* The client has left. The library finishes, and ends what comes from it, when it hears that nothing more goes there.
 */
static void on_left(struct http_relay *r)
{
    wait_for(r, PEER, 0);
    r->up.blind = true;
    buf_done(&r->up.rest);
    shutdown(r->fds[FAR], SHUT_WR);
}

static void on_poll(uv_poll_t *poll, int status, int events)
{
    struct http_relay *r = poll->data;
    if (poll == &r->polls[PEER])
        on_left(r);
    pump(r);
}

static struct http_relay *relay_new(struct http_server *s, struct http_handover *h, int near)
{
    struct http_relay *r = mem_alloc(sizeof(*r));
    r->server = s;
    r->handle = take_ptr(h->handle);
    r->fds[NEAR] = near;
    r->fds[FAR] = take_fd(&h->fd);
    r->fds[PEER] = take_fd(&h->peer_fd);
    r->up = (struct way){.from = near, .to = r->fds[FAR]};
    r->down = (struct way){.from = r->fds[FAR], .to = near};
    r->next = s->relays;
    if (r->next)
        r->next->prev = r;
    s->relays = r;
    for (int i = 0; i < N_POLLS; i++) {
        uv_poll_init(s->loop, &r->polls[i], r->fds[i]);
        r->polls[i].data = r;
        r->open++;
    }
    return r;
}

int http_relay_start(struct http_server *s, struct http_handover *h, int *ret_fd)
{
    int pair[2];
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, pair) < 0) {
        int code = -errno;
        mhd_library.MHD_upgrade_action(take_ptr(h->handle), MHD_UPGRADE_ACTION_CLOSE);
        return code;
    }
    struct http_relay *r = relay_new(s, h, pair[0]);
    *ret_fd = pair[1];
    wait_for(r, PEER, UV_DISCONNECT);
    wait_for(r, NEAR, UV_READABLE);
    wait_for(r, FAR, UV_READABLE);
    return 0;
}

void http_relay_stop_all(struct http_server *s)
{
    while (s->relays)
        relay_end(s->relays);
}
