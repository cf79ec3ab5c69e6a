// SPDX-License-Identifier: Apache-2.0
/* TLS connections of the front: the handshake, then bytes both ways until both sides have ended.
 *
 *   HANDSHAKE -> OPEN -> [the inner side ended and all is sent] -> LINGER -> DEAD
 * Lingering reads on for a moment, so that a client which still sends hears the answer before a reset. */
#include <errno.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "http/http_front_private.h"

#define HANDSHAKE_US (30 * US_PER_S)
#define LINGER_US    (2 * US_PER_S)
#define STEPS_MAX    16 /* then others have their turn */

static void set_deadline(struct front_conn *c, int64_t after_us)
{
    struct http_front *f = c->front;
    f->n_timed += (after_us != 0) - (size_t)(c->deadline_us != 0);
    c->deadline_us = after_us == 0 ? 0 : clock_mono_us() + after_us;
}

static void end_close(struct http_front *f, struct front_end *end)
{
    front_wait(f, end, 0);
    mem_closep(&end->fd);
}

/* Closes all; the memory goes when this round of events is through. */
static void die(struct front_conn *c)
{
    struct http_front *f = c->front;
    set_deadline(c, 0);
    front_wait(f, &c->client, 0);
    tls_close(take_ptr(c->tls));
    c->client.fd = -1;
    end_close(f, &c->inner);
    buf_done(&c->in.rest);
    buf_done(&c->out.rest);
    c->state = FRONT_DEAD;
    pthread_mutex_lock(&f->lock);
    if (c->prev)
        c->prev->next = c->next;
    else
        f->conns = c->next;
    if (c->next)
        c->next->prev = c->prev;
    pthread_mutex_unlock(&f->lock);
    f->n_conns--;
    c->next = f->dead;
    f->dead = c;
}

void front_conn_bury(struct http_front *f)
{
    for (struct front_conn *c; (c = f->dead) != NULL;) {
        f->dead = c->next;
        free(c->cert_pem);
        free(c);
    }
}

/* Writes to the inner side what it takes; the rest is kept. */
static void write_inner(struct front_conn *c, const char *bytes, size_t len)
{
    struct front_way *w = &c->in;
    ssize_t n = w->blind ? (ssize_t)len : send(c->inner.fd, bytes, len, MSG_NOSIGNAL | MSG_DONTWAIT);
    if (n < 0 && errno != EAGAIN && errno != EINTR) {
        w->blind = true;
        n = (ssize_t)len;
    }
    size_t sent = n > 0 ? (size_t)n : 0;
    if (w->rest.len > 0)
        buf_drop(&w->rest, sent);
    else
        buf_add(&w->rest, bytes + sent, len - sent);
    if (w->rest.len == 0)
        buf_done(&w->rest);
}

/* From the client to the inner side, until either has no more. */
static void pump_in(struct front_conn *c)
{
    struct front_way *w = &c->in;
    for (int i = 0; i < STEPS_MAX; i++) {
        if (w->rest.len > 0)
            write_inner(c, w->rest.data, w->rest.len);
        if (w->rest.len > 0 || w->ended)
            return;
        ssize_t n = tls_read(c->tls, c->front->step, FRONT_STEP);
        if (n == -EAGAIN)
            return;
        if (n <= 0)
            w->ended = true;
        else
            write_inner(c, c->front->step, (size_t)n);
    }
}

/* Writes records from the front of out.rest. 0: all is written; -EAGAIN; other -errno: the client takes no more. */
static int write_client(struct front_conn *c)
{
    struct buf *rest = &c->out.rest;
    while (rest->len > 0) {
        ssize_t n = c->out_pending ? tls_write_some(c->tls, NULL, 0) : tls_write_some(c->tls, rest->data, rest->len);
        c->out_pending = n == -EAGAIN;
        if (n < 0)
            return (int)n;
        buf_drop(rest, (size_t)n);
    }
    return 0;
}

/* From the inner side to the client. 0, or -errno: the client takes no more. */
static int pump_out(struct front_conn *c)
{
    for (int i = 0; i < STEPS_MAX; i++) {
        int r = write_client(c);
        if (r < 0)
            return r == -EAGAIN ? 0 : r;
        if (c->out.ended)
            return 0;
        ssize_t n = recv(c->inner.fd, c->front->step, FRONT_STEP, MSG_DONTWAIT);
        if (n < 0 && (errno == EAGAIN || errno == EINTR)) {
            buf_done(&c->out.rest); /* idle connections hold no buffers */
            return 0;
        }
        if (n <= 0)
            c->out.ended = true;
        else
            buf_add(&c->out.rest, c->front->step, (size_t)n);
    }
    return 0;
}

