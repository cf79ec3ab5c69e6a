// SPDX-License-Identifier: Apache-2.0
/* The store on disk: it survives closing and killing, tells damage and a full disk, and is one process's alone. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "io/file.h"
#include "store/store.h"

#define ROUNDS 200

static char folder[32];

static int up(void **state)
{
    strcpy(folder, "/tmp/store-XXXXXX");
    return mkdtemp(folder) ? 0 : -1;
}

static int down(void **state)
{
    return file_remove_tree(folder, NULL);
}

static struct store *open_store(void)
{
    struct store *s = NULL;
    struct err e = {0};
    if (store_open_sqlite(folder, &s, &e) < 0)
        fail_msg("%s", err_text(&e));
    return s;
}

static int put(struct store *s, const char *key, const char *value, struct err *e)
{
    struct store_op op = {key, value, -1};
    return store_write(s, &op, 1, NULL, NULL, e);
}

static char *get(struct store *s, const char *key)
{
    struct store_item i = {0};
    struct err e = {0};
    int r = store_get(s, key, &i, &e);
    assert_true(r == 0 || r == -ENOENT);
    char *value = take_ptr(i.value);
    store_item_done(&i);
    return value;
}

static void count_up(void *data, const struct store_item *i)
{
    ++*(int *)data;
}

static void survives_closing(void **state)
{
    struct err e = {0};
    struct stat st;
    int told = 0;
    struct store *s = open_store();
    int64_t begin = store_revision(s);
    assert_int_equal(put(s, "/a", "1", &e), 0);
    assert_int_equal(put(s, "/a", "2", &e), 0);
    assert_int_equal(put(s, "/b", "1", &e), 0);
    assert_int_equal(put(s, "/b", NULL, &e), 0);
    int64_t end = store_revision(s);
    store_close(s);
    s = open_store();
    assert_int_equal(store_revision(s), end); /* also when the last write was a deletion */
    AUTO_FREE char *a = get(s, "/a");
    AUTO_FREE char *b = get(s, "/b");
    assert_string_equal(a, "2");
    assert_null(b);
    struct store_watch *w;
    assert_int_equal(store_watch(s, "/", begin, count_up, &told, &w, &e), 0);
    assert_int_equal(told, 4);
    AUTO_FREE char *path = file_join(folder, "store.db");
    assert_int_equal(stat(path, &st), 0);
    assert_int_equal(st.st_mode & 0777, 0600);
    store_close(s);
}

static void is_one_process_alone(void **state)
{
    struct store *s = open_store(), *other = NULL;
    struct err e = {0};
    assert_int_equal(put(s, "/a", "1", &e), 0);
    assert_int_equal(store_open_sqlite(folder, &other, &e), -EBUSY);
    assert_non_null(strstr(err_text(&e), "another process"));
    store_close(s);
}

/* Writes numbers until it is killed; says each on the pipe after it was acknowledged. */
_Noreturn static void write_until_killed(int out, int from)
{
    struct store *s = NULL;
    struct err e = {0};
    char value[16];
    if (store_open_sqlite(folder, &s, &e) < 0)
        _exit(1);
    for (int i = from;; i++) {
        snprintf(value, sizeof(value), "%d", i);
        struct store_op ops[] = {{"/one", value, -1}, {"/two", value, -1}};
        if (store_write(s, ops, 2, NULL, NULL, &e) < 0 || write(out, &i, sizeof(i)) != sizeof(i))
            _exit(2);
    }
}

/* One round: the last number that was acknowledged. */
static int kill_amid_writes(int from, useconds_t after)
{
    int pipes[2], last = from - 1, number;
    assert_int_equal(pipe2(pipes, O_CLOEXEC), 0);
    pid_t pid = fork();
    assert_true(pid >= 0);
    if (pid == 0)
        write_until_killed(pipes[1], from);
    close(pipes[1]);
    usleep(after);
    kill(pid, SIGKILL);
    while (read(pipes[0], &number, sizeof(number)) == sizeof(number))
        last = number;
    close(pipes[0]);
    int status;
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_true(WIFSIGNALED(status));
    return last;
}

static void loses_nothing_when_killed(void **state)
{
    int next = 1;
    unsigned seed = (unsigned)getpid();
    for (int round = 0; round < ROUNDS; round++) {
        int acknowledged = kill_amid_writes(next, (useconds_t)(rand_r(&seed) % 12000));
        struct store *s = open_store();
        AUTO_FREE char *one = get(s, "/one");
        AUTO_FREE char *two = get(s, "/two");
        int found = one ? atoi(one) : 0;
        if (acknowledged > 0 || one)
            assert_string_equal(one, two); /* never half a write */
        if (found < acknowledged || found > acknowledged + 1)
            fail_msg("round %d: %d was acknowledged, %d is there", round, acknowledged, found);
        next = found + 1;
        store_close(s);
    }
    assert_true(next > ROUNDS / 10); /* it did write */
}

static char *whole_file(const char *path, size_t *ret_len)
{
    char *text = NULL;
    struct err e = {0};
    if (file_read(path, 64 << 20, &text, ret_len, &e) < 0)
        fail_msg("%s", err_text(&e));
    return text;
}

static void make_large(void)
{
    struct store *s = open_store();
    struct err e = {0};
    char key[32], value[600];
    memset(value, 'v', sizeof(value) - 1);
    value[sizeof(value) - 1] = '\0';
    for (int i = 0; i < 300; i++) {
        snprintf(key, sizeof(key), "/key/%d", i);
        assert_int_equal(put(s, key, value, &e), 0);
    }
    store_close(s);
}

