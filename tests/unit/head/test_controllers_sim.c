// SPDX-License-Identifier: Apache-2.0
// The head's controllers with a made-up node: what a user does with an application, undisturbed, and with the head
// killed at any point on the way.
#include "head_fixture.h"
#include "sim_head.h"

struct act {
    const char *name;
    void (*act)(struct sim *s);
    const char *phase;   // expected afterwards; NULL: the application is gone
    const char *message; // or NULL
};

static void deploy(struct sim *s)
{
    sim_deploy(s, "{'greeting': 'hello'}");
}

static void again(struct sim *s)
{
    AUTO_JSON json_t *app = sim_application(s);
    AUTO_FREE char *spec =
        mem_printf("{'attempt': %lld}", (long long)json_int(json_object_get(app, "spec"), "attempt", 0) + 1);
    sim_patch(s, spec);
}

static void greet(struct sim *s)
{
    sim_patch(s, "{'source': {'inputs': {'greeting': 'good day'}}}");
}

static void move_port(struct sim *s)
{
    sim_patch(s, "{'source': {'inputs': {'port': 9099}}}");
}

static void fail_script(struct sim *s)
{
    fake_node_fail(s->node, "api", "Standard.configure");
    sim_patch(s, "{'source': {'inputs': {'greeting': 'once more'}}}");
}

static void fail_image(struct sim *s)
{
    fake_node_no_image(s->node, "web");
    sim_patch(s, "{'source': {'inputs': {'port': 9100}}}");
}

static void crash(struct sim *s)
{
    fake_node_crash(s->node, "web");
    sim_patch(s, "{'source': {'inputs': {'port': 9101}}}");
}

static void scale_up(struct sim *s)
{
    sim_patch(s, "{'components': [{'name': 'runtime', 'replicas': 2}]}");
}

static void scale_down(struct sim *s)
{
    sim_patch(s, "{'components': null}");
}

static void stop(struct sim *s)
{
    sim_patch(s, "{'state': 'Stopped'}");
}

static void start(struct sim *s)
{
    sim_patch(s, "{'state': 'Running'}");
}

static void stop_store(struct sim *s)
{
    sim_patch(s, "{'components': [{'name': 'store', 'state': 'Stopped'}]}");
}

static void undeploy(struct sim *s)
{
    sim_patch(s, "{'state': 'Removed'}");
}

static void undeploy_volumes(struct sim *s)
{
    sim_patch(s, "{'state': 'Removed', 'removeVolumes': true}");
}

static const struct act long_way[] = {
    {"deploy", deploy, "Running", "13 operations done"},
    {"deploy again", again, "Running", "nothing to change"},
    {"change an input of a script", greet, "Running", NULL},
    {"change a port", move_port, "Running", NULL},
    {"a script fails", fail_script, "Failed", "api: Standard.configure failed: exit status 3"},
    {"try again", again, "Running", NULL},
    {"an image is not to be had", fail_image, "Failed", "web: Standard.create failed: ErrImagePull: so it is"},
    {"try again", again, "Running", NULL},
    {"a container crashes", crash, "Failed", "web: Standard.start failed: CrashLoopBackOff: so it is"},
    {"try again", again, "Running", NULL},
    {"scale up", scale_up, "Running", "scaled runtime to 2"},
    {"scale down", scale_down, "Running", "scaled runtime to 1"},
    {"stop one", stop_store, "Running", NULL},
    {"start it", scale_down, "Running", NULL},
    {"stop", stop, "Stopped", NULL},
    {"start", start, "Running", NULL},
    {"undeploy", undeploy, NULL, NULL},
    {"deploy anew", deploy, "Running", "13 operations done"},
    {"undeploy with volumes", undeploy_volumes, NULL, NULL},
};

#define CRASH 8 // the act in which a container crashes

static const struct act short_way[] = {
    {"deploy", deploy, "Running", "13 operations done"},
    {"change a port", move_port, "Running", NULL},
    {"a script fails", fail_script, "Failed", "api: Standard.configure failed: exit status 3"},
    {"try again", again, "Running", NULL},
    {"stop", stop, "Stopped", NULL},
    {"start", start, "Running", NULL},
    {"undeploy with volumes", undeploy_volumes, NULL, NULL},
};

// Acts, and how things stand after each when nothing disturbs them.
struct way {
    const struct act *acts;
    size_t n;
    char *after[ARRAY_LEN(long_way)];
};
static struct way whole = {.acts = long_way, .n = ARRAY_LEN(long_way)};
static struct way brief = {.acts = short_way, .n = ARRAY_LEN(short_way)};

