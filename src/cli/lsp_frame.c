// SPDX-License-Identifier: Apache-2.0
/* Takes messages out of a stream of bytes. */
#include "cli/lsp_frame.h"

#include <string.h>
#include <strings.h>

#define LENGTH_FIELD "Content-Length:"

/* Takes bytes that are to be passed over off the front. */
static void skip(struct lsp_frame *f)
{
    size_t n = f->skip < (int64_t)f->in.len ? (size_t)f->skip : f->in.len;
    buf_drop(&f->in, n);
    f->skip -= (int64_t)n;
}

void lsp_frame_feed(struct lsp_frame *f, const void *data, size_t len)
{
    buf_add(&f->in, data, len);
    skip(f);
}

/* One line of the head. False when it is none. */
static bool read_field(const char *line, size_t len, int64_t *ret_length)
{
    AUTO_FREE char *text = mem_strndup(line, len);
    if (strlen(text) != len || !strchr(text, ':'))
        return false;
    if (strncasecmp(text, LENGTH_FIELD, strlen(LENGTH_FIELD)) != 0)
        return true; /* Content-Type says what is known */
    const char *number = text + strlen(LENGTH_FIELD);
    number += strspn(number, " \t");
    AUTO_FREE char *digits = mem_strndup(number, strcspn(number, " \t"));
    return str_to_i64(digits, 0, LSP_SKIP_MAX, ret_length);
}

/* The head before `end`, where its empty line begins. */
static bool read_head(const char *head, const char *end, int64_t *ret_length)
{
    *ret_length = -1;
    while (head < end) {
        const char *line_end = memmem(head, (size_t)(end - head) + 2, "\r\n", 2);
        if (!line_end || !read_field(head, (size_t)(line_end - head), ret_length))
            return false;
        head = line_end + 2;
    }
    return *ret_length >= 0;
}

enum lsp_frame_found lsp_frame_next(struct lsp_frame *f, const char **ret, size_t *ret_len)
{
    int64_t length;
    buf_drop(&f->in, f->taken);
    f->taken = 0;
    if (f->skip || !f->in.len)
        return LSP_FRAME_NONE;
    const char *end = memmem(f->in.data, f->in.len < LSP_HEAD_MAX ? f->in.len : LSP_HEAD_MAX, "\r\n\r\n", 4);
    if (!end)
        return f->in.len < LSP_HEAD_MAX ? LSP_FRAME_NONE : LSP_FRAME_BROKEN;
    if (!read_head(f->in.data, end, &length))
        return LSP_FRAME_BROKEN;
    size_t head = (size_t)(end - f->in.data) + 4;
    if (length > LSP_BODY_MAX) {
        buf_drop(&f->in, head);
        f->skip = length;
        skip(f);
        return LSP_FRAME_LARGE;
    }
    if (f->in.len - head < (size_t)length)
        return LSP_FRAME_NONE;
    *ret = f->in.data + head;
    *ret_len = (size_t)length;
    f->taken = head + (size_t)length;
    return LSP_FRAME_MESSAGE;
}

void lsp_frame_done(struct lsp_frame *f)
{
    buf_done(&f->in);
    *f = (struct lsp_frame){0};
}

void lsp_frame_write(struct buf *to, const char *body, size_t len)
{
    buf_addf(to, LENGTH_FIELD " %zu\r\n\r\n", len);
    buf_add(to, body, len);
}
