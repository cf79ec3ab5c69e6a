// SPDX-License-Identifier: Apache-2.0
/* Errors: one line, cut with dots, wrapped from the inside out. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/err.h"
#include "base/text.h"

static void sets_code_and_text(void **state)
{
    struct err e = {0};
    assert_int_equal(err_set(&e, ENOENT, "open '%s'", "x"), -ENOENT);
    assert_int_equal(e.code, ENOENT);
    assert_string_equal(err_text(&e), "open 'x'");
    assert_int_equal(err_set(NULL, EIO, "nobody reads this"), -EIO);
}

static void wraps_only_failures(void **state)
{
    struct err e = {0};
    err_set(&e, EIO, "inner");
    assert_int_equal(err_wrap(&e, 3, "outer"), 3);
    assert_string_equal(err_text(&e), "inner");
    assert_int_equal(err_wrap(&e, -EIO, "pull '%d'", 7), -EIO);
    assert_string_equal(err_text(&e), "pull '7': inner");
    assert_int_equal(err_wrap(NULL, -EIO, "x"), -EIO);
}

static void wraps_what_has_no_text_yet(void **state)
{
    struct err e = {0};
    err_wrap(&e, -ENOENT, "open it");
    assert_int_equal(e.code, ENOENT);
    assert_string_equal(e.text, "open it: No such file or directory");
}

static void takes_its_own_text_as_argument(void **state)
{
    struct err e = {0};
    err_set(&e, EIO, "inner");
    err_set(&e, EINVAL, "again (%s)", e.text);
    assert_string_equal(e.text, "again (inner)");
}

static void names_the_errno(void **state)
{
    struct err e = {0};
    assert_int_equal(err_errno(&e, EACCES, "write %s", "f"), -EACCES);
    assert_string_equal(e.text, "write f: Permission denied");
}

static void stays_one_line(void **state)
{
    struct err e = {0};
    err_set(&e, EIO, "a\nb\tc\r%s", "d\x1b[0m");
    assert_string_equal(e.text, "a b c d [0m");
}

static void cuts_between_characters(void **state)
{
    struct err e = {0};
    char longer[2000] = "";
    for (int shift = 0; shift < 2; shift++) {
        memset(longer, 'x', (size_t)shift);
        for (size_t i = (size_t)shift; i + 2 < sizeof(longer); i += 2)
            memcpy(longer + i, "\xc3\xa9", 3);
        err_set(&e, EIO, "%s", longer);
        assert_true(strlen(e.text) > sizeof(e.text) - 8);
        assert_true(strlen(e.text) < sizeof(e.text));
        assert_true(str_ends(e.text, "\xc3\xa9..."));
        assert_true(str_is_utf8(e.text, strlen(e.text)));
    }
    err_set(&e, EIO, "inner");
    err_wrap(&e, -EIO, "%s", longer);
    assert_true(str_ends(e.text, "..."));
}

static void falls_back_to_the_code(void **state)
{
    struct err e = {.code = ENOSPC};
    assert_string_equal(err_text(&e), strerror(ENOSPC));
    err_clear(&e);
    assert_int_equal(e.code, 0);
    assert_string_equal(err_text(&e), "no error");
    assert_non_null(err_text(NULL));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sets_code_and_text),
        cmocka_unit_test(wraps_only_failures),
        cmocka_unit_test(wraps_what_has_no_text_yet),
        cmocka_unit_test(takes_its_own_text_as_argument),
        cmocka_unit_test(names_the_errno),
        cmocka_unit_test(stays_one_line),
        cmocka_unit_test(cuts_between_characters),
        cmocka_unit_test(falls_back_to_the_code),
    };
    return cmocka_run_group_tests_name("base/err", tests, NULL, NULL);
}
