// SPDX-License-Identifier: Apache-2.0
/* Upgrades: the connection leaves the library and becomes a descriptor of the caller's. */
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <unistd.h>

#include "http/http_server_private.h"

/* On the library's thread: the connection is copied and the library's own closed at once, so it is the caller's alone.
 */
void http_on_upgrade(void *cls, struct MHD_Connection *connection, void *context, const char *extra, size_t extra_size,
                     MHD_socket sock, struct MHD_UpgradeResponseHandle *handle)
{
    struct http_request *r = cls;
    int fd = fcntl(sock, F_DUPFD_CLOEXEC, 3), one = 1;
    if (fd >= 0) {
        fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) | O_NONBLOCK);
        /* The library has switched Nagle's algorithm on again; small frames must not wait. Nothing to a Unix socket. */
        setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
    }
    pthread_mutex_lock(&r->server->lock);
    r->handover.fd = fd;
    buf_add(&r->handover.extra, extra, extra_size);
    http_event_put(r, HTTP_UPGRADED);
    pthread_mutex_unlock(&r->server->lock);
    mhd_library.MHD_upgrade_action(handle, MHD_UPGRADE_ACTION_CLOSE);
}

void http_upgrade_event(struct http_request *r, unsigned events)
{
    struct http_handover *h = &r->handover;
    void (*ready)(void *, int, const void *, size_t) = take_ptr(h->ready);
    if (!ready)
        return;
    int fd = events & HTTP_UPGRADED ? take_fd(&h->fd) : -1;
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
