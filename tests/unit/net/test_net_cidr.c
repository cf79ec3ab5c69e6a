// SPDX-License-Identifier: Apache-2.0
/* IPv4 ranges: what is read and refused, counting, overlap, and free addresses in turn until none is left. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include <errno.h>
#include <string.h>

#include "net/net_cidr.h"

static struct net_cidr cidr(const char *text)
{
    struct net_cidr c;
    struct err e = {0};
    if (net_cidr_parse(text, &c, &e) < 0)
        fail_msg("%s: %s", text, e.text);
    return c;
}

static void reads_ranges(void **state)
{
    struct net_cidr c = cidr("10.88.0.0/16");
    assert_true(c.base == 0x0a580000 && c.bits == 16);
    c = cidr("0.0.0.0/0");
    assert_true(c.base == 0 && c.bits == 0);
    c = cidr("255.255.255.255/32");
    assert_true(c.base == UINT32_MAX && c.bits == 32);
}

static void refuses_what_is_none(void **state)
{
    static const struct {
        const char *text, *words;
    } bad[] = {
        {NULL, "'' is no IPv4 range"},
        {"", "is no IPv4 range"},
        {"10.88.0.0", "is no IPv4 range; write it as 10.88.0.0/16"},
        {"10.88.0.0/", "is no IPv4 range"},
        {"10.88.0.0/33", "is no IPv4 range"},
        {"10.88.0.0/-1", "is no IPv4 range"},
        {"10.88.0.0/16 ", "is no IPv4 range"},
        {"10.88.0/16", "is no IPv4 range"},
        {"10.88.0.256/32", "is no IPv4 range"},
        {"::/0", "is no IPv4 range"},
        {"host/16", "is no IPv4 range"},
        {"10.88.0.1/16", "'10.88.0.1/16' has bits set behind its prefix; write 10.88.0.0/16"},
        {"128.0.0.0/0", "write 0.0.0.0/0"},
    };
    for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
        struct net_cidr c;
        struct err e = {0};
        assert_int_equal(net_cidr_parse(bad[i].text, &c, &e), -EINVAL);
        if (!strstr(e.text, bad[i].words))
            fail_msg("'%s' does not say '%s'", e.text, bad[i].words);
    }
}

static void counts_in_a_range(void **state)
{
    struct net_cidr c = cidr("10.88.0.0/30"), all = cidr("0.0.0.0/0");
    AUTO_FREE char *first = net_cidr_nth(&c, 0), *last = net_cidr_nth(&c, 3), *none = net_cidr_nth(&c, 4);
    AUTO_FREE char *end = net_cidr_nth(&all, UINT32_MAX);
    assert_string_equal(first, "10.88.0.0");
    assert_string_equal(last, "10.88.0.3");
    assert_null(none);
    assert_string_equal(end, "255.255.255.255");
}

static void tells_overlap(void **state)
{
    static const struct {
        const char *a, *b;
        bool overlap;
    } cases[] = {
        {"10.0.0.0/8", "10.88.0.0/16", true},          {"10.88.0.0/16", "10.89.0.0/16", false},
        {"10.88.0.0/15", "10.89.0.0/16", true},        {"0.0.0.0/0", "203.0.113.9/32", true},
        {"10.0.0.1/32", "10.0.0.1/32", true},          {"10.0.0.1/32", "10.0.0.2/32", false},
        {"192.168.0.0/17", "192.168.128.0/17", false},
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct net_cidr a = cidr(cases[i].a), b = cidr(cases[i].b);
        assert_int_equal(net_cidr_overlap(&a, &b), cases[i].overlap);
        assert_int_equal(net_cidr_overlap(&b, &a), cases[i].overlap);
    }
    struct net_cidr c = cidr("10.88.0.0/16");
    assert_true(net_cidr_has(&c, 0x0a58ffff) && !net_cidr_has(&c, 0x0a590000));
}

static char *next(const char *range, const char *taken, uint32_t *last)
{
    AUTO_STRV struct strv list = {0};
    struct net_cidr c = cidr(range);
    strv_split(&list, taken, " ");
    return net_cidr_free(&c, &list, last);
}

static void gives_free_addresses_in_turn(void **state)
{
    uint32_t last = 0;
    AUTO_FREE char *a = next("10.0.0.0/29", "10.0.0.1", &last), *b = next("10.0.0.0/29", "10.0.0.1", &last);
    assert_string_equal(a, "10.0.0.2");
    assert_string_equal(b, "10.0.0.3"); /* not the same again, though it is free */
    AUTO_FREE char *c = next("10.0.0.0/29", "10.0.0.1 10.0.0.4 10.0.0.5 nonsense 192.0.2.1", &last);
    assert_string_equal(c, "10.0.0.6");
    AUTO_FREE char *d = next("10.0.0.0/29", "10.0.0.1", &last);
    assert_string_equal(d, "10.0.0.2"); /* neither the broadcast nor the network's own address */
    last = UINT32_MAX;
    AUTO_FREE char *e = next("10.0.0.0/29", "", &last);
    assert_string_equal(e, "10.0.0.1");
}

static void a_full_range_gives_none(void **state)
{
    uint32_t last = 3;
    AUTO_FREE char *full = next("10.0.0.0/30", "10.0.0.1 10.0.0.2", &last), *one = next("10.0.0.9/32", "", &last);
    AUTO_FREE char *taken = next("10.0.0.9/32", "10.0.0.9", &last), *two = next("10.0.0.8/31", "10.0.0.8", &last);
    assert_null(full);
    assert_string_equal(one, "10.0.0.9");
    assert_null(taken);
    assert_string_equal(two, "10.0.0.9");
}

static void every_address_of_a_range_comes_once(void **state)
{
    AUTO_STRV struct strv taken = {0};
    struct net_cidr c = cidr("172.20.0.0/22");
    uint32_t last = 500;
    for (int i = 0; i < 1022; i++) {
        char *address = net_cidr_free(&c, &taken, &last);
        assert_non_null(address);
        assert_false(strv_has(&taken, address));
        strv_take(&taken, address);
    }
    assert_null(net_cidr_free(&c, &taken, &last));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_ranges),
        cmocka_unit_test(refuses_what_is_none),
        cmocka_unit_test(counts_in_a_range),
        cmocka_unit_test(tells_overlap),
        cmocka_unit_test(gives_free_addresses_in_turn),
        cmocka_unit_test(a_full_range_gives_none),
        cmocka_unit_test(every_address_of_a_range_comes_once),
    };
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
