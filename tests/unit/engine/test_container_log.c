// SPDX-License-Identifier: Apache-2.0
/* Container logs: bytes become lines and come back, long lines in parts, files are rotated and read across, a follower
 * misses nothing, and a full disk loses lines but says how many. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include "engine/container_log.h"
#include "io/file.h"

#define NOON 1767323045000006 /* 2026-01-02T03:04:05.000006Z */

static char folder[] = "/tmp/container-log-XXXXXX";
static char *path;
static struct log_writer *writer;

static int make_folder(void **state)
{
    if (!mkdtemp(folder))
        return -1;
    path = file_join(folder, "log");
    return 0;
}

static int remove_folder(void **state)
{
    free(path);
    return file_remove_tree(folder, NULL);
}

static int clean(void **state)
{
    log_writer_close(take_ptr(writer));
    AUTO_STRV struct strv names = {0};
    int r = file_list(folder, &names, NULL);
    for (size_t i = 0; r == 0 && i < names.n; i++) {
        AUTO_FREE char *name = file_join(folder, names.v[i]);
        r = unlink(name);
    }
    return r;
}

static void open_log(int64_t max_bytes, int files)
{
    struct err e = {0};
    if (log_writer_open(path, max_bytes, files, &writer, &e) < 0)
        fail_msg("%s", e.text);
}

static void say(bool is_err, const char *text, int64_t now_us)
{
    log_writer_bytes(writer, is_err, text, strlen(text), now_us);
}

static bool take(void *data, bool is_err, const char *text, size_t len)
{
    buf_addf(data, "%s", is_err ? "!" : "");
    buf_add(data, text, len);
    return true;
}

/* What a query gives, standard error's lines with a '!' in front. The caller frees. */
static char *ask(struct container_log_query q)
{
    struct buf got = {0};
    struct err e = {0};
    assert_int_equal(container_log_read(path, &q, take, &got, NULL, &e), 0);
    return buf_take(&got);
}

static char *ask_all(void)
{
    return ask((struct container_log_query){.tail = -1, .out = true, .err = true});
}

static void assert_all(const char *want)
{
    AUTO_FREE char *got = ask_all();
    assert_string_equal(got, want);
}

static void lines_are_stamped_and_marked(void **state)
{
    AUTO_FREE char *raw = NULL;
    open_log(1 << 20, 2);
    say(false, "one\ntwo\n\nthr", NOON);
    say(true, "oops\n", NOON + 1);
    say(false, "ee\nno end", NOON + 2);
    log_writer_close(take_ptr(writer));
    assert_int_equal(file_read(path, 1 << 20, &raw, NULL, NULL), 0);
    assert_string_equal(raw, "2026-01-02T03:04:05.000006Z stdout F one\n"
                             "2026-01-02T03:04:05.000006Z stdout F two\n"
                             "2026-01-02T03:04:05.000006Z stdout F \n"
                             "2026-01-02T03:04:05.000007Z stderr F oops\n"
                             "2026-01-02T03:04:05.000006Z stdout F three\n" /* when it began */
                             "2026-01-02T03:04:05.000008Z stdout P no end\n");
    assert_all("one\ntwo\n\n!oops\nthree\nno end");
}

static void queries_choose(void **state)
{
    open_log(1 << 20, 2);
    say(false, "a\nb\n", NOON);
    say(true, "c\n", NOON + 1000000);
    say(false, "d\n", NOON + 2000000);
    static const struct {
        struct container_log_query q;
        const char *want;
    } cases[] = {
        {{.tail = 0, .out = true, .err = true}, ""},
        {{.tail = 2, .out = true, .err = true}, "!c\nd\n"},
        {{.tail = 100, .out = true, .err = true}, "a\nb\n!c\nd\n"},
        {{.tail = 2, .out = true}, "b\nd\n"},
        {{.tail = -1, .err = true}, "!c\n"},
        {{.tail = -1, .out = true, .err = true, .since_us = NOON + 1000000}, "!c\nd\n"},
        {{.tail = -1, .out = true, .err = true, .since_us = NOON + 1000001}, "d\n"},
        {{.tail = 1, .out = true, .timestamps = true}, "2026-01-02T03:04:07.000006Z d\n"},
        {{.tail = -1}, ""},
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        AUTO_FREE char *got = ask(cases[i].q);
        assert_string_equal(got, cases[i].want);
    }
}

