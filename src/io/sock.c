// SPDX-License-Identifier: Apache-2.0
/* Unix and TCP sockets: listen, connect, and messages that carry descriptors. */
#include "io/sock.h"

#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#define BACKLOG 256

static int unix_address(const char *path, struct sockaddr_un *ret, struct err *e)
{
    *ret = (struct sockaddr_un){.sun_family = AF_UNIX};
    if (strlen(path) >= sizeof(ret->sun_path))
        return err_set(e, ENAMETOOLONG, "socket %s: the path is longer than %zu bytes; choose a shorter folder", path,
                       sizeof(ret->sun_path) - 1);
    memcpy(ret->sun_path, path, strlen(path));
    return 0;
}

static int connect_retry(int fd, const struct sockaddr *address, socklen_t len)
{
    int r;
    do
        r = connect(fd, address, len);
    while (r < 0 && errno == EINTR);
    return r < 0 ? -errno : 0;
}

static int connect_kind(const char *path, int kind, int *ret_fd, struct err *e)
{
    struct sockaddr_un address;
    int r = unix_address(path, &address, e);
    if (r < 0)
        return r;
    AUTO_CLOSE int fd = socket(AF_UNIX, kind | SOCK_CLOEXEC, 0);
    if (fd < 0)
        return err_errno(e, errno, "make a socket");
    r = connect_retry(fd, (const struct sockaddr *)&address, sizeof(address));
    if (r < 0)
        return err_errno(e, -r, "connect to %s", path);
    *ret_fd = take_fd(&fd);
    return 0;
}

int sock_connect_unix(const char *path, int *ret_fd, struct err *e)
{
    return connect_kind(path, SOCK_STREAM, ret_fd, e);
}

int sock_connect_seqpacket(const char *path, int *ret_fd, struct err *e)
{
    return connect_kind(path, SOCK_SEQPACKET, ret_fd, e);
}

/* Makes the place free: removes a socket that nobody answers on; refuses one that lives and anything that is no socket.
 */
static int clear_place(const char *path, const struct sockaddr_un *address, int kind, struct err *e)
{
    struct stat st;
    if (lstat(path, &st) < 0)
        return errno == ENOENT ? 0 : err_errno(e, errno, "listen at %s", path);
    if (!S_ISSOCK(st.st_mode))
        return err_set(e, EEXIST, "listen at %s: something that is no socket is there; remove it first", path);
    AUTO_CLOSE int fd = socket(AF_UNIX, kind | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd < 0)
        return err_errno(e, errno, "make a socket");
    int r = connect_retry(fd, (const struct sockaddr *)address, sizeof(*address));
    if (r == 0 || r == -EAGAIN || r == -EPROTOTYPE)
        return err_set(e, EADDRINUSE, "listen at %s: another process answers there; stop it first", path);
    if (unlink(path) < 0 && errno != ENOENT)
        return err_errno(e, errno, "remove the dead socket %s", path);
    return 0;
}

/* The mode before bind keeps the socket closed to others from its first moment; the chmod after it undoes the umask. */
static int bind_unix(int fd, const struct sockaddr_un *address, mode_t mode)
{
    if (fchmod(fd, mode) < 0 || bind(fd, (const struct sockaddr *)address, sizeof(*address)) < 0)
        return -errno;
    if (chmod(address->sun_path, mode) == 0 && listen(fd, BACKLOG) == 0)
        return 0;
    int code = errno;
    unlink(address->sun_path);
    return -code;
}

static int listen_kind(const char *path, int kind, mode_t mode, int *ret_fd, struct err *e)
{
    struct sockaddr_un address;
    int r = unix_address(path, &address, e);
    if (r < 0)
        return r;
    r = clear_place(path, &address, kind, e);
    if (r < 0)
        return r;
    AUTO_CLOSE int fd = socket(AF_UNIX, kind | SOCK_CLOEXEC, 0);
    if (fd < 0)
        return err_errno(e, errno, "make a socket");
    r = bind_unix(fd, &address, mode);
    if (r < 0)
        return err_errno(e, -r, "listen at %s", path);
    *ret_fd = take_fd(&fd);
    return 0;
}

int sock_listen_unix(const char *path, mode_t mode, int *ret_fd, struct err *e)
{
    return listen_kind(path, SOCK_STREAM, mode, ret_fd, e);
}

