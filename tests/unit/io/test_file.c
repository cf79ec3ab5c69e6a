// SPDX-License-Identifier: Apache-2.0
/* Files: reads stop at their limit, writes are whole or not there, names are cleaned, locks exclude. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "io/file.h"

static char folder[] = "/tmp/io-file-XXXXXX";

static int make_folder(void **state)
{
    return mkdtemp(folder) ? 0 : -1;
}

static int remove_folder(void **state)
{
    return file_remove_tree(folder, NULL);
}

static void reads_up_to_the_limit(void **state)
{
    AUTO_FREE char *path = file_join(folder, "ten"), *text = NULL;
    size_t len = 0;
    struct err e = {0};
    assert_int_equal(file_write(path, "0123456789", 10, 0640, &e), 0);
    assert_int_equal(file_read(path, 10, &text, &len, &e), 0);
    assert_int_equal(len, 10);
    assert_string_equal(text, "0123456789");
    char *none = NULL;
    assert_int_equal(file_read(path, 9, &none, &len, &e), -EFBIG);
    assert_non_null(strstr(e.text, path));
    assert_int_equal(file_read("/nowhere/x", 9, &none, &len, &e), -ENOENT);
    assert_int_equal(file_read(folder, 9, &none, &len, &e), -EISDIR);
    assert_null(none);
}

static void reads_what_has_no_size(void **state)
{
    AUTO_FREE char *text = NULL, *piped = NULL;
    size_t len = 0;
    assert_int_equal(file_read("/proc/self/status", 1 << 20, &text, &len, NULL), 0);
    assert_true(len > 100 && strlen(text) == len);
    int fds[2];
    assert_int_equal(pipe(fds), 0);
    assert_int_equal(file_write_fd(fds[1], "abc", 3), 0);
    close(fds[1]);
    assert_int_equal(file_read_fd(fds[0], 3, &piped, &len, NULL), 0);
    assert_string_equal(piped, "abc");
    close(fds[0]);
}

static void reads_large_and_empty(void **state)
{
    AUTO_FREE char *path = file_join(folder, "large"), *data = mem_alloc(300000), *text = NULL, *empty = NULL;
    size_t len = 1;
    memset(data, 'z', 300000);
    assert_int_equal(file_write_fast(path, data, 300000, 0600, NULL), 0);
    assert_int_equal(file_read(path, 1 << 20, &text, &len, NULL), 0);
    assert_int_equal(len, 300000);
    assert_memory_equal(text, data, len);
    assert_int_equal(file_write_fast(path, "", 0, 0600, NULL), 0);
    assert_int_equal(file_read(path, 0, &empty, &len, NULL), 0);
    assert_int_equal(len, 0);
    assert_string_equal(empty, "");
}

/* A file that is made anew in place keeps what it was but for its content; a link to it stays a link. */
static void rewrite_keeps_mode_owner_and_links(void **state)
{
    AUTO_FREE char *path = file_join(folder, "kept"), *link = file_join(folder, "link"), *text = NULL, *now = NULL;
    size_t len = 0;
    struct stat seen, st;
    bool root = geteuid() == 0;
    assert_int_equal(file_write(path, "one", 3, 0600, NULL), 0);
    assert_int_equal(chmod(path, 0664), 0);
    assert_int_equal(root ? chown(path, 4321, 1234) : 0, 0);
    assert_int_equal(symlink("kept", link), 0);
    assert_int_equal(file_read_seen(link, 10, &text, &len, &seen, NULL), 0);
    assert_string_equal(text, "one");
    assert_int_equal(file_rewrite(link, "three", 5, &seen, NULL), 0);
    assert_int_equal(lstat(link, &st), 0);
    assert_true(S_ISLNK(st.st_mode));
    assert_int_equal(lstat(path, &st), 0);
    assert_int_equal(st.st_mode, S_IFREG | 0664);
    assert_true(st.st_uid == seen.st_uid && st.st_gid == seen.st_gid && st.st_ino != seen.st_ino);
    assert_int_equal(file_read(path, 10, &now, &len, NULL), 0);
    assert_string_equal(now, "three");
}

static void rewrite_leaves_what_is_another_by_now(void **state)
{
    AUTO_FREE char *path = file_join(folder, "raced"), *text = NULL, *now = NULL;
    size_t len = 0;
    struct stat seen;
    struct err e = {0};
    assert_int_equal(file_write(path, "one", 3, 0600, NULL), 0);
    assert_int_equal(file_read_seen(path, 10, &text, &len, &seen, NULL), 0);
    assert_int_equal(file_write(path, "two", 3, 0600, NULL), 0);
    assert_int_equal(file_rewrite(path, "three", 5, &seen, &e), -EAGAIN);
    assert_non_null(strstr(e.text, "changed it meanwhile"));
    assert_int_equal(file_read(path, 10, &now, &len, NULL), 0);
    assert_string_equal(now, "two");
    assert_int_equal(file_read_seen(folder, 10, &text, &len, &seen, NULL), -EISDIR);
    assert_int_equal(file_read_seen("/dev/null", 10, &text, &len, &seen, NULL), -EINVAL);
}

/* Someone else's file in a folder that all may write to: it would become ours, so it stays. */
static int rewrite_as_another(const char *path)
{
    AUTO_FREE char *text = NULL;
    size_t len = 0;
    struct stat seen;
    if (setgid(4321) < 0 || setuid(4321) < 0 || file_read_seen(path, 10, &text, &len, &seen, NULL) < 0)
        return 100;
    return -file_rewrite(path, "three", 5, &seen, NULL);
}

