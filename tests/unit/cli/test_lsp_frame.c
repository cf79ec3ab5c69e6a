// SPDX-License-Identifier: Apache-2.0
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "cli/lsp_frame.h"
#include "cli/lsp_uri.h"

static void feeds(struct lsp_frame *f, const char *text)
{
    lsp_frame_feed(f, text, strlen(text));
}

static void test_messages(void **state)
{
    struct lsp_frame f = {0};
    const char *body;
    size_t len;
    feeds(&f, "Content-Length: 2\r\n\r\n{}content-length:3\r\nContent-Type: x\r\n\r\nab");
    assert_int_equal(lsp_frame_next(&f, &body, &len), LSP_FRAME_MESSAGE);
    assert_memory_equal(body, "{}", len);
    assert_int_equal(lsp_frame_next(&f, &body, &len), LSP_FRAME_NONE);
    feeds(&f, "c");
    assert_int_equal(lsp_frame_next(&f, &body, &len), LSP_FRAME_MESSAGE);
    assert_int_equal(len, 3);
    assert_memory_equal(body, "abc", 3);
    assert_int_equal(lsp_frame_next(&f, &body, &len), LSP_FRAME_NONE);
    assert_int_equal(f.in.len, 0);
    lsp_frame_done(&f);
}

static void test_large(void **state)
{
    struct lsp_frame f = {0};
    const char *body;
    size_t len;
    AUTO_FREE char *part = mem_alloc(1 << 20);
    memset(part, 'x', 1 << 20);
    feeds(&f, "Content-Length: 4194304\r\n\r\nxx");
    assert_int_equal(lsp_frame_next(&f, &body, &len), LSP_FRAME_LARGE);
    for (int i = 0; i < 4; i++) {
        lsp_frame_feed(&f, part, i == 3 ? (1 << 20) - 2 : 1 << 20);
        assert_int_equal(f.in.len, 0);
        assert_int_equal(lsp_frame_next(&f, &body, &len), LSP_FRAME_NONE);
    }
    feeds(&f, "Content-Length: 1\r\n\r\n1");
    assert_int_equal(lsp_frame_next(&f, &body, &len), LSP_FRAME_MESSAGE);
    lsp_frame_done(&f);
}

static void is_broken(const char *text)
{
    struct lsp_frame f = {0};
    const char *body;
    size_t len;
    feeds(&f, text);
    assert_int_equal(lsp_frame_next(&f, &body, &len), LSP_FRAME_BROKEN);
    lsp_frame_done(&f);
}

static void test_broken(void **state)
{
    is_broken("\r\n\r\n");
    is_broken("Content-Length: x\r\n\r\n");
    is_broken("Content-Length: -1\r\n\r\n");
    is_broken("Content-Length: 99999999999999999999\r\n\r\n");
    is_broken("Content-Type: y\r\n\r\n");
    is_broken("no colon\r\nContent-Length: 1\r\n\r\nx");
    AUTO_FREE char *head = mem_alloc(LSP_HEAD_MAX + 1);
    memset(head, 'a', LSP_HEAD_MAX);
    is_broken(head);
}

static void path_is(const char *uri, const char *path)
{
    AUTO_FREE char *got = lsp_uri_path(uri);
    if (path)
        assert_string_equal(got, path);
    else
        assert_null(got);
}

static void test_uris(void **state)
{
    path_is("file:///a/b%20c.yaml", "/a/b c.yaml");
    path_is("FILE://localhost/a/./b/../c", "/a/c");
    path_is("file:///gr%C3%BC%c3%9fe", "/gr\xc3\xbc\xc3\x9f"
                                       "e");
    path_is("file:///a%00b", NULL);
    path_is("file:///a%2", NULL);
    path_is("file:///a%zz", NULL);
    path_is("file://elsewhere/a", NULL);
    path_is("file:///../../etc", NULL);
    path_is("untitled:Untitled-1", NULL);
    path_is("https://example.org/a", NULL);
    AUTO_FREE char *uri = lsp_uri_make("/a b/\xc3\xbc#%.yaml");
    assert_string_equal(uri, "file:///a%20b/%C3%BC%23%25.yaml");
    path_is(uri, "/a b/\xc3\xbc#%.yaml");
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_messages), cmocka_unit_test(test_large),
                                       cmocka_unit_test(test_broken), cmocka_unit_test(test_uris)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
