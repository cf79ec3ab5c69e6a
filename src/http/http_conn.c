// SPDX-License-Identifier: Apache-2.0
/* The client's connection: connecting, writing, reading, over a Unix socket or TLS. */
#include "http/http_conn.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <unistd.h>

#include "io/sock.h"

#define CONNECT_US (10 * US_PER_S)

void http_conn_drop(struct http_conn *c)
{
    if (c->tls)
        tls_close(take_ptr(c->tls));
    else if (c->fd >= 0)
        close(c->fd);
    c->fd = -1;
    c->raw = false;
    buf_clear(&c->in);
}

static int connect_tls(struct http_conn *c, struct err *e)
{
    AUTO_CLOSE int fd = -1;
    int r = sock_connect_tcp(c->host, c->port, CONNECT_US, &fd, e);
    if (r < 0)
        return r;
    struct tls_trust trust = {c->ca_pem, c->anyone, c->floor_us};
    r = tls_connect_trusting(fd, c->host, &trust, c->me.cert_pem ? &c->me : NULL, &c->tls, e);
    if (r < 0)
        return r;
    c->fd = take_fd(&fd);
    return 0;
}

int http_conn_connect(struct http_conn *c, struct err *e)
{
    http_conn_drop(c);
    return c->unix_path ? sock_connect_unix(c->unix_path, &c->fd, e) : connect_tls(c, e);
}

bool http_conn_alive(struct http_conn *c)
{
    struct pollfd p = {.fd = c->fd, .events = POLLIN};
    if (c->fd < 0 || c->raw || c->in.len > 0)
        return false;
    if (poll(&p, 1, 0) == 0)
        return true;
    if (!c->tls)
        return false;
    /* Over TLS there may be a message that is no data (a session ticket). */
    int flags = fcntl(c->fd, F_GETFL);
    char unasked;
    fcntl(c->fd, F_SETFL, flags | O_NONBLOCK);
    ssize_t n = tls_read(c->tls, &unasked, 1);
    fcntl(c->fd, F_SETFL, flags);
    return n == -EAGAIN;
}

ssize_t http_conn_read(struct http_conn *c, void *data, size_t len)
{
    if (c->tls)
        return tls_read(c->tls, data, len);
    ssize_t n;
    do
        n = read(c->fd, data, len);
    while (n < 0 && errno == EINTR);
    return n < 0 ? -errno : n;
}

int http_conn_write(struct http_conn *c, const void *data, size_t len)
{
    if (len == 0)
        return 0;
    if (!c->tls)
        return sock_send_fds(c->fd, data, len, NULL, 0);
    ssize_t n = tls_write(c->tls, data, len);
    return n < 0 ? (int)n : 0;
}
