// SPDX-License-Identifier: Apache-2.0
/* A growing run of bytes, always closed by a NUL that is not counted. */
#pragma once

#include "base/mem.h"

struct buf {
    char *data; /* NULL while empty */
    size_t len, cap;
};
#define AUTO_BUF AUTO(buf_done)

void buf_add(struct buf *b, const void *data, size_t len);
void buf_adds(struct buf *b, const char *s);
void buf_addc(struct buf *b, char c);
__attribute__((format(printf, 2, 3))) void buf_addf(struct buf *b, const char *fmt, ...);
char *buf_room(struct buf *b, size_t n);  /* room for n more bytes behind the end; then raise b->len yourself (buf_str closes it) */
void buf_drop(struct buf *b, size_t n);   /* takes n bytes off the front */
void buf_clear(struct buf *b);            /* len = 0, keeps the memory */
char *buf_take(struct buf *b);            /* hands the text over ("" when empty); the caller frees */
const char *buf_str(const struct buf *b); /* never NULL */
void buf_done(struct buf *b);
