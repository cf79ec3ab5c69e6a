// SPDX-License-Identifier: Apache-2.0
/* Upgrades: the connection leaves the library and becomes a descriptor of the caller's. */
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <unistd.h>

#include "http/http_server_private.h"

/* The library has switched Nagle's algorithm on again; small frames must not wait for it. Does nothing to Unix sockets.
 */
static void set_no_delay(int fd)
{
    int one = 1;
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
}

static int copy_of(int fd)
{
    int copy = fcntl(fd, F_DUPFD_CLOEXEC, 3);
    if (copy >= 0)
        fcntl(copy, F_SETFL, fcntl(copy, F_GETFL) | O_NONBLOCK);
    return copy;
}

/* On the library's thread. A plain connection is copied and the library's own closed at once: it is the caller's alone
 * then. Over TLS the library goes on between the client and its end of a pair of sockets. */
void http_on_upgrade(void *cls, struct MHD_Connection *connection, void *context, const char *extra, size_t extra_size,
                     MHD_socket sock, struct MHD_UpgradeResponseHandle *handle)
{
    struct http_request *r = cls;
    struct http_handover *h = &r->handover;
    const union MHD_ConnectionInfo *info =
        mhd_library.MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD);
    int fd = copy_of(sock), peer_fd = r->tls && info ? copy_of(info->connect_fd) : -1;
    bool keep = r->tls && fd >= 0 && peer_fd >= 0;
    if (info)
        set_no_delay(info->connect_fd);
    if (r->tls && !keep)
        mem_closep(&fd);
    pthread_mutex_lock(&r->server->lock);
    h->fd = fd;
    h->peer_fd = peer_fd;
    h->handle = keep ? handle : NULL;
    buf_add(&h->extra, extra, extra_size);
    http_event_put(r, HTTP_UPGRADED);
    pthread_mutex_unlock(&r->server->lock);
    if (!keep)
        mhd_library.MHD_upgrade_action(handle, MHD_UPGRADE_ACTION_CLOSE);
}

/* The descriptor for the caller, or -1. */
static int hand_over(struct http_request *r)
{
    struct http_handover *h = &r->handover;
    int fd = -1;
    if (h->fd < 0)
        return -1;
    if (!r->tls)
        return take_fd(&h->fd);
    if (r->server->stopped) /* the library has closed it */
        return -1;
    return http_relay_start(r->server, h, &fd) < 0 ? -1 : fd;
}

void http_upgrade_event(struct http_request *r, unsigned events)
{
    struct http_handover *h = &r->handover;
    void (*ready)(void *, int, const void *, size_t) = take_ptr(h->ready);
    if (!ready)
        return;
    int fd = events & HTTP_UPGRADED ? hand_over(r) : -1;
    ready(h->data, fd, buf_str(&h->extra), fd >= 0 ? h->extra.len : 0);
    http_request_unref(r);
}

void http_upgrade(struct http_request *r, const char *protocol,
                  void (*ready)(void *data, int fd, const void *extra, size_t len), void *data)
{
    struct http_reply a = {
        .kind = HTTP_ANSWER_UPGRADE, .status = MHD_HTTP_SWITCHING_PROTOCOLS, .fd = -1, .type = mem_strdup(protocol)};
    bool stopped = r->server->stopped;
    r->handover.ready = stopped ? NULL : ready;
    r->handover.data = data;
    http_reply_give(r, &a);
    if (!stopped)
        return;
    ready(data, -1, NULL, 0);
    http_request_unref(r);
}
