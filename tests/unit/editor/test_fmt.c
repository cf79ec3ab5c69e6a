// SPDX-License-Identifier: Apache-2.0
/* The formatter: pairs of text before and after; what comes after stays as it is when it is formatted again. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "editor/fmt.h"

struct row {
    const char *before, *after; /* after NULL: tidy already */
};

static char *formatted(const char *text, size_t len)
{
    struct yfault f;
    char *ret = NULL;
    size_t ret_len = 0;
    int r = fmt_text(text, len, &ret, &ret_len, &f);
    if (r < 0)
        fail_msg("%d:%d: %s\n%s", f.line, f.col, f.text, text);
    assert_int_equal(strlen(ret), ret_len);
    return ret;
}

static void check(const struct row *rows, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        const char *wanted = rows[i].after ? rows[i].after : rows[i].before;
        AUTO_FREE char *once = formatted(rows[i].before, strlen(rows[i].before));
        assert_string_equal(once, wanted);
        AUTO_FREE char *twice = formatted(once, strlen(once));
        assert_string_equal(twice, wanted);
    }
}

#define CHECK(...)                                                                                                     \
    static const struct row rows[] = {__VA_ARGS__};                                                                    \
    check(rows, ARRAY_LEN(rows))

static void indents(void **state)
{
    CHECK({"a: 1\n", NULL}, {"a:    1", "a: 1\n"}, {"a :\t1  \n", "a: 1\n"}, {"\"a\" : b\n", "\"a\": b\n"},
          {"a:\n    b:\n        c: 1\n", "a:\n  b:\n    c: 1\n"}, {"a:\n b: 1\n c: 2\n", "a:\n  b: 1\n  c: 2\n"},
          {"a:\n- b\n- c\n", "a:\n  - b\n  - c\n"}, {"a:\n    -   b: 1\n        c: 2\n", "a:\n  - b: 1\n    c: 2\n"},
          {"-\n  a: 1\n  b: 2\n", "- a: 1\n  b: 2\n"}, {"-   - a\n    - b\n-\n    - c\n", "- - a\n  - b\n- - c\n"},
          {"- a:\n  - b\n- c:\n    - d\n", "- a:\n    - b\n- c:\n    - d\n"}, {"a:\n-\n- b\n", "a:\n  -\n  - b\n"},
          {"a:\n  value\n", "a: value\n"}, {"a:\n\n  value\n", "a: value\n"}, {"a:\nb: ~\n", "a:\nb: ~\n"},
          {"? a\n: b\n", NULL}, {"?   - a\n    - b\n:   c: d\n    e: f\n", "? - a\n  - b\n: c: d\n  e: f\n"},
          {"? a\n? b\n", NULL}, {"?\n: a\n", NULL}, {"just text\n", NULL}, {"", NULL}, {"  \n\n", ""});
}

static void keeps_words_and_quotes(void **state)
{
    CHECK({"a: \"1.0\"\nb: 'yes'\nc: 1.0\nd: 010\ne: '=x'\nf: \"2001-01-01\"\ng: 'it''s'\nh: \"\\u00e9\\n\"\n", NULL},
          {"a: no\nb: 0o17\nc: 0x1f\nd: 1_000\ne: 12:30\nf: ~\ng: .inf\nh: 1.10\n", NULL},
          {"url: http://x:80/#y\ntime: 10:00:00\nodd: a#b\n", NULL}, {"\xc3\xa4: \xe6\x97\xa5\n", NULL});
}

static void keeps_anchors_and_tags(void **state)
{
    CHECK({"a: &x   1\nb:    *x\n", "a: &x 1\nb: *x\n"},
          {"a: &x\n    b: 1\nc:\n    <<:   *x\n", "a: &x\n  b: 1\nc:\n  <<: *x\n"}, {"a: !!str\n  1\n", "a: !!str 1\n"},
          {"a: !t   &x   v\n", "a: !t &x v\n"}, {"a: !t\n- b\n", "a: !t\n  - b\n"}, {"- &x\n  a: 1\n- &y b: 1\n", NULL},
          {"a: &x b\n*x   : 2\n&y   c: 1\n", "a: &x b\n*x : 2\n&y c: 1\n"}, {"a: &x\nb: *x\n", NULL},
          {"a: {&x b: &z c, *z : d, e: !!null , f: &y }\n", "a: { &x b: &z c, *z : d, e: !!null , f: &y }\n"},
          {"a: [!!null , &y ]\n", NULL}, {"a: !!map {b: 1}\n", "a: !!map { b: 1 }\n"},
          {"a: &x # why\n   b: 1\n", "a: &x  # why\n  b: 1\n"},
          {"a: &x\n  # one\n  !t # two\n  # three\n  b\n", "a: &x !t  # one\n          # two\n  # three\n  b\n"});
}

