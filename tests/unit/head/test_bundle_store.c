// SPDX-License-Identifier: Apache-2.0
// Bundles on disk: taken in when right, read, swept when nobody names them.
#include "head_fixture.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "head/bundle_store.h"
#include "io/file.h"

static char dir[64];

static int setup(void **state)
{
    strcpy(dir, "/tmp/sedge-bundle-XXXXXX");
    return mkdtemp(dir) ? 0 : -1;
}

static int teardown(void **state)
{
    return file_remove_tree(dir, NULL);
}

// Puts a blob; gives its digest.
static const char *put_blob(const char *text, char digest[DIGEST_TEXT_SIZE])
{
    AUTO_FREE char *spooled = mem_printf("%s/spooled", dir);
    digest_of(text, strlen(text), digest);
    assert_int_equal(file_write(spooled, text, strlen(text), 0600, NULL), 0);
    assert_int_equal(bundle_store_blob(dir, digest, spooled, NULL), 0);
    assert_false(file_exists(spooled));
    return digest;
}

// A manifest of one file.
static char *manifest_of(const char *path, const char *digest, int64_t size, char ret_digest[DIGEST_TEXT_SIZE])
{
    AUTO(bundle_manifest_done)
    struct bundle_manifest m = {0};
    assert_int_equal(bundle_manifest_add(&m, path, digest, size, 0644, NULL), 0);
    char *text = bundle_manifest_text(&m);
    digest_of(text, strlen(text), ret_digest);
    return text;
}

static void test_put_and_read(void **state)
{
    char blob[DIGEST_TEXT_SIZE], bundle[DIGEST_TEXT_SIZE];
    struct err e = {0};
    put_blob("hello", blob);
    AUTO_FREE char *text = manifest_of("a/b.sh", blob, 5, bundle), *got = NULL;
    AUTO_STRV struct strv missing = {0};
    assert_int_equal(bundle_store_put(dir, bundle, text, strlen(text), &missing, &e), 0);
    struct bundle *b = NULL;
    size_t len;
    assert_int_equal(bundle_open(dir, bundle, &b, &e), 0);
    assert_int_equal(bundle_read(b, "a/b.sh", &got, &len, &e), 0);
    assert_string_equal(got, "hello");
    assert_true(bundle_exists(b, "a/b.sh"));
    assert_false(bundle_exists(b, "a"));
    assert_string_equal(bundle_digest_of(b, "a/b.sh"), blob);
    char *none = NULL;
    assert_int_equal(bundle_read(b, "c", &none, &len, &e), -ENOENT);
    bundle_close(b);
    bundle_close(NULL);
}

static void test_refusals(void **state)
{
    char blob[DIGEST_TEXT_SIZE], bundle[DIGEST_TEXT_SIZE];
    struct err e = {0};
    AUTO_STRV struct strv missing = {0};
    AUTO_FREE char *spooled = mem_printf("%s/spooled", dir);
    assert_int_equal(file_write(spooled, "other", 5, 0600, NULL), 0);
    digest_of("hello", 5, blob);
    assert_int_equal(bundle_store_blob(dir, blob, spooled, &e), -EBADMSG);
    assert_int_equal(bundle_store_blob(dir, "sha256:../../x", spooled, &e), -EBADMSG);
    AUTO_FREE char *text = manifest_of("a", blob, 5, bundle);
    assert_int_equal(bundle_store_put(dir, bundle, text, strlen(text), &missing, &e), -ENOENT);
    assert_int_equal(missing.n, 1);
    assert_string_equal(missing.v[0], blob);
    assert_int_equal(bundle_store_put(dir, blob, text, strlen(text), &missing, &e), -EBADMSG);
    digest_of("{}", 2, bundle);
    assert_int_equal(bundle_store_put(dir, bundle, "{}", 2, &missing, &e), -EINVAL);
    int fd = -1;
    assert_int_equal(bundle_store_open(dir, "blobs", blob, &fd, &e), -ENOENT);
    assert_int_equal(bundle_store_open(dir, "blobs", "x", &fd, &e), -EBADMSG);
}

static void make_old(const char *kind, const char *digest)
{
    AUTO_FREE char *path = mem_printf("%s/%s/%s", dir, kind, digest + 7);
    struct timespec old[2] = {{.tv_sec = 1000}, {.tv_sec = 1000}};
    assert_int_equal(utimensat(AT_FDCWD, path, old, 0), 0);
}

static bool is_there(const char *kind, const char *digest)
{
    int fd = -1;
    bool there = bundle_store_open(dir, kind, digest, &fd, NULL) == 0;
    mem_closep(&fd);
    return there;
}

static void test_sweep(void **state)
{
    char used[DIGEST_TEXT_SIZE], unused[DIGEST_TEXT_SIZE], young[DIGEST_TEXT_SIZE], kept[DIGEST_TEXT_SIZE],
        gone[DIGEST_TEXT_SIZE];
    AUTO_STRV struct strv missing = {0}, keep = {0};
    put_blob("used", used);
    put_blob("unused", unused);
    put_blob("young", young);
    AUTO_FREE char *one = manifest_of("a", used, 4, kept), *two = manifest_of("b", unused, 6, gone);
    assert_int_equal(bundle_store_put(dir, kept, one, strlen(one), &missing, NULL), 0);
    assert_int_equal(bundle_store_put(dir, gone, two, strlen(two), &missing, NULL), 0);
    make_old("blobs", used);
    make_old("blobs", unused);
    make_old("bundles", kept);
    make_old("bundles", gone);
    strv_add(&keep, kept);
    assert_int_equal(bundle_store_sweep(dir, &keep, NULL), 0);
    assert_true(is_there("blobs", used) && is_there("bundles", kept) && is_there("blobs", young));
    assert_false(is_there("blobs", unused) || is_there("bundles", gone));
}

int main(void)
{
    cmocka_set_message_output(CM_OUTPUT_TAP);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_put_and_read, setup, teardown),
        cmocka_unit_test_setup_teardown(test_refusals, setup, teardown),
        cmocka_unit_test_setup_teardown(test_sweep, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
