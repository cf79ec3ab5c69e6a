// SPDX-License-Identifier: Apache-2.0
/* Heads of answers and chunked bodies: read whole or byte by byte, and refused when they are malformed. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <string.h>

#include "http/http_client.h"

static void reads_heads(void **state)
{
    static const char text[] = "HTTP/1.1 200 OK\r\nContent-Length: 12\r\nCONTENT-type:  application/json \t\r\n"
                               "Connection: keep-alive, Close\r\nX: y\r\nUpgrade: sedge-stream\r\n\r\nbody";
    struct http_head h;
    size_t whole = strlen(text) - 4;
    for (size_t len = 0; len < whole; len++)
        assert_int_equal(http_head_parse(text, len, &h), 0);
    assert_int_equal(http_head_parse(text, strlen(text), &h), whole);
    assert_int_equal(h.status, 200);
    assert_int_equal(h.content_length, 12);
    assert_false(h.chunked);
    assert_true(h.close);
    assert_string_equal(h.type, "application/json");
    assert_string_equal(h.upgrade, "sedge-stream");
}

static void knows_how_a_body_ends(void **state)
{
    static const struct {
        const char *text;
        int64_t length;
        bool chunked, close;
    } cases[] = {
        {"HTTP/1.1 204 \r\n\r\n", -1, false, false},
        {"HTTP/1.1 204\r\n\r\n", -1, false, false},
        {"HTTP/1.1 200 OK\n\n", -1, false, false},
        {"HTTP/1.0 200 OK\r\n\r\n", -1, false, true},
        {"HTTP/1.0 200 OK\r\nConnection: keep-alive\r\n\r\n", -1, false, false},
        {"HTTP/1.1 200 OK\r\nTransfer-Encoding: Chunked\r\n\r\n", -1, true, false},
        {"HTTP/1.1 200 OK\r\nContent-Length: 0\r\nContent-Length: 0\r\n\r\n", 0, false, false},
        {"HTTP/1.1 200 OK\r\nContent-Length: 9223372036854775807\r\n\r\n", INT64_MAX, false, false},
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct http_head h;
        assert_int_equal(http_head_parse(cases[i].text, strlen(cases[i].text), &h), strlen(cases[i].text));
        assert_int_equal(h.content_length, cases[i].length);
        assert_int_equal(h.chunked, cases[i].chunked);
        assert_int_equal(h.close, cases[i].close);
    }
}

static void refuses_heads(void **state)
{
    static const char *const cases[] = {
        "HTTP/2 200 OK\r\n\r\n",
        "HTTP/1.2 200 OK\r\n\r\n",
        "HTTP/1.1 20 OK\r\n\r\n",
        "HTTP/1.1 2000 OK\r\n\r\n",
        "HTTP/1.1 099 OK\r\n\r\n",
        "HTTP/1.1 2x0 OK\r\n\r\n",
        "SSH-2.0-OpenSSH\r\n\r\n",
        "\r\n\r\n",
        "HTTP/1.1 200 OK\r\nno colon\r\n\r\n",
        "HTTP/1.1 200 OK\r\n: empty name\r\n\r\n",
        "HTTP/1.1 200 OK\r\nA: b\r\n folded\r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: 1x\r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length:\r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: 9223372036854775808\r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\n\r\n",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\n",
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct http_head h;
        if (http_head_parse(cases[i], strlen(cases[i]), &h) != -EBADMSG)
            fail_msg("taken: %s", cases[i]);
    }
    AUTO_BUF struct buf endless = {0};
    struct http_head h;
    buf_adds(&endless, "HTTP/1.1 200 OK\r\nA: ");
    while (endless.len < 32 * 1024)
        buf_addc(&endless, 'x');
    assert_int_equal(http_head_parse(endless.data, endless.len, &h), -EBADMSG);
}

/* Feeds in steps of so many bytes. -EBADMSG, or the bytes that were used; *done as it came out. */
static ssize_t feed(const char *text, size_t step, struct buf *out, bool *done)
{
    struct http_chunks c = {0};
    size_t at = 0, len = strlen(text);
    *done = false;
    while (at < len && !*done) {
        ssize_t n = http_chunks_feed(&c, text + at, len - at < step ? len - at : step, out, done);
        if (n < 0)
            return n;
        at += (size_t)n;
    }
    return (ssize_t)at;
}

static void decodes_chunks(void **state)
{
    static const struct {
        const char *text, *body;
        size_t left;
    } cases[] = {
        {"0\r\n\r\n", "", 0},
        {"5\r\nhello\r\n0\r\n\r\n", "hello", 0},
        {"5\r\nhello\r\n6\r\n world\r\n0\r\n\r\nHTTP/1.1", "hello world", 8},
        {"5;name=value\r\nhello\r\n0;x\r\nTrailer: 1\r\nMore: 2\r\n\r\nX", "hello", 1},
        {"0000a\n0123456789\n0\n\n", "0123456789", 0},
        {"A\r\n\r\n0\r\n\r\n12\r\r\n0\r\n\r\n", "\r\n0\r\n\r\n12\r", 0}, /* data that looks like an end */
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        for (size_t step = 1; step < 20; step++) {
            AUTO_BUF struct buf out = {0};
            bool done;
            ssize_t used = feed(cases[i].text, step, &out, &done);
            assert_true(done);
            assert_int_equal(used, strlen(cases[i].text) - cases[i].left);
            assert_string_equal(buf_str(&out), cases[i].body);
        }
    }
}

static void refuses_chunks(void **state)
{
    static const char *const cases[] = {
        "\r\n",
        "x\r\n",
        "-5\r\nhello",
        "+5\r\nhello",
        "0x5\r\nhello",
        "5\r\nhello0\r\n\r\n",
        "10000000000000000\r\n",
        "5\r\nhelloX",
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        AUTO_BUF struct buf out = {0};
        bool done;
        if (feed(cases[i], 100, &out, &done) != -EBADMSG)
            fail_msg("taken: %s", cases[i]);
        assert_false(done);
    }
    /* What is passed over has an end. */
    AUTO_BUF struct buf endless = {0};
    AUTO_BUF struct buf out = {0};
    bool done;
    buf_adds(&endless, "5;");
    while (endless.len < 10000)
        buf_addc(&endless, 'x');
    assert_int_equal(feed(endless.data, 1000, &out, &done), -EBADMSG);
    buf_clear(&endless);
    buf_adds(&endless, "0\r\n");
    while (endless.len < 10000)
        buf_adds(&endless, "T: 1\r\n");
    assert_int_equal(feed(endless.data, 1000, &out, &done), -EBADMSG);
}

int main(void)
{
    cmocka_set_message_output(CM_OUTPUT_TAP);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_heads),    cmocka_unit_test(knows_how_a_body_ends), cmocka_unit_test(refuses_heads),
        cmocka_unit_test(decodes_chunks), cmocka_unit_test(refuses_chunks),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
