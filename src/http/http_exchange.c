// SPDX-License-Identifier: Apache-2.0
/* One request and its answer on the client's connection. */
#include <errno.h>
#include <poll.h>
#include <string.h>
#include <unistd.h>

#include "http/http_conn.h"

#define READ_STEP (16 * 1024)

static bool is_line_safe(const char *s)
{
    for (; s && *s; s++)
        if ((unsigned char)*s < ' ' || *s == 127)
            return false;
    return true;
}

static int check_ask(const struct http_conn *c, const struct http_ask *a, struct err *e)
{
    if (a->path[0] != '/' || !is_line_safe(a->path) || strchr(a->path, ' ') || !is_line_safe(a->method) ||
        !is_line_safe(a->type))
        return err_set(e, EINVAL, "ask %s: the request's path or type has characters that must be escaped", c->name);
    if (!is_line_safe(c->token))
        return err_set(e, EINVAL, "ask %s: the token has characters that no token has; give it without a line end",
                       c->name);
    return 0;
}

static void put_head(const struct http_conn *c, const struct http_ask *a, struct buf *to)
{
    buf_addf(to, "%s %s HTTP/1.1\r\nHost: %s\r\n", a->method, a->path, c->host ? c->host : "localhost");
    if (c->token)
        buf_addf(to, "Authorization: Bearer %s\r\n", c->token);
    if (a->upgrade)
        buf_addf(to, "Connection: Upgrade\r\nUpgrade: %s\r\n", a->upgrade);
    if (a->type)
        buf_addf(to, "Content-Type: %s\r\n", a->type);
    if (a->fd >= 0)
        buf_adds(to, "Transfer-Encoding: chunked\r\n");
    else if (a->body || str_eq(a->method, "POST") || str_eq(a->method, "PUT") || str_eq(a->method, "PATCH"))
        buf_addf(to, "Content-Length: %zu\r\n", a->len);
    buf_adds(to, "\r\n");
}

/* Has the server something to say before we are through? Then it will not read on (413 and the like). */
static bool answered_early(const struct http_conn *c)
{
    struct pollfd p = {.fd = c->fd, .events = POLLIN};
    return !c->tls && poll(&p, 1, 0) > 0;
}

/* Sends what a descriptor holds in chunks. 0 also when the server does not want the rest; *ret_read: -errno of reading
 * our side. */
static int send_chunks(struct http_conn *c, int fd, int *ret_read)
{
    AUTO_FREE char *part = mem_alloc(READ_STEP);
    AUTO_BUF struct buf out = {0};
    for (;;) {
        ssize_t n = read(fd, part, READ_STEP);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0) {
            *ret_read = -errno;
            return 0;
        }
        if (answered_early(c))
            return 0;
        buf_clear(&out);
        buf_addf(&out, "%zx\r\n", (size_t)n);
        buf_add(&out, part, (size_t)n);
        buf_adds(&out, "\r\n");
        int r = http_conn_write(c, out.data, out.len);
        if (r < 0 || n == 0)
            return r;
    }
}

int http_conn_send(struct http_conn *c, const struct http_ask *a, struct err *e)
{
    AUTO_BUF struct buf head = {0};
    int r = check_ask(c, a, e), reading = 0;
    if (r < 0)
        return r;
    put_head(c, a, &head);
    bool together = a->fd < 0 && a->len < READ_STEP; /* a small request is one packet */
    if (together)
        buf_add(&head, a->body, a->len);
    r = http_conn_write(c, head.data, head.len);
    if (r == 0 && a->fd >= 0)
        r = send_chunks(c, a->fd, &reading);
    else if (r == 0 && !together)
        r = http_conn_write(c, a->body, a->len);
    if (reading < 0)
        return err_errno(e, -reading, "read the body to send to %s", c->name);
    if (r == -EPIPE || r == -ECONNRESET)
        return 0;
    return r < 0 ? err_errno(e, -r, "send to %s", c->name) : 0;
}

/* Reads more into `in`. */
static ssize_t read_more(struct http_conn *c)
{
    char *to = buf_room(&c->in, READ_STEP);
    ssize_t n = http_conn_read(c, to, READ_STEP);
    if (n > 0)
        c->in.len += (size_t)n;
    return n;
}

int http_conn_head(struct http_conn *c, struct http_head *ret, struct err *e)
{
    for (;;) {
        ssize_t size = http_head_parse(buf_str(&c->in), c->in.len, ret);
        if (size < 0)
            return err_set(e, EBADMSG, "%s does not answer in HTTP", c->name);
        if (size > 0) {
            buf_drop(&c->in, (size_t)size);
            if (ret->status >= 200 || ret->status == 101)
                return 0;
            continue;
        }
        ssize_t n = read_more(c);
        if (n <= 0 && c->in.len == 0 && (n == 0 || n == -ECONNRESET))
            return err_set(e, ECONNRESET, "%s closed the connection without an answer", c->name);
        if (n == 0)
            return err_set(e, EBADMSG, "%s closed the connection amid its answer", c->name);
        if (n < 0)
            return err_errno(e, (int)-n, "read the answer of %s", c->name);
    }
}

/* Where the body's reading stands. */
struct body {
    struct http_chunks chunks;
    bool chunked, done;
    int64_t left; /* of a body with a length; -1: until the end of the connection */
    struct buf piece;
};

static void body_done(struct body *b)
{
    buf_done(&b->piece);
}

/* Decodes what lies in `in` and gives it on. */
static int use_input(struct http_conn *c, struct body *b, const struct http_sink *sink)
{
    const char *bytes = c->in.data;
    size_t used = c->in.len, len;
    buf_clear(&b->piece);
    if (b->chunked) {
        ssize_t n = http_chunks_feed(&b->chunks, c->in.data, c->in.len, &b->piece, &b->done);
        if (n < 0)
            return (int)n;
        used = (size_t)n;
        bytes = b->piece.data;
        len = b->piece.len;
    } else {
        if (b->left >= 0 && used > (uint64_t)b->left)
            used = (size_t)b->left;
        len = used;
        b->left -= b->left >= 0 ? (int64_t)used : 0;
        b->done = b->left == 0;
    }
    int r = len > 0 ? sink->piece(sink->data, bytes, len) : 0;
    buf_drop(&c->in, used);
    return r;
}

static int read_body(struct http_conn *c, struct body *b, const struct http_sink *sink, struct err *e)
{
    while (!b->done) {
        if (c->in.len == 0) {
            ssize_t n = read_more(c);
            if (n == 0 && !b->chunked && b->left < 0)
                return 0;
            if (n <= 0)
                return err_errno(e, n == 0 ? ECONNRESET : (int)-n, "read the answer of %s", c->name);
        }
        int r = use_input(c, b, sink);
        if (r == -EBADMSG)
            return err_set(e, EBADMSG, "the answer of %s is malformed", c->name);
        if (r != 0)
            return r;
    }
    return 0;
}

int http_conn_body(struct http_conn *c, const struct http_head *h, const char *method, const struct http_sink *sink,
                   struct err *e)
{
    bool none = str_eq(method, "HEAD") || h->status == 204 || h->status == 304;
    AUTO(body_done)
    struct body b = {.chunked = h->chunked, .left = h->content_length, .done = none || h->content_length == 0};
    int r = read_body(c, &b, sink, e);
    bool to_the_end = !h->chunked && h->content_length < 0 && !none;
    if (r != 0 || h->close || to_the_end)
        http_conn_drop(c);
    return r;
}
