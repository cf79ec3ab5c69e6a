// SPDX-License-Identifier: Apache-2.0
/* The client's connection: its transport, its head of a request and its reading of an answer. Private to the client. */
#pragma once

#include "http/http_client.h"

struct http_conn {
    char *unix_path, *host, *ca_pem, *token, *name; /* copies of the target; name: for messages */
    struct tls_identity me;
    uint16_t port;
    bool anyone;
    int64_t floor_us;
    int fd; /* -1: not connected; owned by `tls` when that is there */
    struct tls_session *tls;
    struct buf in; /* read and not yet used */
    bool raw;      /* upgraded */
};

int http_conn_connect(struct http_conn *c, struct err *e);
void http_conn_drop(struct http_conn *c);
/* Is a kept connection still good for a request? One that was closed or that sent something unasked is not. */
bool http_conn_alive(struct http_conn *c);
ssize_t http_conn_read(struct http_conn *c, void *data, size_t len); /* past `in`; 0 at the end; -errno */
int http_conn_write(struct http_conn *c, const void *data, size_t len);

struct http_ask {
    const char *method, *path, *type;
    const void *body;
    size_t len;
    int fd;              /* >= 0: the body is read from there instead, chunked */
    const char *upgrade; /* protocol asked for, or NULL */
};
/* Gets pieces of an answer's body; non-zero ends the reading. */
struct http_sink {
    int (*piece)(void *data, const void *bytes, size_t len);
    void *data;
};
/* Sends it. A failure to send is not told yet when an answer may have come before: then 0, and reading tells. */
int http_conn_send(struct http_conn *c, const struct http_ask *a, struct err *e);
/* Reads a head that is not a passing one (100 to 199, without 101). -ECONNRESET when the end came before its first
 * byte. */
int http_conn_head(struct http_conn *c, struct http_head *ret, struct err *e);
/* Reads the body that belongs to the head. What `piece` returned when it ended the reading; -errno with `e`. */
int http_conn_body(struct http_conn *c, const struct http_head *h, const char *method, const struct http_sink *sink,
                   struct err *e);