static void run_act(struct sim *s, const struct act *a)
{
    a->act(s);
    sim_settle(s);
    if (a->phase) {
        sim_expect(s, a->phase, a->message);
    } else {
        AUTO_JSON json_t *app = sim_application(s);
        assert_null(app);
    }
}

// Runs the first n acts; holds the end of each against the undisturbed one, or keeps it as that.
static void run(struct sim *s, struct way *w, size_t n)
{
    const struct topology *t = sim_topology(s);
    for (size_t i = 0; i < n; i++) {
        const struct act *a = &w->acts[i];
        if (!a->phase)
            fake_node_check(s->node, NULL); // from here on the volume is not there all the time
        else if (i == 0 || !w->acts[i - 1].phase)
            fake_node_check(s->node, t);
        run_act(s, a);
        char *summary = sim_summary(s);
        if (!w->after[i]) {
            w->after[i] = summary;
            continue;
        }
        if (!str_eq(w->after[i], summary))
            fail_msg("after '%s' (turn %zu):\n%s\ninstead of\n%s", a->name, s->turns, summary, w->after[i]);
        free(summary);
    }
}

static void test_undisturbed(void **state)
{
    struct sim *s = sim_open(1);
    run(s, &whole, whole.n);
    AUTO_JSON json_t *deployments = sim_list(s, "Deployment");
    AUTO_JSON json_t *pods = sim_list(s, "Pod");
    AUTO_JSON json_t *volumes = sim_list(s, "Volume");
    assert_int_equal(json_array_size(deployments) + json_array_size(pods) + json_array_size(volumes), 0);
    sim_close(s);
    s = sim_open(2);
    run(s, &brief, brief.n);
    sim_close(s);
}

static void test_in_any_order_of_events(void **state)
{
    for (unsigned seed = 2; seed < 7; seed++) {
        struct sim *s = sim_open(seed);
        run(s, &whole, whole.n);
        sim_close(s);
    }
}

static void test_restarted_all_the_time(void **state)
{
    for (unsigned every = 1; every <= 5; every += 2) {
        struct sim *s = sim_open(every);
        s->restart_every = every;
        run(s, &whole, every < 3 ? CRASH : whole.n); // the lines of a crashed container take two turns to be had
        sim_close(s);
    }
}

static void test_restarted_now_and_then(void **state)
{
    for (unsigned seed = 100; seed < 104; seed++) {
        struct sim *s = sim_open(seed);
        s->restart_odds = 7;
        run(s, &whole, whole.n);
        sim_close(s);
    }
}

// Killed at one write after the other, also in the midst of those that belong together. SIM_ALL=1: at each, else at
// every ninth.
static void test_killed_at_a_write(void **state)
{
    long at = 1;
    for (bool killed = true; killed; at += getenv("SIM_ALL") ? 1 : 9) {
        struct sim *s = sim_open(7);
        s->kill_at = at;
        run(s, &brief, brief.n);
        killed = s->kill_at == 0;
        sim_close(s);
    }
    assert_true(at > 100);
}

// What a user would notice: who is made anew by what, and what failures say.

static char *uids_of(struct sim *s, const char *kind, const char *component)
{
    AUTO_JSON json_t *all = sim_list(s, kind);
    struct buf b = {0};
    size_t i;
    json_t *v;
    json_array_foreach(all, i, v)
    {
        const json_t *meta = json_object_get(v, "metadata");
        if (!component || str_eq(json_str(json_object_get(meta, "labels"), "sedge.dev/component", ""), component))
            buf_addf(&b, "%s ", json_str(meta, "uid", ""));
    }
    return buf_take(&b);
}

static int64_t revision_of_all(struct sim *s)
{
    int64_t sum = 0;
    static const char *const of[] = {"Pod", "Deployment", "Service", "Volume"};
    for (size_t k = 0; k < ARRAY_LEN(of); k++) {
        AUTO_JSON json_t *all = sim_list(s, of[k]);
        size_t i;
        json_t *v;
        json_array_foreach(all, i, v)
        {
            sum += strtoll(json_str(json_object_get(v, "metadata"), "resourceVersion", "0"), NULL, 10);
        }
    }
    return sum;
}

static struct sim *deployed(unsigned seed)
{
    struct sim *s = sim_open(seed);
    deploy(s);
    sim_settle(s);
    sim_expect(s, "Running", "13 operations done");
    return s;
}

static void test_deploy_again_writes_nothing(void **state)
{
    struct sim *s = deployed(3);
    size_t operations = fake_node_operations(s->node);
    int64_t before = revision_of_all(s);
    again(s);
    sim_settle(s);
    sim_expect(s, "Running", "nothing to change");
    assert_int_equal(revision_of_all(s), before);
    assert_int_equal(fake_node_operations(s->node), operations);
    sim_close(s);
}

