// SPDX-License-Identifier: Apache-2.0
/* Frames: written and taken back, in pieces, and refused when they are none. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <string.h>

#include "base/json.h"
#include "http/frame.h"

static void comes_back(void **state)
{
    AUTO_BUF struct buf b = {0};
    struct frame f;
    frame_put(&b, FRAME_DATA, 0x01020304, "hello", 5);
    frame_put(&b, FRAME_EOF, 7, NULL, 0);
    assert_int_equal(b.len, 2 * FRAME_HEAD + 5);
    assert_memory_equal(b.data, "\2\0\0\0\1\2\3\4\0\0\0\5hello", 17);
    for (size_t len = 0; len < 17; len++) /* not all there yet */
        assert_int_equal(frame_get(b.data, len, &f), 0);
    assert_int_equal(frame_get(b.data, b.len, &f), 17);
    assert_int_equal(f.type, FRAME_DATA);
    assert_int_equal(f.stream, 0x01020304);
    assert_int_equal(f.len, 5);
    assert_memory_equal(f.data, "hello", 5);
    buf_drop(&b, 17);
    assert_int_equal(frame_get(b.data, b.len, &f), FRAME_HEAD);
    assert_int_equal(f.type, FRAME_EOF);
    assert_int_equal(f.len, 0);
}

static void splits_data(void **state)
{
    static const size_t sizes[] = {0, 1, FRAME_MAX, FRAME_MAX + 1, 3 * FRAME_MAX + 10};
    AUTO_FREE char *bytes = mem_alloc(3 * FRAME_MAX + 10);
    for (size_t i = 0; i < 3 * FRAME_MAX + 10; i++)
        bytes[i] = (char)(i * 7 + (i >> 10));
    for (size_t i = 0; i < ARRAY_LEN(sizes); i++) {
        AUTO_BUF struct buf b = {0};
        AUTO_BUF struct buf got = {0};
        struct frame f;
        frame_put_data(&b, FRAME_DATA_ERR, 3, bytes, sizes[i]);
        for (size_t at = 0; at < b.len;) {
            ssize_t n = frame_get(b.data + at, b.len - at, &f);
            assert_true(n > 0);
            assert_int_equal(f.type, FRAME_DATA_ERR);
            buf_add(&got, f.data, f.len);
            at += (size_t)n;
        }
        assert_int_equal(got.len, sizes[i]);
        if (got.len > 0)
            assert_memory_equal(got.data, bytes, got.len);
    }
}

static void refuses_what_is_no_frame(void **state)
{
    static const struct {
        const char *bytes;
        size_t len;
    } cases[] = {
        {"\0", 1},
        {"\x09", 1},
        {"G", 1},
        {"GET / HTTP/1.1\r\n", 16},
        {"\2\1", 2},
        {"\2\0\0\1", 4},
        {"\2\0\0\0\0\0\0\1\0\1\0\0", 12}, /* 65536 bytes */
        {"\2\0\0\0\0\0\0\1\xff\xff\xff\xff", 12},
        {"\5\0\0\0\0\0\0\1\0\0\0\3", 12}, /* a credit has 4 bytes */
        {"\x08\0\0\0\0\0\0\0\0\0\0\1", 12}, /* a sign of life has none */
    };
    struct frame f;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++)
        assert_int_equal(frame_get(cases[i].bytes, cases[i].len, &f), -EINVAL);
}

/* Feeds all frames of a buffer; what the last one gave. */
static int take_all(const struct buf *b, json_t **ret, size_t *ret_frames, struct err *e)
{
    AUTO_BUF struct buf parts = {0};
    struct frame f;
    int r = 0;
    *ret_frames = 0;
    for (size_t at = 0; at < b->len && r == 0; ++*ret_frames) {
        ssize_t n = frame_get(b->data + at, b->len - at, &f);
        assert_true(n > 0);
        at += (size_t)n;
        r = frame_take_json(&parts, &f, ret, e);
        if (r > 0)
            assert_int_equal(at, b->len); /* whole with the last piece only */
    }
    if (r != 0)
        assert_int_equal(parts.len, 0); /* ready for the next */
    return r;
}

