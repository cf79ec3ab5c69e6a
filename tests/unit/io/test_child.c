// SPDX-License-Identifier: Apache-2.0
/* Children, run to their end and under a loop: output, input, status, time limits, and nobody waits for grandchildren.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "io/child.h"
#include "io/file.h"

#define SH(script) ((const char *const[]){"sh", "-c", (script), NULL})

static void takes_output_and_status(void **state)
{
    struct child_result r;
    struct err e = {0};
    assert_int_equal(child_run(&(struct child_options){.argv = SH("echo out; echo err >&2; exit 7")}, &r, &e), 0);
    assert_int_equal(r.exit_code, 7);
    assert_int_equal(r.signal, 0);
    assert_string_equal(buf_str(&r.out), "out\n");
    assert_string_equal(buf_str(&r.err_out), "err\n");
    child_result_done(&r);
    assert_int_equal(child_run(&(struct child_options){.argv = SH("kill -TERM $$")}, &r, &e), 0);
    assert_int_equal(r.exit_code, -1);
    assert_int_equal(r.signal, SIGTERM);
    child_result_done(&r);
}

static void gives_input_and_environment(void **state)
{
    struct child_result r;
    AUTO_FREE char *large = mem_alloc(300001);
    memset(large, 'i', 300000);
    const char *const env[] = {"WORD=hello", "PATH=/usr/bin:/bin", NULL};
    struct child_options o = {.argv = SH("echo $WORD; wc -c"), .env = env, .input = large, .input_len = 300000};
    assert_int_equal(child_run(&o, &r, NULL), 0);
    assert_string_equal(buf_str(&r.out), "hello\n300000\n");
    child_result_done(&r);
    /* A child that reads nothing of it harms nobody; without input there is /dev/null. */
    o.argv = SH("exit 0");
    assert_int_equal(child_run(&o, &r, NULL), 0);
    child_result_done(&r);
    assert_int_equal(child_run(&(struct child_options){.argv = SH("cat; readlink /proc/self/fd/0")}, &r, NULL), 0);
    assert_string_equal(buf_str(&r.out), "/dev/null\n");
    child_result_done(&r);
}

static void bounds_output_and_time(void **state)
{
    struct child_result r;
    struct err e = {0};
    struct child_options o = {.argv = SH("head -c 200000 /dev/zero | tr '\\0' x; exit 3"), .max_output = 1000};
    assert_int_equal(child_run(&o, &r, &e), 0);
    assert_int_equal(r.out.len, 1000);
    assert_int_equal(r.exit_code, 3);
    child_result_done(&r);
    int64_t start_us = clock_mono_us();
    o = (struct child_options){.argv = (const char *const[]){"sleep", "20", NULL}, .timeout_us = 30 * US_PER_MS};
    assert_int_equal(child_run(&o, &r, &e), -ETIMEDOUT);
    assert_true(clock_mono_us() - start_us < 5 * US_PER_S);
    assert_non_null(strstr(e.text, "sleep"));
    child_result_done(&r);
}

static void does_not_wait_for_grandchildren(void **state)
{
    struct child_result r;
    int64_t start_us = clock_mono_us();
    assert_int_equal(child_run(&(struct child_options){.argv = SH("sleep 3 & echo done")}, &r, NULL), 0);
    assert_string_equal(buf_str(&r.out), "done\n");
    assert_true(clock_mono_us() - start_us < 2 * US_PER_S);
    child_result_done(&r);
}

static void says_what_cannot_start(void **state)
{
    struct child_result r;
    struct err e = {0};
    const char *const argv[] = {"no-such-program-here", NULL};
    assert_int_equal(child_run(&(struct child_options){.argv = argv}, &r, &e), -ENOENT);
    assert_non_null(strstr(e.text, "no-such-program-here"));
    child_result_done(&r);
}

/* What the loop tests saw. */
struct seen {
    int done, r, exit_code, signal;
    struct buf out;
    struct strv lines;
};

static void on_done(void *data, int r, struct child_result *result)
{
    struct seen *s = data;
    s->done++;
    s->r = r;
    s->exit_code = result->exit_code;
    s->signal = result->signal;
    buf_add(&s->out, buf_str(&result->out), result->out.len);
}

