// SPDX-License-Identifier: Apache-2.0
/* String lists: closed by NULL at each length, split, joined, sorted, compared. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "base/strv.h"

static void closed_at_each_length(void **state)
{
    AUTO_STRV struct strv s = {0};
    for (size_t i = 0; i < 70; i++) {
        strv_addf(&s, "%zu", i);
        assert_int_equal(s.n, i + 1);
        assert_null(s.v[i + 1]);
    }
    assert_string_equal(s.v[69], "69");
}

static void splits_to_non_empty_parts(void **state)
{
    AUTO_STRV struct strv s = {0};
    strv_split(&s, ",a,, b;c;", ",;");
    AUTO_FREE char *joined = strv_join(&s, "|");
    assert_string_equal(joined, "a| b|c");
    strv_split(&s, "", ",");
    strv_split(&s, ",,", ",");
    assert_int_equal(s.n, 3);
    assert_true(strv_has(&s, "c"));
    assert_false(strv_has(&s, "b"));
}

static void joins_nothing(void **state)
{
    struct strv s = {0};
    AUTO_FREE char *joined = strv_join(&s, ",");
    assert_string_equal(joined, "");
    strv_sort(&s);
    assert_false(strv_has(&s, ""));
}

static void sorts_by_bytes(void **state)
{
    AUTO_STRV struct strv s = {0};
    strv_split(&s, "b a C b1 ab", " ");
    strv_sort(&s);
    AUTO_FREE char *joined = strv_join(&s, " ");
    assert_string_equal(joined, "C a ab b b1");
    assert_null(s.v[5]);
}

static void copies_are_their_own(void **state)
{
    AUTO_STRV struct strv a = {0}, b = {0};
    strv_split(&a, "x y", " ");
    strv_add(&b, "old");
    assert_false(strv_equal(&a, &b));
    strv_copy(&b, &a);
    assert_true(strv_equal(&a, &b));
    b.v[0][0] = 'z';
    assert_false(strv_equal(&a, &b));
    strv_copy(&a, &a);
    assert_int_equal(a.n, 2);
    struct strv none = {0};
    strv_copy(&b, &none);
    assert_true(strv_equal(&b, &none));
}

static void takes_ownership(void **state)
{
    AUTO_STRV struct strv s = {0};
    char *text = mem_strdup("mine");
    strv_take(&s, text);
    assert_ptr_equal(s.v[0], text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(closed_at_each_length), cmocka_unit_test(splits_to_non_empty_parts),
        cmocka_unit_test(joins_nothing),         cmocka_unit_test(sorts_by_bytes),
        cmocka_unit_test(copies_are_their_own),  cmocka_unit_test(takes_ownership),
    };
    return cmocka_run_group_tests_name("base/strv", tests, NULL, NULL);
}
