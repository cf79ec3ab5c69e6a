// SPDX-License-Identifier: Apache-2.0
// Scalars: YAML's kinds, amounts with units, versions, timestamps.
#include "tosca_fixture.h"

#include <string.h>

#include "tosca/scalar.h"

static struct scalar_read read_plain(const char *text)
{
    struct ynode n = {.kind = Y_SCALAR, .text = text, .len = strlen(text), .plain = true};
    return scalar_read(&n);
}

static void test_kinds(void **state)
{
    static const struct {
        const char *text;
        enum scalar_reads reads;
    } rows[] = {
        {"", READS_NULL},           {"~", READS_NULL},          {"null", READS_NULL},  {"true", READS_BOOLEAN},
        {"yes", READS_OLD_BOOLEAN}, {"off", READS_OLD_BOOLEAN}, {"12", READS_INTEGER}, {"-7", READS_INTEGER},
        {"0x1F", READS_INTEGER},    {"0o17", READS_INTEGER},    {"1.5", READS_FLOAT},  {"1e3", READS_FLOAT},
        {".5", READS_FLOAT},        {".inf", READS_FLOAT},      {"1.2.3", READS_TEXT}, {"abc", READS_TEXT},
        {"-", READS_TEXT},          {"1 GB", READS_TEXT},       {"0x", READS_TEXT},    {".", READS_TEXT},
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++)
        assert_int_equal(read_plain(rows[i].text).reads, rows[i].reads);
    assert_int_equal(read_plain("0o17").integer, 15);
    assert_true(read_plain("99999999999999999999").big);
    struct ynode quoted = {.kind = Y_SCALAR, .text = "12", .len = 2};
    assert_int_equal(scalar_read(&quoted).reads, READS_TEXT);
}

static void test_amounts(void **state)
{
    struct scalar_amount a, b;
    assert_int_equal(scalar_amount(UNIT_SIZE, "10 GB", &a), SCALAR_OK);
    assert_int_equal(scalar_amount(UNIT_SIZE, "10000 MB", &b), SCALAR_OK);
    assert_int_equal(scalar_amount_compare(&a, &b), 0);
    assert_int_equal(scalar_amount(UNIT_SIZE, "10GiB", &b), SCALAR_OK);
    assert_true(scalar_amount_compare(&a, &b) < 0);
    assert_int_equal(scalar_amount(UNIT_SIZE, "0.1 kB", &a), SCALAR_OK);
    assert_int_equal(scalar_amount(UNIT_SIZE, "100 B", &b), SCALAR_OK);
    assert_int_equal(scalar_amount_compare(&a, &b), 0);
    assert_int_equal(scalar_amount(UNIT_SIZE, "10 Gb", &a), SCALAR_OK);
    assert_true(a.odd_case);
    assert_string_equal(a.unit, "GB");
    assert_int_equal(scalar_amount(UNIT_TIME, "1.5 h", &a), SCALAR_OK);
    assert_int_equal(scalar_amount(UNIT_TIME, "90 m", &b), SCALAR_OK);
    assert_int_equal(scalar_amount_compare(&a, &b), 0);
    assert_int_equal(scalar_amount(UNIT_FREQUENCY, "2.4 GHz", &a), SCALAR_OK);
    assert_int_equal(scalar_amount(UNIT_BITRATE, "1 KBps", &a), SCALAR_OK);
    assert_int_equal(scalar_amount(UNIT_BITRATE, "8 Kbps", &b), SCALAR_OK);
    assert_int_equal(scalar_amount_compare(&a, &b), 0);
}

static void test_bad_amounts(void **state)
{
    struct scalar_amount a;
    assert_int_equal(scalar_amount(UNIT_SIZE, "10", &a), SCALAR_NO_UNIT);
    assert_int_equal(scalar_amount(UNIT_SIZE, "GB", &a), SCALAR_NO_NUMBER);
    assert_int_equal(scalar_amount(UNIT_SIZE, "10 parsecs", &a), SCALAR_BAD_UNIT);
    assert_int_equal(scalar_amount(UNIT_SIZE, "10 s", &a), SCALAR_BAD_UNIT);
    assert_int_equal(scalar_amount(UNIT_SIZE, "1 GB GB", &a), SCALAR_BAD_UNIT);
    assert_int_equal(scalar_amount(UNIT_SIZE, "1234567890123456789 B", &a), SCALAR_TOO_LONG);
    assert_int_equal(scalar_amount(UNIT_SIZE, "0.000000000000000000001 TB", &a), SCALAR_TOO_LONG);
    assert_int_equal(scalar_amount(UNIT_BITRATE, "1 KBPS", &a), SCALAR_BAD_UNIT); /* bits or bytes? */
}

static void test_versions(void **state)
{
    static const char *const rising[] = {"0",          "1.0",   "1.2",  "1.10", "2.0.0.alpha-1", "2.0.0.alpha-2",
                                         "2.0.0.beta", "2.0.0", "2.0.1"};
    struct scalar_version a, b;
    for (size_t i = 0; i + 1 < ARRAY_LEN(rising); i++) {
        assert_true(scalar_version(rising[i], &a));
        assert_true(scalar_version(rising[i + 1], &b));
        assert_true(scalar_version_compare(&a, &b) < 0);
        assert_true(scalar_version_compare(&b, &a) > 0);
    }
    static const char *const bad[] = {"", "a", "1.", "1.2.beta", "1.2.3.beta-", "1.2.3.-1", "0.0.0.alpha", "1.2.3.a b"};
    for (size_t i = 0; i < ARRAY_LEN(bad); i++)
        assert_false(scalar_version(bad[i], &a));
}

static void test_timestamps(void **state)
{
    static const struct {
        const char *text;
        int64_t s;
    } rows[] = {
        {"1970-01-02", 86400},          {"1970-01-01T01:00:00Z", 3600},   {"1970-01-01 01:00:00", 3600},
        {"1970-01-01t00:00:01.5 Z", 1}, {"1970-01-01T01:00:00+01:00", 0},
    };
    int64_t us;
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        assert_true(scalar_timestamp(rows[i].text, &us));
        assert_int_equal(us / 1000000, rows[i].s);
    }
    static const char *const bad[] = {
        "", "yesterday", "1970-13-01", "1970-01-01T", "1970-01-01x", "1970-01-01T01:00:00 noon"};
    for (size_t i = 0; i < ARRAY_LEN(bad); i++)
        assert_false(scalar_timestamp(bad[i], &us));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_kinds),    cmocka_unit_test(test_amounts),    cmocka_unit_test(test_bad_amounts),
        cmocka_unit_test(test_versions), cmocka_unit_test(test_timestamps),
    };
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
