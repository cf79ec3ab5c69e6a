// SPDX-License-Identifier: Apache-2.0
/* Unix and TCP sockets: listen, connect, pass descriptors. All descriptors are close-on-exec. */
#pragma once

#include <sys/socket.h>
#include <sys/types.h>

#include "base/base.h"

#define SOCK_MAX_FDS 4

/* Listens at a path (removes a dead socket there first; -EADDRINUSE when somebody answers). Mode of the socket file as given. */
int sock_listen_unix(const char *path, mode_t mode, int *ret_fd, struct err *e);
int sock_listen_seqpacket(const char *path, mode_t mode, int *ret_fd, struct err *e); /* SOCK_SEQPACKET: a message at a time */
int sock_connect_unix(const char *path, int *ret_fd, struct err *e);
int sock_connect_seqpacket(const char *path, int *ret_fd, struct err *e);
/* address: "127.0.0.1", "::", or "" for all; port in host order. */
int sock_listen_tcp(const char *address, uint16_t port, int *ret_fd, struct err *e);
/* host: name or address. Blocking, at most timeout_us. */
int sock_connect_tcp(const char *host, uint16_t port, int64_t timeout_us, int *ret_fd, struct err *e);

/* One message with up to SOCK_MAX_FDS descriptors (borrowed). 0 or -errno (-EAGAIN when it would block on a non-blocking socket). */
int sock_send_fds(int fd, const void *data, size_t len, const int *fds, size_t n_fds);
/* Takes one message: its length, 0 at the end, or -errno. Received descriptors are the caller's; n_fds in: room, out: number. */
ssize_t sock_recv_fds(int fd, void *data, size_t size, int *fds, size_t *n_fds);
/* uid of the other end of a Unix socket, or -errno. */
int sock_peer_uid(int fd, uid_t *ret);
