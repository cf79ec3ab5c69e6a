// SPDX-License-Identifier: Apache-2.0
/* Starts and stops the server, and brings its threads' events to the caller's loop. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "http/http_server_private.h"

#define CONNECTIONS_MAX   500
#define CONNECTION_MEMORY (32U * 1024) /* head, and room to send; a little more and each would take whole pages */
#define IDLE_S            30U
#define STACK_SIZE        (128U * 1024)
#define EVENTS_AT_ONCE    64 /* then the loop's other work has its turn */
#define PRIORITIES        "NORMAL:-VERS-ALL:+VERS-TLS1.3:+VERS-TLS1.2"

void http_server_unref(struct http_server *s)
{
    if (atomic_fetch_sub(&s->refs, 1) > 1)
        return;
    pthread_mutex_destroy(&s->lock);
    for (size_t i = 0; i < s->n_listeners; i++)
        free(s->listeners[i].complaint);
    free(s->listeners);
    free(s->spool_dir);
    free(s);
}

void http_event_put(struct http_request *r, unsigned events)
{
    struct http_server *s = r->server;
    r->events |= events;
    if (r->queued)
        return;
    r->queued = true;
    r->next_queued = NULL;
    http_request_ref(r);
    if (s->queue_tail)
        s->queue_tail->next_queued = r;
    else
        s->queue_head = r;
    s->queue_tail = r;
    uv_async_send(s->async);
}

/* Takes the first request with events; the caller has its reference. */
static struct http_request *take_event(struct http_server *s, unsigned *ret_events)
{
    pthread_mutex_lock(&s->lock);
    struct http_request *r = s->queue_head;
    if (r) {
        s->queue_head = r->next_queued;
        if (!s->queue_head)
            s->queue_tail = NULL;
        *ret_events = r->events;
        r->events = 0;
        r->queued = false;
    }
    pthread_mutex_unlock(&s->lock);
    return r;
}

static void handle_events(struct http_request *r, unsigned events)
{
    struct http_server *s = r->server;
    if (events & HTTP_CAME) {
        if (s->stopped)
            http_request_unref(r); /* nobody will answer it */
        else
            s->handle(s->data, r);
    }
    if (events & (HTTP_DRAINED | HTTP_FINISHED))
        http_stream_event(r, events);
    if (events & (HTTP_UPGRADED | HTTP_FINISHED))
        http_upgrade_event(r, events);
}

static bool handle_next(struct http_server *s)
{
    unsigned events = 0;
    struct http_request *r = take_event(s, &events);
    if (!r)
        return false;
    handle_events(r, events);
    http_request_unref(r);
    return true;
}

static void on_async(uv_async_t *async)
{
    struct http_server *s = async->data;
    atomic_fetch_add(&s->refs, 1); /* the handler may stop the server */
    for (int i = 0; i < EVENTS_AT_ONCE; i++)
        if (!handle_next(s)) {
            http_server_unref(s);
            return;
        }
    if (!s->stopped)
        uv_async_send(async);
    http_server_unref(s);
}

/* The library's own log lines; the last one while starting says why it did not. */
__attribute__((format(printf, 2, 0))) static void on_log(void *cls, const char *format, va_list args)
{
    struct http_listener *l = cls;
    char line[256];
    vsnprintf(line, sizeof(line), format, args);
    line[strcspn(line, "\r\n")] = '\0';
    log_debug("http server: %s", line);
    if (!pthread_equal(l->starter, pthread_self()))
        return;
    free(l->complaint);
    l->complaint = mem_strdup(line);
}

/* Starts the library's thread with all signals blocked: they belong to the caller's threads. */
static struct MHD_Daemon *start_daemon(struct http_listener *l, int fd, const struct http_listen *o)
{
    struct MHD_OptionItem items[16] = {
        {MHD_OPTION_LISTEN_SOCKET, fd, NULL},
        {MHD_OPTION_CONNECTION_LIMIT, CONNECTIONS_MAX, NULL},
        {MHD_OPTION_CONNECTION_MEMORY_LIMIT, CONNECTION_MEMORY, NULL},
        {MHD_OPTION_CONNECTION_TIMEOUT, IDLE_S, NULL},
        {MHD_OPTION_THREAD_STACK_SIZE, STACK_SIZE, NULL},
        {MHD_OPTION_STRICT_FOR_CLIENT, 1, NULL},
        {MHD_OPTION_URI_LOG_CALLBACK, (intptr_t)http_on_uri, l},
        {MHD_OPTION_NOTIFY_COMPLETED, (intptr_t)http_on_completed, l},
        {MHD_OPTION_NOTIFY_CONNECTION, (intptr_t)http_on_connection, l},
    };
    size_t n = 9;
    unsigned flags = MHD_USE_EPOLL_INTERNAL_THREAD | MHD_ALLOW_SUSPEND_RESUME | MHD_ALLOW_UPGRADE | MHD_USE_ERROR_LOG;
    if (o->tls) {
        flags |= MHD_USE_TLS;
        items[n++] = (struct MHD_OptionItem){MHD_OPTION_HTTPS_MEM_KEY, 0, o->tls->key_pem};
        items[n++] = (struct MHD_OptionItem){MHD_OPTION_HTTPS_MEM_CERT, 0, o->tls->cert_pem};
        items[n++] = (struct MHD_OptionItem){MHD_OPTION_HTTPS_PRIORITIES, 0, (void *)(uintptr_t)PRIORITIES};
        if (o->client_ca)
            items[n++] = (struct MHD_OptionItem){MHD_OPTION_HTTPS_MEM_TRUST, 0, (void *)(uintptr_t)o->client_ca};
    }
    items[n] = (struct MHD_OptionItem){MHD_OPTION_END, 0, NULL};
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    struct MHD_Daemon *d =
        mhd_library.MHD_start_daemon(flags, 0, NULL, NULL, http_on_access, l, MHD_OPTION_EXTERNAL_LOGGER, on_log, l,
                                     MHD_OPTION_ARRAY, items, MHD_OPTION_END);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    return d;
}

