// SPDX-License-Identifier: Apache-2.0
/* Feeds a connection's bytes: frames and the messages in them; what is taken comes back the same. */
#include <errno.h>
#include <string.h>

#include "base/json.h"
#include "fuzz_must.h"
#include "http/frame.h"

static void check_message(const struct frame *f, const json_t *v)
{
    AUTO_BUF struct buf again = {0};
    AUTO_BUF struct buf parts = {0};
    AUTO_JSON json_t *back = NULL;
    struct err e = {0};
    struct frame g;
    int r = 0;
    if (frame_put_json(&again, f->type, f->stream, v) < 0)
        return; /* its canonical text is longer than it was */
    for (size_t at = 0; at < again.len;) {
        ssize_t n = frame_get(again.data + at, again.len - at, &g);
        must(n > 0, "what we wrote is no frame");
        at += (size_t)n;
        r = frame_take_json(&parts, &g, &back, &e);
    }
    must(r == 1 && json_equal(v, back), "what we wrote reads as something else");
}

static bool take(struct buf *parts, const struct frame *f)
{
    AUTO_JSON json_t *v = NULL;
    struct err e = {0};
    if (f->type != FRAME_PART && f->type != FRAME_MESSAGE && f->type != FRAME_CLOSE)
        return true;
    int r = frame_take_json(parts, f, &v, &e);
    must((r == 1) == (v != NULL) && (r < 0) == (e.code != 0), "a message or an error, not both");
    must(parts->len <= JSON_MAX_BYTES, "more gathered than is allowed");
    must(r == 0 || parts->len == 0, "pieces left behind a message");
    if (r == 1)
        check_message(f, v);
    return r >= 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    AUTO_BUF struct buf parts = {0};
    struct frame f;
    for (size_t at = 0; at < size;) {
        ssize_t n = frame_get(data + at, size - at, &f);
        must(n == 0 || n == -EINVAL || ((size_t)n <= size - at && (size_t)n == f.len + FRAME_HEAD), "a wrong size");
        if (n <= 0)
            break;
        must(f.type > 0 && f.type < FRAME_TYPE_MAX && f.data == data + at + FRAME_HEAD, "a frame that is none");
        if (!take(&parts, &f))
            break;
        at += (size_t)n;
    }
    return 0;
}
