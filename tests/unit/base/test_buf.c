// SPDX-License-Identifier: Apache-2.0
/* Buffers: they grow, stay closed by a NUL, drop from the front and hand their text over. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "base/buf.h"

static void empty_is_text(void **state)
{
    AUTO_BUF struct buf b = {0};
    assert_string_equal(buf_str(&b), "");
    AUTO_FREE char *text = buf_take(&b);
    assert_string_equal(text, "");
    buf_clear(&b);
    buf_drop(&b, 5);
    buf_add(&b, NULL, 0);
    assert_int_equal(b.len, 0);
}

static void adds_all_kinds(void **state)
{
    AUTO_BUF struct buf b = {0};
    buf_adds(&b, "ab");
    buf_addc(&b, 'c');
    buf_add(&b, "d\0e", 3);
    buf_addf(&b, "%d", 42);
    assert_int_equal(b.len, 8);
    assert_memory_equal(b.data, "abcd\0e42", 9);
}

static void formats_past_its_room(void **state)
{
    AUTO_BUF struct buf b = {0};
    size_t want = 0;
    for (int i = 0; i < 300; i++) {
        buf_addf(&b, "%*s", i, "");
        want += (size_t)i;
        assert_int_equal(b.len, want);
        assert_int_equal(strlen(b.data), want);
    }
}

static void room_is_closed_again(void **state)
{
    AUTO_BUF struct buf b = {0};
    char *p = buf_room(&b, 100);
    memset(p, 'x', 100);
    assert_true(b.cap > 100);
    b.len += 10;
    assert_int_equal(strlen(buf_str(&b)), 10);
    p = buf_room(&b, 100);
    memset(p, 'y', 100);
    b.len += 3;
    AUTO_FREE char *text = buf_take(&b);
    assert_string_equal(text, "xxxxxxxxxxyyy");
    assert_null(b.data);
}

static void drops_from_the_front(void **state)
{
    AUTO_BUF struct buf b = {0};
    buf_adds(&b, "abcdef");
    buf_drop(&b, 2);
    assert_string_equal(b.data, "cdef");
    buf_drop(&b, 9);
    assert_int_equal(b.len, 0);
    assert_string_equal(b.data, "");
}

static void clear_keeps_memory(void **state)
{
    AUTO_BUF struct buf b = {0};
    buf_adds(&b, "abcdef");
    size_t cap = b.cap;
    buf_clear(&b);
    assert_int_equal(b.cap, cap);
    assert_string_equal(buf_str(&b), "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(empty_is_text),         cmocka_unit_test(adds_all_kinds),
        cmocka_unit_test(formats_past_its_room), cmocka_unit_test(room_is_closed_again),
        cmocka_unit_test(drops_from_the_front),  cmocka_unit_test(clear_keeps_memory),
    };
    return cmocka_run_group_tests_name("base/buf", tests, NULL, NULL);
}