static void test_a_change_replaces_only_its_component(void **state)
{
    struct sim *s = deployed(4);
    AUTO_FREE char *pods = uids_of(s, "Pod", NULL);
    free(fake_node_told(s->node));
    greet(s); // software: its container stays
    sim_settle(s);
    AUTO_FREE char *after_script = uids_of(s, "Pod", NULL);
    AUTO_FREE char *told = fake_node_told(s->node);
    assert_string_equal(after_script, pods);
    assert_string_equal(told, "site:stop api:stop api:delete api:create api:configure api:start site:start");
    AUTO_FREE char *store = uids_of(s, "Pod", "store"), *web = uids_of(s, "Pod", "web");
    move_port(s);
    sim_settle(s);
    AUTO_FREE char *store_after = uids_of(s, "Pod", "store"), *web_after = uids_of(s, "Pod", "web");
    assert_string_equal(store, store_after);
    assert_string_not_equal(web, web_after);
    AUTO_JSON json_t *app = sim_application(s);
    assert_string_equal(json_str(json_at(app, "status", "outputs", NULL), "url", ""), "http://198.51.100.7:9099/");
    sim_close(s);
}

static void test_failures_say_why(void **state)
{
    struct sim *s = deployed(5);
    fail_script(s);
    sim_settle(s);
    AUTO_JSON json_t *app = sim_application(s);
    const json_t *api = sim_component(app, "api");
    assert_true(json_bool(api, "failed", false));
    assert_string_equal(json_str(api, "operation", ""), "Standard.configure");
    assert_string_equal(json_str(api, "log", ""), "no such luck");
    again(s);
    sim_settle(s);
    sim_expect(s, "Running", NULL);
    crash(s);
    sim_settle(s);
    AUTO_JSON json_t *crashed = sim_application(s);
    assert_string_equal(json_str(sim_component(crashed, "web"), "log", ""), "last line\n");
    sim_close(s);
}

static void test_a_bundle_that_is_not_there(void **state)
{
    struct sim *s = deployed(6);
    size_t operations = fake_node_operations(s->node);
    sim_patch(s, "{'source': {'entry': 'other.yaml'}}");
    sim_settle(s);
    sim_expect(s, "Failed", NULL);
    assert_int_equal(fake_node_operations(s->node), operations);
    sim_patch(s, "{'source': {'inputs': {'port': 0}, 'entry': 'three_tier.yaml'}}");
    sim_settle(s);
    sim_expect(s, "Failed", NULL);
    sim_patch(s, "{'source': {'inputs': {'port': null}}}");
    sim_settle(s);
    sim_expect(s, "Running", "nothing to change");
    sim_close(s);
}

static void test_undeploy_in_the_midst(void **state)
{
    struct sim *s = sim_open(8);
    fake_node_fail(s->node, "site", "Standard.start");
    fake_node_fail(s->node, "api", "Standard.delete"); // is passed over
    deploy(s);
    sim_settle(s);
    sim_expect(s, "Failed", "site: Standard.start failed: exit status 3");
    undeploy_volumes(s);
    sim_settle(s);
    AUTO_JSON json_t *app = sim_application(s);
    AUTO_FREE char *pods = uids_of(s, "Pod", NULL), *volumes = uids_of(s, "Volume", NULL);
    assert_null(app);
    assert_string_equal(pods, "");
    assert_string_equal(volumes, "");
    sim_close(s);
}

static void test_another_deploy_before_the_first_is_done(void **state)
{
    for (size_t turns = 1; turns < 60; turns += 7) {
        struct sim *s = sim_open(9);
        deploy(s);
        sim_turn(s, turns);
        move_port(s);
        sim_turn(s, turns / 2);
        greet(s);
        sim_settle(s);
        sim_expect(s, "Running", NULL);
        AUTO_JSON json_t *app = sim_application(s);
        assert_true(json_equal(json_at(app, "status", "applied", NULL), json_at(app, "spec", "source", NULL)));
        assert_string_equal(json_str(json_at(app, "status", "outputs", NULL), "url", ""), "http://198.51.100.7:9099/");
        sim_close(s);
    }
}

static void test_a_reboot_needs_no_orchestration(void **state)
{
    struct sim *s = deployed(10);
    AUTO_FREE char *before = uids_of(s, "Pod", NULL);
    fake_node_reboot(s->node);
    sim_settle(s);
    sim_expect(s, "Running", "13 operations done");
    AUTO_FREE char *after = uids_of(s, "Pod", NULL);
    assert_string_equal(before, after);
    sim_close(s);
}