static void keeps_comments(void **state)
{
    CHECK({"# a\n\n\n\n# b  \na: 1\n", "# a\n\n# b\na: 1\n"}, {"#a\n", NULL}, {"#!x\n#\n", NULL},
          {"a:\n      # b\n      b: 1\n      # end\n# c\nc: 1\n", "a:\n  # b\n  b: 1\n  # end\n# c\nc: 1\n"},
          {"a:\n# b\n  b: 1\n", "a:\n  # b\n  b: 1\n"}, {"a:\n    # b: 1\nc: 1\n", "a:\n  # b: 1\nc: 1\n"},
          {"a:\n- b\n# c\nc: 1\n", "a:\n  - b\n# c\nc: 1\n"},
          {"a:\n- b\n  # end\nc: 1\n", "a:\n  - b\n  # end\nc: 1\n"},
          {"a:\n  - b:\n      c: 1\n      # three\n    # two\n  # one\n# none\n", NULL},
          {"a:\n    - b:\n        c: 1\n      # two\n  # at a\nd: 1\n",
           "a:\n  - b:\n      c: 1\n    # two\n# at a\nd: 1\n"},
          {"-\n  # none\n- # here\n  a: 1\n-\n  # before\n  b: 1\n",
           "-\n  # none\n-  # here\n  a: 1\n-\n  # before\n  b: 1\n"},
          {"a:\n  # why\n  value\n", NULL}, {"? a # k\n# between\n: b # v\n", "? a  # k\n# between\n: b  # v\n"},
          {"a: 1\n    # deep\nb: 2\n", "a: 1\n# deep\nb: 2\n"}, {"a: b# c\n", NULL},
          {"a: \"b\"# c\n", "a: \"b\"  # c\n"});
}

static void aligns_comments_behind(void **state)
{
    CHECK(
        {"a: 1 # x\nbcd: 2    # y\n", "a: 1    # x\nbcd: 2  # y\n"},
        {"a: 1 # x\n\nbcd: 2 # y\n", "a: 1  # x\n\nbcd: 2  # y\n"},
        {"a: 1 # x\n     # more\nb: 1\n", "a: 1  # x\n      # more\nb: 1\n"},
        {"a: # x\n  bcd: 2 # y\n", "a:  # x\n  bcd: 2  # y\n"},
        {"a: 1 # x\nb: 0123456789012345678901234567890 # y\n", "a: 1  # x\nb: 0123456789012345678901234567890  # y\n"},
        {"\xc3\xa4: 1 # x\nbc: 1 # y\n", "\xc3\xa4: 1   # x\nbc: 1  # y\n"});
}

static void keeps_one_empty_line(void **state)
{
    CHECK({"\n\na: 1\n\n\n\nb: 2\n\n\n", "a: 1\n\nb: 2\n"}, {"a:\n\n  b: 1\n  \n  c: 2\n", "a:\n\n  b: 1\n\n  c: 2\n"},
          {"a: |\n  x\n\n\n\nb: 1\n", "a: |\n  x\n\nb: 1\n"}, {"a: 1\n\n\n# c\n\n\nb: 1\n", "a: 1\n\n# c\n\nb: 1\n"});
}

static void keeps_block_scalars(void **state)
{
    CHECK({"a: |\n      x\n        y  \n\n      z\nb: >-\n     p\n     q\n",
           "a: |\n  x\n    y  \n\n  z\nb: >-\n  p\n  q\n"},
          {"a: |2\n   x\n", NULL}, {"a: |4-\n      x\n    y\n", "a: |2-\n    x\n  y\n"},
          {"a: |-1\n  x\n", "a: |2-\n   x\n"}, {"a: |2\n  x\n", "a: |\n  x\n"},
          {"a: |\n\n\n    x\n", "a: |\n\n\n  x\n"}, {"a: |  \nb: 1\n", "a: |\nb: 1\n"}, {"a: |\n    x", "a: |-\n  x\n"},
          {"a: |+\n    x", "a: |-\n  x\n"}, {"a: |+\n   x\n\n\nb: |+\n\n\nc: 1\n", "a: |+\n  x\n\n\nb: |+\n\n\nc: 1\n"},
          {"a: |+\n x\n\n", "a: |+\n  x\n\n"},
          {"a: | # why\n    x\n    # text\n  # note\nb: 1\n", "a: |  # why\n  x\n  # text\n# note\nb: 1\n"},
          {"- |\n x\n- >\n    y\n", "- |\n  x\n- >\n  y\n"}, {"a:\n- |2\n     x\n", "a:\n  - |2\n       x\n"},
          {"--- |\n x\n", "--- |\n  x\n"}, {"|2\n    x\n", "|2\n    x\n"}, {"a:\n  |\n  x\n", "a: |\n  x\n"},
          {"a: |2\n  \tx\n", NULL}, {"a: !t |\n x\n", "a: !t |\n  x\n"},
          {"a: >\n   x\n\n     more\n\n   y\n", "a: >\n  x\n\n    more\n\n  y\n"},
          {"a: |\n  x\n     \nb: 1\n", "a: |\n  x\n     \nb: 1\n"});
}

