// SPDX-License-Identifier: Apache-2.0
/* Writes and takes frames. */
#include "http/frame.h"

#include <errno.h>
#include <string.h>

#include "base/json.h"

static void put_u32(uint8_t *to, uint32_t v)
{
    to[0] = (uint8_t)(v >> 24);
    to[1] = (uint8_t)(v >> 16);
    to[2] = (uint8_t)(v >> 8);
    to[3] = (uint8_t)v;
}

static uint32_t get_u32(const uint8_t *from)
{
    return (uint32_t)from[0] << 24 | (uint32_t)from[1] << 16 | (uint32_t)from[2] << 8 | from[3];
}

void frame_put(struct buf *to, enum frame_type type, uint32_t stream, const void *data, size_t len)
{
    uint8_t head[FRAME_HEAD] = {(uint8_t)type};
    if (len > FRAME_MAX)
        abort(); /* the caller's fault: a frame that lies about its length would break all streams of the connection */
    put_u32(head + 4, stream);
    put_u32(head + 8, (uint32_t)len);
    buf_add(to, head, sizeof(head));
    buf_add(to, data, len);
}

void frame_put_data(struct buf *to, enum frame_type type, uint32_t stream, const void *data, size_t len)
{
    const uint8_t *p = data;
    while (len > 0) {
        size_t n = len < FRAME_MAX ? len : FRAME_MAX;
        frame_put(to, type, stream, p, n);
        p += n;
        len -= n;
    }
}

int frame_put_json(struct buf *to, enum frame_type type, uint32_t stream, const json_t *v)
{
    AUTO_FREE char *text = json_text(v);
    size_t len = strlen(text), at = 0;
    if (len > JSON_MAX_BYTES)
        return -EMSGSIZE;
    for (; len - at > FRAME_MAX; at += FRAME_MAX)
        frame_put(to, FRAME_PART, stream, text + at, FRAME_MAX);
    frame_put(to, type, stream, text + at, len - at);
    return 0;
}

/* Parses what has come; the gathered pieces are given up in any case. */
static int parse_whole(struct buf *parts, const struct frame *f, json_t **ret, struct err *e)
{
    AUTO_BUF struct buf whole = *parts;
    const char *text = (const char *)f->data;
    size_t len = f->len;
    *parts = (struct buf){0};
    if (whole.len > 0) {
        buf_add(&whole, f->data, f->len);
        text = whole.data;
        len = whole.len;
    }
    *ret = len == 0 && f->type == FRAME_CLOSE ? json_object() : json_parse(text, len, e);
    return *ret ? 1 : err_wrap(e, -EINVAL, "a message on stream %u", f->stream);
}

int frame_take_json(struct buf *parts, const struct frame *f, json_t **ret, struct err *e)
{
    if (f->type != FRAME_PART && f->type != FRAME_MESSAGE && f->type != FRAME_CLOSE)
        return err_set(e, EINVAL, "a frame of type %d on stream %u where a message is to come", f->type, f->stream);
    if (f->len > JSON_MAX_BYTES - parts->len) {
        buf_done(parts);
        return err_set(e, EINVAL, "a message on stream %u is longer than %u bytes", f->stream, JSON_MAX_BYTES);
    }
    if (f->type != FRAME_PART)
        return parse_whole(parts, f, ret, e);
    buf_add(parts, f->data, f->len);
    return 0;
}

ssize_t frame_get(const void *data, size_t len, struct frame *ret)
{
    const uint8_t *p = data;
    /* The head is judged as far as it is there, so that a stranger's bytes are refused at once, not waited on. */
    if (len > 0 && (p[0] == 0 || p[0] >= FRAME_TYPE_MAX))
        return -EINVAL;
    for (size_t i = 1; i < 4 && i < len; i++)
        if (p[i] != 0)
            return -EINVAL;
    if (len < FRAME_HEAD)
        return 0;
    uint32_t size = get_u32(p + 8);
    if (size > FRAME_MAX || (p[0] == FRAME_CREDIT && size != 4) || (p[0] == FRAME_ALIVE && size != 0))
        return -EINVAL;
    if (len - FRAME_HEAD < size)
        return 0;
    *ret = (struct frame){.type = (enum frame_type)p[0], .stream = get_u32(p + 4), .data = p + FRAME_HEAD, .len = size};
    return (ssize_t)(FRAME_HEAD + size);
}