// A container that ends a moment after it was started has not come up.
static void test_what_ends_at_once_does_not_run(void **state)
{
    struct sim *s = sim_open(14);
    sim_steady(s, 50 * US_PER_MS);
    fake_node_crash_late(s->node, "store");
    deploy(s);
    sim_settle(s);
    sim_expect(s, "Failed", NULL);
    again(s);
    sim_settle(s);
    sim_expect(s, "Running", NULL);
    sim_close(s);
}

static void test_failures_at_rest(void **state)
{
    struct sim *s = deployed(12);
    fake_node_fail(s->node, "api", "Standard.start");
    fake_node_reboot(s->node);
    sim_settle(s);
    sim_expect(s, "Failed", "api: exit status 3");
    again(s);
    sim_settle(s);
    sim_expect(s, "Running", "nothing to change");
    AUTO_FREE char *store = uids_of(s, "Pod", "store"), *web = uids_of(s, "Pod", "web");
    fake_node_crash(s->node, "web");
    fake_node_reboot(s->node);
    sim_settle(s);
    sim_expect(s, "Failed", NULL);
    AUTO_JSON json_t *app = sim_application(s);
    assert_string_equal(json_str(sim_component(app, "web"), "log", ""), "last line\n");
    again(s); // what hangs is made anew, with its software; the rest stays
    sim_settle(s);
    sim_expect(s, "Running", NULL);
    AUTO_FREE char *store_after = uids_of(s, "Pod", "store"), *web_after = uids_of(s, "Pod", "web");
    assert_string_equal(store, store_after);
    assert_string_not_equal(web, web_after);
    sim_close(s);
}

static void test_a_pod_that_is_deleted_comes_back(void **state)
{
    struct sim *s = deployed(13);
    struct err e = {0};
    AUTO_JSON json_t *pods = sim_list(s, "Pod");
    for (size_t i = 0; i < json_array_size(pods); i++) {
        const char *name = json_str(json_object_get(json_array_get(pods, i), "metadata"), "name", "");
        assert_int_equal(objects_delete(s->head.objects, fixture_ref("Pod", "default", name), NULL, NULL, &e), 0);
    }
    fake_node_check(s->node, NULL);
    sim_settle(s);
    sim_expect(s, "Running", "13 operations done");
    assert_int_equal(objects_delete(s->head.objects, fixture_ref("Deployment", "default", "shop-web"), NULL, NULL, &e),
                     0);
    sim_settle(s);
    sim_expect(s, "Running", "13 operations done");
    AUTO_JSON json_t *app = sim_application(s);
    assert_int_equal(json_int(sim_component(app, "site"), "ready", 0), 1);
    sim_close(s);
}

static void test_an_explicit_plan(void **state)
{
    struct sim *s = sim_open(11);
    sim_deploy_plan(s, "{}", "['entries:Standard.create', 'store:Standard.create', 'store:Standard.start']");
    sim_settle(s);
    sim_expect(s, "Running", "3 operations done");
    AUTO_FREE char *told = fake_node_told(s->node);
    assert_string_equal(told, "store:create store:start");
    again(s); // carried out already
    sim_settle(s);
    sim_expect(s, "Running", "nothing to change");
    sim_patch(s, "{'plan': ['site:Standard.start']}");
    sim_settle(s);
    sim_expect(s, "Failed", NULL);
    sim_patch(s, "{'plan': null}");
    sim_settle(s);
    sim_expect(s, "Running", "10 operations done");
    sim_close(s);
}

static int free_ways(void **state)
{
    for (size_t i = 0; i < ARRAY_LEN(long_way); i++) {
        free(whole.after[i]);
        free(brief.after[i]);
    }
    return 0;
}

int main(void)
{
    log_init("sim", LOG_LEVEL_ERROR);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_undisturbed),
        cmocka_unit_test(test_deploy_again_writes_nothing),
        cmocka_unit_test(test_a_change_replaces_only_its_component),
        cmocka_unit_test(test_failures_say_why),
        cmocka_unit_test(test_a_bundle_that_is_not_there),
        cmocka_unit_test(test_undeploy_in_the_midst),
        cmocka_unit_test(test_another_deploy_before_the_first_is_done),
        cmocka_unit_test(test_a_reboot_needs_no_orchestration),
        cmocka_unit_test(test_what_ends_at_once_does_not_run),
        cmocka_unit_test(test_failures_at_rest),
        cmocka_unit_test(test_a_pod_that_is_deleted_comes_back),
        cmocka_unit_test(test_an_explicit_plan),
        cmocka_unit_test(test_in_any_order_of_events),
        cmocka_unit_test(test_restarted_all_the_time),
        cmocka_unit_test(test_restarted_now_and_then),
        cmocka_unit_test(test_killed_at_a_write),
    };
    return cmocka_run_group_tests(tests, NULL, free_ways);
}
