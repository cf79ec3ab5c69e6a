// SPDX-License-Identifier: Apache-2.0
/* Image references and platforms: what is taken, how it is completed and written, what is refused and why. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include <errno.h>
#include <string.h>

#include "base/base.h"
#include "image/image_platform.h"
#include "image/image_ref.h"

#define D64    "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
#define DIGEST "sha256:" D64

static const struct {
    const char *text, *registry, *repository, *tag, *digest, *familiar;
} good[] = {
    {"nginx", "docker.io", "library/nginx", "latest", NULL, "nginx:latest"},
    {"nginx:1.25", "docker.io", "library/nginx", "1.25", NULL, "nginx:1.25"},
    {"a/b", "docker.io", "a/b", "latest", NULL, "a/b:latest"},
    {"docker.io/nginx", "docker.io", "library/nginx", "latest", NULL, "nginx:latest"},
    {"index.docker.io/library/nginx", "docker.io", "library/nginx", "latest", NULL, "nginx:latest"},
    {"registry-1.docker.io/a/b:c", "docker.io", "a/b", "c", NULL, "a/b:c"},
    {"localhost/x", "localhost", "x", "latest", NULL, "localhost/x:latest"},
    {"localhost:5000/a/b_c.d--e:v1", "localhost:5000", "a/b_c.d--e", "v1", NULL, "localhost:5000/a/b_c.d--e:v1"},
    {"[::1]:5000/x", "[::1]:5000", "x", "latest", NULL, "[::1]:5000/x:latest"},
    {"10.0.0.1/x:y", "10.0.0.1", "x", "y", NULL, "10.0.0.1/x:y"},
    {"Registry.Example/x", "Registry.Example", "x", "latest", NULL, "Registry.Example/x:latest"},
    {"nginx@" DIGEST, "docker.io", "library/nginx", NULL, DIGEST, "nginx@" DIGEST},
    {"nginx:1@" DIGEST, "docker.io", "library/nginx", "1", DIGEST, "nginx:1@" DIGEST},
    {"docker.io/locker.io/x", "docker.io", "locker.io/x", "latest", NULL, "docker.io/locker.io/x:latest"},
    {"docker.io/localhost", "docker.io", "library/localhost", "latest", NULL, "localhost:latest"},
    {"a__b:_x", "docker.io", "library/a__b", "_x", NULL, "a__b:_x"},
    {"library/nginx/sub", "docker.io", "library/nginx/sub", "latest", NULL, "library/nginx/sub:latest"},
};

static void assert_same(const char *a, const char *b)
{
    if (!str_eq(a, b))
        fail_msg("'%s' is not '%s'", a ? a : "(none)", b ? b : "(none)");
}

static void completes_and_writes(void **state)
{
    for (size_t i = 0; i < ARRAY_LEN(good); i++) {
        struct err e = {0};
        struct image_ref r, again;
        if (image_ref_parse(good[i].text, &r, &e) < 0)
            fail_msg("%s: %s", good[i].text, e.text);
        assert_same(r.registry, good[i].registry);
        assert_same(r.repository, good[i].repository);
        assert_same(r.tag, good[i].tag);
        assert_same(r.digest, good[i].digest);
        AUTO_FREE char *familiar = image_ref_familiar(&r), *full = image_ref_text(&r);
        assert_same(familiar, good[i].familiar);
        assert_int_equal(image_ref_parse(full, &again, &e), 0);
        AUTO_FREE char *full_again = image_ref_text(&again);
        assert_same(full_again, full);
        image_ref_done(&r);
        image_ref_done(&again);
    }
}

static const struct {
    const char *text, *words;
} bad[] = {
    {"", "empty"},
    {"Nginx", "not a repository name"},
    {"a//b", "not a repository name"},
    {"/a", "not a repository name"},
    {"a/", "not a repository name"},
    {"a___b", "not a repository name"},
    {"-a", "not a repository name"},
    {"a.", "not a repository name"},
    {"a b", "not a repository name"},
    {"a/../b", "not a repository name"},
    {"../etc/passwd", "not a registry's host"},
    {"a:", "'' is not a tag"},
    {"a:-x", "not a tag"},
    {"a:x y", "not a tag"},
    {"a@", "not a digest"},
    {"a@sha256:12", "not a digest"},
    {"a@sha512:" D64 D64, "not a digest"},
    {"a@sha256:0123456789ABCDEF0123456789abcdef0123456789abcdef0123456789abcdef", "not a digest"},
    {"host:0/a", "not a registry's host"},
    {"host:65536/a", "not a registry's host"},
    {"ho_st.x/a", "not a registry's host"},
    {"[::g]/a", "not a registry's host"},
    {"a..b/c", "not a registry's host"},
    {"https://x/y", "not a registry's host"},
    {":5000/a", "not a registry's host"},
    {"@" DIGEST, "not a repository name"},
};

static void refuses_with_words(void **state)
{
    for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
        struct err e = {0};
        struct image_ref r;
        if (image_ref_parse(bad[i].text, &r, &e) != -EINVAL)
            fail_msg("'%s' was taken", bad[i].text);
        if (!strstr(e.text, bad[i].words))
            fail_msg("%s: '%s' is not in '%s'", bad[i].text, bad[i].words, e.text);
        assert_null(r.registry);
    }
}

static void bounds_lengths(void **state)
{
    char text[600];
    struct err e = {0};
    struct image_ref r;
    memset(text, 'a', sizeof(text));
    text[513] = '\0';
    assert_int_equal(image_ref_parse(text, &r, &e), -EINVAL);
    assert_non_null(strstr(e.text, "longer than 512"));
    text[512] = '\0';
    assert_int_equal(image_ref_parse(text, &r, &e), 0);
    image_ref_done(&r);
    memcpy(text, "x:", 2);
    text[2 + 128] = '\0';
    assert_int_equal(image_ref_parse(text, &r, &e), 0);
    image_ref_done(&r);
    text[2 + 128] = 'a';
    text[2 + 129] = '\0';
    assert_int_equal(image_ref_parse(text, &r, &e), -EINVAL);
}

static const struct {
    const char *text, *whole; /* NULL: refused */
} platforms[] = {
    {"linux/amd64", "linux/amd64"},
    {"linux/x86_64", "linux/amd64"},
    {"linux/armhf", "linux/arm/v7"},
    {"linux/aarch64", "linux/arm64/v8"},
    {"linux/arm/v6", "linux/arm/v6"},
    {"linux/armel/v4", "linux/arm/v4"},
    {"linux", NULL},
    {"", NULL},
    {"a/b/c/d", NULL},
};

