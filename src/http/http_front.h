// SPDX-License-Identifier: Apache-2.0
/* The front of the server: accepts connections, takes TLS off, and gives each to the library. Private to the server.
 *
 * One thread with an epoll of its own. A plain connection is given to the library as it is. Of a TLS connection the
 * library gets one end of a pair of sockets; the front passes bytes between the other end and the client until both
 * sides have ended, no matter who holds the library's end by then: so an upgraded connection can be handed over as a
 * plain descriptor. */
#pragma once

#include "http/http_server.h"

struct MHD_Daemon;
struct http_front;

/* How a connection came; travels as the "address" that the library keeps for it. */
struct http_origin {
    sa_family_t family; /* AF_UNSPEC */
    bool local;         /* over a Unix socket, from `uid` */
    uid_t uid;
    uint64_t tls; /* number of the TLS connection, 0 for a plain one */
};

/* Owns the listening sockets from here on, also when it fails. The identities are read at once. */
int http_front_new(const struct http_listen *listens, size_t n, struct http_front **ret, struct err *e);
int http_front_run(struct http_front *f, struct MHD_Daemon *daemon, struct err *e);
/* PEM of the certificate that the client of a TLS connection has shown, or NULL. From any thread; the caller frees. */
char *http_front_cert(struct http_front *f, uint64_t tls);
/* A connection that was given to the library has been closed or handed over. From any thread. */
void http_front_left(struct http_front *f);
/* Ends the thread, closes the listening sockets and all TLS connections. NULL is fine. */
void http_front_stop(struct http_front *f);
void http_front_free(struct http_front *f); /* after it has been stopped and the daemon too; NULL is fine */
