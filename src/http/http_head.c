// SPDX-License-Identifier: Apache-2.0
/* Parses the head of an answer and decodes chunked bodies. Pure; made for bytes of foreign origin. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "http/http_client.h"

#define HEAD_MAX       (32 * 1024)
#define CHUNK_LINE_MAX 4096 /* bytes of a chunk's extensions or of one trailer that are passed over */

/* One line of a head without its end. */
struct line {
    const char *text;
    size_t len;
};

static bool line_is(struct line l, const char *word)
{
    return l.len == strlen(word) && strncasecmp(l.text, word, l.len) == 0;
}

static struct line trimmed(const char *text, size_t len)
{
    while (len > 0 && (*text == ' ' || *text == '\t'))
        text++, len--;
    while (len > 0 && (text[len - 1] == ' ' || text[len - 1] == '\t'))
        len--;
    return (struct line){text, len};
}

/* Is `word` one of the comma-separated values? */
static bool has_word(struct line value, const char *word)
{
    while (value.len > 0) {
        const char *comma = memchr(value.text, ',', value.len);
        size_t n = comma ? (size_t)(comma - value.text) : value.len;
        if (line_is(trimmed(value.text, n), word))
            return true;
        if (!comma)
            return false;
        value.text += n + 1;
        value.len -= n + 1;
    }
    return false;
}

static int copy_text(struct line value, char *to, size_t size)
{
    if (value.len >= size)
        return -EBADMSG;
    memcpy(to, value.text, value.len);
    to[value.len] = '\0';
    return 0;
}

static int take_length(struct http_head *h, struct line value)
{
    char text[24];
    int64_t length;
    if (copy_text(value, text, sizeof(text)) < 0 || text[0] == '-' || !str_to_i64(text, 0, INT64_MAX, &length))
        return -EBADMSG;
    if (h->content_length >= 0 && h->content_length != length)
        return -EBADMSG; /* two lengths: somebody is being smuggled past */
    h->content_length = length;
    return 0;
}

static int take_coding(struct http_head *h, struct line value)
{
    if (!line_is(value, "chunked"))
        return -EBADMSG; /* we ask for no other coding */
    h->chunked = true;
    return 0;
}

static int take_connection(struct http_head *h, struct line value)
{
    if (has_word(value, "close"))
        h->close = true;
    else if (has_word(value, "keep-alive"))
        h->close = false;
    return 0;
}

static int take_type(struct http_head *h, struct line value)
{
    return copy_text(value, h->type, sizeof(h->type));
}

static int take_upgrade(struct http_head *h, struct line value)
{
    return copy_text(value, h->upgrade, sizeof(h->upgrade));
}

static const struct {
    const char *name;
    int (*take)(struct http_head *h, struct line value);
} fields[] = {
    {"content-length", take_length}, {"transfer-encoding", take_coding}, {"connection", take_connection},
    {"content-type", take_type},     {"upgrade", take_upgrade},
};

/* "HTTP/1.1 200 OK" */
static int take_status(struct http_head *h, struct line l)
{
    if (l.len < 12 || memcmp(l.text, "HTTP/1.", 7) != 0 || l.text[8] != ' ' || (l.len > 12 && l.text[12] != ' '))
        return -EBADMSG;
    if (l.text[7] != '0' && l.text[7] != '1')
        return -EBADMSG;
    h->close = l.text[7] == '0';
    for (size_t i = 9; i < 12; i++) {
        if (l.text[i] < '0' || l.text[i] > '9')
            return -EBADMSG;
        h->status = h->status * 10 + (l.text[i] - '0');
    }
    return h->status >= 100 ? 0 : -EBADMSG;
}

static int take_field(struct http_head *h, struct line l)
{
    const char *colon = memchr(l.text, ':', l.len);
    if (!colon || colon == l.text || l.text[0] == ' ' || l.text[0] == '\t' || memchr(l.text, '\0', l.len))
        return -EBADMSG;
    size_t name_len = (size_t)(colon - l.text);
    struct line name = {l.text, name_len}, value = trimmed(colon + 1, l.len - name_len - 1);
    for (size_t i = 0; i < ARRAY_LEN(fields); i++)
        if (line_is(name, fields[i].name))
            return fields[i].take(h, value);
    return 0;
}