int sock_listen_seqpacket(const char *path, mode_t mode, int *ret_fd, struct err *e)
{
    return listen_kind(path, SOCK_SEQPACKET, mode, ret_fd, e);
}

/* getaddrinfo with our error; the caller frees *ret. */
static int resolve(const char *host, uint16_t port, int flags, struct addrinfo **ret, struct err *e)
{
    char service[8];
    snprintf(service, sizeof(service), "%u", port);
    struct addrinfo hints = {.ai_socktype = SOCK_STREAM, .ai_flags = flags | AI_NUMERICSERV};
    int r = getaddrinfo(host, service, &hints, ret);
    if (r == 0)
        return 0;
    if (flags & AI_NUMERICHOST)
        return err_set(e, EINVAL, "'%s' is not an address; give one like 127.0.0.1 or ::", host);
    return err_set(e, EHOSTUNREACH, "look up '%s': %s; check the name and the network", host, gai_strerror(r));
}

static int bind_listen(const struct addrinfo *a, int *ret_fd)
{
    AUTO_CLOSE int fd = socket(a->ai_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0)
        return -errno;
    int on = 1, off = 0;
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
    if (a->ai_family == AF_INET6)
        setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &off, sizeof(off));
    if (bind(fd, a->ai_addr, a->ai_addrlen) < 0 || listen(fd, BACKLOG) < 0)
        return -errno;
    *ret_fd = take_fd(&fd);
    return 0;
}

int sock_listen_tcp(const char *address, uint16_t port, int *ret_fd, struct err *e)
{
    /* "::" takes IPv4 as well; 0.0.0.0 stands in where the kernel has no IPv6. */
    const char *tries[] = {str_empty(address) ? "::" : address, str_empty(address) ? "0.0.0.0" : NULL};
    int r = -EINVAL;
    for (size_t i = 0; i < ARRAY_LEN(tries) && tries[i]; i++) {
        struct addrinfo *list = NULL;
        r = resolve(tries[i], port, AI_NUMERICHOST | AI_PASSIVE, &list, e);
        if (r < 0)
            return r;
        r = bind_listen(list, ret_fd);
        freeaddrinfo(list);
        if (r != -EAFNOSUPPORT && r != -EADDRNOTAVAIL)
            break;
    }
    if (r == -EADDRINUSE)
        return err_set(e, EADDRINUSE, "listen on %s port %u: another process has it; choose another port or stop it",
                       tries[0], port);
    return r < 0 ? err_errno(e, -r, "listen on %s port %u", tries[0], port) : 0;
}

/* Waits until a connection that is under way stands or failed. */
static int finish_connect(int fd, int64_t deadline_us)
{
    for (;;) {
        int64_t left_us = deadline_us - clock_mono_us();
        if (left_us <= 0)
            return -ETIMEDOUT;
        int64_t ms = left_us / US_PER_MS + 1;
        struct pollfd p = {.fd = fd, .events = POLLOUT};
        int n = poll(&p, 1, ms > INT32_MAX ? INT32_MAX : (int)ms);
        if (n < 0 && errno != EINTR)
            return -errno;
        if (n > 0)
            break;
    }
    int code = 0;
    socklen_t len = sizeof(code);
    if (getsockopt(fd, SOL_SOCKET, SO_ERROR, &code, &len) < 0)
        return -errno;
    return -code;
}

static int connect_one(const struct addrinfo *a, int64_t deadline_us, int *ret_fd)
{
    AUTO_CLOSE int fd = socket(a->ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd < 0)
        return -errno;
    int r = connect(fd, a->ai_addr, a->ai_addrlen) < 0 ? -errno : 0;
    if (r == -EINPROGRESS || r == -EINTR)
        r = finish_connect(fd, deadline_us);
    if (r < 0)
        return r;
    int on = 1;
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
    if (fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) & ~O_NONBLOCK) < 0)
        return -errno;
    *ret_fd = take_fd(&fd);
    return 0;
}

int sock_connect_tcp(const char *host, uint16_t port, int64_t timeout_us, int *ret_fd, struct err *e)
{
    struct addrinfo *list = NULL;
    int64_t deadline_us = clock_mono_us() + timeout_us;
    int r = resolve(host, port, 0, &list, e);
    if (r < 0)
        return r;
    r = -EHOSTUNREACH;
    for (const struct addrinfo *a = list; a && r < 0 && clock_mono_us() < deadline_us; a = a->ai_next)
        r = connect_one(a, deadline_us, ret_fd);
    freeaddrinfo(list);
    return r < 0 ? err_errno(e, -r, "connect to %s port %u", host, port) : 0;
}

