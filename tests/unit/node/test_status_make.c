// SPDX-License-Identifier: Apache-2.0
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "model/node_link.h"
#include "node/status_make.h"
#include "pod_fixture.h"

#define ONE "'containers':[{'name':'c','image':'i'}]"
#define SOFT                                                                                                           \
    "{" ONE ",'sedge':{'components':[{'name':'x','initial':'deleted','goal':'running','attempt':1,'steps':[]}]}}"

/* The status is one that the model takes, too. */
static json_t *make(const struct pod_fixture *f, const struct status_around *a)
{
    struct pod_status decoded = {0};
    struct err e = {0};
    json_t *v = status_make(&f->pod, &f->known, a);
    if (fields_decode(&pod_status_fields, v, &decoded, &e) < 0)
        fail_msg("%s", err_text(&e));
    fields_done(&pod_status_fields, &decoded);
    return v;
}

static const json_t *state_of(const json_t *status)
{
    return json_object_get(json_array_get(json_object_get(status, "containerStatuses"), 0), "state");
}

static const char *waiting_reason(const json_t *status)
{
    return json_str(json_object_get(state_of(status), "waiting"), "reason", "");
}

static const char *ready(const json_t *status)
{
    return json_str(json_array_get(json_object_get(status, "conditions"), 0), "status", "");
}

static void at_first_it_is_being_made(void **state)
{
    struct pod_fixture f;
    struct status_around a = {.after = true, .in_force = true, .host_ip = "192.0.2.1"};
    pod_fixture_make(&f, "{" ONE "}");
    AUTO_JSON json_t *v = make(&f, &a);
    assert_string_equal(waiting_reason(v), POD_WAITING_CREATING);
    assert_string_equal(json_str(v, "phase", ""), "Pending");
    assert_string_equal(ready(v), "False");
    f.known.pulling = true;
    AUTO_JSON json_t *pulling = make(&f, &a);
    assert_string_equal(waiting_reason(pulling), POD_WAITING_PULLING);
    f.known.pulling = a.after = false;
    AUTO_JSON json_t *after = make(&f, &a);
    assert_string_equal(waiting_reason(after), POD_WAITING_AFTER);
    pod_fixture_done(&f);
}

static void running_is_ready_when_its_ports_are(void **state)
{
    struct pod_fixture f;
    struct status_around a = {.after = true, .in_force = true};
    pod_fixture_make(&f, "{" ONE "}");
    f.known.containers[0].run = KEEPER_RUNNING;
    f.known.containers[0].pid = 42;
    f.known.ip = mem_strdup("10.0.0.2");
    AUTO_JSON json_t *v = make(&f, &a);
    assert_string_equal(json_str(v, "phase", ""), "Running");
    assert_string_equal(ready(v), "True");
    assert_string_equal(json_str(v, "podIP", ""), "10.0.0.2");
    assert_int_equal(json_int(json_array_get(json_object_get(v, "containerStatuses"), 0), "pid", 0), 42);
    a.in_force = false;
    AUTO_JSON json_t *not_yet = make(&f, &a);
    assert_string_equal(ready(not_yet), "False");
    a.in_force = a.deleting = true;
    AUTO_JSON json_t *going = make(&f, &a);
    assert_string_equal(ready(going), "False");
    pod_fixture_done(&f);
}

static void stopped_keeps_how_it_ended(void **state)
{
    struct pod_fixture f;
    struct status_around a = {.after = true, .in_force = true};
    pod_fixture_make(&f, "{" ONE ",'sedge':{'state':'Stopped'}}");
    AUTO_JSON json_t *no_image = make(&f, &a);
    assert_string_equal(waiting_reason(no_image), POD_WAITING_CREATING);
    f.known.containers[0].image_id = mem_strdup("sha256:i");
    f.known.containers[0].run = KEEPER_EXITED;
    f.known.containers[0].end = (struct container_end){.there = true, .exit_code = 143, .signal = 15};
    AUTO_JSON json_t *v = make(&f, &a);
    assert_string_equal(waiting_reason(v), POD_WAITING_STOPPED);
    const json_t *last =
        json_at(json_array_get(json_object_get(v, "containerStatuses"), 0), "lastState", "terminated", NULL);
    assert_int_equal(json_int(last, "exitCode", 0), 143);
    pod_fixture_done(&f);
}

