// SPDX-License-Identifier: Apache-2.0
/* A connection that carries frames, on the loop: reads them, queues what is to be sent, and is cut off when its other
 * end does not read. */
#pragma once

#include <uv.h>

#include "http/frame.h"

struct frame_conn;
struct frame_conn_calls {
    /* Each frame as it comes. Negative with `e`: the connection is cut. It may close the connection itself. */
    int (*frame)(void *data, const struct frame *f, struct err *e);
    /* Once, when the other end has left, was cut, or the connection broke; never from within a call of ours, and not
     * after frame_conn_close. The connection is freed behind it. */
    void (*ended)(void *data, const char *why);
};

/* Takes the descriptor over; `extra`: bytes that were read from it already. queue_max: bytes that may wait to be sent.
 * NULL (fd is closed) when the loop cannot watch it. */
struct frame_conn *frame_conn_new(uv_loop_t *loop, int fd, const void *extra, size_t len, size_t queue_max,
                                  const struct frame_conn_calls *calls, void *data);
void frame_conn_put(struct frame_conn *c, enum frame_type type, uint32_t stream, const void *data, size_t len);
/* -EMSGSIZE when it is too long: nothing is sent then. */
int frame_conn_put_json(struct frame_conn *c, enum frame_type type, uint32_t stream, const json_t *v);
size_t frame_conn_queued(const struct frame_conn *c);
/* From here on so many bytes may wait. */
void frame_conn_allow(struct frame_conn *c, size_t queue_max);
void frame_conn_close(struct frame_conn *c);  /* now; NULL is fine */
void frame_conn_finish(struct frame_conn *c); /* when all that is queued has been sent; no call comes any more */
