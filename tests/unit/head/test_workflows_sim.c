// SPDX-License-Identifier: Apache-2.0
// Imperative work flows carried out by the head's controllers with a made-up node: undisturbed, with the failure path
// taken, and with the head killed at any of its writes.
#include "head_fixture.h"
#include "sim_head.h"

#include <string.h>

static void ask(struct sim *s, const char *name, const char *id, const char *inputs)
{
    AUTO_FREE char *patch = mem_printf("{'workflow': {'name': '%s', 'id': '%s', 'inputs': %s}}", name, id,
                                       str_eq(inputs, "{}") ? "null" : inputs);
    sim_patch(s, patch);
}

static void flow_expect(struct sim *s, const char *state, const char *message)
{
    AUTO_JSON json_t *app = sim_application(s);
    const json_t *flow = json_at(app, "status", "workflow", NULL);
    assert_string_equal(json_str(flow, "message", ""), message);
    assert_string_equal(json_str(flow, "state", ""), state);
}

static void step_expect(struct sim *s, const char *step, const char *state)
{
    AUTO_JSON json_t *app = sim_application(s);
    size_t i;
    json_t *v;
    json_array_foreach(json_at(app, "status", "workflow", "steps", NULL), i, v)
    {
        if (!str_eq(json_str(v, "name", ""), step))
            continue;
        assert_string_equal(json_str(v, "state", ""), state);
        return;
    }
    fail_msg("no step %s", step);
}

static void told_expect(struct sim *s, const char *operations)
{
    AUTO_FREE char *told = fake_node_told(s->node);
    assert_string_equal(told, operations);
}

static void label_expect(struct sim *s, const char *component, const char *state, const char *label)
{
    AUTO_JSON json_t *app = sim_application(s);
    assert_string_equal(json_str(sim_component(app, component), "state", ""), state);
    assert_string_equal(json_str(sim_component(app, component), "label", "-"), label);
}

// ---- what each does, undisturbed ----

static void deploy(struct sim *s)
{
    sim_deploy(s, "{'greeting': 'hello'}");
    ask(s, "deploy", "d1", "{}");
    sim_settle(s);
    flow_expect(s, "Done", "3 steps done");
    sim_expect(s, "Running", NULL);
    label_expect(s, "api", "running", "fresh");
    label_expect(s, "web", "running", "-");
}

static void bounce(struct sim *s)
{
    ask(s, "bounce", "b1", "{}");
    sim_settle(s);
    sim_expect(s, "Running", NULL);
    flow_expect(s, "Done", "5 steps done");
    step_expect(s, "rescue", "skipped");
    step_expect(s, "site_start.1/one", "done");
    label_expect(s, "api", "running", "-");
}

static void rescue(struct sim *s)
{
    fake_node_fail(s->node, "api", "Standard.start");
    ask(s, "bounce", "b2", "{'why': 'twice'}");
    sim_settle(s);
    sim_expect(s, "Running", NULL);
    flow_expect(s, "Done", "5 steps done, 1 failed and handled");
    step_expect(s, "api_start", "failed");
    step_expect(s, "rescue", "done");
    step_expect(s, "site_start", "done");
    label_expect(s, "api", "running", "rescued");
}

static void breaks(struct sim *s)
{
    fake_node_fail(s->node, "site", "Standard.start");
    ask(s, "break", "k1", "{}");
    sim_settle(s);
    flow_expect(s, "Failed", "step 'start' failed: site: Standard.start failed: exit status 3");
    step_expect(s, "start", "failed");
    step_expect(s, "never", "skipped");
    label_expect(s, "site", "configured", "-");
    sim_expect(s, "Running", NULL); // what the work flow left stands
}

static void up(struct sim *s)
{
    ask(s, "up", "u1", "{}");
    sim_settle(s);
    flow_expect(s, "Done", "1 step done");
    label_expect(s, "site", "running", "-");
}

static void undeploy(struct sim *s)
{
    sim_patch(
        s, "{'state': 'Removed', 'removeVolumes': true, 'workflow': {'name': 'undeploy', 'id': 'x1', 'inputs': null}}");
    sim_settle(s);
    AUTO_JSON json_t *app = sim_application(s);
    assert_null(app);
}

static const struct {
    void (*act)(struct sim *s);
    const char *operations;
} acts[] = {
    {deploy, "store:create store:start runtime:create runtime:start api:create api:configure api:start web:create "
             "web:start site:create site:configure site:start"},
    {bounce, "site:stop api:stop api:start site:start"},
    {rescue, "site:stop api:stop api:start site:start"},
    {breaks, "site:stop"},
    {up, "site:start"},
    {undeploy, NULL},
};

