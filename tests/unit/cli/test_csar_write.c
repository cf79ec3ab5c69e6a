// SPDX-License-Identifier: Apache-2.0
/* What is written as an archive is read again as it was; one that was not ended leaves nothing. */
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "cli/csar.h"
#include "cli/csar_write.h"
#include "io/file.h"

static char folder[] = "/tmp/sedge-test-write-XXXXXX";

static int setup(void **state)
{
    return mkdtemp(folder) ? 0 : -1;
}

static int teardown(void **state)
{
    return file_remove_tree(folder, NULL);
}

static void test_round_trip(void **state)
{
    AUTO_FREE char *path = file_join(folder, "a.csar"), *text = NULL;
    AUTO(csar_writer_freep)
    struct csar_writer *w = NULL;
    AUTO(diags_done)
    struct diags d = {0};
    struct csar *c = NULL;
    struct err e = {0};
    int64_t size = 0;
    size_t len;
    assert_int_equal(csar_writer_new(path, &w, &e), 0);
    assert_int_equal(csar_writer_add_text(w, "a/b.yaml", "x: y\n", &e), 0);
    AUTO_CLOSE int self = open("/proc/self/exe", O_RDONLY | O_CLOEXEC);
    assert_int_equal(csar_writer_add(w, "\xc3\xa9.sh", 0755, self, &e), 0);
    assert_int_equal(csar_writer_end(w, &size, &e), 0);
    AUTO_CLOSE int fd = open(path, O_RDONLY | O_CLOEXEC);
    assert_int_equal(csar_open(fd, path, &c, &d), 0);
    assert_int_equal(csar_read(c, "a/b.yaml", 100, &text, &len, &e), 0);
    assert_string_equal(text, "x: y\n");
    assert_true(csar_find(c, "\xc3\xa9.sh")->runs);
    assert_false(csar_find(c, "a/b.yaml")->runs);
    assert_int_equal(csar_find(c, "\xc3\xa9.sh")->size, lseek(self, 0, SEEK_END));
    assert_int_equal(size, lseek(fd, 0, SEEK_END));
    csar_close(c);
}

static void test_nothing_is_left(void **state)
{
    AUTO_FREE char *path = file_join(folder, "b.csar");
    AUTO_STRV struct strv names = {0};
    struct csar_writer *w = NULL;
    struct err e = {0};
    assert_int_equal(csar_writer_new(path, &w, &e), 0);
    assert_int_equal(csar_writer_add_text(w, "a", "x", &e), 0);
    csar_writer_free(w);
    assert_int_equal(file_list(folder, &names, &e), 0);
    for (size_t i = 0; i < names.n; i++)
        assert_false(str_starts(names.v[i], "b.csar"));
    assert_true(csar_writer_new("/no/such/folder/a.csar", &w, &e) < 0);
    assert_non_null(strstr(err_text(&e), "/no/such/folder/a.csar"));
}

int main(void)
{
    cmocka_set_message_output(CM_OUTPUT_TAP);
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_round_trip), cmocka_unit_test(test_nothing_is_left)};
    return cmocka_run_group_tests(tests, setup, teardown);
}
