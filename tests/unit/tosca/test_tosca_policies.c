// SPDX-License-Identifier: Apache-2.0
// Groups, policies and triggers: what is checked, and what the topology tells of them.
#include "tosca_fixture.h"

#include <string.h>

#define HEAD13                                                                                                         \
    "tosca_definitions_version: tosca_simple_yaml_1_3\n"                                                               \
    "imports: [sedge.yaml]\n"                                                                                          \
    "topology_template:\n"                                                                                             \
    "  node_templates:\n"                                                                                              \
    "    web: {type: sedge.nodes.Container, artifacts: {i: {file: x, type: sedge.artifacts.Image}}}\n"                 \
    "    db: {type: sedge.nodes.Container, artifacts: {i: {file: x, type: sedge.artifacts.Image}}}\n"
#define POLICY  "  policies:\n    - grow:\n        type: tosca.policies.Scaling\n        targets: [web]\n"
#define TRIGGER POLICY "        triggers:\n          busy:\n"

static void test_trigger(void **state)
{
    struct bed b;
    bed_takes(&b,
              HEAD13 TRIGGER "            event: load.high\n"
                             "            schedule: {start_time: 2026-01-01T00:00:00Z}\n"
                             "            condition:\n"
                             "              constraint: [{state: started}, {not: {private_address: [{length: 3}]}}]\n"
                             "              period: 60 s\n"
                             "              evaluations: 2\n"
                             "              method: average\n"
                             "            action: [{set_state: busy}]\n");
    assert_int_equal(b.topology->n_policies, 1);
    const struct topology_policy *p = &b.topology->policies[0];
    assert_int_equal(p->kind, POLICY_SCALING);
    assert_int_equal(p->n_targets, 1);
    assert_int_equal(p->n_triggers, 1);
    const struct topology_trigger *t = &p->triggers[0];
    assert_string_equal(t->event, "load.high");
    assert_string_equal(t->start, "2026-01-01T00:00:00Z");
    assert_string_equal(t->period, "60 s");
    assert_int_equal(t->evaluations, 2);
    assert_int_equal(t->n_actions, 1);
    assert_int_equal(t->actions[0].kind, ACTIVITY_SET_STATE);
    AUTO_FREE char *text = json_text(t->condition);
    assert_non_null(strstr(text, "{\"$equal\":[{\"$get_attribute\":[\"SELF\",\"state\"]},\"started\"]}"));
    bed_stop(&b);
}

static void test_faults(void **state)
{
    bed_refuses(HEAD13 TRIGGER "            action: [{set_state: busy}]\n", "MISSING_KEY", 12, "'event'");
    bed_refuses(HEAD13 TRIGGER "            event: e\n", "MISSING_KEY", 12, "'action'");
    bed_refuses(HEAD13 TRIGGER "            event: e\n            evnt: f\n            action: [{set_state: b}]\n",
                "UNKNOWN_KEY", 14, "did you mean 'event'");
    bed_refuses(HEAD13 TRIGGER "            event: e\n            action: [{set_stat: b}]\n", "UNKNOWN_KEY", 14,
                "set_stat");
    bed_refuses(HEAD13 TRIGGER "            event: e\n            action: [{call_operation: Standard.strat}]\n",
                "UNKNOWN_REF", 14, "Standard.strat");
    bed_refuses(HEAD13 TRIGGER "            event: e\n            action: [{set_state: b}]\n"
                               "            target_filter: {node: wbe}\n",
                "UNKNOWN_REF", 15, "'wbe'");
    bed_refuses(HEAD13 TRIGGER "            event: e\n            action: [{set_state: b}]\n"
                               "            condition: {constraint: {state: up}, period: 6 parsec}\n",
                "SCALAR_UNIT", 15, "period");
    bed_refuses(HEAD13 TRIGGER "            event: e\n            action: [{set_state: b}]\n"
                               "            schedule: {start_time: 2026-02-01, end_time: 2026-01-01}\n",
                "CONSTRAINT", 15, "before it starts");
}

static void test_groups(void **state)
{
    struct bed b;
    bed_takes(&b, HEAD13 "  groups:\n    pair: {type: tosker.groups.DeploymentUnit, members: [db, web]}\n"
                         "  policies:\n    - spread: {type: tosca.policies.Placement, targets: [web, pair]}\n");
    const struct topology *t = b.topology;
    assert_int_equal(t->n_groups, 1);
    assert_true(t->groups[0].unit);
    assert_int_equal(t->groups[0].members[0], 1);
    assert_int_equal(t->policies[0].kind, POLICY_PLACEMENT);
    assert_int_equal(t->policies[0].n_targets, 2);
    assert_int_equal(t->policies[0].targets[0], 0);
    assert_int_equal(t->policies[0].target_names.n, 2);
    bed_stop(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_trigger),
        cmocka_unit_test(test_faults),
        cmocka_unit_test(test_groups),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