static void on_line(void *data, const char *line)
{
    strv_add(&((struct seen *)data)->lines, line);
}

/* Starts one child on a loop of its own and runs the loop until nothing is left on it. */
static int loop_child(const struct child_options *o, bool lines, int sig, struct seen *s, struct err *e)
{
    uv_loop_t loop;
    struct child *c = NULL;
    *s = (struct seen){0};
    assert_int_equal(uv_loop_init(&loop), 0);
    int r = child_start(&loop, o, lines ? on_line : NULL, on_done, s, &c, e);
    if (r == 0)
        assert_true(child_pid(c) > 0);
    if (r == 0 && sig != 0)
        child_kill(c, sig);
    uv_run(&loop, UV_RUN_DEFAULT);
    assert_int_equal(uv_loop_close(&loop), 0); /* no handle was left open */
    return r;
}

static void seen_done(struct seen *s)
{
    buf_done(&s->out);
    strv_done(&s->lines);
}

static void loop_takes_output(void **state)
{
    AUTO(seen_done)
    struct seen s;
    struct child_options o = {.argv = SH("cat; exit 4"), .input = "in", .input_len = 2};
    assert_int_equal(loop_child(&o, false, 0, &s, NULL), 0);
    assert_int_equal(s.done, 1);
    assert_int_equal(s.r, 0);
    assert_int_equal(s.exit_code, 4);
    assert_string_equal(buf_str(&s.out), "in");
}

static void loop_gives_lines(void **state)
{
    AUTO(seen_done)
    struct seen s;
    struct child_options o = {.argv = SH("echo one; echo; printf two; sleep 0.05; echo more; head -c 100000 /dev/zero "
                                         "| tr '\\0' x; echo; printf end")};
    assert_int_equal(loop_child(&o, true, 0, &s, NULL), 0);
    assert_int_equal(s.lines.n, 5);
    assert_string_equal(s.lines.v[0], "one");
    assert_string_equal(s.lines.v[1], "");
    assert_string_equal(s.lines.v[2], "twomore");
    assert_int_equal(strlen(s.lines.v[3]), 65536);
    assert_string_equal(s.lines.v[4], "end");
    assert_int_equal(s.out.len, 0);
}

static void loop_kills_and_times_out(void **state)
{
    const char *const argv[] = {"sleep", "20", NULL};
    struct child_options o = {.argv = argv};
    {
        AUTO(seen_done)
        struct seen s;
        assert_int_equal(loop_child(&o, false, SIGTERM, &s, NULL), 0);
        assert_int_equal(s.signal, SIGTERM);
        assert_int_equal(s.r, 0);
    }
    AUTO(seen_done)
    struct seen s;
    o.timeout_us = 20 * US_PER_MS;
    assert_int_equal(loop_child(&o, false, 0, &s, NULL), 0);
    assert_int_equal(s.r, -ETIMEDOUT);
    assert_int_equal(s.done, 1);
}

static void loop_failure_tells_nobody(void **state)
{
    AUTO(seen_done)
    struct seen s;
    struct err e = {0};
    const char *const argv[] = {"no-such-program-here", NULL};
    assert_int_equal(loop_child(&(struct child_options){.argv = argv}, false, 0, &s, &e), -ENOENT);
    assert_int_equal(s.done, 0);
    assert_non_null(strstr(e.text, "no-such-program-here"));
}

static void knows_itself(void **state)
{
    assert_non_null(strstr(child_self(), "test_io_child"));
    assert_int_equal(access(child_self(), X_OK), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(takes_output_and_status),   cmocka_unit_test(gives_input_and_environment),
        cmocka_unit_test(bounds_output_and_time),    cmocka_unit_test(does_not_wait_for_grandchildren),
        cmocka_unit_test(says_what_cannot_start),    cmocka_unit_test(loop_takes_output),
        cmocka_unit_test(loop_gives_lines),          cmocka_unit_test(loop_kills_and_times_out),
        cmocka_unit_test(loop_failure_tells_nobody), cmocka_unit_test(knows_itself),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
