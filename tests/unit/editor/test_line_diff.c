// SPDX-License-Identifier: Apache-2.0
/* Unified diffs: what is shown, and that carrying a diff out gives the other text. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "editor/line_diff.h"

static void shows(const char *a, const char *b, const char *wanted)
{
    AUTO_FREE char *got = line_diff(a, strlen(a), b, strlen(b), "x");
    assert_string_equal(got, wanted);
}

#define HEAD "--- x\n+++ x\n"

static void shows_changes_with_three_lines_around(void **state)
{
    shows("a\n", "a\n", "");
    shows("", "", "");
    shows("", "a\n", HEAD "@@ -0,0 +1 @@\n+a\n");
    shows("a\nb\n", "", HEAD "@@ -1,2 +0,0 @@\n-a\n-b\n");
    shows("a\nb\nc\n", "a\nB\nc\n", HEAD "@@ -1,3 +1,3 @@\n a\n-b\n+B\n c\n");
    shows("1\n2\n3\n4\n5\n6\n7\n8\n9\n", "1\n2\n3\n4\n6\n7\n8\n9\n",
          HEAD "@@ -2,7 +2,6 @@\n 2\n 3\n 4\n-5\n 6\n 7\n 8\n");
}

static void joins_what_is_near(void **state)
{
    shows("a\n1\n2\n3\n4\n5\n6\nb\n", "A\n1\n2\n3\n4\n5\n6\nB\n",
          HEAD "@@ -1,8 +1,8 @@\n-a\n+A\n 1\n 2\n 3\n 4\n 5\n 6\n-b\n+B\n");
    shows("a\n1\n2\n3\n4\n5\n6\n7\nb\n", "A\n1\n2\n3\n4\n5\n6\n7\nB\n",
          HEAD "@@ -1,4 +1,4 @@\n-a\n+A\n 1\n 2\n 3\n@@ -6,4 +6,4 @@\n 5\n 6\n 7\n-b\n+B\n");
}

static void tells_a_missing_line_feed(void **state)
{
    shows("a\nb", "a\nb\n", HEAD "@@ -1,2 +1,2 @@\n a\n-b\n\\ No newline at end of file\n+b\n");
}

/* Carries a diff out on `a`, whose lines are single letters. The caller frees. */
static char *carry_out(const char *a, const char *diff)
{
    AUTO_BUF struct buf out = {0};
    const char *at = a;
    for (const char *line = diff; *line; line += strcspn(line, "\n") + 1) {
        int from, n;
        if (line[0] == '@') {
            assert_true(sscanf(line, "@@ -%d,%d", &from, &n) >= 1);
            bool none = strstr(line, ",0 +") && strstr(line, ",0 +") < strchr(line, '+');
            for (; at < a + (long)(none ? from : from - 1) * 2; at += 2)
                buf_add(&out, at, 2);
        } else if (line[0] == ' ' || (line[0] == '-' && line[1] != '-')) {
            assert_memory_equal(at, line + 1, 2);
            if (line[0] == ' ')
                buf_add(&out, at, 2);
            at += 2;
        } else if (line[0] == '+' && line[1] != '+') {
            buf_add(&out, line + 1, 2);
        }
    }
    buf_adds(&out, at);
    return buf_take(&out);
}

/* Every pair of texts out of a row of made-up ones. */
static void can_be_carried_out(void **state)
{
    uint32_t seed = 1;
    for (int i = 0; i < 2000; i++) {
        AUTO_BUF struct buf a = {0}, b = {0};
        for (struct buf *t = &a;; t = &b) {
            seed = seed * 1103515245 + 12345;
            for (uint32_t k = 0, n = (seed >> 16) % 40; k < n; k++) {
                seed = seed * 1103515245 + 12345;
                buf_addf(t, "%c\n", (int)('a' + (seed >> 16) % (i % 20 + 1)));
            }
            if (t == &b)
                break;
        }
        AUTO_FREE char *diff = line_diff(buf_str(&a), a.len, buf_str(&b), b.len, "x");
        AUTO_FREE char *got = carry_out(buf_str(&a), diff);
        assert_string_equal(got, buf_str(&b));
    }
}

/* More changes than are searched for still give a right diff. */
static void takes_what_is_wholly_unlike(void **state)
{
    AUTO_BUF struct buf a = {0}, b = {0};
    for (int i = 0; i < 3000; i++) {
        buf_adds(&a, i % 2 ? "a\n" : "b\n");
        buf_adds(&b, i % 2 ? "c\n" : "d\n");
    }
    AUTO_FREE char *diff = line_diff(buf_str(&a), a.len, buf_str(&b), b.len, "x");
    AUTO_FREE char *got = carry_out(buf_str(&a), diff);
    assert_string_equal(got, buf_str(&b));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(shows_changes_with_three_lines_around),
        cmocka_unit_test(joins_what_is_near),
        cmocka_unit_test(tells_a_missing_line_feed),
        cmocka_unit_test(can_be_carried_out),
        cmocka_unit_test(takes_what_is_wholly_unlike),
    };
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
