// SPDX-License-Identifier: Apache-2.0
/* Tables: order of insertion, ownership of values, and a long walk of sets and deletions checked against a plain list.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "base/map.h"

static int freed;

static void count_free(void *value)
{
    freed++;
    free(value);
}

static void zeroed_is_ready(void **state)
{
    AUTO_MAP struct map m = {0};
    int one = 1;
    assert_null(map_get(&m, "a"));
    assert_false(map_del(&m, "a"));
    map_set(&m, "a", &one);
    map_set(&m, "nothing", NULL);
    assert_ptr_equal(map_get(&m, "a"), &one);
    assert_true(map_has(&m, "nothing"));
    assert_null(map_get(&m, "nothing"));
    assert_false(map_has(&m, ""));
}

static void keeps_order(void **state)
{
    AUTO_MAP struct map m = {0};
    map_set(&m, "z", "1");
    map_set(&m, "a", "2");
    map_set(&m, "m", "3");
    map_set(&m, "z", "4");
    assert_true(map_del(&m, "a"));
    map_set(&m, "a", "5");
    assert_int_equal(m.n, 3);
    assert_string_equal(m.items[0].key, "z");
    assert_string_equal(m.items[0].value, "4");
    assert_string_equal(m.items[1].key, "m");
    assert_string_equal(m.items[2].key, "a");
}

static void owns_values(void **state)
{
    struct map m;
    map_init(&m, count_free);
    freed = 0;
    map_set(&m, "a", mem_strdup("1"));
    map_set(&m, "a", mem_strdup("2"));
    assert_int_equal(freed, 1);
    map_set(&m, "a", map_get(&m, "a")); /* the same value again must live */
    assert_int_equal(freed, 1);
    map_set(&m, "b", mem_strdup("3"));
    map_del(&m, "a");
    assert_int_equal(freed, 2);
    map_done(&m);
    assert_int_equal(freed, 3);
    map_set(&m, "again", mem_strdup("4")); /* done leaves a ready map of the same kind */
    map_done(&m);
    assert_int_equal(freed, 4);
}

static void deletes_by_its_own_key(void **state)
{
    AUTO_MAP struct map m = {0};
    map_set(&m, "first", "1");
    map_set(&m, "second", "2");
    assert_true(map_del(&m, m.items[0].key));
    assert_string_equal(m.items[0].key, "second");
    assert_true(map_has(&m, "second"));
}

#define KEYS 300

/* Sets and deletes at random and holds the table to a plain list in order of insertion. */
static void agrees_with_a_list(void **state)
{
    AUTO_MAP struct map m = {0};
    int order[KEYS], n = 0;
    unsigned seed = 12345;
    for (int step = 0; step < 6000; step++) {
        seed = seed * 1103515245 + 12345;
        int key = (int)(seed >> 16) % KEYS, at = 0;
        char name[16];
        snprintf(name, sizeof(name), "key-%d", key);
        while (at < n && order[at] != key)
            at++;
        if ((seed >> 8) % 5 < 2) {
            assert_int_equal(map_del(&m, name), at < n);
            if (at < n)
                memmove(order + at, order + at + 1, (size_t)(--n - at) * sizeof(order[0]));
        } else {
            map_set(&m, name, (void *)(intptr_t)(key + 1));
            if (at == n)
                order[n++] = key;
        }
        assert_int_equal(m.n, n);
    }
    for (int i = 0; i < KEYS; i++) {
        char name[16];
        snprintf(name, sizeof(name), "key-%d", i);
        bool listed = false;
        for (int at = 0; at < n; at++)
            listed |= order[at] == i;
        assert_int_equal(map_has(&m, name), listed);
    }
    for (int at = 0; at < n; at++)
        assert_int_equal((intptr_t)m.items[at].value, order[at] + 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(zeroed_is_ready),        cmocka_unit_test(keeps_order),        cmocka_unit_test(owns_values),
        cmocka_unit_test(deletes_by_its_own_key), cmocka_unit_test(agrees_with_a_list),
    };
    return cmocka_run_group_tests_name("base/map", tests, NULL, NULL);
}
