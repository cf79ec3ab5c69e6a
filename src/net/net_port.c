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
#include <unistd.h>

#include "io/file.h"
#include "net/net_cidr.h"

#define SOCKETS_MAX_BYTES (4U * 1024 * 1024) /* of one /proc/net table that we look through */
#define LINKS_MAX         200000             /* descriptors looked at, over all processes */

/* Is the local address "0100007F:1F90" (or 32 digits, for IPv6) this port? */
static bool is_port(const char *local, uint16_t port)
{
    const char *colon = strchr(local, ':');
    return colon != NULL && strtoul(colon + 1, NULL, 16) == port;
}

/* The inode of the socket that holds the port in one table of /proc/net; 0 when none is there. A listening one is
 * preferred to a connection. */
static unsigned long find_inode(const char *table, uint16_t port)
{
    AUTO_FREE char *path = mem_printf("/proc/net/%s", table);
    AUTO_FREE char *text = NULL;
    size_t len;
    unsigned long found = 0;
    char *save = NULL;
    if (file_read(path, SOCKETS_MAX_BYTES, &text, &len, NULL) < 0)
        return 0;
    for (char *line = strtok_r(text, "\n", &save); line != NULL; line = strtok_r(NULL, "\n", &save)) {
        char local[48];
        unsigned state;
        unsigned long inode;
        if (sscanf(line, " %*u: %47s %*s %x %*s %*s %*s %*u %*u %lu", local, &state, &inode) != 3)
            continue;
        if (!is_port(local, port) || inode == 0)
            continue;
        found = inode;
        if (state == 0x0A) /* TCP_LISTEN */
            break;
    }
    return found;
}

/* Has the process a descriptor whose link reads `want`? Takes from the budget. */
static bool process_has(const char *pid, const char *want, size_t *budget)
{
    AUTO_FREE char *path = mem_printf("/proc/%s/fd", pid);
    DIR *dir = opendir(path);
    bool found = false;
    struct dirent *d;
    if (dir == NULL)
        return false;
    while (!found && *budget > 0 && (d = readdir(dir)) != NULL) {
        char link[64];
        ssize_t len = readlinkat(dirfd(dir), d->d_name, link, sizeof(link) - 1);
        *budget -= 1;
        if (len <= 0)
            continue;
        link[len] = '\0';
        found = str_eq(link, want);
    }
    closedir(dir);
    return found;
}

/* "'nginx' (process 12)"; NULL when it is not found, within the budget or at all. The caller frees. */
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

static char *find_holder(unsigned long inode)
{
    AUTO_FREE char *want = mem_printf("socket:[%lu]", inode);
    size_t budget = LINKS_MAX;
    char *found = NULL;
    DIR *dir = opendir("/proc");
    struct dirent *d;
    if (dir == NULL)
        return NULL;
    while (found == NULL && budget > 0 && (d = readdir(dir)) != NULL) {
        if (isdigit((unsigned char)d->d_name[0]) && process_has(d->d_name, want, &budget))
            found = name_process(d->d_name);
    }
    closedir(dir);
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

static int explain_use(const char *host_ip, uint16_t port, bool udp, struct err *e)
{
    const char *protocol = udp ? "udp" : "tcp";
    const char *address = str_empty(host_ip) ? "all addresses" : host_ip;
    unsigned long inode = find_inode(udp ? "udp" : "tcp", port);
    if (inode == 0)
        inode = find_inode(udp ? "udp6" : "tcp6", port);
    AUTO_FREE char *holder = inode != 0 ? find_holder(inode) : NULL;
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
        return explain_use(host_ip, port, udp, e);
    if (r == -EADDRNOTAVAIL)
        return err_set(e, EADDRNOTAVAIL, "reserve port %u: %s is no address of this host; leave it out for all", port,
                       host_ip);
    if (r < 0)
        return err_errno(e, -r, "reserve port %u/%s of the host", port, udp ? "udp" : "tcp");
    *ret_fd = take_fd(&fd);
    return 0;
}
