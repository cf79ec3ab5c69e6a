// SPDX-License-Identifier: Apache-2.0
/* What is told of components, pods, images and addresses; names; memory of a process. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "cli/image_progress.h"
#include "cli/names.h"
#include "cli/pod_words.h"
#include "cli/progress.h"
#include "cli/published.h"
#include "cli/this_machine.h"

static json_t *json(const char *text)
{
    struct err e = {0};
    json_t *v = json_parse(text, strlen(text), &e);
    if (!v)
        fail_msg("%s: %s", text, e.text);
    return v;
}

static void test_progress(void **state)
{
    static const struct {
        const char *component, *words;
        enum tint tint;
    } rows[] = {
        {"{\"state\": \"running\", \"goal\": \"running\", \"replicas\": 1, \"ready\": 1}", "running", TINT_GREEN},
        {"{\"state\": \"running\", \"goal\": \"running\", \"replicas\": 3, \"ready\": 3}", "running, 3 ready",
         TINT_GREEN},
        {"{\"state\": \"running\", \"goal\": \"running\", \"replicas\": 3, \"ready\": 1}", "running, 1 of 3 ready",
         TINT_YELLOW},
        {"{\"state\": \"created\", \"goal\": \"created\"}", "created", TINT_GREEN},
        {"{\"state\": \"deleted\", \"goal\": \"running\", \"operation\": \"Standard.create\"}", "creating",
         TINT_YELLOW},
        {"{\"state\": \"created\", \"goal\": \"running\", \"operation\": \"Standard.start\", \"message\": \"Pulling "
         "nginx\\nmore\"}",
         "starting: Pulling nginx", TINT_YELLOW},
        {"{\"state\": \"x\", \"goal\": \"y\", \"operation\": \"Own.backup\"}", "Own.backup", TINT_YELLOW},
        {"{\"state\": \"deleted\", \"goal\": \"running\"}", "deleted, waits", TINT_FAINT},
        {"{\"state\": \"created\", \"goal\": \"configured\", \"operation\": \"Standard.configure\", \"failed\": true, "
         "\"message\": \"exit 1\"}",
         "failed at Standard.configure: exit 1", TINT_RED},
        {"{\"failed\": true}", "failed", TINT_RED},
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        AUTO_JSON json_t *c = json(rows[i].component);
        enum tint tint;
        AUTO_FREE char *words = progress_words(c, &tint);
        assert_string_equal(words, rows[i].words);
        assert_int_equal(tint, rows[i].tint);
    }
}

static void test_names(void **state)
{
    static const char *const bad[] = {"", "/", "a/", "/b", "a//c", "a/b/", "a/b/c/d"};
    struct part_name n;
    struct err e;
    assert_int_equal(part_name_parse("shop", &n, &e), 0);
    assert_string_equal(n.app, "shop");
    assert_null(n.component);
    part_name_done(&n);
    assert_int_equal(part_name_parse("shop/web/2", &n, &e), 0);
    assert_string_equal(n.app, "shop");
    assert_string_equal(n.component, "web");
    assert_string_equal(n.replica, "2");
    part_name_done(&n);
    for (size_t i = 0; i < ARRAY_LEN(bad); i++)
        if (part_name_parse(bad[i], &n, &e) != -EINVAL)
            fail_msg("'%s' was taken", bad[i]);
}

#define POD_STATE(phase, state)                                                                                        \
    "{\"status\": {\"phase\": \"" phase "\", \"containerStatuses\": [{\"name\": \"main\", \"state\": " state "}]}}"

static void test_pods(void **state)
{
    static const struct {
        const char *pod, *words;
        enum pod_life life;
    } rows[] = {
        {"{}", "Pending", POD_GOES},
        {POD_STATE("Running", "{\"running\": {}}"), "Running", POD_GOES},
        {POD_STATE("Pending", "{\"waiting\": {\"reason\": \"Pulling\"}}"), "Pulling", POD_GOES},
        {POD_STATE("Pending", "{\"waiting\": {\"reason\": \"Stopped\"}}"), "Stopped", POD_STANDS},
        {POD_STATE("Failed", "{\"terminated\": {\"exitCode\": 7, \"reason\": \"Error\"}}"), "Exited (7)", POD_ENDED},
        {POD_STATE("Succeeded", "{\"terminated\": {\"exitCode\": 0, \"reason\": \"Completed\"}}"), "Exited (0)",
         POD_ENDED},
        {POD_STATE("Failed", "{\"terminated\": {\"exitCode\": 137, \"reason\": \"OOMKilled\"}}"), "OOMKilled (137)",
         POD_ENDED},
        {POD_STATE("Failed", "{\"terminated\": {\"exitCode\": -1}}"), "Exited (unknown)", POD_ENDED},
        {"{\"metadata\": {\"deletionTimestamp\": \"x\"}}", "Leaving", POD_GOES},
        {"{\"status\": {\"phase\": \"Running\", \"components\": [{\"name\": \"app\", \"failed\": true, \"operation\": "
         "\"Standard.start\"}]}}",
         "Failed (app Standard.start)", POD_GOES},
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        AUTO_JSON json_t *pod = json(rows[i].pod);
        AUTO_FREE char *words = pod_words_status(pod);
        assert_string_equal(words, rows[i].words);
        assert_int_equal(pod_words_life(pod), rows[i].life);
    }
}

static void test_pod_trouble_and_exit(void **state)
{
    const char *reason = NULL;
    int code = 0;
    AUTO_JSON json_t *pulls =
        json(POD_STATE("Pending", "{\"waiting\": {\"reason\": \"ErrImagePull\", \"message\": \"no such image\"}}"));
    AUTO_JSON json_t *ended = json(POD_STATE("Failed", "{\"terminated\": {\"exitCode\": 7}}"));
    AUTO_JSON json_t *again = json(POD_STATE("Running", "{\"terminated\": {\"exitCode\": 7}}"));
    assert_string_equal(pod_words_trouble(pulls, &reason), "no such image");
    assert_string_equal(reason, "ErrImagePull");
    assert_null(pod_words_trouble(ended, &reason));
    assert_true(pod_words_exit(ended, &code));
    assert_int_equal(code, 7);
    assert_false(pod_words_exit(again, &code));
    assert_false(pod_words_exit(pulls, &code));
}

static void test_ports(void **state)
{
    AUTO_JSON json_t *pod = json("{\"metadata\": {\"labels\": {\"sedge.dev/component\": \"web\"}}, \"spec\": "
                                 "{\"nodeName\": \"b1\", \"containers\": [{\"ports\": ["
                                 "{\"containerPort\": 80, \"hostPort\": 8080}, {\"containerPort\": 81}, "
                                 "{\"containerPort\": 53, \"hostPort\": 53, \"protocol\": \"UDP\"},"
                                 "{\"containerPort\": 5432, \"hostPort\": 5432, \"hostIP\": \"127.0.0.1\"}, "
                                 "{\"containerPort\": 443, \"hostPort\": 8443}]}]}}");
    AUTO_JSON json_t *pods = json_pack("[O, O]", pod, pod); /* two replicas */
    AUTO_JSON json_t *nodes = json("[{\"metadata\": {\"name\": \"b1\"}, \"status\": {\"addresses\": [{\"type\": "
                                   "\"Hostname\", \"address\": \"b1\"}, "
                                   "{\"type\": \"InternalIP\", \"address\": \"192.0.2.7\"}]}}]");
    AUTO_FREE char *words = pod_words_ports(pod);
    struct published *p;
    size_t n;
    assert_string_equal(words, "8080->80, 53->53/udp, 127.0.0.1:5432->5432, 8443->443");
    published_find(pods, nodes, &p, &n);
    assert_int_equal(n, 4);
    assert_string_equal(p[0].component, "web");
    assert_string_equal(p[0].address, "http://192.0.2.7:8080");
    assert_string_equal(p[1].address, "192.0.2.7:53/udp");
    assert_string_equal(p[2].address, "127.0.0.1:5432");
    assert_string_equal(p[3].address, "https://192.0.2.7:8443");
    published_free(p, n);
    published_find(pods, NULL, &p, &n);
    assert_string_equal(p[0].address, "http://localhost:8080");
    published_free(p, n);
}

