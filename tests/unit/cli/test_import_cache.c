// SPDX-License-Identifier: Apache-2.0
// For how long a fetched file is taken without asking, and what the cache keeps.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "cli/import_cache.h"
#include "io/file.h"

static void test_how_long(void **state)
{
    static const struct {
        const char *header;
        int64_t us;
    } cases[] = {
        {NULL, IMPORT_FRESH_US},
        {"", IMPORT_FRESH_US},
        {"public", IMPORT_FRESH_US},
        {"max-age=60", 60 * US_PER_S},
        {"public, Max-Age=\"60\", must-revalidate", 60 * US_PER_S},
        {"max-age=0", 0},
        {"max-age=", 0},
        {"max-age=-5", 0},
        {"max-age=99999999999999999999999", 0},
        {"max-age=999999999", IMPORT_FRESH_MAX_US},
        {"no-cache, max-age=60", 0},
        {"max-age=60, no-store", -1},
        {"x-max-age=5, no-storeys", IMPORT_FRESH_US},
        {",,, ,max-age=7", 7 * US_PER_S},
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++)
        if (import_fresh_us(cases[i].header) != cases[i].us)
            fail_msg("%s: %lld", cases[i].header, (long long)import_fresh_us(cases[i].header));
}

static void test_fresh(void **state)
{
    const struct import_copy c = {.fetched_us = 100, .fresh_us = 10};
    assert_true(import_copy_fresh(&c, 100));
    assert_true(import_copy_fresh(&c, 109));
    assert_false(import_copy_fresh(&c, 110));
    assert_false(import_copy_fresh(&c, 99)); // the clock went back
}

static char *write_one(const char *folder, const char *url, char *text)
{
    const struct import_copy copy = {.etag = (char[]){"\"1\""}, .fetched_us = 5, .fresh_us = 7, .text = text, .len = strlen(text)};
    struct err e = {0};
    assert_int_equal(import_cache_write(folder, url, &copy, &e), 0);
    return text;
}

static void test_kept(void **state)
{
    char base[] = "/tmp/sedge-test-XXXXXX";
    struct import_copy got;
    struct err e = {0};
    assert_non_null(mkdtemp(base));
    AUTO_FREE char *folder = file_join(base, "a/imports");
    assert_int_equal(import_cache_read(folder, "https://a/b", &got, &e), -ENOENT);
    write_one(folder, "https://a/b", (char[]){"one\ntwo"});
    write_one(folder, "https://a/c", (char[]){""});
    assert_int_equal(import_cache_read(folder, "https://a/b", &got, &e), 0);
    assert_string_equal(got.text, "one\ntwo");
    assert_string_equal(got.etag, "\"1\"");
    assert_null(got.modified);
    assert_int_equal(got.fetched_us + got.fresh_us, 12);
    import_copy_done(&got);
    assert_int_equal(import_cache_read(folder, "https://a/c", &got, &e), 0);
    assert_int_equal(got.len, 0);
    import_copy_done(&got);
    AUTO_STRV struct strv names = {0};
    for (int i = 0; i < IMPORT_CACHE_MAX + 5; i++) {
        AUTO_FREE char *url = mem_printf("https://a/%d", i);
        write_one(folder, url, (char[]){"x"});
    }
    assert_int_equal(file_list(folder, &names, &e), 0);
    assert_int_equal(names.n, IMPORT_CACHE_MAX);
    assert_int_equal(file_remove_tree(base, &e), 0);
}

static void test_where(void **state)
{
    setenv("SEDGE_CACHE", "/x/y", 1);
    AUTO_FREE char *own = import_cache_folder();
    assert_string_equal(own, "/x/y/imports");
    unsetenv("SEDGE_CACHE");
    if (geteuid() != 0)
        return;
    AUTO_FREE char *of_root = import_cache_folder();
    assert_string_equal(of_root, "/var/cache/sedge/imports");
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_how_long), cmocka_unit_test(test_fresh), cmocka_unit_test(test_kept),
                                       cmocka_unit_test(test_where)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
