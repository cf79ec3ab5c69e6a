// SPDX-License-Identifier: Apache-2.0
/* An HTTP server whose requests are answered on the caller's loop (libmicrohttpd on a thread of its own underneath). */
#pragma once

#include <uv.h>

#include "base/base.h"
#include "http/http_path.h"
#include "io/tls.h"

struct http_server;
struct http_request;

/* Called on the loop for each complete request (its body is whole, at most max_body; larger ones were refused with 413).
 * It must answer, now or later, with exactly one of http_respond, http_stream_begin, http_upgrade. */
typedef void (*http_handler)(void *data, struct http_request *r);

struct http_listen {
    int fd;                        /* listening socket; the server owns it, also when it does not start */
    const struct tls_identity *tls; /* NULL: plain */
    const char *client_ca;         /* PEM: certificates that clients may show (asked for, not demanded); NULL: none asked */
};
struct http_options {
    uv_loop_t *loop;
    const struct http_listen *listens;
    size_t n_listens;
    size_t max_body;       /* bytes kept in memory */
    const char *spool_dir; /* bodies of requests for which spool() says yes go to a file here instead, up to max_spool */
    size_t max_spool;
    bool (*spool)(void *data, const struct http_request *r); /* called on the server's threads, when the head is there and the body is not: look at who sends it, too */
    http_handler handle;
    void *data;
};
/* Starts serving. More connections than ~500, heads over 16 KiB and clients idle in the middle of a request for 30 s are turned away. */
int http_server_start(const struct http_options *o, struct http_server **ret, struct err *e);
/* Stops: open requests are cut, later calls on them do nothing but free. Blocks until its threads have ended; the loop must run once more after that, to
 * close the handles. Streams hear `gone` and upgrades `ready` before it returns; descriptors of plain connections that were handed over stay good. NULL is fine. */
void http_server_stop(struct http_server *s);

/* What a request is. Borrowed until it is answered. */
const char *http_method(const struct http_request *r);
const struct http_path *http_request_path(const struct http_request *r);
const char *http_header(const struct http_request *r, const char *name); /* NULL when absent */
const void *http_body(const struct http_request *r, size_t *ret_len);
const char *http_spooled(const struct http_request *r); /* path of the spooled body or NULL; removed after the answer unless renamed away */
bool http_is_local(const struct http_request *r);      /* came over a Unix socket */
uid_t http_peer_uid(const struct http_request *r);      /* of a local request; (uid_t)-1 otherwise */
const char *http_client_cert(const struct http_request *r); /* PEM of a client certificate that client_ca signed, or NULL */

/* Answers and ends the request. Type: "application/json" mostly. Copies the body. Extra headers: "Name: value" strings closed by NULL, or NULL. */
void http_respond(struct http_request *r, int status, const char *type, const void *body, size_t len);
void http_respond_with(struct http_request *r, int status, const char *type, const void *body, size_t len, const char *const *headers);
/* Answers with a regular file from disk, streamed; fd is the server's from here on. */
void http_respond_file(struct http_request *r, int status, const char *type, int fd);

/* Answers with a body that comes bit by bit (chunked). `gone` is called once on the loop when the client has left or the server stops;
 * the stream is freed after that or after http_stream_end. */
struct http_stream;
struct http_stream *http_stream_begin(struct http_request *r, int status, const char *type, void (*gone)(void *data), void *data);
void http_stream_write(struct http_stream *s, const void *bytes, size_t len); /* copies; a client more than 4 MiB behind is cut off */
void http_stream_end(struct http_stream *s);
size_t http_stream_queued(const struct http_stream *s);                       /* bytes not yet taken by the client */
void http_stream_on_drain(struct http_stream *s, void (*drained)(void *data)); /* called on the loop each time the queue falls empty */

/* Answers 101 and hands the connection over: `ready` is called once on the loop with a connected, non-blocking descriptor that the callee owns
 * (bytes that the client sent already come first in `extra`), or with fd -1 when it failed. TLS stays inside: the descriptor carries plain bytes. */
void http_upgrade(struct http_request *r, const char *protocol, void (*ready)(void *data, int fd, const void *extra, size_t len), void *data);