static void long_lines_stand_in_parts(void **state)
{
    AUTO_BUF struct buf line = {0};
    open_log(1 << 20, 2);
    for (int i = 0; i < 40000; i++)
        buf_addc(&line, (char)('a' + i % 26));
    buf_addc(&line, '\n');
    for (size_t at = 0; at < line.len; at += 777)
        log_writer_bytes(writer, false, line.data + at, line.len - at < 777 ? line.len - at : 777, NOON);
    say(false, "next\n", NOON);
    AUTO_FREE char *all = ask_all(), *last = ask((struct container_log_query){.tail = 1, .out = true}),
                   *two = ask((struct container_log_query){.tail = 2, .out = true}),
                   *stamped = ask((struct container_log_query){.tail = 2, .out = true, .timestamps = true});
    buf_adds(&line, "next\n");
    assert_string_equal(all, line.data);
    assert_string_equal(last, "next\n");
    assert_string_equal(two, line.data); /* a line in parts is one line */
    assert_int_equal(strlen(stamped), line.len + 2 * 28);
}

static void a_line_of_just_the_most_bytes_is_whole(void **state)
{
    AUTO_BUF struct buf line = {0};
    open_log(1 << 20, 2);
    for (int i = 0; i < 16 * 1024; i++)
        buf_addc(&line, 'x');
    buf_addc(&line, '\n');
    log_writer_bytes(writer, false, line.data, line.len, NOON);
    assert_all(line.data);
}

static void files_are_rotated_and_read_in_order(void **state)
{
    AUTO_BUF struct buf all = {0};
    AUTO_STRV struct strv names = {0};
    open_log(1000, 3);
    for (int i = 0; i < 200; i++) {
        AUTO_FREE char *line = mem_printf("line %03d\n", i);
        say(false, line, NOON + i);
        if (i >= 200 - 4 * 20)
            buf_adds(&all, line);
    }
    assert_int_equal(file_list(folder, &names, NULL), 0);
    AUTO_FREE char *listed = strv_join(&names, " ");
    assert_string_equal(listed, "log log.1 log.2 log.3");
    for (size_t i = 0; i < names.n; i++) {
        struct stat st;
        AUTO_FREE char *name = file_join(folder, names.v[i]);
        assert_true(stat(name, &st) == 0 && st.st_size <= 1000);
    }
    AUTO_FREE char *got = ask_all();
    assert_true(str_ends(got, "line 198\nline 199\n"));
    assert_true(str_ends(buf_str(&all), got)); /* in order, without a gap, from some line on */
    AUTO_FREE char *tail = ask((struct container_log_query){.tail = 30, .out = true});
    assert_true(str_starts(tail, "line 170\n") && str_ends(tail, "line 199\n"));
}

static void no_old_files_when_none_are_kept(void **state)
{
    AUTO_STRV struct strv names = {0};
    open_log(200, 0);
    for (int i = 0; i < 30; i++)
        say(false, "0123456789\n", NOON);
    assert_int_equal(file_list(folder, &names, NULL), 0);
    assert_int_equal(names.n, 1);
}

static void goes_on_behind_what_is_there(void **state)
{
    open_log(1 << 20, 2);
    say(false, "before\n", NOON);
    log_writer_close(take_ptr(writer));
    open_log(1 << 20, 2);
    say(false, "after\n", NOON);
    assert_all("before\nafter\n");
}

static void foreign_and_torn_lines_are_passed_over(void **state)
{
    static const char text[] = "hello\n\n2026-01-02T03:04:05.000006Z stdout F "
                               "good\n2026-01-02T03:04:05.000006Z\n2026-01-02T03:04:05.000006Z stdout F torn";
    assert_int_equal(file_write_fast(path, text, strlen(text), 0600, NULL), 0);
    assert_all("good\n");
    unlink(path);
    assert_all(""); /* no log yet */
}

static void a_follower_misses_nothing(void **state)
{
    struct container_log_query q = {.tail = 1, .out = true, .err = true};
    AUTO_BUF struct buf got = {0};
    struct log_cursor *c = NULL;
    struct err e = {0};
    open_log(400, 5);
    say(false, "one\ntwo\n", NOON);
    assert_int_equal(container_log_read(path, &q, take, &got, &c, &e), 0);
    assert_string_equal(buf_str(&got), "two\n");
    assert_int_equal(log_cursor_more(c, &q, take, &got, &e), 0);
    assert_string_equal(buf_str(&got), "two\n");
    AUTO_BUF struct buf want = {0};
    buf_adds(&want, "two\n");
    for (int i = 0; i < 60; i++) {
        AUTO_FREE char *line = mem_printf("line %d\n", i);
        say(false, line, NOON);
        buf_adds(&want, line);
        if (i % 7 == 0) /* now and then, so that files are rotated between */
            assert_int_equal(log_cursor_more(c, &q, take, &got, &e), 0);
    }
    assert_int_equal(log_cursor_more(c, &q, take, &got, &e), 0);
    assert_string_equal(buf_str(&got), buf_str(&want));
    assert_true(log_cursor_fd(c) >= 0);
    log_cursor_free(c);
}

