// SPDX-License-Identifier: Apache-2.0
/* Request targets: split, decoded, and refused when they are malformed or too large. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <string.h>

#include "http/http_path.h"

static void splits(void **state)
{
    static const struct {
        const char *target, *parts;
    } cases[] = {
        {"/", ""},
        {"/a", "a"},
        {"/a/", "a"},
        {"//a///b//", "a|b"},
        {"/apis/sedge.dev/v1/applications", "apis|sedge.dev|v1|applications"},
        {"/a%2Fb/%20c%c3%a9", "a/b| c\xc3\xa9"},
        {"/a+b", "a+b"}, /* a plus is a blank in queries only */
        {"/a?b/c", "a"},
        {"/a#b/c", "a"},
        {"/.../.a/a.", "...|.a|a."},
        {"/1/2/3/4/5/6/7/8/9/10/11/12/13/14/15/16", "1|2|3|4|5|6|7|8|9|10|11|12|13|14|15|16"},
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct http_path p;
        struct err e = {0};
        assert_int_equal(http_path_parse(cases[i].target, &p, &e), 0);
        AUTO_FREE char *parts = strv_join(&p.parts, "|");
        assert_string_equal(parts, cases[i].parts);
        http_path_done(&p);
    }
}

static void reads_queries(void **state)
{
    struct http_path p;
    struct err e = {0};
    assert_int_equal(http_path_parse("/x?watch=1&&empty=&bare&a%20b=c%26d+e&watch=2&=v&e==#frag&f=1", &p, &e), 0);
    assert_string_equal(map_get(&p.query, "watch"), "1"); /* the first counts */
    assert_string_equal(map_get(&p.query, "empty"), "");
    assert_string_equal(map_get(&p.query, "bare"), "");
    assert_string_equal(map_get(&p.query, "a b"), "c&d e");
    assert_string_equal(map_get(&p.query, ""), "v");
    assert_string_equal(map_get(&p.query, "e"), "=");
    assert_null(map_get(&p.query, "f"));
    assert_int_equal(p.query.n, 6);
    http_path_done(&p);
}

static void refuses(void **state)
{
    static const char *const targets[] = {
        "",     "a",      "?a",       "http://x/", "*",      "/%",      "/%4",
        "/%4g", "/%g4",   "/%00",     "/a/../b",   "/..",    "/./a",    "/%2e%2E/a",
        "/%2e", "/a?b=%", "/a?%zz=1", "/a?b=%00",  "/a?%00", "/a?b=%f", "/1/2/3/4/5/6/7/8/9/10/11/12/13/14/15/16/17",
    };
    for (size_t i = 0; i < ARRAY_LEN(targets); i++) {
        struct http_path p = {0};
        struct err e = {0};
        if (http_path_parse(targets[i], &p, &e) != -EINVAL)
            fail_msg("taken: %s", targets[i]);
        assert_true(e.text[0] != '\0');
        assert_int_equal(p.parts.n, 0);
        assert_int_equal(p.query.n, 0);
        http_path_done(&p); /* harmless */
    }
}

static void has_limits(void **state)
{
    struct http_path p;
    struct err e = {0};
    AUTO_FREE char *target = mem_alloc(8194);
    memset(target, 'a', 8193);
    target[0] = '/';
    assert_int_equal(http_path_parse(target, &p, &e), -EINVAL);
    target[8192] = '\0';
    assert_int_equal(http_path_parse(target, &p, &e), 0);
    http_path_done(&p);
    AUTO_BUF struct buf many = {0};
    buf_adds(&many, "/?");
    for (int i = 0; i < 64; i++)
        buf_addf(&many, "k%d=1&", i);
    assert_int_equal(http_path_parse(many.data, &p, &e), 0);
    assert_int_equal(p.query.n, 64);
    http_path_done(&p);
    buf_adds(&many, "more=1");
    assert_int_equal(http_path_parse(many.data, &p, &e), -EINVAL);
}

static void escapes_so_that_it_comes_back(void **state)
{
    AUTO_FREE char *plain = http_escape("aZ09-._~");
    AUTO_FREE char *odd = http_escape("a/b?c&d=e%f g+\xc3\xa9\x01\x7f");
    assert_string_equal(plain, "aZ09-._~");
    assert_string_equal(odd, "a%2Fb%3Fc%26d%3De%25f%20g%2B%C3%A9%01%7F");
    AUTO_FREE char *target = mem_printf("/%s?%s=%s", odd, odd, odd);
    struct http_path p;
    struct err e = {0};
    assert_int_equal(http_path_parse(target, &p, &e), 0);
    assert_string_equal(p.parts.v[0], "a/b?c&d=e%f g+\xc3\xa9\x01\x7f");
    assert_string_equal(map_get(&p.query, p.parts.v[0]), p.parts.v[0]);
    http_path_done(&p);
}

int main(void)
{
    cmocka_set_message_output(CM_OUTPUT_TAP);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(splits),
        cmocka_unit_test(reads_queries),
        cmocka_unit_test(refuses),
        cmocka_unit_test(has_limits),
        cmocka_unit_test(escapes_so_that_it_comes_back),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
