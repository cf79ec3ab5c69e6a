// SPDX-License-Identifier: Apache-2.0
/* What is known of registries: the settings file, Docker's own credentials, which host is this machine, challenges. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "image/registry_private.h"
#include "image/registry_settings.h"
#include "io/file.h"

static char folder[] = "/tmp/registry-settings-XXXXXX";
static char *path;

static int set_up(void **state)
{
    if (!mkdtemp(folder))
        return -1;
    path = file_join(folder, "registries.json");
    AUTO_FREE char *docker = file_join(folder, ".docker");
    return setenv("HOME", folder, 1) < 0 ? -1 : file_mkdirs(docker, 0700, NULL);
}

static int tear_down(void **state)
{
    free(path);
    return file_remove_tree(folder, NULL);
}

static void put(const char *name, const char *text)
{
    AUTO_FREE char *to = file_join(folder, name);
    assert_int_equal(file_write_fast(to, text, strlen(text), 0600, NULL), 0);
}

static void reads_both_files(void **state)
{
    put("registries.json", "{\"registries\": {\"r.example:5000\": {\"username\": \"u\", \"password\": \"p\", \"ca\": "
                           "\"/ca.pem\", \"mirror\": \"m:1\"}, "
                           "\"plain.example\": {\"insecure\": true}}}");
    /* other:secret, one for a host that has credentials already, and one that is no base64 */
    put(".docker/config.json", "{\"auths\": {\"https://index.docker.io/v1/\": {\"auth\": \"b3RoZXI6c2VjcmV0\"}, "
                               "\"r.example:5000\": {\"auth\": "
                               "\"b3RoZXI6c2VjcmV0\"}, \"bad.example\": {\"auth\": \"***\"}, \"nocolon.example\": "
                               "{\"auth\": \"b3RoZXI=\"}, \"x\": {}}, \"credsStore\": \"y\"}");
    struct registry_settings s;
    struct err e = {0};
    assert_int_equal(registry_settings_load(path, &s, &e), 0);
    const struct registry_host *h = registry_settings_get(&s, "r.example:5000");
    assert_string_equal(h->username, "u");
    assert_string_equal(h->password, "p");
    assert_string_equal(h->ca, "/ca.pem");
    assert_string_equal(h->mirror, "m:1");
    assert_false(h->insecure);
    assert_true(registry_settings_get(&s, "plain.example")->insecure);
    assert_string_equal(registry_settings_get(&s, "docker.io")->username, "other");
    assert_string_equal(registry_settings_get(&s, "docker.io")->password, "secret");
    assert_null(registry_settings_get(&s, "bad.example")->username);
    assert_null(registry_settings_get(&s, "nocolon.example")->username);
    assert_null(registry_settings_get(&s, "never.heard.of")->username);
    registry_settings_done(&s);
}

static void missing_files_are_fine(void **state)
{
    AUTO_FREE char *docker = file_join(folder, ".docker/config.json");
    unlink(path);
    put(".docker/config.json", "this is no JSON"); /* not ours to report */
    struct registry_settings s;
    struct err e = {0};
    assert_int_equal(registry_settings_load(path, &s, &e), 0);
    assert_int_equal(s.hosts.n, 0);
    registry_settings_done(&s);
    unlink(docker);
    assert_int_equal(registry_settings_load(path, &s, &e), 0);
    registry_settings_done(&s);
}

static const struct {
    const char *text, *words;
} bad[] = {
    {"", "registries.json"},
    {"{}", "it must be {\"registries\""},
    {"{\"registries\": []}", "it must be {\"registries\""},
    {"{\"registries\": {\"h\": 3}}", "registries.h is not an object"},
    {"{\"registries\": {\"h\": {\"usrname\": \"u\"}}}", "registries.h.usrname: there is no such setting"},
    {"{\"registries\": {\"h\": {\"insecure\": \"yes\"}}}",
     "registries.h.insecure: there is no such setting, or its value is of the wrong type"},
    {"{\"registries\": {\"h\": {\"password\": 3}}}", "registries.h.password"},
    {"{\"registries\": {\"h\": {}, \"h\": {}}}", "registries.json"},
};

static void refuses_with_words(void **state)
{
    for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
        struct registry_settings s;
        struct err e = {0};
        put("registries.json", bad[i].text);
        assert_int_equal(registry_settings_load(path, &s, &e), -EINVAL);
        if (!strstr(e.text, bad[i].words))
            fail_msg("'%s' is not in '%s'", bad[i].words, e.text);
    }
}

static void knows_this_machine(void **state)
{
    static const char *const own[] = {"localhost",    "localhost:5000", "127.0.0.1",
                                      "127.8.9.1:80", "[::1]",          "[::1]:5000"};
    static const char *const others[] = {
        "localhost.example", "127.0.0.1.example:80", "10.0.0.1", "[::2]:80", "", "[::1", "example", "128.0.0.1"};
    for (size_t i = 0; i < ARRAY_LEN(own); i++)
        assert_true(registry_is_loopback(own[i]));
    for (size_t i = 0; i < ARRAY_LEN(others); i++)
        assert_false(registry_is_loopback(others[i]));
}

static const struct {
    const char *text;
    bool basic, bearer;
    const char *realm, *service, *scope;
} challenges[] = {
    {"Basic realm=\"x\"", true, false, NULL, NULL, NULL},
    {"Bearer realm=\"https://a/t\",service=\"s\",scope=\"repository:a/b:pull\"", false, true, "https://a/t", "s",
     "repository:a/b:pull"},
    {"bearer realm=https://a/t, SERVICE=s", false, true, "https://a/t", "s", NULL},
    {"Basic realm=\"no\", Bearer realm=\"yes\"", true, true, "yes", NULL, NULL},
    {"Bearer realm=\"yes\", Basic realm=\"no\"", true, true, "yes", NULL, NULL},
    {"Bearer realm=\"a\\\"b,c\\\\\",service=\"d\"", false, true, "a\"b,c\\", "d", NULL},
    {"Bearer realm=\"first\",realm=\"second\"", false, true, "first", NULL, NULL},
    {"Bearer realm=\"open", false, true, "open", NULL, NULL},
    {"Negotiate abc==", false, false, NULL, NULL, NULL},
    {"Bearerish realm=x", false, false, NULL, NULL, NULL},
    {"", false, false, NULL, NULL, NULL},
    {",,= \"=\"", false, false, NULL, NULL, NULL},
};

static void assert_text(const char *got, const char *want, const char *where)
{
    if (!str_eq(got, want))
        fail_msg("%s: '%s' is not '%s'", where, got ? got : "(none)", want ? want : "(none)");
}

static void reads_challenges(void **state)
{
    for (size_t i = 0; i < ARRAY_LEN(challenges); i++) {
        struct registry_challenge c;
        registry_challenge_parse(challenges[i].text, &c);
        if (c.basic != challenges[i].basic || c.bearer != challenges[i].bearer)
            fail_msg("%s: taken for another way", challenges[i].text);
        assert_text(c.realm, challenges[i].realm, challenges[i].text);
        assert_text(c.service, challenges[i].service, challenges[i].text);
        assert_text(c.scope, challenges[i].scope, challenges[i].text);
        registry_challenge_done(&c);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_both_files),   cmocka_unit_test(missing_files_are_fine),
        cmocka_unit_test(refuses_with_words), cmocka_unit_test(knows_this_machine),
        cmocka_unit_test(reads_challenges),
    };
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
