// SPDX-License-Identifier: Apache-2.0
/* The objects and patches that verbs send. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "cli/app_change.h"
#include "cli/run_pod.h"
#include "model/model.h"

static json_t *json(const char *text)
{
    struct err e = {0};
    json_t *v = json_parse(text, strlen(text), &e);
    if (!v)
        fail_msg("%s: %s", text, e.text);
    return v;
}

static void assert_json(json_t *got, const char *wanted)
{
    AUTO_JSON json_t *v = json(wanted), *owned = got;
    AUTO_FREE char *a = json_text(owned);
    AUTO_FREE char *b = json_text(v);
    assert_string_equal(a, b);
}

/* ---- run ---- */

static json_t *run_pod(const struct run_options *o, struct strv *claims, struct err *e)
{
    char *words[] = {"busybox", "echo", "hi", NULL};
    return run_pod_make(o, "x", "/here", 3, words, claims, e);
}

static void test_plain_run(void **state)
{
    struct run_options o = {.pids = -1};
    struct err e = {0};
    AUTO_STRV struct strv claims = {0};
    assert_json(run_pod(&o, &claims, &e),
                "{\"apiVersion\": \"v1\", \"kind\": \"Pod\", \"metadata\": {\"name\": \"x\"}, \"spec\": "
                "{\"restartPolicy\": \"Never\","
                "\"containers\": [{\"name\": \"main\", \"image\": \"busybox\", \"args\": [\"echo\", \"hi\"]}]}}");
    assert_int_equal(claims.n, 0);
}

static void fill_all(struct run_options *o)
{
    *o = (struct run_options){.read_only = true,
                              .privileged = true,
                              .tty = true,
                              .input = true,
                              .dir = "/w",
                              .user = "u:g",
                              .memory = "64m",
                              .cpus = "0.5",
                              .pids = 20,
                              .entrypoint = "/bin/sh",
                              .restart = "on-failure",
                              .hostname = "h"};
    strv_add(&o->env, "A=b=c");
    strv_add(&o->env, "FROM_HERE");
    strv_add(&o->env, "NOT_HERE");
    strv_add(&o->ports, "8080:80");
    strv_add(&o->ports, "127.0.0.1:5353:53/udp");
    strv_add(&o->volumes, "/src:/dst:ro");
    strv_add(&o->volumes, "data:/data");
    strv_add(&o->volumes, "./x:/y");
    strv_add(&o->cap_add, "NET_ADMIN");
    strv_add(&o->cap_drop, "CHOWN");
}

static void clear(struct run_options *o)
{
    struct strv *lists[] = {&o->env, &o->ports, &o->volumes, &o->cap_add, &o->cap_drop};
    for (size_t i = 0; i < ARRAY_LEN(lists); i++)
        strv_done(lists[i]);
}

static void test_run_with_everything(void **state)
{
    struct run_options o;
    struct err e = {0};
    AUTO_STRV struct strv claims = {0};
    setenv("FROM_HERE", "yes", 1);
    unsetenv("NOT_HERE");
    fill_all(&o);
    AUTO_JSON json_t *pod = run_pod(&o, &claims, &e);
    clear(&o);
    assert_non_null(pod);
    assert_int_equal(claims.n, 1);
    assert_string_equal(claims.v[0], "data");
    assert_json(json_deep_copy(json_at(pod, "spec", NULL)),
                "{\"restartPolicy\": \"OnFailure\", \"hostname\": \"h\", \"volumes\": [{\"name\": \"volume-0\", "
                "\"hostPath\": {\"path\": \"/src\"}},"
                "{\"name\": \"volume-1\", \"persistentVolumeClaim\": {\"claimName\": \"data\", \"readOnly\": false}}, "
                "{\"name\": \"volume-2\", \"hostPath\": {\"path\": \"/here/./x\"}}],"
                "\"containers\": [{\"name\": \"main\", \"image\": \"busybox\", \"args\": [\"echo\", \"hi\"], "
                "\"command\": [\"/bin/sh\"], \"workingDir\": \"/w\","
                "\"user\": \"u:g\", \"tty\": true, \"stdin\": true, \"env\": [{\"name\": \"A\", \"value\": \"b=c\"}, "
                "{\"name\": \"FROM_HERE\", \"value\": \"yes\"}],"
                "\"ports\": [{\"containerPort\": 80, \"hostPort\": 8080}, {\"containerPort\": 53, \"hostPort\": 5353, "
                "\"hostIP\": \"127.0.0.1\", \"protocol\": \"UDP\"}],"
                "\"volumeMounts\": [{\"name\": \"volume-0\", \"mountPath\": \"/dst\", \"readOnly\": true}, {\"name\": "
                "\"volume-1\", \"mountPath\": \"/data\", \"readOnly\": false},"
                "{\"name\": \"volume-2\", \"mountPath\": \"/y\", \"readOnly\": false}], \"resources\": {\"limits\": "
                "{\"memory\": \"67108864\", \"cpu\": \"500m\", \"sedge.dev/pids\": \"20\"}},"
                "\"securityContext\": {\"readOnlyRootFilesystem\": true, \"privileged\": true, \"capabilities\": "
                "{\"add\": [\"NET_ADMIN\"], \"drop\": [\"CHOWN\"]}}}]}");
    struct pod decoded = {0};
    if (fields_decode(&pod_fields, pod, &decoded, &e) < 0) /* the head takes it */
        fail_msg("%s", e.text);
    fields_done(&pod_fields, &decoded);
}