static void test_image_lines(void **state)
{
    AUTO_JSON json_t *m = json("{\"status\": \"downloading\", \"layer\": \"sha256:0123456789abcdef\", \"current\": "
                               "5000000, \"total\": 10000000}");
    AUTO_FREE char *wide = image_progress_line(m, 100);
    AUTO_FREE char *narrow = image_progress_line(m, 40);
    AUTO_FREE char *cut = image_progress_line(m, 15);
    assert_string_equal(wide, "downloading 0123456789ab [============>           ] 5.0 MB of 10 MB");
    assert_string_equal(narrow, "downloading 0123456789ab 5.0 MB of 10 MB");
    assert_string_equal(cut, "downloading 012");
}

static void test_pss(void **state)
{
    assert_int_equal(
        this_machine_pss(
            "00400000-7fff ---p 00000000 00:00 0 [rollup]\nRss: 10 kB\nPss:                2048 kB\nPss_Dirty: 1 kB\n"),
        2048 * 1024);
    assert_int_equal(this_machine_pss("Rss: 10 kB\n"), -1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_progress), cmocka_unit_test(test_names),
        cmocka_unit_test(test_pods),     cmocka_unit_test(test_pod_trouble_and_exit),
        cmocka_unit_test(test_ports),    cmocka_unit_test(test_image_lines),
        cmocka_unit_test(test_pss),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
