// SPDX-License-Identifier: Apache-2.0
/* Frames: how an upgraded connection carries several streams of bytes and messages. Pure.
 *
 * A frame is: 1 byte type, 3 bytes zero, 4 bytes stream id, 4 bytes length (both big-endian), then the payload of at most 64 KiB - 1.
 * Stream 0 carries messages about the connection. The side that opened the connection opens odd streams, the other even ones.
 * DATA frames of one stream may be under way up to FRAME_WINDOW bytes until the receiver answers with FRAME_CREDIT; others are not counted. */
#pragma once

#include "base/base.h"

#define FRAME_HEAD 12
#define FRAME_MAX 65535
#define FRAME_WINDOW (256 * 1024)
#define FRAME_PROTOCOL "sedge-stream" /* the Upgrade: header's word */

enum frame_type {
    FRAME_MESSAGE = 1, /* JSON; on a stream > 0 before any data: the request or the answer of that stream */
    FRAME_DATA,        /* bytes: input of the one side, standard output of the other */
    FRAME_DATA_ERR,    /* bytes of standard error */
    FRAME_EOF,         /* no more data from this side */
    FRAME_CREDIT,      /* 4 bytes: so many more data bytes may be sent */
    FRAME_CLOSE,       /* JSON {"code": exit status, "error": text}: the stream has ended; nothing follows on it */
    FRAME_PART,        /* a piece of JSON; its last piece comes as FRAME_MESSAGE (or FRAME_CLOSE). No other message's pieces come between */
    FRAME_ALIVE, /* on stream 0, empty: this side lives; asked for where silence is to be noticed */
    FRAME_TYPE_MAX,
};

struct frame {
    enum frame_type type;
    uint32_t stream;
    const uint8_t *data; /* borrowed from the reader's buffer */
    size_t len;
};

/* Appends a frame; len <= FRAME_MAX. */
void frame_put(struct buf *to, enum frame_type type, uint32_t stream, const void *data, size_t len);
/* Appends any length of DATA or DATA_ERR as several frames. */
void frame_put_data(struct buf *to, enum frame_type type, uint32_t stream, const void *data, size_t len);
/* A MESSAGE or CLOSE, with PARTs before it when it is long. 0, or -EMSGSIZE with nothing appended when the text is longer than JSON_MAX_BYTES. */
int frame_put_json(struct buf *to, enum frame_type type, uint32_t stream, const json_t *v);
/* Takes a PART, MESSAGE or CLOSE of a connection: gathers pieces in `parts` (one a connection). 0: more is to come; 1: *ret is the whole JSON (the caller owns it);
 * -EINVAL with `e`: no JSON or too long: drop the connection. An empty CLOSE gives {}. */
int frame_take_json(struct buf *parts, const struct frame *f, json_t **ret, struct err *e);
/* Takes the frame at the front of `data`: its whole size in bytes, 0 when it is not all there yet, -EINVAL when it is no frame. */
ssize_t frame_get(const void *data, size_t len, struct frame *ret);
