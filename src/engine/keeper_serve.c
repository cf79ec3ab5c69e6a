// SPDX-License-Identifier: Apache-2.0
/* The keeper's clients: requests in, replies and changes out.
 *
 * Changes need no queue: each box carries the number of its last change, each client the number it was told last; what
 * lies between is sent in order, and goes on when the socket takes more. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "engine/container_spec.h"
#include "engine/keeper_private.h"
#include "io/file.h"
#include "io/sock.h"

#define SEND_BUFFER (256 * 1024)

static void client_free(struct keeper *k, struct client *c)
{
    struct client **at = &k->clients;
    while (*at != c)
        at = &(*at)->next;
    *at = c->next;
    for (struct box *b = k->boxes; b; b = b->next)
        if (b->starter == c)
            b->starter = NULL;
    exec_client_gone(k, c);
    watch_end(&c->watch);
    free(c);
}

/* A client that cannot take a message is shut down; its end of the watch then frees it, never the sender. */
static bool client_send(struct client *c, const struct keeper_message *m, const int *fds, size_t n)
{
    int r = sock_send_fds(c->watch.fd, m, sizeof(*m), fds, n);
    if (r < 0 && r != -EAGAIN)
        shutdown(c->watch.fd, SHUT_RDWR);
    return r == 0;
}

static void must_send(struct client *c, const struct keeper_message *m, const int *fds, size_t n)
{
    if (!client_send(c, m, fds, n))
        shutdown(c->watch.fd, SHUT_RDWR);
}

void serve_reply(struct keeper *k, struct client *c, uint64_t token, int r, const char *text, int32_t value)
{
    struct keeper_message m = {
        .version = KEEPER_PROTOCOL, .kind = KEEPER_REPLY, .token = token, .r = r, .value = value};
    snprintf(m.text, sizeof(m.text), "%s", text ? text : "");
    must_send(c, &m, NULL, 0);
}

void serve_terminal(struct keeper *k, struct client *c, uint64_t token, int master)
{
    struct keeper_message m = {.version = KEEPER_PROTOCOL, .kind = KEEPER_TERMINAL, .token = token};
    must_send(c, &m, &master, 1);
}

static const struct box *next_change(const struct keeper *k, uint64_t after)
{
    const struct box *least = NULL;
    for (const struct box *b = k->boxes; b; b = b->next)
        if (b->changed > after && (!least || b->changed < least->changed))
            least = b;
    return least;
}

static void client_feed(struct keeper *k, struct client *c)
{
    const struct box *b;
    struct keeper_message m = {.version = KEEPER_PROTOCOL, .kind = KEEPER_STATUS};
    while ((b = next_change(k, c->fed)) != NULL) {
        box_status(b, &m.status);
        if (!client_send(c, &m, NULL, 0)) {
            watch_events(k, &c->watch, EPOLLIN | EPOLLOUT);
            return;
        }
        c->fed = b->changed;
    }
    m = (struct keeper_message){.version = KEEPER_PROTOCOL, .kind = KEEPER_LISTED};
    if (!c->listed)
        c->listed = client_send(c, &m, NULL, 0);
    watch_events(k, &c->watch, c->listed ? EPOLLIN : EPOLLIN | EPOLLOUT);
}

void serve_feed(struct keeper *k)
{
    for (struct client *c = k->clients; c; c = c->next)
        if (c->subscribed)
            client_feed(k, c);
}

void serve_forgotten(struct keeper *k, const char *id)
{
    struct keeper_message m = {.version = KEEPER_PROTOCOL, .kind = KEEPER_STATUS};
    snprintf(m.status.id, sizeof(m.status.id), "%s", id);
    for (struct client *c = k->clients; c; c = c->next)
        if (c->subscribed)
            must_send(c, &m, NULL, 0);
}

static int do_shutdown(struct keeper *k, struct err *e)
{
    if (box_any_busy(k, true))
        return err_set(e, EBUSY, "the keeper does not end while containers run; stop them first");
    k->ending = true;
    return 0;
}

static int do_attach(struct keeper *k, struct client *c, const struct keeper_request *q, struct err *e)
{
    int fds[2];
    int r = output_attach(k, q->id, fds, e);
    if (r < 0)
        return r;
    struct keeper_message m = {.version = KEEPER_PROTOCOL, .kind = KEEPER_REPLY, .token = q->token};
    must_send(c, &m, fds, 2);
    close(fds[1]);
    return 1; /* replied */
}