static void rewrite_takes_no_file_from_its_owner(void **state)
{
    if (geteuid() != 0)
        skip();
    AUTO_FREE char *dir = file_join(folder, "shared"), *path = file_join(dir, "theirs"), *now = NULL;
    AUTO_STRV struct strv names = {0};
    size_t len = 0;
    int status = 0;
    assert_int_equal(chmod(folder, 0711), 0);
    assert_int_equal(file_mkdirs(dir, 0777, NULL), 0);
    assert_int_equal(chmod(dir, 0777), 0);
    assert_int_equal(file_write(path, "one", 3, 0666, NULL), 0);
    pid_t pid = fork();
    if (pid == 0)
        _exit(rewrite_as_another(path));
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_int_equal(WEXITSTATUS(status), EPERM);
    assert_int_equal(file_read(path, 10, &now, &len, NULL), 0);
    assert_string_equal(now, "one");
    assert_int_equal(file_list(dir, &names, NULL), 0);
    assert_int_equal(names.n, 1);
}

static void write_replaces_and_leaves_nothing(void **state)
{
    AUTO_FREE char *dir = file_join(folder, "w/deep"), *path = file_join(dir, "f"), *taken = file_join(dir, "d");
    struct stat st;
    struct err e = {0};
    assert_int_equal(file_mkdirs(dir, 0755, &e), 0);
    assert_int_equal(file_mkdirs(dir, 0755, &e), 0);
    assert_int_equal(file_write(path, "one", 3, 0600, &e), 0);
    assert_int_equal(file_write(path, "two", 3, 0644, &e), 0);
    assert_int_equal(stat(path, &st), 0);
    assert_int_equal(st.st_mode & 07777, 0644);
    assert_int_equal(mkdir(taken, 0700), 0);
    assert_true(file_write(taken, "x", 1, 0600, &e) < 0); /* a folder is in the way of the rename */
    AUTO_STRV struct strv names = {0};
    assert_int_equal(file_list(dir, &names, &e), 0);
    assert_int_equal(names.n, 2);
    assert_string_equal(names.v[0], "d");
    assert_string_equal(names.v[1], "f");
    assert_int_equal(file_write("/nowhere/f", "x", 1, 0600, &e), -ENOENT);
    assert_int_equal(file_mkdirs(path, 0700, &e), -ENOTDIR);
}

static void drops_what_killed_writers_left(void **state)
{
    AUTO_FREE char *path = file_join(folder, "state");
    static const char *const litter[] = {".state.abcdefgh", ".state.abc", ".state.abcdefgh2", ".other.abcdefgh",
                                         "state"};
    for (size_t i = 0; i < ARRAY_LEN(litter); i++) {
        AUTO_FREE char *name = file_join(folder, litter[i]);
        assert_int_equal(file_write_fast(name, "x", 1, 0600, NULL), 0);
    }
    file_drop_temporaries(path);
    file_drop_temporaries("/nowhere/at/all");
    for (size_t i = 0; i < ARRAY_LEN(litter); i++) {
        AUTO_FREE char *name = file_join(folder, litter[i]);
        assert_int_equal(file_exists(name), i != 0);
        unlink(name);
    }
}

static void joins_and_cleans(void **state)
{
    static const char *const cases[][2] = {
        {"x/../y//z", "y/z"}, {"./a/./b/", "a/b"},  {"", ""},       {".", ""},
        {"a/..", ""},         {"a/../..", NULL},    {"..", NULL},   {"/abs", NULL},
        {"...", "..."},       {"a/b/../../c", "c"}, {"..a", "..a"}, {"a/../../a", NULL},
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        AUTO_FREE char *clean = file_clean_relative(cases[i][0]);
        assert_true(str_eq(clean, cases[i][1]));
    }
    static const char *const joins[][3] = {
        {"a", "b", "a/b"}, {"a/", "/b", "a/b"}, {"/", "b", "/b"}, {"a//", "b", "a/b"}};
    for (size_t i = 0; i < ARRAY_LEN(joins); i++) {
        AUTO_FREE char *joined = file_join(joins[i][0], joins[i][1]);
        assert_string_equal(joined, joins[i][2]);
    }
}

static void a_lock_excludes(void **state)
{
    AUTO_FREE char *path = file_join(folder, "lock");
    struct err e = {0};
    int one = -1, two = -1;
    assert_int_equal(file_lock(path, &one, &e), 0);
    assert_int_equal(file_lock(path, &two, &e), -EAGAIN);
    assert_int_equal(two, -1);
    close(one);
    assert_int_equal(file_lock(path, &two, &e), 0);
    close(two);
}

static void tells_free_bytes(void **state)
{
    assert_true(file_free_bytes(folder) > 0);
    assert_int_equal(file_free_bytes("/nowhere"), -ENOENT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_up_to_the_limit),
        cmocka_unit_test(reads_what_has_no_size),
        cmocka_unit_test(reads_large_and_empty),
        cmocka_unit_test(write_replaces_and_leaves_nothing),
        cmocka_unit_test(rewrite_keeps_mode_owner_and_links),
        cmocka_unit_test(rewrite_leaves_what_is_another_by_now),
        cmocka_unit_test(rewrite_takes_no_file_from_its_owner),
        cmocka_unit_test(drops_what_killed_writers_left),
        cmocka_unit_test(joins_and_cleans),
        cmocka_unit_test(a_lock_excludes),
        cmocka_unit_test(tells_free_bytes),
    };
    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
