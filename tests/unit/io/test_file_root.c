// SPDX-License-Identifier: Apache-2.0
/* Tests of roots: what lies below is read, what leads out is not. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "io/file.h"
#include "io/file_root.h"

static char *top;
static struct file_root root;

static int setup(void **state)
{
    char folder[] = "/tmp/sedge-test-root-XXXXXX";
    top = mem_strdup(mkdtemp(folder));
    AUTO_FREE char *outside = file_join(top, "outside"), *inside = file_join(top, "root/a/b"),
                   *in = file_join(top, "root");
    AUTO_FREE char *out_link = file_join(top, "root/out"), *in_link = file_join(top, "root/in"),
                   *fifo = file_join(top, "root/fifo");
    AUTO_FREE char *text = file_join(top, "root/a/b/text");
    assert_int_equal(file_mkdirs(inside, 0700, NULL), 0);
    assert_int_equal(file_write_fast(outside, "secret", 6, 0600, NULL), 0);
    assert_int_equal(file_write_fast(text, "hello", 5, 0600, NULL), 0);
    assert_int_equal(symlink("../outside", out_link), 0);
    assert_int_equal(symlink("a/b/text", in_link), 0);
    assert_int_equal(mkfifo(fifo, 0600), 0);
    return file_root_open(in, 100, &root, NULL);
}

static int teardown(void **state)
{
    file_root_close(&root);
    int r = file_remove_tree(top, NULL);
    free(top);
    return r;
}

static int reads(const char *path, const char *wanted)
{
    AUTO_FREE char *text = NULL;
    size_t len = 0;
    struct err e = {0};
    int r = file_root_read(&root, path, &text, &len, &e);
    if (r == 0)
        assert_string_equal(text, wanted);
    else
        assert_non_null(strstr(e.text, path));
    return r;
}

static void test_below(void **state)
{
    assert_int_equal(reads("a/b/text", "hello"), 0);
    assert_int_equal(reads("in", "hello"), 0);
    assert_int_equal(reads("a/../a/b/text", "hello"), 0);
    assert_int_equal(reads("none", NULL), -ENOENT);
    assert_int_equal(reads("a", NULL), -EISDIR);
    assert_true(file_root_exists(&root, "a/b"));
    assert_false(file_root_exists(&root, "a/c"));
}

static void test_outside(void **state)
{
    assert_int_equal(reads("../outside", NULL), -EXDEV);
    assert_int_equal(reads("out", NULL), -EXDEV);
    assert_int_equal(reads("/etc/passwd", NULL), -EXDEV);
    assert_int_equal(reads("a/../../outside", NULL), -EXDEV);
    assert_false(file_root_exists(&root, "out"));
}

static void test_descriptor(void **state)
{
    char text[8] = "";
    struct err e = {0};
    AUTO_CLOSE int fd = file_root_fd(&root, "a/b/text", &e);
    assert_true(fd >= 0);
    assert_int_equal(read(fd, text, sizeof(text) - 1), 5);
    assert_int_equal(file_root_fd(&root, "out", &e), -EXDEV);
    assert_non_null(strstr(e.text, "leads out"));
    AUTO_CLOSE int pipe_fd = file_root_fd(&root, "fifo", &e); /* does not wait for a writer */
    assert_true(pipe_fd >= 0);
}

static void test_limit(void **state)
{
    struct file_root small = {.fd = root.fd, .max = 4};
    AUTO_FREE char *text = NULL;
    size_t len;
    struct err e = {0};
    assert_int_equal(file_root_read(&small, "a/b/text", &text, &len, &e), -EFBIG);
}

int main(void)
{
    cmocka_set_message_output(CM_OUTPUT_TAP);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_below),
        cmocka_unit_test(test_outside),
        cmocka_unit_test(test_descriptor),
        cmocka_unit_test(test_limit),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
