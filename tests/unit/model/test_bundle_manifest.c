// SPDX-License-Identifier: Apache-2.0
/* Tests of bundle manifests: what is taken, what is refused, and the text they give. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "model/bundle_manifest.h"

#define D       "sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
#define E(path) "\"" path "\":{\"digest\":\"" D "\",\"mode\":420,\"size\":7}"

static int parse(const char *text, struct bundle_manifest *m, struct err *e)
{
    return bundle_manifest_parse(text, strlen(text), m, e);
}

static void test_round_trip(void **state)
{
    static const char text[] = "{\"files\":{" E("a-b") "," E("a/b") "," E("z.yaml") "}}";
    AUTO(bundle_manifest_done)
    struct bundle_manifest m = {0};
    struct err e = {0};
    assert_int_equal(parse(text, &m, &e), 0);
    assert_int_equal(m.n, 3);
    assert_string_equal(m.files[1].path, "a/b");
    assert_int_equal(m.files[1].size, 7);
    assert_int_equal(m.files[1].mode, 0644);
    AUTO_FREE char *again = bundle_manifest_text(&m);
    assert_string_equal(again, text);
}

static void test_order_is_by_path(void **state)
{
    AUTO(bundle_manifest_done)
    struct bundle_manifest m = {0};
    struct err e = {0};
    assert_int_equal(parse("{\"files\":{" E("z") "," E("b/c") "," E("b") "," E("a") "}}", &m, &e), -EINVAL);
    assert_string_equal(e.text, "bundle: 'b' is a file, and the folder of 'b/c'");
    assert_int_equal(m.n, 0);
    assert_int_equal(parse("{\"files\":{" E("z") "," E("b/c") "," E("a") "}}", &m, &e), 0);
    assert_string_equal(m.files[0].path, "a");
    assert_string_equal(m.files[2].path, "z");
    assert_non_null(bundle_manifest_find(&m, "b/c"));
    assert_null(bundle_manifest_find(&m, "b"));
    assert_null(bundle_manifest_find(&m, "zz"));
}

static void test_refused(void **state)
{
    static const struct {
        const char *text, *why;
    } cases[] = {
        {"", "read the manifest"},
        {"[]", "one key 'files'"},
        {"{}", "one key 'files'"},
        {"{\"files\":[]}", "one key 'files'"},
        {"{\"files\":{},\"more\":1}", "one key 'files'"},
        {"{\"files\":{" E("a") "," E("a") "}}", "read the manifest"},
        {"{\"files\":{" E("") "}}", "is empty"},
        {"{\"files\":{" E("/etc/passwd") "}}", "is absolute"},
        {"{\"files\":{" E("a//b") "}}", "empty part"},
        {"{\"files\":{" E("a/") "}}", "empty part"},
        {"{\"files\":{" E("../a") "}}", "'.' or '..'"},
        {"{\"files\":{" E("a/..") "}}", "'.' or '..'"},
        {"{\"files\":{" E("./a") "}}", "'.' or '..'"},
        {"{\"files\":{" E("a\\u0000b") "}}", "read the manifest"},
        {"{\"files\":{\"a\":{\"digest\":\"" D "\",\"mode\":420}}}", "exactly digest"},
        {"{\"files\":{\"a\":{\"digest\":\"" D "\",\"mode\":420,\"size\":1,\"x\":1}}}", "exactly digest"},
        {"{\"files\":{\"a\":{\"digest\":\"" D "\",\"mode\":420,\"size\":\"1\"}}}", "exactly digest"},
        {"{\"files\":{\"a\":{\"digest\":\"" D "\",\"mode\":420,\"size\":-1}}}", "a size of -1"},
        {"{\"files\":{\"a\":{\"digest\":\"" D "\",\"mode\":420,\"size\":1073741825}}}", "a size of 1073741825"},
        {"{\"files\":{\"a\":{\"digest\":\"" D "\",\"mode\":2541,\"size\":1}}}", "mode 04755"},
        {"{\"files\":{\"a\":{\"digest\":\"" D "\",\"mode\":-1,\"size\":1}}}", "mode 0"},
        {"{\"files\":{\"a\":{\"digest\":\"" D "0\",\"mode\":420,\"size\":1}}}", "no digest"},
        {"{\"files\":{\"a\":{\"digest\":\"sha256:../x\",\"mode\":420,\"size\":1}}}", "no digest"},
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct bundle_manifest m;
        struct err e = {0};
        assert_int_equal(parse(cases[i].text, &m, &e), -EINVAL);
        assert_int_equal(m.n, 0);
        if (!strstr(e.text, cases[i].why))
            fail_msg("case %zu: '%s' does not say '%s'", i, e.text, cases[i].why);
    }
}

static void test_long_path(void **state)
{
    AUTO(bundle_manifest_done)
    struct bundle_manifest m = {0};
    struct err e = {0};
    char path[1026];
    memset(path, 'x', sizeof(path));
    path[1025] = '\0';
    assert_int_equal(bundle_manifest_add(&m, path, D, 0, 0755, &e), -EINVAL);
    path[1024] = '\0';
    assert_int_equal(bundle_manifest_add(&m, path, D, 0, 0755, &e), 0);
}

static void test_add_keeps_order(void **state)
{
    AUTO(bundle_manifest_done)
    struct bundle_manifest m = {0};
    struct err e = {0};
    static const char *const paths[] = {"m", "b/x", "a", "z", "b/a"};
    for (size_t i = 0; i < ARRAY_LEN(paths); i++)
        assert_int_equal(bundle_manifest_add(&m, paths[i], D, (int64_t)i, 0644, &e), 0);
    static const char *const sorted[] = {"a", "b/a", "b/x", "m", "z"};
    for (size_t i = 0; i < ARRAY_LEN(sorted); i++)
        assert_string_equal(m.files[i].path, sorted[i]);
    assert_int_equal(bundle_manifest_add(&m, "m", D, 1, 0644, &e), -EEXIST);
    assert_int_equal(bundle_manifest_add(&m, "b", D, 1, 0644, &e), -EINVAL);
    assert_int_equal(bundle_manifest_add(&m, "m/n", D, 1, 0644, &e), -EINVAL);
    assert_int_equal(bundle_manifest_add(&m, "n", "sha256:00", 1, 0644, &e), -EINVAL);
    assert_int_equal(bundle_manifest_add(&m, "n", D D, 1, 0644, &e), -EINVAL);
    assert_int_equal(bundle_manifest_add(&m, "\xff", D, 1, 0644, &e), -EINVAL);
    assert_int_equal(m.n, ARRAY_LEN(paths));
}

static void test_at_most(void **state)
{
    AUTO(bundle_manifest_done)
    struct bundle_manifest m = {0};
    struct err e = {0};
    for (int i = 0; i < BUNDLE_FILES_MAX; i++) {
        AUTO_FREE char *path = mem_printf("f%05d", i);
        assert_int_equal(bundle_manifest_add(&m, path, D, 0, 0644, &e), 0);
    }
    assert_int_equal(bundle_manifest_add(&m, "g", D, 0, 0644, &e), -EINVAL);
}

int main(void)
{
    cmocka_set_message_output(CM_OUTPUT_TAP);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_round_trip), cmocka_unit_test(test_order_is_by_path), cmocka_unit_test(test_refused),
        cmocka_unit_test(test_long_path),  cmocka_unit_test(test_add_keeps_order),  cmocka_unit_test(test_at_most),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