/* 1: the reply has been sent, or will be later. */
static int carry_out(struct keeper *k, struct client *c, const struct keeper_request *q, const int *fds, size_t n,
                     struct err *e)
{
    int r;
    switch ((enum keeper_verb)q->verb) {
    case KEEPER_HELLO:
        c->subscribed = true;
        client_feed(k, c);
        return 1;
    case KEEPER_START:
        r = box_start(k, c, q, e);
        return r < 0 ? r : 1;
    case KEEPER_STOP:
        return box_stop(k, q->id, q->sig, q->grace_us, e);
    case KEEPER_KILL:
        return box_kill(k, q->id, q->sig, e);
    case KEEPER_FORGET:
        return box_forget(k, q->id, e);
    case KEEPER_EXEC:
        r = exec_start(k, c, q, fds, n, e);
        return r < 0 ? r : 1;
    case KEEPER_EXEC_KILL:
        exec_kill(k, c, q->target, q->sig);
        return 1;
    case KEEPER_ATTACH:
        return do_attach(k, c, q, e);
    case KEEPER_SHUTDOWN:
        return do_shutdown(k, e);
    case KEEPER_VERBS:
        break;
    }
    return err_set(e, EPROTO,
                   "the keeper does not know request %u; it is older than this program: end it when no container runs",
                   q->verb);
}

static bool has_id(uint32_t verb)
{
    return verb != KEEPER_HELLO && verb != KEEPER_EXEC_KILL && verb != KEEPER_SHUTDOWN;
}

static void take_request(struct keeper *k, struct client *c, struct keeper_request *q, const int *fds, size_t n)
{
    struct err e = {0};
    int r = 0;
    q->id[sizeof(q->id) - 1] = '\0';
    if (has_id(q->verb) && !container_id_valid(q->id))
        r = err_set(&e, EINVAL, "'%s' is not a container id", q->id);
    else if (q->sig < 0 || q->sig >= NSIG)
        r = err_set(&e, EINVAL, "%d is not a signal", q->sig);
    if (r == 0)
        r = carry_out(k, c, q, fds, n, &e);
    if (r <= 0)
        serve_reply(k, c, q->token, r, r < 0 ? err_text(&e) : NULL, 0);
}

static void client_ready(struct keeper *k, struct watch *w, uint32_t events)
{
    struct client *c = owner_of(w, struct client, watch);
    struct keeper_request q = {0};
    int fds[SOCK_MAX_FDS];
    size_t n = ARRAY_LEN(fds);
    if (events & EPOLLOUT)
        client_feed(k, c);
    if (!(events & (EPOLLIN | EPOLLHUP | EPOLLERR)))
        return;
    ssize_t len = sock_recv_fds(w->fd, &q, sizeof(q), fds, &n);
    if (len == -EAGAIN || len == -EINTR)
        return;
    if (len >= (ssize_t)sizeof(q) && q.version >= KEEPER_PROTOCOL)
        take_request(k, c, &q, fds, n);
    for (size_t i = 0; len >= 0 && i < n; i++)
        close(fds[i]);
    if (len < (ssize_t)sizeof(q))
        client_free(k, c); /* its end, or no message of ours */
}

static void listener_ready(struct keeper *k, struct watch *w, uint32_t events)
{
    int fd = accept4(w->fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
    if (fd < 0)
        return;
    int size = SEND_BUFFER;
    setsockopt(fd, SOL_SOCKET, SO_SNDBUFFORCE, &size, sizeof(size));
    struct client *c = mem_alloc(sizeof(*c));
    if (watch_add(k, &c->watch, fd, EPOLLIN, client_ready) < 0) {
        free(c);
        return;
    }
    c->next = k->clients;
    k->clients = c;
}

int serve_listen(struct keeper *k, struct err *e)
{
    int fd;
    AUTO_FREE char *path = file_join(k->run_dir, KEEPER_SOCKET);
    int r = sock_listen_seqpacket(path, 0600, &fd, e);
    if (r < 0)
        return r;
    fcntl(fd, F_SETFL, O_RDWR | O_NONBLOCK);
    return watch_add(k, &k->listener, fd, EPOLLIN, listener_ready);
}