static void keeps_folded_lines(void **state)
{
    CHECK({"a: one\n      two\n\n      three  \nb: 1\n", "a: one\n  two\n\n  three\nb: 1\n"},
          {"a:\n    one\n    two\n", "a:\n  one\n  two\n"}, {"a: 'one  \n  two'\n", "a: 'one\n  two'\n"},
          {"a: \"one \\\n     two\\  \n   three\n\n  \"\n", "a: \"one \\\n  two\\ \n  three\n\n  \"\n"},
          {"- one\n  two\n-\n  one\n  two\n", "- one\n  two\n- one\n  two\n"}, {"one\n  --- two\n", NULL},
          {" ---: 1\n", "---: 1\n"}, {"a: \"x\n\n\n  y\"\n", NULL});
}

static void writes_flow(void **state)
{
    CHECK({"a: {b: 1,c: [x,y] ,}\n", "a: { b: 1, c: [x, y] }\n"}, {"a: { }\nb: [ ]\n", "a: {}\nb: []\n"},
          {"a: {\n}\n", "a: {}\n"}, {"a: [b: 1, ? c : d, {e: }, f: ]\n", "a: [b: 1, ? c: d, { e: }, f: ]\n"},
          {"a: {\"b\":1,'c':2}\n", "a: { \"b\": 1, 'c': 2 }\n"}, {"{a: 1, b}\n", "{ a: 1, b }\n"},
          {"{a: , b: 1}\n", "{ a: , b: 1 }\n"}, {"- {a: 1}\n", "- { a: 1 }\n"}, {"a:\n  {b: 1}\n", "a: { b: 1 }\n"},
          {"{a:  b}: c\n[a,b] : c\n", "{a:  b}: c\n[a,b]: c\n"}, {"a: {? b:: c, ? : d}\n", "a: { ? b:: c, ? : d }\n"},
          {"a: {? b:: c,\n ? # d\n  : e}\n", "a:\n  {\n    ? b:: c,\n    ?  # d\n    : e\n  }\n"},
          {"a: [http://x, \"y\"]\n", NULL},
          {"a: [\n  x, y,\n  {b: 1, c: 2}\n]\n", "a:\n  [\n    x,\n    y,\n    { b: 1, c: 2 }\n  ]\n"},
          {"- [x,\n   y]\n", "- [\n    x,\n    y\n  ]\n"}, {"{\n  a: {\n    b: 1\n  }\n}\n", NULL},
          {"a: [ # one\n  x, # two\n  # three\n  y # four\n  , z\n  # five\n  ] # six\n",
           "a:\n  [  # one\n    x,  # two\n    # three\n    y,  # four\n    z\n    # five\n  ]  # six\n"},
          {"a: {b: # why\n  c}\n", "a:\n  {\n    b:  # why\n      c\n  }\n"},
          {"[x\n\n, y,\n\n\n z]\n", "[\n  x,\n  y,\n\n  z\n]\n"},
          {"a: [\n  ? x\n  : y, &z\n  b]\n", "a:\n  [\n    ? x: y,\n    &z b\n  ]\n"});
}

/* A line of 100 columns stays; one of 101 is broken. */
static void breaks_long_flow(void **state)
{
    char item[88] = {0};
    memset(item, 'x', sizeof(item) - 1);
    AUTO_FREE char *fits = mem_printf("k: [aaaa, %s]\n", item), *below = mem_printf("key:\n  [aaaa, %sxx]\n", item);
    AUTO_FREE char *long1 = mem_printf("key: [aaaa, %sxx]\n", item), *long2 = mem_printf("k: [aaaa, %sxxxxxx]\n", item);
    AUTO_FREE char *broken = mem_printf("k:\n  [\n    aaaa,\n    %sxxxxxx\n  ]\n", item);
    assert_int_equal(strlen(fits), 99);
    const struct row rows[] = {{fits, NULL}, {long1, below}, {long2, broken}};
    check(rows, ARRAY_LEN(rows));
}

