// SPDX-License-Identifier: Apache-2.0
/* The keeper's client on a libuv loop: requests go out with a token, replies find their way back by it.
 *
 * A request that the socket does not take at once waits in order, its descriptors duplicated. Failures to send are told
 * by the reply, from the loop. Callbacks may close the client: it is then freed when the last of them is back. */
#include "engine/keeper_client.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "engine/keeper_protocol.h"
#include "io/file.h"
#include "io/sock.h"

/* A request that waits for its reply. */
struct wait {
    struct wait *next;
    uint64_t token;
    keeper_reply reply;
    void (*exec_terminal)(void *data, int master_fd);
    void (*attached)(void *data, int r, int master_fd, int output_fd);
    void *data;
};
/* A request that waits for the socket. */
struct letter {
    struct letter *next;
    struct keeper_request q;
    int fds[SOCK_MAX_FDS]; /* owned */
    size_t n_fds;
};
struct keeper_client {
    uv_poll_t poll;
    int fd;
    struct keeper_events events;
    struct wait *waits;
    struct letter *letters;
    uint64_t last_token;
    int depth; /* callbacks under way */
    bool closed, gone;
};

static void on_ready(uv_poll_t *poll, int status, int events);

static void listen_for(struct keeper_client *c)
{
    if (!c->gone && !c->closed)
        uv_poll_start(&c->poll, UV_READABLE | (c->letters ? UV_WRITABLE : 0), on_ready);
}

/* ---- end ---- */

static void poll_closed(uv_handle_t *h)
{
    struct keeper_client *c = h->data;
    mem_closep(&c->fd);
    free(c);
}

static void free_when_quiet(struct keeper_client *c)
{
    if (c->closed && c->depth == 0 && !uv_is_closing((uv_handle_t *)&c->poll))
        uv_close((uv_handle_t *)&c->poll, poll_closed);
}

static void letter_free(struct letter *l)
{
    for (size_t i = 0; i < l->n_fds; i++)
        close(l->fds[i]);
    free(l);
}

static void answer(struct keeper_client *c, struct wait *w, int r, const char *error, int32_t value, const int *fds,
                   size_t n)
{
    c->depth++;
    if (w->attached)
        w->attached(w->data, n == 2 || r < 0 ? r : -EPROTO, n == 2 ? fds[0] : -1, n == 2 ? fds[1] : -1);
    else if (w->reply)
        w->reply(w->data, r, error, value);
    c->depth--;
    free(w);
}

static void answer_all(struct keeper_client *c, int r, const char *error)
{
    while (c->letters) {
        struct letter *l = c->letters;
        c->letters = l->next;
        letter_free(l);
    }
    while (c->waits) {
        struct wait *w = c->waits;
        c->waits = w->next;
        answer(c, w, r, error, 0, NULL, 0);
    }
}

static void went_away(struct keeper_client *c)
{
    if (c->gone)
        return;
    c->gone = true;
    uv_poll_stop(&c->poll);
    c->depth++;
    answer_all(c, -ECONNRESET, "the keeper went away");
    if (!c->closed && c->events.gone)
        c->events.gone(c->events.data);
    c->depth--;
}

void keeper_close(struct keeper_client *c)
{
    if (!c || c->closed)
        return;
    c->closed = true;
    uv_poll_stop(&c->poll);
    answer_all(c, -ECANCELED, "the connection to the keeper was closed");
    free_when_quiet(c);
}

/* ---- out ---- */

static void send_letters(struct keeper_client *c)
{
    while (c->letters && !c->gone) {
        struct letter *l = c->letters;
        int r = sock_send_fds(c->fd, &l->q, sizeof(l->q), l->fds, l->n_fds);
        if (r == -EAGAIN)
            break;
        if (r < 0)
            break; /* the keeper is gone: reading finds the end, and answers all */
        c->letters = l->next;
        letter_free(l);
    }
    listen_for(c);
}