static void a_follower_waits_for_the_first_line(void **state)
{
    struct container_log_query q = {.tail = -1, .out = true, .err = true};
    AUTO_BUF struct buf got = {0};
    struct log_cursor *c = NULL;
    struct err e = {0};
    assert_int_equal(container_log_read(path, &q, take, &got, &c, &e), 0);
    open_log(1 << 20, 1);
    say(true, "first\n", NOON);
    assert_int_equal(log_cursor_more(c, &q, take, &got, &e), 0);
    assert_string_equal(buf_str(&got), "!first\n");
    log_cursor_free(c);
}

static bool stop_at_two(void *data, bool is_err, const char *text, size_t len)
{
    return ++*(int *)data < 2;
}

static void stops_when_told(void **state)
{
    int n = 0;
    struct err e = {0};
    struct container_log_query q = {.tail = -1, .out = true};
    open_log(1 << 20, 1);
    say(false, "a\nb\nc\nd\n", NOON);
    assert_int_equal(container_log_read(path, &q, stop_at_two, &n, NULL, &e), 0);
    assert_int_equal(n, 2);
}

static void fill_disk(const char *name)
{
    static const char block[4096];
    AUTO_CLOSE int fd = open(name, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
    while (write(fd, block, sizeof(block)) > 0)
        ;
}

/* In a mount namespace of its own, on a small tmpfs. */
static void a_full_disk_loses_lines_and_says_so(void **state)
{
    if (unshare(CLONE_NEWNS) < 0 || mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0 ||
        mount("tmpfs", folder, "tmpfs", 0, "size=64k") < 0) {
        print_message("# skipped: needs the right to mount\n");
        skip();
    }
    AUTO_FREE char *filler = file_join(folder, "filler");
    open_log(1 << 20, 2);
    say(false, "before\n", NOON);
    fill_disk(filler);
    AUTO_BUF struct buf line = {0};
    for (int i = 0; i < 5000; i++)
        buf_addc(&line, 'x');
    buf_addc(&line, '\n');
    for (int i = 0; i < 10; i++)
        log_writer_bytes(writer, false, line.data, line.len, NOON);
    unlink(filler);
    say(false, "after\n", NOON);
    say(false, "later\n", NOON);
    AUTO_FREE char *got = ask_all();
    log_writer_close(take_ptr(writer));
    int r = umount(folder);
    assert_true(str_starts(got, "before\n") && str_ends(got, "after\nlater\n"));
    assert_non_null(strstr(got, "!sedge: 10 lines of output were lost here: the log's disk was full\nafter\n"));
    assert_int_equal(r, 0);
}

static void what_cannot_be_opened_is_told(void **state)
{
    struct err e = {0};
    assert_int_equal(log_writer_open("/nowhere/at/all/log", 1, 1, &writer, &e), -ENOENT);
    assert_non_null(strstr(e.text, "open log /nowhere/at/all/log"));
    writer = NULL;
    assert_int_equal(symlink("/etc/passwd", path), 0);
    assert_int_equal(log_writer_open(path, 1, 1, &writer, &e), -ELOOP); /* no link is followed */
    writer = NULL;
}

#define T(name) cmocka_unit_test_teardown(name, clean)

int main(void)
{
    const struct CMUnitTest tests[] = {
        T(lines_are_stamped_and_marked),
        T(queries_choose),
        T(long_lines_stand_in_parts),
        T(a_line_of_just_the_most_bytes_is_whole),
        T(files_are_rotated_and_read_in_order),
        T(no_old_files_when_none_are_kept),
        T(goes_on_behind_what_is_there),
        T(foreign_and_torn_lines_are_passed_over),
        T(a_follower_misses_nothing),
        T(a_follower_waits_for_the_first_line),
        T(stops_when_told),
        T(what_cannot_be_opened_is_told),
        T(a_full_disk_loses_lines_and_says_so),
    };
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
