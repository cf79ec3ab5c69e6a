// SPDX-License-Identifier: Apache-2.0
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "node/back_off.h"

static void restarts_at_once_then_ever_later(void **state)
{
    static const int64_t seconds[] = {0, 1, 2, 4, 8, 16, 32, 64, 128, 256, 300, 300};
    struct back_off b = {0};
    for (size_t i = 0; i < ARRAY_LEN(seconds); i++)
        assert_int_equal(back_off_next(&b, (int64_t)i * 1000 * US_PER_S, 0), seconds[i] * US_PER_S);
    assert_false(b.looping); /* no three within a minute */
    assert_int_equal(back_off_next(&b, 0, BACK_OFF_RESET_US), 0);
    assert_int_equal(b.fails, 1);
}

static void third_failure_within_a_minute_is_a_loop(void **state)
{
    struct back_off b = {0};
    back_off_next(&b, 1 * US_PER_S, 0);
    back_off_next(&b, 2 * US_PER_S, 0);
    assert_false(b.looping);
    back_off_next(&b, 61 * US_PER_S, 0);
    assert_true(b.looping);
    back_off_next(&b, 500 * US_PER_S, 0); /* until it went well for long */
    assert_true(b.looping);
    back_off_next(&b, 5000 * US_PER_S, BACK_OFF_RESET_US);
    assert_false(b.looping);
}

static void failures_without_end_do_not_overflow(void **state)
{
    struct back_off b = {.fails = INT64_MAX - 10};
    assert_int_equal(back_off_retry(&b, 0), BACK_OFF_MOST_US);
    b = (struct back_off){.fails = 70};
    assert_int_equal(back_off_next(&b, 0, 0), BACK_OFF_MOST_US);
}

static void retries_begin_at_a_second(void **state)
{
    struct back_off b = {0};
    assert_int_equal(back_off_retry(&b, 0), US_PER_S);
    assert_int_equal(back_off_retry(&b, 0), 2 * US_PER_S);
}

static void connecting_grows_to_ten_seconds_less_a_chance(void **state)
{
    struct back_off b = {0};
    assert_int_equal(back_off_connect(&b, 0), 100 * US_PER_MS);
    assert_int_equal(back_off_connect(&b, 0), 200 * US_PER_MS);
    for (int i = 0; i < 100; i++)
        back_off_connect(&b, 0);
    assert_int_equal(back_off_connect(&b, 0), 10 * US_PER_S);
    int64_t least = back_off_connect(&b, 65535);
    assert_in_range(least, 7500 * US_PER_MS, 7501 * US_PER_MS);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(restarts_at_once_then_ever_later),
        cmocka_unit_test(third_failure_within_a_minute_is_a_loop),
        cmocka_unit_test(failures_without_end_do_not_overflow),
        cmocka_unit_test(retries_begin_at_a_second),
        cmocka_unit_test(connecting_grows_to_ten_seconds_less_a_chance),
    };
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
