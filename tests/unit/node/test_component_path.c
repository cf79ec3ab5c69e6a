// SPDX-License-Identifier: Apache-2.0
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "node/component_path.h"
#include "pod_fixture.h"

#define STEP(op, from, to) "{'interface':'Standard','operation':'" op "','source':'" from "','target':'" to "'}"
#define SOFTWARE                                                                                                       \
    STEP("create", "deleted", "created")                                                                               \
    "," STEP("configure", "created", "configured") "," STEP("start", "configured", "running") "," STEP(                \
        "stop", "running", "configured") "," STEP("delete", "configured",                                              \
                                                  "deleted") "," STEP("delete", "created",                             \
                                                                      "deleted") "," STEP("noop", "created",           \
                                                                                          "created")

static void make(struct pod_fixture *f, const char *steps)
{
    AUTO_FREE char *spec = mem_printf("{'containers':[{'name':'c','image':'i'}],'sedge':{'components':[{'name':'x','"
                                      "initial':'deleted','goal':'running','stopped':'configured','steps':[%s]}]}}",
                                      steps);
    pod_fixture_make(f, spec);
}

static void shortest_way_and_its_first_step(void **state)
{
    static const struct {
        const char *from, *to;
        int steps;
        const char *first;
    } cases[] = {
        {"deleted", "running", 3, "create"}, {"created", "running", 2, "configure"},
        {"running", "running", 0, NULL},     {"running", "deleted", 2, "stop"},
        {"running", "created", 3, "stop"},   {"created", "deleted", 1, "delete"},
        {"deleted", "nowhere", -1, NULL},    {"nowhere", "running", -1, NULL},
    };
    struct pod_fixture f;
    make(&f, SOFTWARE);
    const struct pod_component *c = f.pod.spec.sedge->components.items;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        const struct component_step *first;
        assert_int_equal(component_path(c, cases[i].from, cases[i].to, &first), cases[i].steps);
        if (cases[i].first)
            assert_string_equal(first->operation, cases[i].first);
        else
            assert_null(first);
    }
    pod_fixture_done(&f);
}

static void falls_back_when_beyond(void **state)
{
    static const struct {
        const char *state, *fallen;
    } cases[] = {{"running", "configured"},
                 {"configured", "configured"},
                 {"created", "created"},
                 {"deleted", "deleted"},
                 {"elsewhere", "elsewhere"}};
    struct pod_fixture f;
    make(&f, SOFTWARE);
    const struct pod_component *c = f.pod.spec.sedge->components.items;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++)
        assert_string_equal(component_fallen(c, cases[i].state), cases[i].fallen);
    assert_true(component_goes_up(c, "deleted"));
    assert_false(component_goes_up(c, "running"));
    pod_fixture_done(&f);
}

static void no_steps_is_no_way(void **state)
{
    struct pod_fixture f;
    make(&f, "");
    const struct pod_component *c = f.pod.spec.sedge->components.items;
    assert_int_equal(component_path(c, "deleted", "running", NULL), -1);
    assert_int_equal(component_path(c, "deleted", "deleted", NULL), 0);
    assert_string_equal(component_fallen(c, "running"), "running");
    pod_fixture_done(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(shortest_way_and_its_first_step),
        cmocka_unit_test(falls_back_when_beyond),
        cmocka_unit_test(no_steps_is_no_way),
    };
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
