// SPDX-License-Identifier: Apache-2.0
/* A bed for tests of the server: it runs on a loop in a thread of its own, so that a test can be a blocking client. */
#pragma once

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "http/http.h"

#define BED_MAX_BODY  (256 * 1024)
#define BED_MAX_SPOOL (8 * 1024 * 1024)

struct bed {
    uv_loop_t loop;
    uv_thread_t thread;
    uv_async_t wake;
    uv_mutex_t lock;
    uv_cond_t changed;
    char folder[32];
    char *socket_path;
    uint16_t port; /* of the TLS listener */
    struct http_server *server;
    struct tls_identity ca, other_ca, server_id, client_id, stranger_id;
    int calls, done_calls; /* bed_run */
    void (*run)(struct bed *b);
    /* what handlers have seen; under the lock */
    int requests, gone, drained, ready;
    int raw_fd;
    char *extra;
    /* the loop's own */
    struct http_request *held;
    struct http_stream *stream; /* the last one */
    size_t queued;
};

/* A server on a Unix socket and, over TLS, on 127.0.0.1. */
int bed_up(void **state);
int bed_down(void **state);
/* Runs a function on the loop's thread and waits for its end. */
void bed_run(struct bed *b, void (*run)(struct bed *b));
/* Waits until the counter has that value. */
void bed_wait(struct bed *b, const int *counter, int value);
int bed_count(struct bed *b, const int *counter);
void bed_stop_server(struct bed *b); /* a function for bed_run */

void bed_upgrade(struct bed *b, struct http_request *r);

struct http_conn *bed_connect(struct bed *b);
struct http_conn *bed_connect_tls(struct bed *b, const struct tls_identity *me, const struct tls_identity *ca);
