// SPDX-License-Identifier: Apache-2.0
/* Tokens as text: what is made is read, what is not whole is refused without telling the secret. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <string.h>

#include "model/join.h"

#define ID "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"

static void reads_what_it_makes(void **state)
{
    struct err e = {0};
    struct join_token t;
    AUTO_FREE char *text = join_token_new(ID, 1700000000 * US_PER_S + 5);
    AUTO_FREE char *other = join_token_new(ID, 1700000000 * US_PER_S);
    assert_int_equal(join_token_parse(text, &t, &e), 0);
    assert_true(t.made_us == 1700000000 * US_PER_S);
    assert_int_equal(strlen(t.secret), JOIN_SECRET_SIZE - 1);
    assert_memory_equal(t.pin, ID, JOIN_PIN_SIZE - 1);
    assert_string_not_equal(text, other);
}

static void refuses_what_is_not_whole(void **state)
{
    AUTO_FREE char *text = join_token_new(ID, 1700000000 * US_PER_S);
    for (size_t len = 0; len < strlen(text); len++) {
        struct err e = {0};
        struct join_token t;
        AUTO_FREE char *part = mem_strndup(text, len);
        assert_int_equal(join_token_parse(part, &t, &e), -EINVAL);
        assert_null(strstr(e.text, "sedge-join-"));
    }
    static const char *const wrong[] = {"sedge-join-", "x", "sedge-join-a-1-b",
                                        "sedge-join-abcdefghijklmnopqrstuvwxyz012345-99999999999999999999-0123456789abcdef0123456789abcdef"};
    for (size_t i = 0; i < ARRAY_LEN(wrong); i++) {
        struct join_token t;
        assert_int_equal(join_token_parse(wrong[i], &t, NULL), -EINVAL);
    }
    AUTO_FREE char *longer = mem_printf("%s0", text);
    struct join_token t;
    assert_int_equal(join_token_parse(longer, &t, NULL), -EINVAL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_what_it_makes),
        cmocka_unit_test(refuses_what_is_not_whole),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
