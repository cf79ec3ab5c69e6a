// SPDX-License-Identifier: Apache-2.0
/* Time: RFC 3339 there and back, ages for people, and a clock that tests turn. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"

static void writes_rfc3339(void **state)
{
    char text[32];
    assert_string_equal(clock_rfc3339(0, text, sizeof(text)), "1970-01-01T00:00:00Z");
    assert_string_equal(clock_rfc3339(1767323045 * US_PER_S + 6, text, sizeof(text)), "2026-01-02T03:04:05Z");
    assert_string_equal(clock_rfc3339_us(1767323045 * US_PER_S + 6, text, sizeof(text)), "2026-01-02T03:04:05.000006Z");
    assert_string_equal(clock_rfc3339_us(-1, text, sizeof(text)), "1969-12-31T23:59:59.999999Z");
    clock_rfc3339_us(INT64_MAX, text, sizeof(text));
    assert_true(strlen(text) < sizeof(text) && text[strlen(text) - 1] == 'Z');
    clock_rfc3339_us(INT64_MIN, text, sizeof(text));
    assert_int_equal(text[strlen(text) - 1], 'Z');
}

static void reads_rfc3339(void **state)
{
    static const struct {
        const char *text;
        int64_t us;
    } rows[] = {
        {"1970-01-01T00:00:00Z", 0},
        {"2026-01-02T03:04:05Z", 1767323045000000},
        {"2026-01-02t03:04:05.000006z", 1767323045000006},
        {"2026-01-02T03:04:05.1234567899Z", 1767323045123456},
        {"2026-01-02T05:04:05+02:00", 1767323045000000},
        {"2026-01-01T19:34:05-07:30", 1767323045000000},
        {"1969-12-31T23:59:59.999999Z", -1},
        {"2024-02-29T00:00:00Z", 1709164800000000},
        {"2016-12-31T23:59:60Z", 1483228800000000},
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        int64_t us = 1;
        assert_int_equal(clock_parse_rfc3339(rows[i].text, &us), 0);
        assert_true(us == rows[i].us);
    }
}

static void refuses_other_times(void **state)
{
    static const char *const bad[] = {
        "",
        "2026-01-02",
        "2026-01-02T03:04:05",
        "2026-01-02 03:04:05Z",
        "2026-13-02T03:04:05Z",
        "2026-00-02T03:04:05Z",
        "2026-02-29T03:04:05Z",
        "2026-04-31T03:04:05Z",
        "2026-01-00T03:04:05Z",
        "2026-01-02T24:04:05Z",
        "2026-01-02T03:60:05Z",
        "2026-01-02T03:04:61Z",
        "2026-01-02T03:04:05.Z",
        "2026-01-02T03:04:05Zx",
        "2026-01-02T03:04:05+0200",
        "2026-01-02T03:04:05+24:00",
        "26-01-02T03:04:05Z",
        "+026-01-02T03:04:05Z",
    };
    int64_t us = 1;
    for (size_t i = 0; i < ARRAY_LEN(bad); i++)
        if (clock_parse_rfc3339(bad[i], &us) != -EINVAL)
            fail_msg("'%s' was taken", bad[i]);
    assert_int_equal(clock_parse_rfc3339(NULL, &us), -EINVAL);
}

static void tells_ages(void **state)
{
    static const struct {
        int64_t s;
        const char *age;
    } rows[] = {
        {-5, "0s"},
        {0, "0s"},
        {5, "5s"},
        {119, "119s"},
        {120, "2m"},
        {200, "3m20s"},
        {600, "10m"},
        {7200, "120m"},
        {3 * 3600, "3h"},
        {3 * 3600 + 600, "3h10m"},
        {9 * 3600 + 60, "9h"},
        {2 * 86400, "2d"},
        {2 * 86400 + 7200, "2d2h"},
        {10 * 86400 + 5000, "10d"},
        {3LL * 365 * 86400 + 86400, "3y1d"},
        {9LL * 365 * 86400, "9y"},
    };
    char text[32];
    for (size_t i = 0; i < ARRAY_LEN(rows); i++)
        assert_string_equal(clock_age(rows[i].s * US_PER_S, text, sizeof(text)), rows[i].age);
    clock_age(INT64_MAX, text, sizeof(text));
    clock_age(INT64_MIN, text, sizeof(text));
}

static void turns_for_tests(void **state)
{
    int64_t now = clock_now_us(), mono = clock_mono_us(), hour = 3600 * US_PER_S;
    assert_true(clock_mono_us() >= mono);
    clock_turn(hour);
    assert_in_range(clock_now_us() - now, hour, hour + 60 * US_PER_S);
    assert_in_range(clock_mono_us() - mono, hour, hour + 60 * US_PER_S);
    clock_turn(-hour);
    assert_in_range(clock_mono_us() - mono, 0, 60 * US_PER_S);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(writes_rfc3339), cmocka_unit_test(reads_rfc3339),   cmocka_unit_test(refuses_other_times),
        cmocka_unit_test(tells_ages),     cmocka_unit_test(turns_for_tests),
    };
    return cmocka_run_group_tests_name("base/clock", tests, NULL, NULL);
}
