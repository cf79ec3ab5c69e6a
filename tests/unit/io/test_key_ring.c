// SPDX-License-Identifier: Apache-2.0
/* Key files: made once, for their owner alone; several keys open, the first one seals. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <string.h>
#include <sys/stat.h>

#include "io/file.h"
#include "io/key_ring.h"

#define LINE_1 "0101010101010101010101010101010101010101010101010101010101010101\n"
#define LINE_2 "0202020202020202020202020202020202020202020202020202020202020202\n"

static char folder[] = "/tmp/io-keys-XXXXXX";

static int make_folder(void **state)
{
    return mkdtemp(folder) ? 0 : -1;
}

static int remove_folder(void **state)
{
    return file_remove_tree(folder, NULL);
}

static void made_once_for_its_owner(void **state)
{
    AUTO_FREE char *path = file_join(folder, "key");
    struct key_ring made = {0}, read = {0};
    struct err e = {0};
    struct stat st;
    assert_int_equal(key_ring_read(path, &read, &e), -ENOENT);
    assert_int_equal(key_ring_make(path, &made, &e), 0);
    assert_int_equal(stat(path, &st), 0);
    assert_int_equal(st.st_mode & 0777, 0600);
    assert_int_equal(key_ring_make(path, &read, &e), -EEXIST);
    assert_int_equal(key_ring_read(path, &read, &e), 0);
    assert_int_equal(read.n, 1);
    assert_string_equal(read.keys[0].id, made.keys[0].id);
    AUTO_FREE char *sealed = key_ring_close(&made, "here", "value", 5);
    AUTO_FREE char *opened = NULL;
    size_t len = 0;
    assert_int_equal(key_ring_open(&read, "here", sealed, &opened, &len, &e), 0);
    assert_string_equal(opened, "value");
    assert_int_equal(chmod(path, 0640), 0);
    struct key_ring open_to_all = {0};
    assert_int_equal(key_ring_read(path, &open_to_all, &e), -EACCES);
    assert_non_null(strstr(e.text, "chmod 600"));
    key_ring_done(&made);
    key_ring_done(&read);
}

static void write_ring(const char *path, const char *text, struct key_ring *ret)
{
    struct err e = {0};
    assert_int_equal(file_write(path, text, strlen(text), 0600, &e), 0);
    assert_int_equal(key_ring_read(path, ret, &e), 0);
}

static void a_new_key_at_the_top(void **state)
{
    AUTO_FREE char *path = file_join(folder, "turned"), *opened = NULL;
    struct key_ring old = {0}, both = {0}, new = {0};
    struct err e = {0};
    size_t len;
    write_ring(path, LINE_1, &old);
    AUTO_FREE char *by_old = key_ring_close(&old, "here", "value", 5);
    write_ring(path, LINE_2 LINE_1, &both);
    assert_int_equal(key_ring_open(&both, "here", by_old, &opened, &len, &e), 0);
    AUTO_FREE char *by_both = key_ring_close(&both, "here", "value", 5), *none = NULL;
    assert_int_equal(key_ring_open(&old, "here", by_both, &none, &len, &e), -ENOKEY);
    assert_non_null(strstr(e.text, both.keys[0].id));
    write_ring(path, LINE_2, &new);
    assert_int_equal(key_ring_open(&new, "here", by_both, &none, &len, &e), 0);
    key_ring_done(&old);
    key_ring_done(&both);
    key_ring_done(&new);
}

static void refuses_what_is_no_key_file(void **state)
{
    static const char *const bad[] = {"",         "\n",
                                      "secret\n", LINE_1 "x\n",
                                      "0101",     "0X01010101010101010101010101010101010101010101010101010101010101\n"};
    AUTO_FREE char *path = file_join(folder, "bad");
    for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
        struct key_ring r = {0};
        struct err e = {0};
        assert_int_equal(file_write(path, bad[i], strlen(bad[i]), 0600, &e), 0);
        assert_int_equal(key_ring_read(path, &r, &e), -EINVAL);
        assert_int_equal(r.n, 0);
        assert_null(strstr(e.text, "secret\n"));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(made_once_for_its_owner),
        cmocka_unit_test(a_new_key_at_the_top),
        cmocka_unit_test(refuses_what_is_no_key_file),
    };
    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