/* Closes a copy unless the library has done so already. */
static void close_copy(int copy, int original)
{
    struct stat a, b;
    if (fstat(copy, &a) == 0 && fstat(original, &b) == 0 && a.st_ino == b.st_ino && a.st_dev == b.st_dev)
        close(copy);
}

/* The library gets a copy of the descriptor: it does not say whether it closed its own when it fails. */
static int start_listener(struct http_listener *l, const struct http_listen *o, struct err *e)
{
    int copy = fcntl(o->fd, F_DUPFD_CLOEXEC, 3);
    if (copy < 0)
        return err_errno(e, errno, "start to serve HTTP on descriptor %d", o->fd);
    l->tls = o->tls != NULL;
    l->starter = pthread_self();
    l->daemon = start_daemon(l, copy, o);
    if (l->daemon)
        return 0;
    close_copy(copy, o->fd);
    return err_set(e, EINVAL, "start to serve HTTP%s: %s", l->tls ? " over TLS" : "",
                   l->complaint ? l->complaint : "the library gives no reason");
}

static int check_options(const struct http_options *o, struct err *e)
{
    int r = mhd_library_open(e);
    if (r == 0 && o->spool)
        r = http_spool_sweep(o->spool_dir, e);
    return r;
}

static struct http_server *server_new(const struct http_options *o)
{
    struct http_server *s = mem_alloc(sizeof(*s));
    atomic_init(&s->refs, 1);
    s->loop = o->loop;
    s->max_body = o->max_body;
    s->max_spool = o->max_spool;
    s->spool_dir = mem_strdup(o->spool_dir);
    s->spool = o->spool;
    s->handle = o->handle;
    s->data = o->data;
    s->listeners = mem_array(o->n_listens, sizeof(*s->listeners));
    s->n_listeners = o->n_listens;
    for (size_t i = 0; i < s->n_listeners; i++)
        s->listeners[i].server = s;
    pthread_mutex_init(&s->lock, NULL);
    return s;
}

static int start_all(struct http_server *s, const struct http_options *o, struct err *e)
{
    s->async = mem_alloc(sizeof(*s->async));
    int r = uv_async_init(s->loop, s->async, on_async);
    if (r < 0) {
        mem_freep(&s->async);
        return err_errno(e, -r, "start to serve HTTP");
    }
    s->async->data = s;
    for (size_t i = 0; r == 0 && i < s->n_listeners; i++)
        r = start_listener(&s->listeners[i], &o->listens[i], e);
    return r;
}

int http_server_start(const struct http_options *o, struct http_server **ret, struct err *e)
{
    int r = check_options(o, e);
    struct http_server *s = r == 0 ? server_new(o) : NULL;
    if (s)
        r = start_all(s, o, e);
    for (size_t i = 0; i < o->n_listens; i++)
        close(o->listens[i].fd);
    if (r == 0)
        *ret = s;
    else
        http_server_stop(s);
    return r;
}

void http_request_resume(struct http_request *r)
{
    pthread_mutex_lock(&r->server->lock);
    bool resume = r->suspended;
    r->suspended = false;
    pthread_mutex_unlock(&r->server->lock);
    if (resume)
        mhd_library.MHD_resume_connection(r->connection);
}

/* One that waits, cut and marked as no longer waiting; NULL when none is left. */
static struct http_request *cut_next(struct http_server *s)
{
    pthread_mutex_lock(&s->lock);
    s->stopping = true;
    struct http_request *r = s->all;
    while (r && !r->suspended)
        r = r->next;
    if (r) {
        r->cut = true;
        r->suspended = false;
    }
    pthread_mutex_unlock(&s->lock);
    return r;
}

static void async_closed(uv_handle_t *h)
{
    free(h);
}

void http_server_stop(struct http_server *s)
{
    if (!s || s->stopped)
        return;
    s->stopped = true;
    http_relay_stop_all(s);
    /* A suspended connection stays until it is resumed, so `r` is good between the two calls. */
    for (struct http_request *r; (r = cut_next(s)) != NULL;)
        mhd_library.MHD_resume_connection(r->connection);
    for (size_t i = 0; i < s->n_listeners; i++)
        if (s->listeners[i].daemon)
            mhd_library.MHD_stop_daemon(s->listeners[i].daemon);
    while (handle_next(s)) {
    }
    if (s->async)
        uv_close((uv_handle_t *)s->async, async_closed);
    http_server_unref(s);
}