static void failures_count_as_the_model_says(void **state)
{
    struct pod_fixture f;
    struct status_around a = {.after = true, .in_force = true, .now_us = 5};
    const char *reason = NULL;
    pod_fixture_make(&f, "{" ONE "}");
    trouble_set(&f.known.setup, POD_FAILED_PORT, "port 80 is taken", 100);
    AUTO_JSON json_t *v = make(&f, &a);
    assert_string_equal(pod_failure(v, &reason), "port 80 is taken");
    assert_string_equal(reason, POD_FAILED_PORT);
    trouble_clear(&f.known.setup);
    struct container_known *c = &f.known.containers[0];
    c->end = (struct container_end){.there = true, .exit_code = 3};
    c->run = KEEPER_EXITED;
    c->start_at_us = 10;
    AUTO_JSON json_t *once = make(&f, &a);
    assert_null(pod_failure(once, &reason));
    assert_int_equal(json_int(json_object_get(state_of(once), "terminated"), "exitCode", 0), 3);
    c->crash = (struct back_off){.fails = 3, .looping = true};
    AUTO_JSON json_t *loop = make(&f, &a);
    assert_non_null(pod_failure(loop, &reason));
    assert_string_equal(reason, POD_FAILED_CRASH);
    pod_fixture_done(&f);
}

static void ends_and_phases(void **state)
{
    static const struct {
        const char *policy;
        int64_t code;
        const char *phase, *ready;
    } cases[] = {{"Never", 0, "Succeeded", "True"},
                 {"Never", 1, "Failed", "False"},
                 {"OnFailure", 0, "Succeeded", "True"},
                 {"OnFailure", 1, "Running", "False"},
                 {"Always", 0, "Running", "False"}};
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct pod_fixture f;
        struct status_around a = {.after = true, .in_force = true};
        AUTO_FREE char *spec = mem_printf("{" ONE ",'restartPolicy':'%s'}", cases[i].policy);
        pod_fixture_make(&f, spec);
        f.known.containers[0].run = KEEPER_EXITED;
        f.known.containers[0].end = (struct container_end){.there = true, .exit_code = cases[i].code};
        AUTO_JSON json_t *v = make(&f, &a);
        assert_string_equal(json_str(v, "phase", ""), cases[i].phase);
        assert_string_equal(ready(v), cases[i].ready);
        pod_fixture_done(&f);
    }
}

static void a_failed_component_says_why_until_it_is_tried_again(void **state)
{
    struct pod_fixture f;
    struct status_around a = {.after = true, .in_force = true};
    pod_fixture_make(&f, SOFT);
    struct component_known *c = &f.known.components[0];
    c->failed = true;
    c->attempt = 1;
    c->exit_code = 3;
    c->goal = mem_strdup("running");
    c->operation = mem_strdup("Standard.create");
    c->message = mem_strdup("operation Standard.create exited with 3");
    c->log = mem_strdup("no\n");
    AUTO_JSON json_t *v = make(&f, &a);
    const json_t *report = json_array_get(json_object_get(v, "components"), 0);
    assert_true(json_bool(report, "failed", false));
    assert_string_equal(json_str(report, "log", ""), "no\n");
    assert_string_equal(json_str(report, "operation", ""), "Standard.create");
    c->attempt = 0; /* the spec's attempt is higher now */
    AUTO_JSON json_t *again = make(&f, &a);
    report = json_array_get(json_object_get(again, "components"), 0);
    assert_false(json_bool(report, "failed", false));
    assert_null(json_object_get(report, "message"));
    pod_fixture_done(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(at_first_it_is_being_made),
        cmocka_unit_test(running_is_ready_when_its_ports_are),
        cmocka_unit_test(stopped_keeps_how_it_ended),
        cmocka_unit_test(failures_count_as_the_model_says),
        cmocka_unit_test(ends_and_phases),
        cmocka_unit_test(a_failed_component_says_why_until_it_is_tried_again),
    };
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