static void keeps_documents(void **state)
{
    CHECK({"---\na: 1\n...\n", NULL}, {"%YAML 1.1\n%TAG ! tag:x,1:\n---\n!y a: 1\n", NULL},
          {"--- # x\na: 1\n", "---  # x\na: 1\n"}, {"--- !t\na: 1\n", NULL}, {"---   text\n", "--- text\n"},
          {"# x\n---\n# y\na: 1\n# z\n...\n# end\n", NULL}, {"---\n", NULL}, {"--- {a: 1}\n", "--- { a: 1 }\n"},
          {"---\n{a: 1}\n", "---\n{ a: 1 }\n"});
}

static void mends_line_ends(void **state)
{
    CHECK({"a: 1\r\nb: |\r\n  x\r\n  y\r\n", "a: 1\nb: |\n  x\n  y\n"},
          {"a: 1\rb: 'x\r\n\r\n  y'\r", "a: 1\nb: 'x\n\n  y'\n"},
          {"\xef\xbb\xbf"
           "a: 1 # x\n",
           "a: 1  # x\n"});
}

static void refuses(const char *text, int line, int col, const char *words)
{
    struct yfault f;
    char *ret = NULL;
    size_t len;
    assert_int_equal(fmt_text(text, strlen(text), &ret, &len, &f), -EINVAL);
    assert_null(ret);
    assert_int_equal(f.line, line);
    assert_int_equal(f.col, col);
    assert_non_null(strstr(f.text, words));
}

static void refuses_with_the_place(void **state)
{
    refuses("a: 1\n\tb: 2\n", 2, 1, "tab");
    refuses("a: [1\n", 2, 1, "expected");
    refuses("a: 1\na: 2\n", 2, 1, "stands on line 1 already");
    refuses("a: 1\n---\nb: 2\n", 2, 1, "second document");
    refuses("a: \"x\xe2\x80\xa8y\"\n", 1, 6, "U+2028");
    refuses("a: 1\nb: [c,\n ?]]\n", 3, 2, "without a key");
    refuses(" --- x: 1\n", 1, 2, "document's marker");
    refuses(" ...\n", 1, 2, "document's marker");
    refuses("a: {-}\n", 1, 5, "put it in quotes");
    refuses("a: 1\nb: \xef\xbb\xbfx\n", 2, 4, "byte order mark");
}

/* A text within the limit whose tidy form is past it: each line grows by its indentation. */
static void refuses_what_would_grow_past_limits(void **state)
{
    struct yfault f;
    char *ret = NULL;
    size_t len;
    AUTO_BUF struct buf text = {0};
    for (int i = 0; i < 60; i++)
        buf_addc(&text, '[');
    for (int i = 0; i < 80000; i++)
        buf_adds(&text, "a,");
    for (int i = 0; i < 60; i++)
        buf_addc(&text, ']');
    assert_int_equal(fmt_text(buf_str(&text), text.len, &ret, &len, &f), -E2BIG);
    assert_non_null(strstr(f.text, "larger"));
}

static void refuses_past_limits(void **state)
{
    struct yfault f;
    char *ret = NULL;
    size_t len, size = ylimits_default.max_bytes + 1;
    AUTO_FREE char *big = mem_alloc(size + 1);
    memset(big, ' ', size);
    assert_int_equal(fmt_text(big, size, &ret, &len, &f), -E2BIG);
    memset(big, '[', 100);
    assert_int_equal(fmt_text(big, 100, &ret, &len, &f), -E2BIG);
    assert_null(ret);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(indents),
        cmocka_unit_test(keeps_words_and_quotes),
        cmocka_unit_test(keeps_anchors_and_tags),
        cmocka_unit_test(keeps_comments),
        cmocka_unit_test(aligns_comments_behind),
        cmocka_unit_test(keeps_one_empty_line),
        cmocka_unit_test(keeps_block_scalars),
        cmocka_unit_test(keeps_folded_lines),
        cmocka_unit_test(writes_flow),
        cmocka_unit_test(breaks_long_flow),
        cmocka_unit_test(keeps_documents),
        cmocka_unit_test(mends_line_ends),
        cmocka_unit_test(refuses_with_the_place),
        cmocka_unit_test(refuses_past_limits),
        cmocka_unit_test(refuses_what_would_grow_past_limits),
    };
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
