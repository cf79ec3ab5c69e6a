// SPDX-License-Identifier: Apache-2.0
/* Ports of the host: hold one, and say who holds it when somebody does. */
#include <arpa/inet.h>
#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "io/file.h"
#include "net/net_cidr.h"

#define LINKS_MAX 200000 /* descriptors looked at, over all processes */

/* What is looked for: who holds this port in this network namespace. */
struct search {
    uint16_t port;
    int type;        /* SOCK_STREAM, SOCK_DGRAM */
    uint64_t netns;  /* the namespace's cookie; 0 where the kernel has none */
    size_t budget;   /* descriptors that may still be looked at */
    char *connected; /* pid of one with a connection from that port, for want of a better one; owned */
};

enum holding { HOLDS_NOT, HOLDS_CONNECTION, HOLDS_PORT };

static uint64_t netns_cookie(int fd)
{
    uint64_t cookie = 0;
    socklen_t len = sizeof(cookie);
    return getsockopt(fd, SOL_SOCKET, SO_NETNS_COOKIE, &cookie, &len) < 0 ? 0 : cookie;
}

static uint16_t local_port(int fd)
{
    union {
        struct sockaddr any;
        struct sockaddr_in v4;
        struct sockaddr_in6 v6;
    } at;
    socklen_t len = sizeof(at);
    if (getsockname(fd, &at.any, &len) < 0)
        return 0;
    if (at.any.sa_family == AF_INET)
        return ntohs(at.v4.sin_port);
    return at.any.sa_family == AF_INET6 ? ntohs(at.v6.sin6_port) : 0;
}

/* Asks the socket itself: /proc/net shows none that is bound and does not listen, such as a reservation of ours. */
static enum holding socket_holds(const struct search *s, int fd)
{
    struct sockaddr_storage peer;
    socklen_t len = sizeof(peer);
    int type = 0;
    socklen_t type_len = sizeof(type);
    if (local_port(fd) != s->port || getsockopt(fd, SOL_SOCKET, SO_TYPE, &type, &type_len) < 0 || type != s->type ||
        netns_cookie(fd) != s->netns)
        return HOLDS_NOT;
    return getpeername(fd, (struct sockaddr *)&peer, &len) == 0 ? HOLDS_CONNECTION : HOLDS_PORT;
}

static enum holding descriptor_holds(struct search *s, int pidfd, int dir_fd, const char *number)
{
    char link[16];
    ssize_t len = readlinkat(dir_fd, number, link, sizeof(link) - 1);
    if (len <= 0)
        return HOLDS_NOT;
    link[len] = '\0';
    if (!str_starts(link, "socket:["))
        return HOLDS_NOT;
    AUTO_CLOSE int fd = (int)syscall(SYS_pidfd_getfd, pidfd, atoi(number), 0);
    return fd < 0 ? HOLDS_NOT : socket_holds(s, fd);
}

static enum holding process_holds(struct search *s, const char *pid)
{
    AUTO_FREE char *path = mem_printf("/proc/%s/fd", pid);
    AUTO_CLOSE int pidfd = (int)syscall(SYS_pidfd_open, (pid_t)atoi(pid), 0);
    DIR *dir = pidfd < 0 ? NULL : opendir(path);
    enum holding best = HOLDS_NOT;
    struct dirent *d;
    if (dir == NULL)
        return HOLDS_NOT;
    for (; best != HOLDS_PORT && s->budget > 0 && (d = readdir(dir)) != NULL; s->budget--) {
        enum holding h = descriptor_holds(s, pidfd, dirfd(dir), d->d_name);
        best = h > best ? h : best;
    }
    closedir(dir);
    return best;
}

/* "'nginx' (process 12)"; the caller frees. */
static char *name_process(const char *pid)
{
    AUTO_FREE char *path = mem_printf("/proc/%s/comm", pid);
    AUTO_FREE char *name = NULL;
    size_t len;
    if (file_read(path, 64, &name, &len, NULL) < 0)
        return mem_printf("process %s", pid);
    name[strcspn(name, "\n")] = '\0';
    return mem_printf("'%s' (process %s)", name, pid);
}

