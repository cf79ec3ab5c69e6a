// SPDX-License-Identifier: Apache-2.0
/* The front's thread: it accepts, and gives plain connections to the library. */
#include "http/http_front.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include "http/http_front_private.h"
#include "http/http_server_private.h"
#include "io/sock.h"

#define STACK_SIZE      (256U * 1024) /* of address space; a handshake needs some of it */
#define EVENTS_AT_ONCE  32
#define ACCEPT_AT_ONCE  16
#define KEEP_IDLE_S     60 /* a silent peer is asked for a sign of life after this */
#define KEEP_INTERVAL_S 10
#define KEEP_TRIES      3
#define UNSENT_MS       60000 /* a peer that takes nothing for so long is given up */

void front_wait(struct http_front *f, struct front_end *end, uint32_t events)
{
    if (end->events == events || end->fd < 0)
        return;
    struct epoll_event ev = {.events = events, .data.ptr = end};
    int op = events == 0 ? EPOLL_CTL_DEL : end->events == 0 ? EPOLL_CTL_ADD : EPOLL_CTL_MOD;
    end->events = events;
    epoll_ctl(f->epoll, op, end->fd, &ev);
}

/* We count: the library, when it comes to a limit of its own, waits for itself for ever. */
int front_give(struct http_front *f, int fd, const struct http_origin *origin)
{
    const struct sockaddr *address = (const struct sockaddr *)(const void *)origin;
    if (atomic_fetch_add(&f->given, 1) >= FRONT_CONNECTIONS) {
        close(fd);
        http_front_left(f);
        return -ECONNABORTED;
    }
    if (mhd_library.MHD_add_connection(f->daemon, fd, address, sizeof(*origin)) == MHD_YES)
        return 0;
    http_front_left(f);
    return -ECONNABORTED;
}

void http_front_left(struct http_front *f)
{
    atomic_fetch_sub(&f->given, 1);
}

/* Lets the kernel find out about peers that went without a word; small frames do not wait for larger ones. */
static void set_tcp(int fd)
{
    static const struct {
        int level, name, value;
    } options[] = {
        {SOL_SOCKET, SO_KEEPALIVE, 1},
        {IPPROTO_TCP, TCP_KEEPIDLE, KEEP_IDLE_S},
        {IPPROTO_TCP, TCP_KEEPINTVL, KEEP_INTERVAL_S},
        {IPPROTO_TCP, TCP_KEEPCNT, KEEP_TRIES},
        {IPPROTO_TCP, TCP_USER_TIMEOUT, UNSENT_MS},
        {IPPROTO_TCP, TCP_NODELAY, 1},
    };
    for (size_t i = 0; i < ARRAY_LEN(options); i++)
        setsockopt(fd, options[i].level, options[i].name, &options[i].value, sizeof(options[i].value));
}

static void admit(struct front_listener *l, int fd)
{
    struct http_origin origin = {.family = AF_UNSPEC, .local = l->local, .uid = (uid_t)-1};
    if (!l->local)
        set_tcp(fd);
    else if (sock_peer_uid(fd, &origin.uid) < 0)
        origin.uid = (uid_t)-1;
    if (l->tls)
        front_conn_begin(l, fd);
    else
        front_give(l->front, fd, &origin);
}

/* No descriptors are left: one is given up to take a client and send it away, or it would wake us for ever. */
static void turn_away(struct http_front *f, int listening)
{
    mem_closep(&f->spare);
    int fd = accept4(listening, NULL, NULL, SOCK_CLOEXEC);
    mem_closep(&fd);
    f->spare = open("/dev/null", O_RDONLY | O_CLOEXEC);
    log_warn("no descriptors are left: a client was turned away; raise the limit of open files");
}