static void test_wrong_run(void **state)
{
    static const struct {
        size_t list; /* 0: env, 1: ports, 2: volumes */
        const char *value;
    } rows[] = {{0, ""},           {0, "=x"},         {1, "80"}, {1, "80:99999"},   {1, "0:80"},    {1, "a:80"},
                {1, "80:80/sctp"}, {1, "1.2.3.4:80"}, {2, "x"},  {2, "here:there"}, {2, "a:/b:rx"}, {2, "A B:/b"}};
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct run_options o = {.pids = -1};
        struct strv *lists[] = {&o.env, &o.ports, &o.volumes};
        struct err e = {0};
        AUTO_STRV struct strv claims = {0};
        strv_add(lists[rows[i].list], rows[i].value);
        if (run_pod(&o, &claims, &e))
            fail_msg("'%s' was taken", rows[i].value);
        assert_non_null(strstr(e.text, rows[i].value));
        clear(&o);
    }
    struct run_options texts[] = {
        {.pids = -1, .memory = "much"}, {.pids = -1, .cpus = "-1"}, {.pids = -1, .restart = "maybe"}};
    for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
        struct err e = {0};
        AUTO_STRV struct strv claims = {0};
        assert_null(run_pod(&texts[i], &claims, &e));
    }
}

static void test_bytes(void **state)
{
    int64_t n;
    assert_true(run_pod_bytes("64m", &n) && n == 64 << 20);
    assert_true(run_pod_bytes("64Mi", &n) && n == 64 << 20);
    assert_true(run_pod_bytes("1G", &n) && n == 1 << 30);
    assert_true(run_pod_bytes("1000", &n) && n == 1000);
    assert_false(run_pod_bytes("", &n) || run_pod_bytes("m", &n) || run_pod_bytes("0", &n) || run_pod_bytes("1x", &n) ||
                 run_pod_bytes("99999999999999t", &n));
}

/* ---- applications ---- */

#define NOW                                                                                                            \
    "{\"metadata\": {\"name\": \"shop\", \"resourceVersion\": \"5\"}, \"spec\": {\"attempt\": 3, \"source\": "         \
    "{\"inputs\": {\"a\": 1, \"b\": 2}}, \"components\": ["                                                            \
    "{\"name\": \"web\", \"state\": \"Stopped\", \"replicas\": 2}, {\"name\": \"db\", \"state\": \"Stopped\"}]}}"
#define META "\"metadata\": {\"resourceVersion\": \"5\"}"