/* The program by its name, or NULL when none is found, within the budget or at all. `fd`: a socket of the namespace.
 * The caller frees. */
static char *find_holder(int fd, uint16_t port, bool udp)
{
    struct search s = {
        .port = port, .type = udp ? SOCK_DGRAM : SOCK_STREAM, .netns = netns_cookie(fd), .budget = LINKS_MAX};
    char *found = NULL;
    DIR *dir = opendir("/proc");
    struct dirent *d;
    while (dir != NULL && found == NULL && s.budget > 0 && (d = readdir(dir)) != NULL) {
        if (!isdigit((unsigned char)d->d_name[0]))
            continue;
        enum holding h = process_holds(&s, d->d_name);
        if (h == HOLDS_PORT)
            found = name_process(d->d_name);
        else if (h == HOLDS_CONNECTION && s.connected == NULL)
            s.connected = mem_strdup(d->d_name);
    }
    if (dir != NULL)
        closedir(dir);
    if (found == NULL && s.connected != NULL)
        found = name_process(s.connected);
    free(s.connected);
    return found;
}

static int bind_port(int fd, const struct sockaddr_in *at)
{
    return bind(fd, (const struct sockaddr *)at, sizeof(*at)) < 0 ? -errno : 0;
}

/* Without SO_REUSEADDR: with it on both sides, another program could bind the port too and then listen. Only where
 * nothing but dying connections stands in the way is it set for the moment of binding. */
static int hold_port(int fd, const struct sockaddr_in *at, bool udp)
{
    int on = 1;
    int off = 0;
    int r = bind_port(fd, at);
    if (r != -EADDRINUSE || udp)
        return r;
    if (setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on)) < 0)
        return r;
    r = bind_port(fd, at);
    (void)setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &off, sizeof(off));
    return r;
}

static int explain_use(int fd, const char *host_ip, uint16_t port, bool udp, struct err *e)
{
    const char *protocol = udp ? "udp" : "tcp";
    const char *address = str_empty(host_ip) ? "all addresses" : host_ip;
    AUTO_FREE char *holder = find_holder(fd, port, udp);
    return err_set(e, EADDRINUSE,
                   "reserve port %u/%s of the host (%s): %s holds it; stop that, or publish another port", port,
                   protocol, address, holder != NULL ? holder : "another program");
}

int net_port_reserve(const char *host_ip, uint16_t port, bool udp, int *ret_fd, struct err *e)
{
    struct sockaddr_in at = {.sin_family = AF_INET, .sin_port = htons(port)};
    uint32_t address = INADDR_ANY;
    *ret_fd = -1;
    if (port == 0 || (!str_empty(host_ip) && !net_addr_parse(host_ip, &address)))
        return err_set(e, EINVAL, "reserve port %u at '%s': a port from 1 to 65535 and an IPv4 address are needed",
                       port, host_ip != NULL ? host_ip : "");
    at.sin_addr.s_addr = htonl(address);
    AUTO_CLOSE int fd = socket(AF_INET, (udp ? SOCK_DGRAM : SOCK_STREAM) | SOCK_CLOEXEC, 0);
    if (fd < 0)
        return err_errno(e, errno, "open a socket to reserve port %u", port);
    int r = hold_port(fd, &at, udp);
    if (r == -EADDRINUSE)
        return explain_use(fd, host_ip, port, udp, e);
    if (r == -EADDRNOTAVAIL)
        return err_set(e, EADDRNOTAVAIL, "reserve port %u: %s is no address of this host; leave it out for all", port,
                       host_ip);
    if (r < 0)
        return err_errno(e, -r, "reserve port %u/%s of the host", port, udp ? "udp" : "tcp");
    *ret_fd = take_fd(&fd);
    return 0;
}