union control {
    struct cmsghdr head; /* for its alignment */
    char room[CMSG_SPACE(sizeof(int) * SOCK_MAX_FDS)];
};

static void put_fds(struct msghdr *m, union control *control, const int *fds, size_t n_fds)
{
    if (n_fds == 0)
        return;
    memset(control, 0, sizeof(*control));
    m->msg_control = control->room;
    m->msg_controllen = CMSG_SPACE(sizeof(int) * n_fds);
    struct cmsghdr *c = CMSG_FIRSTHDR(m);
    c->cmsg_level = SOL_SOCKET;
    c->cmsg_type = SCM_RIGHTS;
    c->cmsg_len = CMSG_LEN(sizeof(int) * n_fds);
    memcpy(CMSG_DATA(c), fds, sizeof(int) * n_fds);
}

/* The rest of a message that a stream socket took in part: its descriptors are over already, so it must go on even if
 * that waits. */
static int send_rest(int fd, const char *data, size_t len)
{
    while (len > 0) {
        ssize_t n = send(fd, data, len, MSG_NOSIGNAL);
        if (n < 0 && errno == EAGAIN) {
            struct pollfd p = {.fd = fd, .events = POLLOUT};
            poll(&p, 1, -1);
            continue;
        }
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return -errno;
        data += n;
        len -= (size_t)n;
    }
    return 0;
}

int sock_send_fds(int fd, const void *data, size_t len, const int *fds, size_t n_fds)
{
    if (n_fds > SOCK_MAX_FDS || len == 0)
        return -EINVAL;
    union control control;
    struct iovec part = {.iov_base = (void *)(uintptr_t)data, .iov_len = len};
    struct msghdr m = {.msg_iov = &part, .msg_iovlen = 1};
    put_fds(&m, &control, fds, n_fds);
    ssize_t n;
    do
        n = sendmsg(fd, &m, MSG_NOSIGNAL);
    while (n < 0 && errno == EINTR);
    if (n < 0)
        return -errno;
    return send_rest(fd, (const char *)data + n, len - (size_t)n);
}

/* Takes the descriptors out of a message: those there is room for are the caller's, others are closed. False when some
 * were lost. */
static bool take_fds(struct msghdr *m, int *fds, size_t *n_fds)
{
    size_t room = n_fds ? *n_fds : 0, got = 0;
    bool whole = !(m->msg_flags & (MSG_TRUNC | MSG_CTRUNC));
    for (struct cmsghdr *c = CMSG_FIRSTHDR(m); c; c = CMSG_NXTHDR(m, c)) {
        if (c->cmsg_level != SOL_SOCKET || c->cmsg_type != SCM_RIGHTS)
            continue;
        size_t n = (c->cmsg_len - CMSG_LEN(0)) / sizeof(int);
        for (size_t i = 0; i < n; i++) {
            int fd;
            memcpy(&fd, CMSG_DATA(c) + i * sizeof(int), sizeof(int));
            if (got < room) {
                fds[got++] = fd;
                continue;
            }
            close(fd);
            whole = false;
        }
    }
    if (!whole)
        while (got > 0)
            close(fds[--got]);
    if (n_fds)
        *n_fds = got;
    return whole;
}

ssize_t sock_recv_fds(int fd, void *data, size_t size, int *fds, size_t *n_fds)
{
    union control control;
    struct iovec part = {.iov_base = data, .iov_len = size};
    struct msghdr m = {
        .msg_iov = &part, .msg_iovlen = 1, .msg_control = control.room, .msg_controllen = sizeof(control.room)};
    ssize_t n;
    do
        n = recvmsg(fd, &m, MSG_CMSG_CLOEXEC);
    while (n < 0 && errno == EINTR);
    if (n < 0) {
        int code = errno;
        if (n_fds)
            *n_fds = 0;
        return -code;
    }
    return take_fds(&m, fds, n_fds) ? n : -EMSGSIZE;
}

int sock_peer_uid(int fd, uid_t *ret)
{
    struct ucred c;
    socklen_t len = sizeof(c);
    if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &c, &len) < 0)
        return -errno;
    *ret = c.uid;
    return 0;
}
