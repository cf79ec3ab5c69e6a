// SPDX-License-Identifier: Apache-2.0
// URLs as paths among a template's files, and back.
#include "tosca_fixture.h"

#include <errno.h>
#include <string.h>

#include "tosca/import_url.h"

#define F IMPORT_URL_FOLDER "/"

static void test_paths(void **state)
{
    static const struct {
        const char *url, *path, *back; // back: NULL is the URL itself
    } cases[] = {
        {"https://example.org/t/shop.yaml", F "https/example.org/t/shop.yaml", NULL},
        {"HTTP://Example.ORG:80/Shop.yaml", F "http/example.org/Shop.yaml", "http://example.org/Shop.yaml"},
        {"http://example.org:0080/a", F "http/example.org/a", "http://example.org/a"},
        {"https://example.org:443/a", F "https/example.org/a", "https://example.org/a"},
        {"http://example.org:443/a", F "http/example.org+443/a", NULL},
        {"https://127.0.0.1:08443/a", F "https/127.0.0.1+8443/a", "https://127.0.0.1:8443/a"},
        {"https://[::1]:8443/a", F "https/[::1]+8443/a", NULL},
        {"https://example.org", F "https/example.org/^", "https://example.org/"},
        {"https://example.org/", F "https/example.org/^", NULL},
        {"https://example.org/t/", F "https/example.org/t/^", NULL},
        {"https://example.org/a//b.yaml", F "https/example.org/a/^/b.yaml", NULL},
        {"https://example.org/a/./b/../c.yaml", F "https/example.org/a/c.yaml", "https://example.org/a/c.yaml"},
        {"https://example.org/a?x=1/2&y=?#z", F "https/example.org/a^3Fx=1^2F2&y=^3F", "https://example.org/a?x=1/2&y=?"},
        {"https://example.org?x", F "https/example.org/^3Fx", "https://example.org/?x"},
        {"https://example.org/%2e%2e/a%3Fb", F "https/example.org/%2e%2e/a%3Fb", NULL},
        {"https://example.org/a b^\xc3\xa9.yaml", F "https/example.org/a%20b%5E%C3%A9.yaml", "https://example.org/a%20b%5E%C3%A9.yaml"},
        {"https://example.org/a?../../b", F "https/example.org/a^3F..^2F..^2Fb", NULL},
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct err e = {0};
        AUTO_FREE char *path = import_url_path(cases[i].url, &e);
        if (!path)
            fail_msg("%s: %s", cases[i].url, err_text(&e));
        assert_string_equal(path, cases[i].path);
        AUTO_FREE char *back = import_url_of(path);
        assert_string_equal(back, cases[i].back ? cases[i].back : cases[i].url);
        AUTO_FREE char *again = import_url_path(back, &e);
        assert_string_equal(again, path);
        assert_true(import_mount(path) > strlen(F));
    }
}

static void test_refused(void **state)
{
    static const char *const urls[] = {
        "", "example.org/a", "ftp://example.org/a", "file:///etc/passwd", "https:/example.org/a", "https://", "https:///a",
        "https://:80/a", "https://[::1/a", "https://[]/a", "https://a@b/c", "https://a:b@c/d", "https://ex ample/a",
        "https://ex%61mple/a", "https://example.org:0/a", "https://example.org:65536/a", "https://example.org:8x/a",
        "https://example.org/..", "https://example.org/a/../../b", "https://example.org/a\nb", "https://example.org/a\\b",
        "https://../a", "https://./a", "https://[::1]x/a", "https://\xc3\xa9.org/a",
    };
    for (size_t i = 0; i < ARRAY_LEN(urls); i++) {
        struct err e = {0};
        AUTO_FREE char *path = import_url_path(urls[i], &e);
        if (path)
            fail_msg("%s: taken as %s", urls[i], path);
        assert_int_equal(e.code, EINVAL);
    }
    char longest[IMPORT_URL_MAX + 100] = "https://example.org/";
    memset(longest + strlen(longest), 'a', IMPORT_URL_MAX);
    assert_null(import_url_path(longest, NULL));
}

static void test_relative(void **state)
{
    static const char *const cases[][2] = {
        {"b.yaml", "b.yaml"}, {"../b c.yaml?v=2#x", "../b%20c.yaml^3Fv=2"}, {"/r.yaml", "/r.yaml"}, {"?a/../b", "^3Fa^2F..^2Fb"}};
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        AUTO_FREE char *path = import_url_relative(cases[i][0], NULL);
        assert_string_equal(path, cases[i][1]);
    }
    assert_null(import_url_relative("a\tb", NULL));
}

static void test_other_paths(void **state)
{
    static const char *const paths[] = {"a.yaml", "TOSCA-Imports", "TOSCA-Imports/https", "TOSCA-Imports/https/x", "x/TOSCA-Imports/https/h/a"};
    for (size_t i = 0; i < ARRAY_LEN(paths); i++) {
        assert_int_equal(import_mount(paths[i]), 0);
        assert_null(import_url_of(paths[i]));
    }
    assert_int_equal(import_mount(NULL), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_paths), cmocka_unit_test(test_refused),
                                       cmocka_unit_test(test_relative), cmocka_unit_test(test_other_paths)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
