// SPDX-License-Identifier: Apache-2.0
/* Watches: a line of JSON for each change, with a deadline; and waiting for one object over restarts of the head. */
#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <time.h>

#include "cli/api_client.h"
#include "cli/names.h"

#define LINE_MAX_BYTES (4U * 1024 * 1024)
#define RETRY_US       (30 * US_PER_S) /* a head that was killed is up again in much less */
#define RETRY_STEP_US  (100 * US_PER_MS)

struct watching {
    const struct client_watch *w;
    struct http_conn *conn;
    struct buf lines;
    int64_t deadline_us; /* monotonic; 0: none */
    int status;
    struct err *e;
    struct buf refused; /* the body of an answer >= 400 */
};

static volatile sig_atomic_t watched_fd = -1;

void client_watch_interrupt(void)
{
    if (watched_fd >= 0)
        shutdown(watched_fd, SHUT_RDWR);
}

static void conn_closep(struct http_conn **c)
{
    http_close(*c);
}

/* A read that waits longer gives -EAGAIN. -ETIMEDOUT: there is nothing left to wait. */
static int limit_wait(struct watching *g)
{
    if (g->deadline_us == 0)
        return 0;
    int64_t left = g->deadline_us - clock_mono_us();
    if (left <= 0)
        return -ETIMEDOUT;
    struct timeval tv = {.tv_sec = left / US_PER_S, .tv_usec = left % US_PER_S};
    return setsockopt(http_raw_fd(g->conn), SOL_SOCKET, SO_RCVTIMEO, &tv, sizeof(tv)) < 0 ? -errno : 0;
}

/* The fault that a watch line of type ERROR carries. */
static int error_line(struct watching *g, const json_t *object)
{
    const char *message = json_str(object, "message", "the watch ended");
    bool old = json_int(object, "code", 0) == 410;
    return err_set(g->e, old ? ERANGE : EIO, "%s", message);
}

static int take_line(struct watching *g, const char *line, size_t len)
{
    if (len == 0)
        return 0;
    AUTO_JSON json_t *event = json_parse(line, len, g->e);
    const char *type = json_str(event, "type", NULL);
    const json_t *object = json_object_get(event, "object");
    if (!type || !object)
        return err_set(g->e, EIO, "the head's watch sends what is no event");
    if (str_eq(type, "ERROR"))
        return error_line(g, object);
    if (str_eq(type, "BOOKMARK"))
        return 0;
    return g->w->told(g->w->data, type, object);
}

static int take_piece(void *data, const void *bytes, size_t len)
{
    struct watching *g = data;
    if (g->status >= 400) {
        buf_add(&g->refused, bytes, len);
        return g->refused.len > LINE_MAX_BYTES ? -EIO : 0;
    }
    buf_add(&g->lines, bytes, len);
    for (;;) {
        char *end = g->lines.len ? memchr(g->lines.data, '\n', g->lines.len) : NULL;
        if (!end)
            break;
        size_t size = (size_t)(end - g->lines.data);
        int r = take_line(g, g->lines.data, size);
        if (r != 0)
            return r;
        buf_drop(&g->lines, size + 1);
    }
    if (g->lines.len > LINE_MAX_BYTES)
        return err_set(g->e, EIO, "the head's watch sends a line without end");
    return limit_wait(g);
}

static void add_query(struct buf *b, const char *key, const char *value)
{
    if (!value)
        return;
    AUTO_FREE char *text = http_escape(value);
    buf_addf(b, "&%s=%s", key, text);
}

static char *watch_path(const struct client_watch *w)
{
    struct buf b = {0};
    AUTO_FREE char *path = client_path(w->kind, w->ns, NULL);
    buf_addf(&b, "%s?watch=1", path);
    add_query(&b, "resourceVersion", w->revision);
    add_query(&b, "labelSelector", w->selector);
    add_query(&b, "fieldSelector", w->field);
    return buf_take(&b);
}