/* Puts a request on its way. Owns the descriptors. */
static void post(struct keeper_client *c, const struct keeper_request *q, const int *fds, size_t n_fds)
{
    struct letter *l = mem_alloc(sizeof(*l)), **at = &c->letters;
    l->q = *q;
    l->n_fds = n_fds;
    for (size_t i = 0; i < n_fds; i++)
        l->fds[i] = fds[i];
    while (*at)
        at = &(*at)->next;
    *at = l;
    send_letters(c);
}

static struct keeper_request request(struct keeper_client *c, enum keeper_verb verb, const char *id)
{
    struct keeper_request q = {.version = KEEPER_PROTOCOL, .verb = verb, .token = ++c->last_token};
    if (id)
        snprintf(q.id, sizeof(q.id), "%s", id);
    return q;
}

static struct wait *await(struct keeper_client *c, uint64_t token, void *data)
{
    struct wait *w = mem_alloc(sizeof(*w));
    w->token = token;
    w->data = data;
    w->next = c->waits;
    c->waits = w;
    return w;
}

static void ask(struct keeper_client *c, const struct keeper_request *q, keeper_reply reply, void *data)
{
    await(c, q->token, data)->reply = reply;
    post(c, q, NULL, 0);
}

void keeper_start(struct keeper_client *c, const char *id, bool terminal, keeper_reply reply, void *data)
{
    struct keeper_request q = request(c, KEEPER_START, id);
    q.terminal = terminal;
    ask(c, &q, reply, data);
}

void keeper_stop(struct keeper_client *c, const char *id, int sig, int64_t grace_us, keeper_reply reply, void *data)
{
    struct keeper_request q = request(c, KEEPER_STOP, id);
    q.sig = sig;
    q.grace_us = grace_us;
    ask(c, &q, reply, data);
}

void keeper_kill(struct keeper_client *c, const char *id, int sig, keeper_reply reply, void *data)
{
    struct keeper_request q = request(c, KEEPER_KILL, id);
    q.sig = sig;
    ask(c, &q, reply, data);
}

void keeper_forget(struct keeper_client *c, const char *id, keeper_reply reply, void *data)
{
    struct keeper_request q = request(c, KEEPER_FORGET, id);
    ask(c, &q, reply, data);
}

void keeper_shutdown(struct keeper_client *c, keeper_reply reply, void *data)
{
    struct keeper_request q = request(c, KEEPER_SHUTDOWN, NULL);
    ask(c, &q, reply, data);
}

void keeper_attach(struct keeper_client *c, const char *id,
                   void (*on_terminal)(void *data, int r, int master_fd, int output_fd), void *data)
{
    struct keeper_request q = request(c, KEEPER_ATTACH, id);
    await(c, q.token, data)->attached = on_terminal;
    post(c, &q, NULL, 0);
}

/* process.json as a memory file: it may be longer than a message. */
static int process_fd(const char *text)
{
    AUTO_CLOSE int fd = memfd_create("process", MFD_CLOEXEC);
    if (fd < 0)
        return -errno;
    int r = file_write_fd(fd, text, strlen(text));
    return r < 0 ? r : take_fd(&fd);
}

static int exec_fds(const struct keeper_exec *x, int fds[4], size_t *ret_n)
{
    size_t n = 0;
    int r = process_fd(x->process_json);
    if (r >= 0)
        fds[n++] = r;
    for (int i = 0; i < 3 && r >= 0 && !x->terminal; i++) {
        r = x->fds[i] >= 0 ? fcntl(x->fds[i], F_DUPFD_CLOEXEC, 3) : open("/dev/null", O_RDWR | O_CLOEXEC);
        if (r < 0)
            r = -errno;
        else
            fds[n++] = r;
    }
    *ret_n = n;
    return r < 0 ? r : 0;
}

void keeper_exec(struct keeper_client *c, const struct keeper_exec *x, keeper_reply reply, void *data,
                 uint64_t *ret_token)
{
    struct keeper_request q = request(c, KEEPER_EXEC, x->id);
    int fds[4];
    size_t n = 0;
    q.terminal = x->terminal;
    if (exec_fds(x, fds, &n) <
        0) /* out of descriptors: the keeper refuses what comes without its descriptors, and so replies */
        while (n > 0)
            close(fds[--n]);
    struct wait *w = await(c, q.token, data);
    w->reply = reply;
    w->exec_terminal = x->on_terminal;
    if (ret_token)
        *ret_token = q.token;
    post(c, &q, fds, n);
}

