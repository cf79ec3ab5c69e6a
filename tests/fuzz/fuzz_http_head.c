// SPDX-License-Identifier: Apache-2.0
/* Feeds an answer: its head, then its body as chunks; whole or in pieces, the outcome is the same. */
#include <string.h>

#include "fuzz_must.h"
#include "http/http_client.h"

static void check_head(const char *text, size_t len, const struct http_head *h)
{
    must(h->status >= 100 && h->status <= 999, "a status that is none");
    must(h->content_length >= -1, "a negative length");
    must(!h->chunked || h->content_length < 0, "two ends of one body");
    must(memchr(h->type, '\0', sizeof(h->type)) && memchr(h->upgrade, '\0', sizeof(h->upgrade)), "text without an end");
    struct http_head shorter;
    must(http_head_parse(text, len - 1, &shorter) == 0, "a head that is whole before its end");
}

/* Decodes in steps. Bytes used, or -EBADMSG. */
static ssize_t decode(const char *text, size_t len, size_t step, struct buf *out, bool *done)
{
    struct http_chunks c = {0};
    size_t at = 0;
    *done = false;
    while (at < len && !*done) {
        size_t n = len - at < step ? len - at : step;
        ssize_t used = http_chunks_feed(&c, text + at, n, out, done);
        if (used < 0)
            return used;
        must((size_t)used <= n && (*done || (size_t)used == n), "bytes neither used nor refused");
        at += (size_t)used;
    }
    return (ssize_t)at;
}

static void check_chunks(const char *text, size_t len)
{
    static const size_t steps[] = {1, 7};
    AUTO_BUF struct buf whole = {0};
    bool done;
    ssize_t used = decode(text, len, len > 0 ? len : 1, &whole, &done);
    must(whole.len <= len, "more came out than went in");
    for (size_t i = 0; i < ARRAY_LEN(steps); i++) {
        AUTO_BUF struct buf pieces = {0};
        bool done_too;
        ssize_t used_too = decode(text, len, steps[i], &pieces, &done_too);
        must(used == used_too && done == done_too, "pieces end elsewhere than the whole");
        must(used < 0 || (whole.len == pieces.len && memcmp(buf_str(&whole), buf_str(&pieces), whole.len) == 0),
             "pieces give another body than the whole");
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const char *text = (const char *)data;
    struct http_head h;
    ssize_t head = http_head_parse(text, size, &h);
    must(head <= (ssize_t)size, "a head longer than what is there");
    if (head > 0)
        check_head(text, (size_t)head, &h);
    size_t at = head > 0 ? (size_t)head : 0;
    check_chunks(text + at, size - at);
    return 0;
}
