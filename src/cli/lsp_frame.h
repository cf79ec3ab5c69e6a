// SPDX-License-Identifier: Apache-2.0
/* Messages of the Language Server Protocol as bytes (3.17, "Base Protocol"): a head with Content-Length, an empty line,
 * a body. Pure. */
#pragma once

#include "base/base.h"

#define LSP_HEAD_MAX 4096           /* bytes of a head */
#define LSP_BODY_MAX JSON_MAX_BYTES /* bytes of a body that is taken */
#define LSP_SKIP_MAX (1LL << 40)    /* a body that is larger than all reason breaks the stream */

/* Bytes come in by lsp_frame_feed, messages out by lsp_frame_next. */
struct lsp_frame {
    struct buf in;
    size_t taken; /* bytes at the front of `in` that belong to the message given out last */
    int64_t skip; /* bytes of a body that is too large and still to come */
};
enum lsp_frame_found {
    LSP_FRAME_NONE,    /* more bytes are needed */
    LSP_FRAME_MESSAGE, /* a body: borrowed until the next call */
    LSP_FRAME_LARGE,   /* a body of more than LSP_BODY_MAX bytes, which is passed over */
    LSP_FRAME_BROKEN,  /* no head: there is no telling where the next message begins */
};

void lsp_frame_feed(struct lsp_frame *f, const void *data, size_t len);
enum lsp_frame_found lsp_frame_next(struct lsp_frame *f, const char **ret, size_t *ret_len);
void lsp_frame_done(struct lsp_frame *f);
/* Adds a message with that body. */
void lsp_frame_write(struct buf *to, const char *body, size_t len);
