// SPDX-License-Identifier: Apache-2.0
/* Digests: the known sums, in pieces as well, and nothing but our spelling taken. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "base/digest.h"

#define EMPTY "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
#define ABC   "sha256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"

static void sums_whole_and_in_pieces(void **state)
{
    char text[DIGEST_TEXT_SIZE];
    digest_of(NULL, 0, text);
    assert_string_equal(text, EMPTY);
    digest_of("abc", 3, text);
    assert_string_equal(text, ABC);
    struct digest d;
    digest_init(&d);
    digest_add(&d, "a", 1);
    digest_add(&d, "", 0);
    digest_add(&d, "bc", 2);
    digest_text(&d, text);
    assert_string_equal(text, ABC);
    assert_true(strlen(text) < DIGEST_TEXT_SIZE);
}

static void takes_one_spelling(void **state)
{
    assert_true(digest_valid(ABC));
    char text[128];
    static const char *const bad[] = {"", "sha256:", "sha512:", "sha256:../../../../etc/passwd"};
    for (size_t i = 0; i < ARRAY_LEN(bad); i++)
        assert_false(digest_valid(bad[i]));
    assert_false(digest_valid(NULL));
    strcpy(text, ABC "0");
    assert_false(digest_valid(text));
    strcpy(text, ABC);
    text[70] = '\0';
    assert_false(digest_valid(text));
    strcpy(text, ABC);
    text[10] = 'B';
    assert_false(digest_valid(text));
    text[10] = '/';
    assert_false(digest_valid(text));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sums_whole_and_in_pieces),
        cmocka_unit_test(takes_one_spelling),
    };
    return cmocka_run_group_tests_name("base/digest", tests, NULL, NULL);
}
