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
    size_t len = strlen(text);
    if (len > FRAME_MAX)
        return -EMSGSIZE;
    frame_put(to, type, stream, text, len);
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
    if (size > FRAME_MAX || (p[0] == FRAME_CREDIT && size != 4))
        return -EINVAL;
    if (len - FRAME_HEAD < size)
        return 0;
    *ret = (struct frame){.type = (enum frame_type)p[0], .stream = get_u32(p + 4), .data = p + FRAME_HEAD, .len = size};
    return (ssize_t)(FRAME_HEAD + size);
}