int client_watch(struct cli *cli, const struct client_watch *w, struct err *e)
{
    AUTO(conn_closep)
    struct http_conn *conn = NULL;
    struct watching g = {.w = w, .e = e, .deadline_us = w->timeout_us ? clock_mono_us() + w->timeout_us : 0};
    AUTO_FREE char *path = watch_path(w);
    int r = client_connect_more(cli, &conn, e);
    if (r < 0)
        return r;
    g.conn = conn;
    r = limit_wait(&g);
    watched_fd = http_raw_fd(conn);
    if (r == 0)
        r = http_follow(conn, "GET", path, take_piece, &g, &g.status, e);
    watched_fd = -1;
    if (g.status >= 400) {
        struct http_answer a = {.status = g.status, .body = g.refused};
        r = client_fault(&a, e);
    } else if (r == 0) {
        r = err_set(e, ECONNRESET, "the head ended the watch");
    }
    buf_done(&g.lines);
    buf_done(&g.refused);
    if (r == -EAGAIN || r == -ETIMEDOUT)
        return err_set(e, ETIMEDOUT, "nothing more came in time");
    return r;
}

/* ---- waiting for one object ---- */

int client_await_told(void *data, const char *type, const json_t *object)
{
    const struct client_await *a = data;
    if (!str_eq(name_of(object), a->name))
        return 0;
    return a->look(a->data, str_eq(type, "DELETED") ? NULL : object);
}

/* Looks at the object as it is, then at its changes. */
static int await_once(struct cli *cli, const struct client_await *a, int64_t left_us, struct err *e)
{
    AUTO_JSON json_t *list = NULL;
    AUTO_FREE char *field = mem_printf("metadata.name=%s", a->name);
    AUTO_FREE char *query = http_escape(field);
    AUTO_FREE char *path = client_path(a->kind, a->ns, NULL);
    AUTO_FREE char *whole = mem_printf("%s?fieldSelector=%s", path, query);
    int r = client_call(cli, "GET", whole, NULL, &list, e);
    if (r < 0)
        return r;
    const json_t *object = NULL;
    size_t i;
    json_t *item;
    json_array_foreach(json_object_get(list, "items"), i, item)
    {
        if (str_eq(name_of(item), a->name))
            object = item;
    }
    r = a->look(a->data, object);
    if (r != 0)
        return r;
    struct client_watch w = {.kind = a->kind,
                             .ns = a->ns,
                             .field = field,
                             .revision = json_str(json_object_get(list, "metadata"), "resourceVersion", NULL),
                             .timeout_us = left_us,
                             .told = client_await_told,
                             .data = (void *)(uintptr_t)a};
    return client_watch(cli, &w, e);
}

static bool passing(int r)
{
    return r == -ECONNRESET || r == -ECONNREFUSED || r == -EPIPE || r == -ERANGE || r == -EBADMSG;
}

int client_await(struct cli *cli, const struct client_await *a, struct err *e)
{
    int64_t begin = clock_mono_us(), lost = 0;
    for (;;) {
        int64_t now = clock_mono_us(), left = a->timeout_us ? begin + a->timeout_us - now : 0;
        if (a->timeout_us && left <= 0)
            return err_set(e, ETIMEDOUT, "nothing more came in time");
        int r = await_once(cli, a, left, e);
        if (!passing(r))
            return r;
        now = clock_mono_us();
        lost = lost ? lost : now;
        if (r == -ERANGE || r == -ECONNRESET) /* there was a head a moment ago */
            lost = now;
        if (now - lost > RETRY_US)
            return r;
        struct timespec pause = {.tv_nsec = RETRY_STEP_US * 1000};
        nanosleep(&pause, NULL);
    }
}

static int is_gone(void *data, const json_t *object)
{
    return object == NULL;
}

int client_await_gone(struct cli *cli, const struct kind *k, const char *ns, const char *name, struct err *e)
{
    struct client_await a = {.kind = k, .ns = ns, .name = name, .look = is_gone};
    int r = client_await(cli, &a, e);
    return r > 0 ? 0 : r;
}
