// SPDX-License-Identifier: Apache-2.0
/* A small blocking HTTP/1.1 client over a Unix socket or TLS, for the command line and the node's first word to its head. */
#pragma once

#include "base/base.h"
#include "io/tls.h"

/* Where a head is: a Unix socket, or host and port over TLS. */
struct http_target {
    const char *unix_path;      /* used when not NULL */
    const char *host;
    uint16_t port;
    const char *ca_pem;
    bool anyone;                   /* any server will do: only to fetch what is proved by other means */
    int64_t floor_us;              /* not 0: see struct tls_trust */
    const struct tls_identity *me; /* client certificate or NULL */
    const char *token;             /* "Authorization: Bearer" or NULL */
};
struct http_conn; /* one connection, kept open between calls */
int http_open(const struct http_target *t, struct http_conn **ret, struct err *e);
void http_close(struct http_conn *c); /* NULL is fine */

struct http_answer {
    int status;
    char *type;       /* content type or NULL */
    struct buf body;
};
void http_answer_done(struct http_answer *a);

/* One request and its whole answer (at most 64 MiB). type may be NULL without a body. Reconnects once when a kept connection had died. 0 or -errno. */
int http_call(struct http_conn *c, const char *method, const char *path, const char *type, const void *body, size_t len,
              struct http_answer *ret, struct err *e);
/* The body is read from a descriptor (chunked). */
int http_call_fd(struct http_conn *c, const char *method, const char *path, const char *type, int fd, struct http_answer *ret, struct err *e);
/* The answer's body is given piece by piece as it comes, until its end or until `piece` returns non-zero (which is returned, negative or not).
 * *ret_status is set before the first piece. */
int http_follow(struct http_conn *c, const char *method, const char *path, int (*piece)(void *data, const void *bytes, size_t len), void *data,
                int *ret_status, struct err *e);
/* Asks for an upgrade with a JSON body of its own (Content-Length) : 0 once 101 came, then the connection is raw: http_raw_*.
 * Otherwise -EPROTO with the answer in *ret (status, body). */
int http_ask_upgrade(struct http_conn *c, const char *method, const char *path, const char *protocol, const void *body, size_t len,
                     struct http_answer *ret, struct err *e);
ssize_t http_raw_read(struct http_conn *c, void *data, size_t len); /* 0 at the end; -errno */
int http_raw_write(struct http_conn *c, const void *data, size_t len);
int http_raw_fd(const struct http_conn *c);      /* to poll */
size_t http_raw_pending(const struct http_conn *c); /* bytes that can be read though poll does not see them */
/* Hands the raw descriptor over, or over TLS the session that owns it (*ret_tls; NULL without); bytes read too far come in `extra`. The conn is still to be closed. */
int http_raw_take(struct http_conn *c, int *ret_fd, struct tls_session **ret_tls, struct buf *extra);

/* Parses the head of an answer. Pure, bounded; the size of the head in bytes, 0 when it is not all there, -EBADMSG. Used by the client and fuzzed. */
struct http_head {
    int status;
    int64_t content_length; /* -1: none */
    bool chunked, close;
    char type[128];
    char upgrade[64];
};
ssize_t http_head_parse(const char *text, size_t len, struct http_head *ret);
/* Decodes chunked coding step by step: consumes from data, appends to out. Bytes consumed, or -EBADMSG; *done at the last chunk's end. */
struct http_chunks {
    int state;
    uint64_t left;
    uint32_t skipped; /* bytes of the extension or of the trailers passed over: bounded */
};
ssize_t http_chunks_feed(struct http_chunks *c, const char *data, size_t len, struct buf *out, bool *done);