static void expect_damage_told(const char *path)
{
    struct store *s = NULL;
    struct err e = {0};
    size_t len, len_after;
    AUTO_FREE char *before = whole_file(path, &len);
    assert_int_equal(store_open_sqlite(folder, &s, &e), -EUCLEAN);
    assert_null(s);
    assert_non_null(strstr(err_text(&e), "damaged"));
    assert_non_null(strstr(err_text(&e), folder));
    AUTO_FREE char *after = whole_file(path, &len_after);
    assert_int_equal(len, len_after);
    assert_memory_equal(before, after, len);
}

/* Writes bytes over a place in the file. */
static void spoil(const char *path, off_t at, size_t len)
{
    AUTO_CLOSE int fd = open(path, O_WRONLY | O_CLOEXEC);
    AUTO_FREE char *bytes = mem_alloc(len);
    memset(bytes, 0x5a, len);
    assert_int_equal(pwrite(fd, bytes, len, at), (ssize_t)len);
}

static void tells_damage(void **state)
{
    AUTO_FREE char *path = file_join(folder, "store.db");
    struct stat st;
    make_large();
    assert_int_equal(stat(path, &st), 0);
    AUTO_FREE char *good = whole_file(path, &(size_t){0});
    static const int pages[] = {1, 2, 5, 20}; /* a page of a table, another, ... */
    for (size_t i = 0; i < ARRAY_LEN(pages); i++) {
        spoil(path, pages[i] * 4096, 64);
        expect_damage_told(path);
        assert_int_equal(file_write_fast(path, good, (size_t)st.st_size, 0600, NULL), 0);
    }
    spoil(path, 0, 100); /* no database at all */
    expect_damage_told(path);
    assert_int_equal(file_write_fast(path, good, (size_t)st.st_size / 2, 0600, NULL), 0); /* cut off */
    expect_damage_told(path);
    assert_int_equal(file_write_fast(path, good, (size_t)st.st_size, 0600, NULL), 0);
    struct store *s = open_store(); /* the good one opens again */
    store_close(s);
}

/* A small file system over the folder, in a mount namespace of a child's own. */
static int fill_the_disk(void)
{
    struct err e = {0};
    char value[20000], key[32];
    int i = 0, r = 0;
    if (unshare(CLONE_NEWNS) < 0 || mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0 ||
        mount("tmpfs", folder, "tmpfs", 0, "size=1m,mode=700") < 0)
        return 77;
    struct store *s = open_store();
    memset(value, 'v', sizeof(value) - 1);
    value[sizeof(value) - 1] = '\0';
    for (; r == 0 && i < 1000; i++) {
        snprintf(key, sizeof(key), "/key/%d", i);
        r = put(s, key, value, &e);
    }
    assert_int_equal(r, -ENOSPC);
    assert_non_null(strstr(err_text(&e), "full"));
    int64_t at = store_revision(s);
    AUTO_FREE char *first = get(s, "/key/0"); /* reading goes on */
    AUTO_FREE char *last = get(s, key);
    assert_string_equal(first, value);
    assert_null(last);
    assert_int_equal(put(s, key, value, &e), -ENOSPC);
    /* There is room again: so does writing. */
    assert_int_equal(mount(NULL, folder, NULL, MS_REMOUNT, "size=8m"), 0);
    assert_int_equal(put(s, key, value, &e), 0);
    assert_int_equal(store_revision(s), at + 1);
    store_close(s);
    s = open_store();
    assert_int_equal(store_revision(s), at + 1);
    AUTO_FREE char *again = get(s, key);
    assert_string_equal(again, value);
    store_close(s);
    return 0;
}

static void tells_a_full_disk(void **state)
{
    int status;
    if (geteuid() != 0) {
        print_message("skipped: a full disk needs a small file system, which only root can mount\n");
        skip();
    }
    pid_t pid = fork();
    assert_true(pid >= 0);
    if (pid == 0) {
        alarm(60);
        _exit(fill_the_disk()); /* a failed assertion ends the child otherwise */
    }
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_true(WIFEXITED(status));
    if (WEXITSTATUS(status) == 77) {
        print_message("skipped: this machine lets nobody mount in a namespace\n");
        skip();
    }
    assert_int_equal(WEXITSTATUS(status), 0);
}

static void refuses_another_form(void **state)
{
    AUTO_FREE char *path = file_join(folder, "store.db");
    struct store *s = open_store(), *other = NULL;
    struct err e = {0};
    store_close(s);
    AUTO_CLOSE int fd = open(path, O_WRONLY | O_CLOEXEC);
    assert_int_equal(pwrite(fd, "\0\0\0\x09", 4, 60), 4); /* the header's user version */
    assert_int_equal(store_open_sqlite(folder, &other, &e), -EINVAL);
    assert_non_null(strstr(err_text(&e), "'9'"));
}

#define TEST(fn) cmocka_unit_test_setup_teardown(fn, up, down)

int main(void)
{
    cmocka_set_message_output(CM_OUTPUT_TAP);
    const struct CMUnitTest tests[] = {
        TEST(survives_closing), TEST(is_one_process_alone), TEST(loses_nothing_when_killed),
        TEST(tells_damage),     TEST(tells_a_full_disk),    TEST(refuses_another_form),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
