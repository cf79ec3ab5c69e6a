// SPDX-License-Identifier: Apache-2.0
/* Trees are removed whole, however deep, without following links or entering mounts. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/wait.h>
#include <unistd.h>

#include "io/file.h"

static char folder[] = "/tmp/io-tree-XXXXXX";

static int make_folder(void **state)
{
    return mkdtemp(folder) ? 0 : -1;
}

static int remove_folder(void **state)
{
    return file_remove_tree(folder, NULL);
}

static void removes_all_but_what_links_name(void **state)
{
    AUTO_FREE char *tree = file_join(folder, "t"), *sub = file_join(tree, "a/b"), *kept = file_join(folder, "kept");
    AUTO_FREE char *file = file_join(sub, "f"), *link = file_join(sub, "link"), *inside = file_join(kept, "inside");
    assert_int_equal(file_mkdirs(sub, 0755, NULL), 0);
    assert_int_equal(file_mkdirs(kept, 0755, NULL), 0);
    assert_int_equal(file_write_fast(file, "x", 1, 0400, NULL), 0);
    assert_int_equal(file_write_fast(inside, "x", 1, 0400, NULL), 0);
    assert_int_equal(symlink(kept, link), 0);
    assert_int_equal(file_remove_tree(tree, NULL), 0);
    assert_false(file_exists(tree));
    assert_true(file_exists(inside));
    assert_int_equal(file_remove_tree(tree, NULL), 0);
    /* A link as the top is removed itself. */
    assert_int_equal(symlink(kept, tree), 0);
    assert_int_equal(file_remove_tree(tree, NULL), 0);
    assert_true(file_exists(inside));
    assert_int_equal(file_remove_tree(inside, NULL), 0);
    assert_false(file_exists(inside));
}

/* Deeper than a path may be long and than there are descriptors on the stack, with files on all levels. */
static void removes_a_deep_tree(void **state)
{
    AUTO_FREE char *top = file_join(folder, "deep");
    assert_int_equal(mkdir(top, 0755), 0);
    AUTO_CLOSE int at = open(top, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    for (int i = 0; i < 1500; i++) {
        assert_int_equal(mkdirat(at, "ddddd", 0755), 0);
        int f = openat(at, "f", O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
        assert_true(f >= 0);
        close(f);
        int next = openat(at, "ddddd", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        assert_true(next >= 0);
        close(at);
        at = next;
    }
    struct err e = {0};
    assert_int_equal(file_remove_tree(top, &e), 0);
    assert_false(file_exists(top));
}

static void removes_a_wide_tree(void **state)
{
    AUTO_FREE char *top = file_join(folder, "wide");
    for (int i = 0; i < 1000; i++) {
        AUTO_FREE char *sub = mem_printf("%s/%d", top, i), *file = file_join(sub, "f");
        assert_int_equal(file_mkdirs(sub, 0755, NULL), 0);
        assert_int_equal(file_write_fast(file, "", 0, 0600, NULL), 0);
    }
    assert_int_equal(file_remove_tree(top, NULL), 0);
    assert_false(file_exists(top));
}

static void does_not_enter_a_mount(void **state)
{
    AUTO_FREE char *tree = file_join(folder, "m"), *source = file_join(folder, "source");
    AUTO_FREE char *point = file_join(tree, "point"), *inside = file_join(source, "inside");
    assert_int_equal(file_mkdirs(point, 0755, NULL), 0);
    assert_int_equal(file_mkdirs(source, 0755, NULL), 0);
    assert_int_equal(file_write_fast(inside, "x", 1, 0600, NULL), 0);
    if (mount(source, point, NULL, MS_BIND, NULL) < 0) {
        print_message("skipped: a bind mount needs root: %s\n", strerror(errno));
        skip();
    }
    struct err e = {0};
    int r = file_remove_tree(tree, &e);
    umount2(point, MNT_DETACH);
    assert_int_equal(r, -EBUSY);
    assert_non_null(strstr(e.text, "point"));
    assert_true(file_exists(inside));
    assert_int_equal(file_remove_tree(tree, &e), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(removes_all_but_what_links_name),
        cmocka_unit_test(removes_a_deep_tree),
        cmocka_unit_test(removes_a_wide_tree),
        cmocka_unit_test(does_not_enter_a_mount),
    };
    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