static void reads_platforms(void **state)
{
    for (size_t i = 0; i < ARRAY_LEN(platforms); i++) {
        struct err e = {0};
        struct image_platform p;
        int r = image_platform_parse(platforms[i].text, &p, &e);
        if (!platforms[i].whole) {
            assert_int_equal(r, -EINVAL);
            continue;
        }
        assert_int_equal(r, 0);
        AUTO_FREE char *whole = image_platform_text(&p);
        assert_same(whole, platforms[i].whole);
        image_platform_done(&p);
    }
}

static void chooses_what_runs(void **state)
{
    const struct image_platform v7 = {.os = "linux", .arch = "arm", .variant = "v7"};
    int five = image_platform_score(&v7, "linux", "arm", "v5"), six = image_platform_score(&v7, "linux", "arm", "v6");
    int seven = image_platform_score(&v7, "linux", "arm", "v7");
    assert_true(0 < five && five < six && six < seven);
    assert_int_equal(image_platform_score(&v7, "linux", "arm", NULL), seven); /* the usual one */
    assert_int_equal(image_platform_score(&v7, "linux", "arm", "v8"), 0);
    assert_int_equal(image_platform_score(&v7, "linux", "arm", "strange"), 0);
    assert_int_equal(image_platform_score(&v7, "linux", "arm64", "v8"), 0);
    assert_int_equal(image_platform_score(&v7, "windows", "arm", "v7"), 0);
    assert_true(image_platform_score(&v7, NULL, NULL, NULL) > 0); /* an image that says nothing is tried */
    struct image_platform host;
    image_platform_host(&host);
    assert_true(image_platform_score(&host, host.os, host.arch, host.variant) > 0);
    image_platform_done(&host);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(completes_and_writes), cmocka_unit_test(refuses_with_words), cmocka_unit_test(bounds_lengths),
        cmocka_unit_test(reads_platforms),      cmocka_unit_test(chooses_what_runs),
    };
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
