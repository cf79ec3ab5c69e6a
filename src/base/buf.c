// SPDX-License-Identifier: Apache-2.0
/* Growing runs of bytes: doubles as it grows, and ends the process rather than give half a text. */
#include "base/buf.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define BUF_FIRST 64

/* Makes room for n more bytes and the NUL behind them. */
static void buf_need(struct buf *b, size_t n)
{
    size_t need;
    if (__builtin_add_overflow(b->len, n, &need) || need > SIZE_MAX / 2)
        need = SIZE_MAX / 2; /* more than there is: mem_grow ends the process */
    need++;
    if (need <= b->cap)
        return;
    size_t cap = b->cap < BUF_FIRST ? BUF_FIRST : b->cap;
    while (cap < need)
        cap *= 2;
    b->data = mem_grow(b->data, cap, 1);
    b->cap = cap;
}

void buf_add(struct buf *b, const void *data, size_t len)
{
    buf_need(b, len);
    if (len > 0)
        memcpy(b->data + b->len, data, len);
    b->len += len;
    b->data[b->len] = '\0';
}

void buf_adds(struct buf *b, const char *s)
{
    buf_add(b, s, strlen(s));
}

void buf_addc(struct buf *b, char c)
{
    buf_add(b, &c, 1);
}

void buf_addf(struct buf *b, const char *fmt, ...)
{
    va_list ap, again;
    va_start(ap, fmt);
    va_copy(again, ap);
    buf_need(b, BUF_FIRST);
    int n = vsnprintf(b->data + b->len, b->cap - b->len, fmt, ap);
    if (n >= 0 && (size_t)n >= b->cap - b->len) {
        buf_need(b, (size_t)n);
        n = vsnprintf(b->data + b->len, b->cap - b->len, fmt, again);
    }
    va_end(again);
    va_end(ap);
    if (n < 0)
        n = 0;
    b->len += (size_t)n;
    b->data[b->len] = '\0';
}

char *buf_room(struct buf *b, size_t n)
{
    buf_need(b, n);
    b->data[b->len] = '\0';
    b->data[b->len + n] = '\0';
    return b->data + b->len;
}

void buf_drop(struct buf *b, size_t n)
{
    if (n >= b->len) {
        buf_clear(b);
        return;
    }
    b->len -= n;
    memmove(b->data, b->data + n, b->len);
    b->data[b->len] = '\0';
}

void buf_clear(struct buf *b)
{
    b->len = 0;
    if (b->data != NULL)
        b->data[0] = '\0';
}

char *buf_take(struct buf *b)
{
    char *text = b->data == NULL ? mem_strdup("") : b->data;
    text[b->len] = '\0';
    *b = (struct buf){0};
    return text;
}

const char *buf_str(const struct buf *b)
{
    if (b->data == NULL)
        return "";
    b->data[b->len] = '\0'; /* whoever raised len after buf_room may not have */
    return b->data;
}

void buf_done(struct buf *b)
{
    free(b->data);
    *b = (struct buf){0};
}
