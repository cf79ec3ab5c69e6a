// SPDX-License-Identifier: Apache-2.0
/* The client's calls: open, ask, follow, upgrade. */
#include "http/http_client.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "http/http_conn.h"

#define ANSWER_MAX (64U * 1024 * 1024)

int http_open(const struct http_target *t, struct http_conn **ret, struct err *e)
{
    struct http_conn *c = mem_alloc(sizeof(*c));
    c->fd = -1;
    c->unix_path = mem_strdup(t->unix_path);
    c->host = t->unix_path ? NULL : mem_strdup(t->host);
    c->port = t->port;
    c->anyone = t->anyone;
    c->floor_us = t->floor_us;
    c->ca_pem = mem_strdup(t->ca_pem);
    c->token = mem_strdup(t->token);
    c->name = t->unix_path ? mem_strdup(t->unix_path) : mem_printf("%s port %u", t->host, t->port);
    if (t->me && t->me->cert_pem)
        c->me = (struct tls_identity){mem_strdup(t->me->cert_pem), mem_strdup(t->me->key_pem)};
    int r = http_conn_connect(c, e);
    if (r < 0) {
        http_close(c);
        return r;
    }
    *ret = c;
    return 0;
}

void http_close(struct http_conn *c)
{
    if (!c)
        return;
    http_conn_drop(c);
    tls_identity_done(&c->me);
    buf_done(&c->in);
    char **owned[] = {&c->unix_path, &c->host, &c->ca_pem, &c->token, &c->name};
    for (size_t i = 0; i < ARRAY_LEN(owned); i++)
        mem_freep(owned[i]);
    free(c);
}

void http_answer_done(struct http_answer *a)
{
    mem_freep(&a->type);
    buf_done(&a->body);
}

/* Sends and reads the head. A kept connection that proves dead is made anew once, before anything is sent; afterwards
 * only where asking twice does no harm. */
static int exchange(struct http_conn *c, const struct http_ask *a, struct http_head *ret, struct err *e)
{
    bool fresh = !http_conn_alive(c);
    int r = fresh ? http_conn_connect(c, e) : 0;
    if (r == 0)
        r = http_conn_send(c, a, e);
    if (r == 0)
        r = http_conn_head(c, ret, e);
    bool harmless = str_eq(a->method, "GET") || str_eq(a->method, "HEAD");
    if (r == -ECONNRESET && !fresh && harmless) {
        http_conn_drop(c);
        return exchange(c, a, ret, e); /* at most once more: it is fresh then */
    }
    if (r < 0)
        http_conn_drop(c);
    return r;
}

static int keep_piece(void *data, const void *bytes, size_t len)
{
    struct buf *to = data;
    if (len > ANSWER_MAX - to->len)
        return -EFBIG;
    buf_add(to, bytes, len);
    return 0;
}

/* Reads the body into the answer. */
static int take_answer(struct http_conn *c, const struct http_head *h, const char *method, struct http_answer *ret,
                       struct err *e)
{
    struct http_sink sink = {keep_piece, &ret->body};
    ret->status = h->status;
    ret->type = h->type[0] ? mem_strdup(h->type) : NULL;
    int r = http_conn_body(c, h, method, &sink, e);
    if (r == -EFBIG)
        err_set(e, EFBIG, "the answer of %s is larger than %u bytes", c->name, ANSWER_MAX);
    if (r < 0)
        http_answer_done(ret);
    return r;
}

static int call(struct http_conn *c, const struct http_ask *a, struct http_answer *ret, struct err *e)
{
    struct http_head h;
    *ret = (struct http_answer){0};
    int r = exchange(c, a, &h, e);
    if (r == 0)
        r = take_answer(c, &h, a->method, ret, e);
    return err_wrap(e, r, "%s %s", a->method, a->path);
}

int http_call(struct http_conn *c, const char *method, const char *path, const char *type, const void *body, size_t len,
              struct http_answer *ret, struct err *e)
{
    struct http_ask a = {.method = method, .path = path, .type = type, .body = body, .len = len, .fd = -1};
    return call(c, &a, ret, e);
}

int http_call_fd(struct http_conn *c, const char *method, const char *path, const char *type, int fd,
                 struct http_answer *ret, struct err *e)
{
    struct http_ask a = {.method = method, .path = path, .type = type, .fd = fd};
    return call(c, &a, ret, e);
}

int http_follow(struct http_conn *c, const char *method, const char *path,
                int (*piece)(void *data, const void *bytes, size_t len), void *data, int *ret_status, struct err *e)
{
    struct http_ask a = {.method = method, .path = path, .fd = -1};
    struct http_sink sink = {piece, data};
    struct http_head h;
    int r = exchange(c, &a, &h, e);
    if (r < 0)
        return err_wrap(e, r, "%s %s", method, path);
    *ret_status = h.status;
    return http_conn_body(c, &h, method, &sink, e);
}

int http_ask_upgrade(struct http_conn *c, const char *method, const char *path, const char *protocol, const void *body,
                     size_t len, struct http_answer *ret, struct err *e)
{
    struct http_ask a = {.method = method,
                         .path = path,
                         .type = body ? "application/json" : NULL,
                         .body = body,
                         .len = len,
                         .fd = -1,
                         .upgrade = protocol};
    struct http_head h;
    *ret = (struct http_answer){0};
    int r = exchange(c, &a, &h, e);
    if (r == 0 && h.status == 101 && str_eq(h.upgrade, protocol)) {
        c->raw = true;
        return 0;
    }
    if (r == 0 && h.status == 101) {
        http_conn_drop(c);
        return err_set(e, EBADMSG, "%s %s: %s upgrades to '%s' where '%s' was asked", method, path, c->name, h.upgrade,
                       protocol);
    }
    if (r == 0)
        r = take_answer(c, &h, method, ret, e);
    if (r == 0)
        r = err_set(e, EPROTO, "%s answered %d", c->name, h.status);
    return err_wrap(e, r, "%s %s", method, path);
}

ssize_t http_raw_read(struct http_conn *c, void *data, size_t len)
{
    if (c->in.len == 0)
        return http_conn_read(c, data, len);
    size_t n = c->in.len < len ? c->in.len : len;
    memcpy(data, c->in.data, n);
    buf_drop(&c->in, n);
    return (ssize_t)n;
}

int http_raw_write(struct http_conn *c, const void *data, size_t len)
{
    return http_conn_write(c, data, len);
}

int http_raw_fd(const struct http_conn *c)
{
    return c->fd;
}

size_t http_raw_pending(const struct http_conn *c)
{
    return c->in.len + (c->tls ? tls_pending(c->tls) : 0);
}

int http_raw_take(struct http_conn *c, int *ret_fd, struct tls_session **ret_tls, struct buf *extra)
{
    if (!c->raw)
        return -EINVAL;
    buf_add(extra, c->in.data, c->in.len);
    buf_clear(&c->in);
    *ret_tls = take_ptr(c->tls);
    *ret_fd = take_fd(&c->fd);
    c->raw = false;
    return 0;
}