static void accept_some(struct front_listener *l)
{
    for (int i = 0; i < ACCEPT_AT_ONCE; i++) {
        int fd = accept4(l->end.fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
        if (fd >= 0) {
            admit(l, fd);
            continue;
        }
        if (errno == EMFILE || errno == ENFILE)
            turn_away(l->front, l->end.fd);
        return;
    }
}

static int wait_ms(struct http_front *f)
{
    int64_t next = f->n_timed > 0 ? front_conn_deadlines(f) : 0;
    int64_t left = next - clock_mono_us();
    return next == 0 ? -1 : left <= 0 ? 0 : (int)(left / US_PER_MS) + 1;
}

static void *run(void *data)
{
    struct http_front *f = data;
    struct epoll_event events[EVENTS_AT_ONCE];
    for (;;) {
        int n = epoll_wait(f->epoll, events, EVENTS_AT_ONCE, wait_ms(f));
        for (int i = 0; i < n; i++) {
            struct front_end *end = events[i].data.ptr;
            if (end->kind == FRONT_WAKE)
                return NULL;
            if (end->kind == FRONT_LISTENER)
                accept_some(end->owner);
            else
                front_conn_event(end->owner, end);
        }
        front_conn_bury(f);
    }
}

static bool is_local(int fd)
{
    struct sockaddr_storage address = {0};
    socklen_t size = sizeof(address);
    return getsockname(fd, (struct sockaddr *)&address, &size) == 0 && address.ss_family == AF_UNIX;
}

static int add_listener(struct http_front *f, const struct http_listen *o, struct err *e)
{
    struct front_listener *l = &f->listeners[f->n_listeners++];
    *l = (struct front_listener){.end = {.kind = FRONT_LISTENER, .fd = o->fd, .owner = l}, .front = f};
    l->local = is_local(o->fd);
    fcntl(o->fd, F_SETFL, fcntl(o->fd, F_GETFL) | O_NONBLOCK);
    return o->tls ? tls_server_new(o->tls, o->client_ca, &l->tls, e) : 0;
}

int http_front_new(const struct http_listen *listens, size_t n, struct http_front **ret, struct err *e)
{
    struct http_front *f = mem_alloc(sizeof(*f));
    pthread_mutex_init(&f->lock, NULL);
    f->step = mem_alloc(FRONT_STEP);
    f->listeners = mem_array(n, sizeof(*f->listeners));
    f->epoll = epoll_create1(EPOLL_CLOEXEC);
    f->wake = (struct front_end){.kind = FRONT_WAKE, .fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)};
    f->spare = open("/dev/null", O_RDONLY | O_CLOEXEC);
    int r = f->epoll < 0 || f->wake.fd < 0 || f->spare < 0 ? err_errno(e, errno, "start to serve HTTP") : 0;
    for (size_t i = 0; i < n; i++) { /* all are taken, whatever happens */
        int added = add_listener(f, &listens[i], r == 0 ? e : NULL);
        if (r == 0)
            r = added;
    }
    if (r == 0) {
        *ret = f;
        return 0;
    }
    http_front_stop(f);
    http_front_free(f);
    return err_wrap(e, r, "start to serve HTTP");
}

/* Signals belong to the caller's threads. */
static int start_thread(struct http_front *f)
{
    pthread_attr_t attr;
    sigset_t all, before;
    pthread_attr_init(&attr);
    pthread_attr_setstacksize(&attr, STACK_SIZE);
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    int code = pthread_create(&f->thread, &attr, run, f);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    pthread_attr_destroy(&attr);
    f->runs = code == 0;
    return -code;
}

int http_front_run(struct http_front *f, struct MHD_Daemon *daemon, struct err *e)
{
    f->daemon = daemon;
    front_wait(f, &f->wake, EPOLLIN);
    for (size_t i = 0; i < f->n_listeners; i++)
        front_wait(f, &f->listeners[i].end, EPOLLIN);
    int r = start_thread(f);
    return r < 0 ? err_errno(e, -r, "start a thread to serve HTTP") : 0;
}

char *http_front_cert(struct http_front *f, uint64_t tls)
{
    char *pem = NULL;
    pthread_mutex_lock(&f->lock);
    for (const struct front_conn *c = f->conns; c && !pem; c = c->next)
        if (c->number == tls)
            pem = mem_strdup(c->cert_pem);
    pthread_mutex_unlock(&f->lock);
    return pem;
}

void http_front_stop(struct http_front *f)
{
    if (!f)
        return;
    if (f->runs) {
        eventfd_write(f->wake.fd, 1);
        pthread_join(f->thread, NULL);
        f->runs = false;
    }
    front_conn_end_all(f);
    for (size_t i = 0; i < f->n_listeners; i++)
        mem_closep(&f->listeners[i].end.fd);
}

void http_front_free(struct http_front *f)
{
    if (!f)
        return;
    for (size_t i = 0; i < f->n_listeners; i++)
        tls_server_free(f->listeners[i].tls);
    mem_closep(&f->epoll);
    mem_closep(&f->wake.fd);
    mem_closep(&f->spare);
    pthread_mutex_destroy(&f->lock);
    free(f->listeners);
    free(f->step);
    free(f);
}
