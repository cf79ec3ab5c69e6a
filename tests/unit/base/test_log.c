// SPDX-License-Identifier: Apache-2.0
/* The log: one write a line, escaped, by level. Standard error is a packet socket here, so that each write shows. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <regex.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/log.h"
#include "base/mem.h"

static int reader, kept_stderr;

static int catch_stderr(void **state)
{
    int ends[2];
    if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) < 0)
        return -1;
    kept_stderr = dup(STDERR_FILENO);
    dup2(ends[1], STDERR_FILENO);
    close(ends[1]);
    reader = ends[0];
    unsetenv("SEDGE_LOG");
    return 0;
}

static int give_stderr_back(void **state)
{
    dup2(kept_stderr, STDERR_FILENO);
    close(kept_stderr);
    close(reader);
    return 0;
}

/* One write to standard error, or "" when there was none. */
static const char *next_write(void)
{
    static char line[8192];
    ssize_t n = recv(reader, line, sizeof(line) - 1, MSG_DONTWAIT);
    line[n < 0 ? 0 : n] = '\0';
    return line;
}

static void writes_logfmt(void **state)
{
    regex_t shape;
    log_init("node", LOG_LEVEL_INFO);
    errno = EIO;
    log_info("pod %s started", "web");
    assert_int_equal(errno, EIO);
    assert_int_equal(regcomp(&shape,
                             "^ts=[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\\.[0-9]{6}Z "
                             "level=info room=node msg=\"pod web started\"\n$",
                             REG_EXTENDED | REG_NOSUB),
                     0);
    const char *line = next_write();
    assert_int_equal(regexec(&shape, line, 0, NULL, 0), 0);
    regfree(&shape);
    assert_string_equal(next_write(), "");
}

static void escapes_the_message(void **state)
{
    log_init("head", LOG_LEVEL_INFO);
    log_warn("%s", "a \"b\" \\ c\nd\x01\t\xc3\xa9");
    const char *line = next_write();
    assert_non_null(strstr(line, "level=warn room=head msg=\"a \\\"b\\\" \\\\ c\\nd\\x01\\t\xc3\xa9\"\n"));
    assert_ptr_equal(strchr(line, '\n'), line + strlen(line) - 1);
}

static void drops_lower_levels(void **state)
{
    log_init("node", LOG_LEVEL_WARN);
    log_debug("no");
    log_info("no");
    assert_string_equal(next_write(), "");
    log_error("yes");
    assert_non_null(strstr(next_write(), "level=error"));
}

static void environment_lowers_the_level(void **state)
{
    setenv("SEDGE_LOG", "debug", 1);
    log_init("node", LOG_LEVEL_INFO);
    log_debug("yes");
    assert_non_null(strstr(next_write(), "level=debug"));
    setenv("SEDGE_LOG", "error", 1); /* it never silences */
    log_init("node", LOG_LEVEL_INFO);
    log_info("yes");
    assert_non_null(strstr(next_write(), "level=info"));
    unsetenv("SEDGE_LOG");
}

static void keeps_long_lines_whole(void **state)
{
    AUTO_FREE char *text = mem_alloc(20001);
    memset(text, '"', 20000);
    log_init("node", LOG_LEVEL_INFO);
    log_info("%s", text);
    const char *line = next_write();
    size_t len = strlen(line);
    assert_in_range(len, 4000, 4096);
    assert_string_equal(line + len - 4, "\\\"\"\n"); /* no escape is cut in two */
    assert_string_equal(next_write(), "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(writes_logfmt, catch_stderr, give_stderr_back),
        cmocka_unit_test_setup_teardown(escapes_the_message, catch_stderr, give_stderr_back),
        cmocka_unit_test_setup_teardown(drops_lower_levels, catch_stderr, give_stderr_back),
        cmocka_unit_test_setup_teardown(environment_lowers_the_level, catch_stderr, give_stderr_back),
        cmocka_unit_test_setup_teardown(keeps_long_lines_whole, catch_stderr, give_stderr_back),
    };
    return cmocka_run_group_tests_name("base/log", tests, NULL, NULL);
}
