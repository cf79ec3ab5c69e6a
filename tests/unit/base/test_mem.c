// SPDX-License-Identifier: Apache-2.0
/* Memory: scopes that free, growth that doubles, sizes that do not wrap round, arenas with a budget. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/mem.h"

static void closes_at_the_end_of_scope(void **state)
{
    int seen, kept;
    {
        AUTO_CLOSE int fd = open("/dev/null", O_RDONLY | O_CLOEXEC);
        AUTO_CLOSE int other = open("/dev/null", O_RDONLY | O_CLOEXEC);
        assert_true(fd >= 0 && other >= 0);
        seen = fd;
        kept = take_fd(&other);
        assert_int_equal(other, -1);
        errno = EIO;
    }
    assert_int_equal(errno, EIO);
    assert_int_equal(fcntl(seen, F_GETFD), -1);
    assert_int_not_equal(fcntl(kept, F_GETFD), -1);
    close(kept);
}

static char *taken(void)
{
    AUTO_FREE char *text = mem_strdup("kept");
    return take_ptr(text);
}

static void hands_over_what_is_taken(void **state)
{
    AUTO_FREE char *text = taken(); /* the sanitizer sees a use after free if the scope freed it */
    assert_string_equal(text, "kept");
}

static void copies_text(void **state)
{
    AUTO_FREE char *part = mem_strndup("abcdef", 3);
    AUTO_FREE char *whole = mem_strndup("ab", 10);
    AUTO_FREE char *made = mem_printf("%d-%s", 5, "x");
    assert_string_equal(part, "abc");
    assert_string_equal(whole, "ab");
    assert_string_equal(made, "5-x");
    assert_null(mem_strdup(NULL));
}

static void pushes_many(void **state)
{
    AUTO_FREE int *xs = NULL;
    size_t n = 0;
    for (int i = 0; i < 1000; i++) {
        xs = mem_push(xs, n, sizeof(*xs));
        xs[n++] = i;
    }
    for (int i = 0; i < 1000; i++)
        assert_int_equal(xs[i], i);
}

/* Runs `die` in a child and gives its standard error; fails unless it ended by abort(). */
static void dies_of(void (*die)(void), char *said, size_t size)
{
    int ends[2];
    assert_int_equal(pipe(ends), 0);
    pid_t pid = fork();
    assert_true(pid >= 0);
    if (pid == 0) {
        setrlimit(RLIMIT_CORE, &(struct rlimit){0, 0});
        signal(SIGABRT, SIG_DFL);
        dup2(ends[1], STDERR_FILENO);
        die();
        _exit(0);
    }
    close(ends[1]);
    ssize_t n = read(ends[0], said, size - 1);
    said[n < 0 ? 0 : n] = '\0';
    close(ends[0]);
    int status;
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_true(WIFSIGNALED(status));
    assert_int_equal(WTERMSIG(status), SIGABRT);
}

static void alloc_wraps_round(void)
{
    free(mem_array(SIZE_MAX / 2, 3));
}

static void grow_wraps_round(void)
{
    free(mem_grow(NULL, SIZE_MAX / 2, 4));
}

static void never_gives_null(void **state)
{
    char said[200];
    dies_of(alloc_wraps_round, said, sizeof(said));
    assert_non_null(strstr(said, "out of memory"));
    dies_of(grow_wraps_round, said, sizeof(said));
    assert_non_null(strstr(said, "out of memory"));
}

static void arena_gives_zeroed_aligned_memory(void **state)
{
    AUTO(arena_freep)
    struct arena *a = arena_new(0);
    for (size_t size = 0; size < 3000; size += 7) {
        unsigned char *p = arena_alloc(a, size);
        assert_int_equal((uintptr_t)p % _Alignof(max_align_t), 0);
        for (size_t i = 0; i < size; i++)
            assert_int_equal(p[i], 0);
        memset(p, 0xff, size);
    }
    const char *big = arena_alloc(a, 1 << 20);
    assert_non_null(big);
}

static void arena_keeps_its_budget(void **state)
{
    AUTO(arena_freep)
    struct arena *a = arena_new(100);
    assert_non_null(arena_alloc(a, 64));
    assert_int_equal(arena_used(a), 64);
    assert_null(arena_alloc(a, 64));
    assert_null(arena_alloc(a, SIZE_MAX));
    assert_null(arena_alloc(a, SIZE_MAX - 8));
    assert_int_equal(arena_used(a), 64);
    assert_string_equal(arena_strndup(a, "abcdef", 2), "ab");
    assert_null(arena_strndup(a, "this is too long for what is left", 33));
}

static void arena_free_takes_null(void **state)
{
    arena_free(NULL);
    struct arena *none = NULL;
    arena_freep(&none);
    assert_null(none);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(closes_at_the_end_of_scope),
        cmocka_unit_test(hands_over_what_is_taken),
        cmocka_unit_test(copies_text),
        cmocka_unit_test(pushes_many),
        cmocka_unit_test(never_gives_null),
        cmocka_unit_test(arena_gives_zeroed_aligned_memory),
        cmocka_unit_test(arena_keeps_its_budget),
        cmocka_unit_test(arena_free_takes_null),
    };
    return cmocka_run_group_tests_name("base/mem", tests, NULL, NULL);
}