ssize_t http_head_parse(const char *text, size_t len, struct http_head *ret)
{
    *ret = (struct http_head){.content_length = -1};
    bool first = true;
    for (size_t at = 0; at < len && at < HEAD_MAX;) {
        const char *end = memchr(text + at, '\n', len - at);
        if (!end)
            break;
        struct line l = {text + at, (size_t)(end - text) - at};
        at += l.len + 1;
        if (l.len > 0 && l.text[l.len - 1] == '\r')
            l.len--;
        if (l.len == 0 && !first)
            return ret->chunked && ret->content_length >= 0 ? -EBADMSG : (ssize_t)at;
        int r = first ? take_status(ret, l) : take_field(ret, l);
        if (r < 0)
            return r;
        first = false;
    }
    return len >= HEAD_MAX ? -EBADMSG : 0;
}

enum chunk_state {
    CHUNK_SIZE_FIRST, /* at least one digit must come */
    CHUNK_SIZE,
    CHUNK_EXTENSION, /* up to the end of the size's line; `skipped` counts */
    CHUNK_DATA,
    CHUNK_DATA_END, /* the line's end behind the data */
    CHUNK_TRAILER,  /* at the start of a line behind the last chunk */
    CHUNK_TRAILER_LINE,
    CHUNK_DONE,
};

static int size_digit(struct http_chunks *c, char ch)
{
    int v = ch >= '0' && ch <= '9' ? ch - '0' : (ch | 0x20) >= 'a' && (ch | 0x20) <= 'f' ? (ch | 0x20) - 'a' + 10 : -1;
    if (v < 0 || c->left > (UINT64_MAX >> 8))
        return -EBADMSG;
    c->left = c->left << 4 | (uint64_t)v;
    c->state = CHUNK_SIZE;
    return 0;
}

/* The size's line has ended. */
static int size_end(struct http_chunks *c)
{
    c->state = c->left > 0 ? CHUNK_DATA : CHUNK_TRAILER;
    return 0;
}

static int feed_size(struct http_chunks *c, char ch)
{
    if (c->state == CHUNK_SIZE && ch == '\n')
        return size_end(c);
    if (c->state == CHUNK_SIZE && (ch == ';' || ch == '\r' || ch == ' ' || ch == '\t')) {
        c->state = CHUNK_EXTENSION;
        c->skipped = 0;
        return 0;
    }
    return size_digit(c, ch);
}

/* A byte between the data of chunks. */
static int feed_between(struct http_chunks *c, char ch)
{
    switch ((enum chunk_state)c->state) {
    case CHUNK_SIZE_FIRST:
    case CHUNK_SIZE:
        return feed_size(c, ch);
    case CHUNK_EXTENSION:
        return ch == '\n' ? size_end(c) : ++c->skipped > CHUNK_LINE_MAX ? -EBADMSG : 0;
    case CHUNK_DATA_END:
        if (ch == '\n')
            c->state = CHUNK_SIZE_FIRST;
        return ch == '\n' || ch == '\r' ? 0 : -EBADMSG;
    case CHUNK_TRAILER:
        if (ch != '\r')
            c->state = ch == '\n' ? CHUNK_DONE : CHUNK_TRAILER_LINE;
        return ++c->skipped > CHUNK_LINE_MAX ? -EBADMSG : 0;
    case CHUNK_TRAILER_LINE:
        if (ch == '\n')
            c->state = CHUNK_TRAILER;
        return ++c->skipped > CHUNK_LINE_MAX ? -EBADMSG : 0;
    case CHUNK_DATA:
    case CHUNK_DONE:
        break;
    }
    return -EBADMSG;
}

ssize_t http_chunks_feed(struct http_chunks *c, const char *data, size_t len, struct buf *out, bool *done)
{
    size_t at = 0;
    while (at < len && c->state != CHUNK_DONE) {
        if (c->state == CHUNK_DATA) {
            size_t n = len - at < c->left ? len - at : (size_t)c->left;
            buf_add(out, data + at, n);
            at += n;
            c->left -= n;
            if (c->left == 0)
                c->state = CHUNK_DATA_END;
            continue;
        }
        int r = feed_between(c, data[at++]);
        if (r < 0)
            return r;
    }
    *done = c->state == CHUNK_DONE;
    return (ssize_t)at;
}
