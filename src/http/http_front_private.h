// SPDX-License-Identifier: Apache-2.0
/* What the front's two files share: the thread with its epoll, and the TLS connections. Private to the front. */
#pragma once

#include <pthread.h>
#include <stdatomic.h>

#include "http/http_front.h"

#define FRONT_STEP        (16 * 1024) /* a TLS record at most */
#define FRONT_CONNECTIONS 500         /* that the library has; and as many over TLS, handed over or not */

enum front_kind { FRONT_WAKE, FRONT_LISTENER, FRONT_CLIENT, FRONT_INNER };

/* One descriptor in the epoll. */
struct front_end {
    enum front_kind kind;
    int fd;          /* -1: closed */
    uint32_t events; /* waited for; 0: not in the epoll */
    void *owner;
};

/* One direction: bytes read and not yet written. */
struct front_way {
    struct buf rest;
    bool ended; /* nothing more comes */
    bool blind; /* nobody takes it: bytes are thrown away */
};

struct front_conn {
    struct front_conn *prev, *next; /* changed under the front's lock */
    struct http_front *front;
    uint64_t number;
    char *cert_pem;
    enum { FRONT_HANDSHAKE, FRONT_OPEN, FRONT_LINGER, FRONT_DEAD } state;
    int64_t deadline_us; /* of a handshake or of lingering; 0: none */
    struct tls_session *tls;
    struct front_end client, inner;
    struct front_way in, out; /* from the client, to the client */
    bool in_told;             /* the inner side knows that no more comes */
    bool out_pending;         /* the session keeps a record of out.rest's front */
};

struct front_listener {
    struct front_end end;
    struct http_front *front;
    struct tls_server *tls; /* NULL: plain */
    bool local;
};

struct http_front {
    struct MHD_Daemon *daemon;
    struct front_listener *listeners;
    size_t n_listeners;
    int epoll;
    struct front_end wake; /* an eventfd */
    int spare;             /* given up to turn a client away when there are no descriptors left */
    pthread_t thread;
    bool runs;
    char *step; /* FRONT_STEP bytes to pass through */
    uint64_t numbered;
    size_t n_conns, n_timed;
    atomic_int given;        /* connections that the library has */
    struct front_conn *dead; /* freed when all events of this round are through */

    pthread_mutex_t lock;
    struct front_conn *conns;
};

/* Waits for these events of a descriptor from now on. */
void front_wait(struct http_front *f, struct front_end *end, uint32_t events);
/* Gives a connected socket to the library, which owns it then. -ECONNABORTED when it was closed: there are too many. */
int front_give(struct http_front *f, int fd, const struct http_origin *origin);

/* http_front_tls.c: all on the front's thread. */
void front_conn_begin(struct front_listener *l, int fd);
void front_conn_event(struct front_conn *c, const struct front_end *end);
/* Ends those whose time is over. The time of the next deadline, 0: none. */
int64_t front_conn_deadlines(struct http_front *f);
void front_conn_end_all(struct http_front *f);
void front_conn_bury(struct http_front *f); /* frees the dead */