static json_t *text_of(size_t len)
{
    AUTO_FREE char *text = mem_alloc(len + 1);
    for (size_t i = 0; i < len; i++)
        text[i] = (char)('a' + i % 26);
    return json_pack("{s:s}", "t", text);
}

static void passes_json_in_pieces(void **state)
{
    /* {"t":"..."} has 8 bytes beside the text. */
    static const struct {
        size_t len, frames;
    } cases[] = {{0, 1}, {FRAME_MAX - 8, 1}, {FRAME_MAX - 7, 2}, {2 * FRAME_MAX - 8, 2}, {JSON_MAX_BYTES - 8, 49}};
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        AUTO_BUF struct buf b = {0};
        AUTO_JSON json_t *v = text_of(cases[i].len);
        AUTO_JSON json_t *got = NULL;
        struct err e = {0};
        size_t frames;
        assert_int_equal(frame_put_json(&b, i % 2 ? FRAME_CLOSE : FRAME_MESSAGE, 5, v), 0);
        assert_int_equal(take_all(&b, &got, &frames, &e), 1);
        assert_int_equal(frames, cases[i].frames);
        assert_true(json_equal(v, got));
    }
    AUTO_BUF struct buf b = {0};
    AUTO_JSON json_t *large = text_of(JSON_MAX_BYTES - 7);
    assert_int_equal(frame_put_json(&b, FRAME_MESSAGE, 5, large), -EMSGSIZE);
    assert_int_equal(b.len, 0);
}

static void refuses_what_is_no_message(void **state)
{
    AUTO_BUF struct buf b = {0};
    AUTO_JSON json_t *got = NULL;
    struct err e = {0};
    size_t frames;
    frame_put(&b, FRAME_CLOSE, 1, NULL, 0); /* an empty one is an object */
    assert_int_equal(take_all(&b, &got, &frames, &e), 1);
    assert_int_equal(json_object_size(got), 0);
    json_unrefp(&got);
    static const struct {
        enum frame_type type;
        const char *text;
    } cases[] = {{FRAME_MESSAGE, ""}, {FRAME_MESSAGE, "{"}, {FRAME_CLOSE, "{]"}, {FRAME_DATA, "{}"}, {FRAME_EOF, ""}};
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        buf_clear(&b);
        err_clear(&e);
        frame_put(&b, cases[i].type, 1, cases[i].text, strlen(cases[i].text));
        assert_int_equal(take_all(&b, &got, &frames, &e), -EINVAL);
        assert_true(e.text[0] != '\0');
        assert_null(got);
    }
}

static void bounds_what_is_gathered(void **state)
{
    AUTO_BUF struct buf parts = {0};
    AUTO_FREE uint8_t *piece = mem_alloc(FRAME_MAX);
    struct frame f = {.type = FRAME_PART, .stream = 1, .data = piece, .len = FRAME_MAX};
    struct err e = {0};
    json_t *got = NULL;
    int r = 0, n = 0;
    while (r == 0 && n < 1000) {
        r = frame_take_json(&parts, &f, &got, &e);
        n++;
    }
    assert_int_equal(r, -EINVAL);
    assert_int_equal(n, JSON_MAX_BYTES / FRAME_MAX + 1);
    assert_int_equal(parts.len, 0);
}

int main(void)
{
    cmocka_set_message_output(CM_OUTPUT_TAP);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(comes_back),
        cmocka_unit_test(splits_data),
        cmocka_unit_test(refuses_what_is_no_frame),
        cmocka_unit_test(passes_json_in_pieces),
        cmocka_unit_test(refuses_what_is_no_message),
        cmocka_unit_test(bounds_what_is_gathered),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