// What the work flow does of it; the rest goes in any order.
static bool is_undeploy(const char *told)
{
    static const char *const orders[] = {
        "site:stop site:delete api:stop api:delete store:stop",
        "site:stop api:stop site:delete api:delete store:stop",
        "site:stop api:stop api:delete site:delete store:stop",
    };
    bool is = false;
    for (size_t i = 0; i < ARRAY_LEN(orders); i++)
        is = is || str_starts(told, orders[i]);
    return is;
}

static void run_all(struct sim *s)
{
    for (size_t i = 0; i < ARRAY_LEN(acts); i++) {
        acts[i].act(s);
        AUTO_FREE char *told = fake_node_told(s->node);
        if (acts[i].act == undeploy ? !is_undeploy(told) : !str_eq(told, acts[i].operations))
            fail_msg("act %zu: %s, not %s", i, told, acts[i].operations ? acts[i].operations : "the order of undeploy");
    }
}

static void test_undisturbed(void **state)
{
    for (unsigned seed = 1; seed < 6; seed++) {
        struct sim *s = sim_open(seed);
        run_all(s);
        sim_close(s);
    }
}

static void test_restarted_all_the_time(void **state)
{
    struct sim *s = sim_open(3);
    s->restart_every = 1;
    run_all(s);
    sim_close(s);
}

// No operation that was seen done is ever done again. SIM_ALL=1: at each write, else at every fifth.
static void test_killed_at_a_write(void **state)
{
    long at = 1;
    for (bool killed = true; killed; at += getenv("SIM_ALL") ? 1 : 5) {
        struct sim *s = sim_open(7);
        s->kill_at = at;
        run_all(s);
        killed = s->kill_at == 0;
        sim_close(s);
    }
    assert_true(at > 60);
}

// ---- what is refused ----

static void refused(const char *name, const char *inputs, const char *message)
{
    struct sim *s = sim_open(2);
    sim_deploy(s, "{}");
    sim_settle(s);
    free(fake_node_told(s->node));
    ask(s, name, "r1", inputs);
    sim_settle(s);
    flow_expect(s, "Failed", message);
    told_expect(s, "");
    sim_expect(s, "Running", NULL);
    sim_close(s);
}

static void test_refused(void **state)
{
    refused("nothing", "{}", "the application has no work flow of that name");
    refused("bounce", "{'way': 1}", "work flow 'bounce' has no input 'way', did you mean 'why'?");
    refused("wrong", "{}",
            "step 'stop' failed: api: Standard.stop: site requires endpoint, which api would stop offering");
}

// Two that cannot go together fail, both; what they had begun by then is not gone on with.
static void test_a_clash(void **state)
{
    struct sim *s = sim_open(2);
    sim_deploy(s, "{}");
    sim_settle(s);
    free(fake_node_told(s->node));
    sim_patch(s, "{'components': [{'name': 'site', 'state': 'Stopped'}]}");
    sim_settle(s);
    told_expect(s, "site:stop");
    ask(s, "clash", "c1", "{}");
    sim_settle(s);
    step_expect(s, "down", "failed");
    step_expect(s, "up", "failed");
    told_expect(s, "");
    sim_expect(s, "Running", NULL);
    sim_close(s);
}

static void test_a_precondition(void **state)
{
    struct sim *s = sim_open(2);
    sim_deploy(s, "{}");
    sim_settle(s);
    sim_patch(s, "{'state': 'Stopped'}");
    sim_settle(s);
    free(fake_node_told(s->node));
    ask(s, "bounce", "p1", "{}");
    sim_settle(s);
    flow_expect(s, "Failed", "its precondition for site does not hold (three_tier.yaml:85)");
    told_expect(s, "");
    sim_expect(s, "Stopped", NULL);
    sim_close(s);
}

// One request is run once; what a run left stands until something else is wanted.
static void test_once(void **state)
{
    struct sim *s = sim_open(4);
    deploy(s);
    ask(s, "wrong", "w", "{}");
    sim_settle(s);
    breaks(s);
    free(fake_node_told(s->node));
    sim_patch(s, "{'components': [{'name': 'runtime', 'replicas': 2}]}");
    sim_settle(s);
    label_expect(s, "site", "configured", "-");
    AUTO_FREE char *told = fake_node_told(s->node);
    assert_null(strstr(told, "site:"));
    sim_patch(s, "{'attempt': 9}");
    sim_settle(s);
    label_expect(s, "site", "running", "-");
    told_expect(s, "site:start");
    sim_close(s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_undisturbed),
        cmocka_unit_test(test_restarted_all_the_time),
        cmocka_unit_test(test_killed_at_a_write),
        cmocka_unit_test(test_refused),
        cmocka_unit_test(test_a_clash),
        cmocka_unit_test(test_a_precondition),
        cmocka_unit_test(test_once),
    };
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