static void linger(struct front_conn *c)
{
    if (c->in.ended) { /* the client has closed already */
        die(c);
        return;
    }
    tls_finish(c->tls);
    shutdown(c->client.fd, SHUT_WR);
    end_close(c->front, &c->inner);
    c->state = FRONT_LINGER;
    set_deadline(c, LINGER_US);
    front_wait(c->front, &c->client, EPOLLIN);
}

static void lingers(struct front_conn *c)
{
    for (int i = 0; i < STEPS_MAX; i++) {
        ssize_t n = recv(c->client.fd, c->front->step, FRONT_STEP, MSG_DONTWAIT);
        if (n < 0 && (errno == EAGAIN || errno == EINTR))
            return;
        if (n <= 0) {
            die(c);
            return;
        }
    }
}

static void pump(struct front_conn *c)
{
    struct http_front *f = c->front;
    pump_in(c);
    if (pump_out(c) < 0) {
        die(c);
        return;
    }
    if (c->out.ended && c->out.rest.len == 0) {
        linger(c);
        return;
    }
    if (c->in.ended && c->in.rest.len == 0 && !c->in_told) {
        c->in_told = true;
        shutdown(c->inner.fd, SHUT_WR);
    }
    bool wants_in = c->in.rest.len == 0 && !c->in.ended, wants_out = c->out.rest.len == 0 && !c->out.ended;
    front_wait(f, &c->client, (wants_in ? EPOLLIN : 0U) | (c->out.rest.len > 0 ? EPOLLOUT : 0U));
    front_wait(f, &c->inner, (wants_out ? EPOLLIN : 0U) | (c->in.rest.len > 0 ? EPOLLOUT : 0U));
}

/* The handshake is done: the library gets its end. */
static void open_inner(struct front_conn *c)
{
    struct http_front *f = c->front;
    struct http_origin origin = {.family = AF_UNSPEC, .uid = (uid_t)-1, .tls = c->number};
    int pair[2];
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, pair) < 0) {
        die(c);
        return;
    }
    pthread_mutex_lock(&f->lock);
    c->cert_pem = tls_peer_pem(c->tls);
    pthread_mutex_unlock(&f->lock);
    set_deadline(c, 0);
    c->state = FRONT_OPEN;
    c->inner = (struct front_end){.kind = FRONT_INNER, .fd = pair[0], .owner = c};
    if (front_give(f, pair[1], &origin) < 0)
        die(c);
    else
        pump(c);
}

static void shake(struct front_conn *c)
{
    int r = tls_handshake(c->tls);
    if (r == 0)
        open_inner(c);
    else if (r == -EAGAIN)
        front_wait(c->front, &c->client, tls_wants_write(c->tls) ? EPOLLOUT : EPOLLIN);
    else
        die(c);
}

/* Room for one more: when all is taken, who has been shaking hands for longest goes. So a crowd that says nothing locks
 * nobody out. */
static bool make_room(struct http_front *f)
{
    struct front_conn *slowest = NULL;
    if (f->n_conns < FRONT_CONNECTIONS)
        return true;
    for (struct front_conn *c = f->conns; c; c = c->next) /* the newest stand first */
        if (c->state == FRONT_HANDSHAKE)
            slowest = c;
    if (slowest)
        die(slowest);
    return slowest != NULL;
}

void front_conn_begin(struct front_listener *l, int fd)
{
    struct http_front *f = l->front;
    struct tls_session *session = NULL;
    if (!make_room(f) || tls_server_begin(l->tls, fd, &session) < 0) {
        close(fd);
        return;
    }
    struct front_conn *c = mem_alloc(sizeof(*c));
    c->front = f;
    c->number = ++f->numbered;
    c->tls = session;
    c->client = (struct front_end){.kind = FRONT_CLIENT, .fd = fd, .owner = c};
    c->inner.fd = -1;
    f->n_conns++;
    pthread_mutex_lock(&f->lock);
    c->next = f->conns;
    if (c->next)
        c->next->prev = c;
    f->conns = c;
    pthread_mutex_unlock(&f->lock);
    set_deadline(c, HANDSHAKE_US);
    shake(c);
}

void front_conn_event(struct front_conn *c, const struct front_end *end)
{
    static void (*const steps[])(struct front_conn *) = {
        [FRONT_HANDSHAKE] = shake, [FRONT_OPEN] = pump, [FRONT_LINGER] = lingers};
    if (c->state != FRONT_DEAD)
        steps[c->state](c);
}

int64_t front_conn_deadlines(struct http_front *f)
{
    int64_t now = clock_mono_us(), first = 0;
    for (struct front_conn *c = f->conns, *next; c; c = next) {
        next = c->next;
        if (c->deadline_us == 0)
            continue;
        if (c->deadline_us <= now)
            die(c);
        else if (first == 0 || c->deadline_us < first)
            first = c->deadline_us;
    }
    front_conn_bury(f);
    return first;
}

void front_conn_end_all(struct http_front *f)
{
    while (f->conns)
        die(f->conns);
    front_conn_bury(f);
}