static void test_changes(void **state)
{
    AUTO_JSON json_t *now = json(NOW);
    assert_json(app_change_state(now, "Running"), "{" META ", \"spec\": {\"state\": \"Running\", \"attempt\": 4, "
                                                  "\"components\": [{\"name\": \"web\", \"replicas\": 2}]}}");
    assert_json(app_change_component_state(now, "web", "Running"),
                "{" META ", \"spec\": {\"attempt\": 4, \"components\": [{\"name\": \"web\", \"state\": \"Running\", "
                "\"replicas\": 2}, {\"name\": \"db\", \"state\": \"Stopped\"}]}}");
    assert_json(app_change_replicas(now, "api", 3),
                "{" META ", \"spec\": {\"components\": [{\"name\": \"web\", \"state\": \"Stopped\", \"replicas\": 2}, "
                "{\"name\": \"db\", \"state\": \"Stopped\"}, {\"name\": \"api\", \"replicas\": 3}]}}");
    assert_json(app_change_remove(now, true),
                "{" META ", \"spec\": {\"state\": \"Removed\", \"removeVolumes\": true, \"attempt\": 4}}");
}

static void test_deploy(void **state)
{
    AUTO_JSON json_t *now = json(NOW), *inputs = json("{\"b\": 3}"), *plan = json("[\"web:Standard.create\"]");
    struct app_wanted w = {.name = "shop", .bundle = "sha256:x", .entry = "shop.yaml", .inputs = inputs};
    assert_json(app_change_deploy(now, &w),
                "{" META ", \"spec\": {\"source\": {\"bundle\": \"sha256:x\", \"entry\": \"shop.yaml\", \"inputs\": "
                "{\"a\": null, \"b\": 3}}, \"state\": \"Running\","
                "\"attempt\": 4, \"plan\": null, \"components\": [{\"name\": \"web\", \"replicas\": 2}]}}");
    w.plan = plan;
    AUTO_JSON json_t *made = app_change_deploy(NULL, &w);
    assert_json(json_deep_copy(made), "{\"apiVersion\": \"sedge.dev/v1\", \"kind\": \"Application\", \"metadata\": "
                                      "{\"name\": \"shop\"}, \"spec\": {\"source\":"
                                      "{\"bundle\": \"sha256:x\", \"entry\": \"shop.yaml\", \"inputs\": {\"b\": 3}}, "
                                      "\"state\": \"Running\", \"attempt\": 1, \"plan\": [\"web:Standard.create\"]}}");
    struct application decoded = {0};
    struct err e = {0};
    if (fields_decode(&application_fields, made, &decoded, &e) < 0)
        fail_msg("%s", e.text);
    fields_done(&application_fields, &decoded);
}

/* A request takes the place of the one before, inputs and all; taking an application down asks for its own work flow.
 */
static void test_workflows(void **state)
{
    AUTO_JSON json_t *app =
        json_pack("{s:{s:s}, s:{s:i, s:{s:s, s:s, s:{s:i, s:i}}}, s:{s:[{s:s}, {s:s}]}}", "metadata", "resourceVersion",
                  "5", "spec", "attempt", 2, "workflow", "name", "save", "id", "one", "inputs", "a", 1, "b", 2,
                  "status", "workflows", "name", "save", "name", "undeploy");
    AUTO_JSON json_t *inputs = json_pack("{s:i}", "b", 3);
    assert_json(app_change_workflow(app, "save", "two", inputs),
                "{\"metadata\": {\"resourceVersion\": \"5\"}, \"spec\": {\"workflow\": {\"name\": \"save\", \"id\": "
                "\"two\", \"inputs\": {\"a\": null, \"b\": 3}}}}");
    AUTO_JSON json_t *removal = app_change_remove(app, false);
    const json_t *asked = json_at(removal, "spec", "workflow", NULL);
    assert_string_equal(json_str(asked, "name", ""), "undeploy");
    assert_false(str_empty(json_str(asked, "id", "")));
    struct app_wanted w = {.name = "shop", .bundle = "sha256:x", .entry = "shop.yaml", .inputs = inputs};
    AUTO_JSON json_t *plain = app_change_deploy(app, &w);
    assert_true(json_is_null(json_at(plain, "spec", "workflow", NULL)));
    w.workflow = "deploy";
    AUTO_JSON json_t *own = app_change_deploy(app, &w);
    assert_string_equal(json_str(json_at(own, "spec", "workflow", NULL), "name", ""), "deploy");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_workflows), cmocka_unit_test(test_plain_run), cmocka_unit_test(test_run_with_everything),
        cmocka_unit_test(test_wrong_run), cmocka_unit_test(test_bytes),     cmocka_unit_test(test_changes),
        cmocka_unit_test(test_deploy),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