void keeper_exec_kill(struct keeper_client *c, uint64_t token, int sig)
{
    struct keeper_request q = request(c, KEEPER_EXEC_KILL, NULL);
    q.target = token;
    q.sig = sig;
    post(c, &q, NULL, 0);
}

/* ---- in ---- */

static struct wait **find_wait(struct keeper_client *c, uint64_t token)
{
    struct wait **at = &c->waits;
    while (*at && (*at)->token != token)
        at = &(*at)->next;
    return at;
}

static void take_reply(struct keeper_client *c, struct keeper_message *m, const int *fds, size_t n)
{
    struct wait **at = find_wait(c, m->token), *w = *at;
    if (!w)
        return;
    *at = w->next;
    m->text[sizeof(m->text) - 1] = '\0';
    answer(c, w, m->r, m->r < 0 ? m->text : NULL, m->value, fds, n);
}

static void take_terminal(struct keeper_client *c, const struct keeper_message *m, int *fds, size_t n)
{
    const struct wait *w = *find_wait(c, m->token);
    if (n == 1 && w && w->exec_terminal)
        w->exec_terminal(w->data, take_fd(&fds[0]));
}

static void take_message(struct keeper_client *c, struct keeper_message *m, int *fds, size_t n)
{
    switch ((enum keeper_kind)m->kind) {
    case KEEPER_REPLY:
        take_reply(c, m, fds, n);
        if (n == 2)
            fds[0] = fds[1] = -1; /* handed on */
        break;
    case KEEPER_STATUS:
        m->status.id[sizeof(m->status.id) - 1] = '\0';
        if (c->events.status)
            c->events.status(c->events.data, &m->status);
        break;
    case KEEPER_LISTED:
        if (c->events.listed)
            c->events.listed(c->events.data);
        break;
    case KEEPER_TERMINAL:
        take_terminal(c, m, fds, n);
        break;
    }
    for (size_t i = 0; i < n; i++)
        mem_closep(&fds[i]);
}

/* False: nothing more for now, or the end. */
static bool read_one(struct keeper_client *c)
{
    struct keeper_message m = {0};
    int fds[SOCK_MAX_FDS];
    size_t n = ARRAY_LEN(fds);
    ssize_t len = sock_recv_fds(c->fd, &m, sizeof(m), fds, &n);
    if (len == -EAGAIN || len == -EINTR)
        return false;
    if (len <= 0) {
        went_away(c);
        return false;
    }
    if (len < (ssize_t)sizeof(m)) {
        for (size_t i = 0; i < n; i++)
            close(fds[i]);
        return true;
    }
    take_message(c, &m, fds, n);
    return true;
}

static void on_ready(uv_poll_t *poll, int status, int events)
{
    struct keeper_client *c = poll->data;
    c->depth++;
    if (status == 0 && (events & UV_WRITABLE))
        send_letters(c);
    if (status < 0)
        went_away(c);
    while (!c->closed && !c->gone && read_one(c))
        ;
    c->depth--;
    free_when_quiet(c);
}

int keeper_connect(uv_loop_t *loop, const char *run_dir, const struct keeper_events *events, struct keeper_client **ret,
                   struct err *e)
{
    AUTO_FREE char *path = file_join(run_dir, KEEPER_SOCKET);
    AUTO_CLOSE int fd = -1;
    int r = sock_connect_seqpacket(path, &fd, e);
    if (r < 0)
        return r;
    fcntl(fd, F_SETFL, O_RDWR | O_NONBLOCK);
    struct keeper_client *c = mem_alloc(sizeof(*c));
    c->events = *events;
    r = uv_poll_init(loop, &c->poll, fd);
    if (r < 0) {
        free(c);
        return err_set(e, -r, "watch %s: %s", path, uv_strerror(r));
    }
    c->fd = take_fd(&fd);
    c->poll.data = c;
    struct keeper_request hello = request(c, KEEPER_HELLO, NULL);
    post(c, &hello, NULL, 0);
    *ret = c;
    return 0;
}
