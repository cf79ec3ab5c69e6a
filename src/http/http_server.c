// SPDX-License-Identifier: Apache-2.0
/* Starts and stops the server, and brings its threads' events to the caller's loop. */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "http/http_server_private.h"

#define CONNECTIONS_MAX   (1 << 20)    /* never reached: the front has a lower limit */
#define CONNECTION_MEMORY (32U * 1024) /* head, and room to send; a little more and each would take whole pages */
#define IDLE_S            30U
#define STACK_SIZE        (128U * 1024)
#define EVENTS_AT_ONCE    64 /* then the loop's other work has its turn */

void http_server_unref(struct http_server *s)
{
    if (atomic_fetch_sub(&s->refs, 1) > 1)
        return;
    pthread_mutex_destroy(&s->lock);
    http_front_free(s->front);
    free(s->complaint);
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
    struct http_server *s = cls;
    char line[256];
    vsnprintf(line, sizeof(line), format, args);
    line[strcspn(line, "\r\n")] = '\0';
    log_debug("http server: %s", line);
    if (!pthread_equal(s->starter, pthread_self()))
        return;
    free(s->complaint);
    s->complaint = mem_strdup(line);
}

/* Starts the library's thread with all signals blocked: they belong to the caller's threads. */
static int start_daemon(struct http_server *s, struct err *e)
{
    struct MHD_OptionItem items[] = {
        {MHD_OPTION_CONNECTION_LIMIT, CONNECTIONS_MAX, NULL},
        {MHD_OPTION_CONNECTION_MEMORY_LIMIT, CONNECTION_MEMORY, NULL},
        {MHD_OPTION_CONNECTION_TIMEOUT, IDLE_S, NULL},
        {MHD_OPTION_THREAD_STACK_SIZE, STACK_SIZE, NULL},
        {MHD_OPTION_STRICT_FOR_CLIENT, 1, NULL},
        {MHD_OPTION_URI_LOG_CALLBACK, (intptr_t)http_on_uri, s},
        {MHD_OPTION_NOTIFY_COMPLETED, (intptr_t)http_on_completed, s},
        {MHD_OPTION_NOTIFY_CONNECTION, (intptr_t)http_on_connection, s},
        {MHD_OPTION_END, 0, NULL},
    };
    unsigned flags = MHD_USE_EPOLL_INTERNAL_THREAD | MHD_USE_NO_LISTEN_SOCKET | MHD_ALLOW_SUSPEND_RESUME |
                     MHD_ALLOW_UPGRADE | MHD_USE_ERROR_LOG;
    sigset_t all, before;
    sigfillset(&all);
    s->starter = pthread_self();
    pthread_sigmask(SIG_SETMASK, &all, &before);
    s->daemon = mhd_library.MHD_start_daemon(flags, 0, NULL, NULL, http_on_access, s, MHD_OPTION_EXTERNAL_LOGGER,
                                             on_log, s, MHD_OPTION_ARRAY, items, MHD_OPTION_END);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    return s->daemon ? 0
                     : err_set(e, EINVAL, "start to serve HTTP: %s",
                               s->complaint ? s->complaint : "the library gives no reason");
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
    pthread_mutex_init(&s->lock, NULL);
    return s;
}

static int start_all(struct http_server *s, struct err *e)
{
    s->async = mem_alloc(sizeof(*s->async));
    int r = uv_async_init(s->loop, s->async, on_async);
    if (r < 0) {
        mem_freep(&s->async);
        return err_errno(e, -r, "start to serve HTTP");
    }
    s->async->data = s;
    r = start_daemon(s, e);
    return r < 0 ? r : http_front_run(s->front, s->daemon, e);
}

int http_server_start(const struct http_options *o, struct http_server **ret, struct err *e)
{
    struct http_front *front = NULL;
    int r = http_front_new(o->listens, o->n_listens, &front, e); /* first: it takes the sockets */
    if (r == 0)
        r = check_options(o, e);
    if (r < 0) {
        http_front_stop(front);
        http_front_free(front);
        return r;
    }
    struct http_server *s = server_new(o);
    s->front = front;
    r = start_all(s, e);
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
    http_front_stop(s->front);
    /* A suspended connection stays until it is resumed, so `r` is good between the two calls. */
    for (struct http_request *r; (r = cut_next(s)) != NULL;)
        mhd_library.MHD_resume_connection(r->connection);
    if (s->daemon)
        mhd_library.MHD_stop_daemon(s->daemon);
    while (handle_next(s)) {
    }
    if (s->async)
        uv_close((uv_handle_t *)s->async, async_closed);
    http_server_unref(s);
}
