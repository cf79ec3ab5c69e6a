// SPDX-License-Identifier: Apache-2.0
/* An operation on a node as the client sees it (model/node_link.h): its request, the frames both ways, how it ended. */
#pragma once

#include "cli/api_client.h"
#include "http/frame.h"

struct stream {
    struct http_conn *conn;
    struct buf in, parts;
    size_t window; /* data bytes that may be sent now */
    size_t used;   /* data bytes taken and not yet credited */
    bool closed;   /* CLOSE came: */
    int code;      /* exit status */
    char *error;   /* or NULL */
};

/* What to do with what comes; non-zero from either ends the reading with that. Either may be NULL. */
struct stream_taker {
    int (*data)(void *self, bool is_err, const void *bytes, size_t len);
    int (*message)(void *self, const json_t *message);
    void *self;
};

/* Asks for the operation over a connection of its own. -errno with `e` when the head refuses it. */
int stream_open(struct cli *cli, const char *path, const json_t *request, struct stream *ret, struct err *e);
/* The same over a connection that is open; owned by the stream from success on. */
int stream_begin(struct http_conn **conn, const char *path, const json_t *request, struct stream *ret, struct err *e);
/* Reads once (waits when nothing is there) and takes all whole frames. 0: go on; 1: closed; else what the taker gave,
 * or -errno with `e`. */
int stream_step(struct stream *s, const struct stream_taker *taker, struct err *e);
/* Until it is closed: 1, or as stream_step. */
int stream_run(struct stream *s, const struct stream_taker *taker, struct err *e);
/* Sends input; len <= s->window. 0 or -errno. */
int stream_send(struct stream *s, const void *data, size_t len);
int stream_send_eof(struct stream *s);
int stream_send_message(struct stream *s, const json_t *message);
int stream_fd(const struct stream *s);
bool stream_pending(const struct stream *s); /* something can be read though poll does not see it */
void stream_done(struct stream *s);
/* Path of a pod's operations; of a node's. The caller frees. */
char *stream_pod_path(const char *ns, const char *pod);
char *stream_node_path(const char *node);
