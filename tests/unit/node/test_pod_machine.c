// SPDX-License-Identifier: Apache-2.0
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "node/pod_machine.h"
#include "pod_fixture.h"

#define ONE      "'containers':[{'name':'c','image':'i'}]"
#define TWO      "'containers':[{'name':'c','image':'i'},{'name':'d','image':'j'}]"
#define BUNDLE   "sha256:0000000000000000000000000000000000000000000000000000000000000000"
#define STOPPED  ",'sedge':{'state':'Stopped'}"
#define NEVER    ",'restartPolicy':'Never'"
#define FAILURES ",'restartPolicy':'OnFailure'"

/* What is known, in one line: letters switch facts on.
 *   i image, p ports, n network, b bundle, r runs, s stopping, x exited (0), X exited (3), e ended before (3), a to be
 * started again, w waits until 50, f files, d detached, k busy, S a step runs; capitals after ':' are the second
 * container's. */
static void know(struct pod_known *k, const char *facts)
{
    size_t at = 0;
    for (; *facts; facts++) {
        struct container_known *c = &k->containers[at];
        switch (*facts) {
        case ':':
            at = 1;
            break;
        case 'i':
            c->image_id = mem_strdup("sha256:i");
            break;
        case 'p':
            k->ports_held = true;
            break;
        case 'n':
            k->attached = true;
            break;
        case 'b':
            k->bundle = mem_strdup(BUNDLE);
            break;
        case 'r':
            c->run = KEEPER_RUNNING;
            break;
        case 's':
            c->stopping = true;
            break;
        case 'x':
            c->run = KEEPER_EXITED;
            c->end = (struct container_end){.there = true};
            break;
        case 'X':
            c->run = KEEPER_EXITED;
            c->end = (struct container_end){.there = true, .exit_code = 3};
            break;
        case 'e':
            c->end = (struct container_end){.there = true, .exit_code = 3};
            break;
        case 'a':
            c->again = true;
            break;
        case 'w':
            c->start_at_us = 50;
            break;
        case 'f':
            k->files = true;
            break;
        case 'd':
            k->detached = true;
            break;
        case 'k':
            k->busy = POD_DO_START;
            break;
        case 'S':
            k->stepping = true;
            break;
        default:
            fail_msg("no fact '%c'", *facts);
        }
    }
}

static const char *const names[] = {"nothing", "wait", "image",  "ports",  "network", "bundle",
                                    "start",   "stop", "forget", "remove", "detach",  "end"};

struct machine_case {
    const char *spec, *facts, *around, *what; /* around: D deleting, K no keeper, A waits for others, L services are late */
    size_t container;
};

static void check(const struct machine_case *c)
{
    struct pod_fixture f;
    AUTO_FREE char *spec = mem_printf("{%s}", c->spec);
    pod_fixture_make(&f, spec);
    know(&f.known, c->facts);
    struct pod_around around = {.deleting = strchr(c->around, 'D'),
                                .keeper = !strchr(c->around, 'K'),
                                .after = !strchr(c->around, 'A'),
                                .services_late = strchr(c->around, 'L'),
                                .saved = true,
                                .now_us = 10};
    struct pod_action a = pod_next(&f.pod.spec, &f.known, &around);
    if (!str_eq(names[a.what], c->what) || a.container != c->container)
        fail_msg("%s | %s | %s: %s of %zu instead of %s of %zu", c->spec, c->facts, c->around, names[a.what],
                 a.container, c->what, c->container);
    if (a.what == POD_DO_WAIT)
        assert_int_equal(a.at_us, 50);
    pod_fixture_done(&f);
}

static void up(void **state)
{
    static const struct machine_case cases[] = {
        {ONE, "", "", "image", 0},
        {ONE, "k", "", "nothing", 0},
        {ONE, "i", "", "ports", 0},
        {ONE, "i", "A", "nothing", 0},
        {ONE, "ip", "", "network", 0},
        {ONE, "ipn", "", "start", 0},
        {ONE, "ipn", "K", "nothing", 0},
        {ONE, "ip", "L", "network", 0},
        {ONE, "ipn", "L", "nothing", 0},
        {ONE, "", "K", "image", 0},
        {ONE, "ipnr", "", "nothing", 0},
        {ONE ",'sedge':{'bundle':'" BUNDLE "'}", "ipn", "", "bundle", 0},
        {ONE ",'sedge':{'bundle':'" BUNDLE "'}", "ipnr", "", "bundle", 0},
        {ONE ",'sedge':{'bundle':'" BUNDLE "'}", "ipnb", "", "start", 0},
        {TWO, "i", "", "image", 1},
        {TWO, "ipnr:i", "", "start", 1},
        {TWO, "ipnw:i", "", "start", 1},
        {TWO, "ipnr:ir", "", "nothing", 0},
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++)
        check(&cases[i]);
}

static void ends_and_policies(void **state)
{
    static const struct machine_case cases[] = {
        {ONE, "ipnX", "", "start", 0},
        {ONE, "ipnx", "", "start", 0},
        {ONE, "ipnXw", "", "wait", 0},
        {ONE NEVER, "ipnX", "", "nothing", 0},
        {ONE NEVER, "ipnx", "", "nothing", 0},
        {ONE NEVER, "ipne", "", "nothing", 0},
        {ONE NEVER, "ipnXa", "", "start", 0},
        {ONE FAILURES, "ipnX", "", "start", 0},
        {ONE FAILURES, "ipnx", "", "nothing", 0},
        {ONE FAILURES, "ie", "", "ports", 0},
        {ONE NEVER, "iX", "", "nothing", 0},
        {TWO NEVER, "ipnX:i", "", "start", 1},
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++)
        check(&cases[i]);
}

static void stopped(void **state)
{
    static const struct machine_case cases[] = {
        {ONE STOPPED, "", "", "image", 0},        {ONE STOPPED, "i", "", "nothing", 0},
        {ONE STOPPED, "ipnr", "", "stop", 0},     {ONE STOPPED, "ipnrs", "", "nothing", 0},
        {ONE STOPPED, "ipnr", "K", "nothing", 0}, {ONE STOPPED, "ipnx", "", "nothing", 0},
        {ONE, "ipnrs", "", "nothing", 0},
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++)
        check(&cases[i]);
}

static void down(void **state)
{
    static const struct machine_case cases[] = {
        {ONE, "ipnrf", "D", "stop", 0},       {ONE, "ipnrsf", "D", "nothing", 0},  {ONE, "ipnXf", "D", "forget", 0},
        {ONE, "ipnf", "D", "remove", 0},      {ONE, "ipnfS", "D", "nothing", 0},   {ONE, "ipn", "D", "detach", 0},
        {ONE, "ipd", "D", "end", 0},          {ONE, "", "D", "detach", 0},         {ONE, "ipnf", "DK", "nothing", 0},
        {TWO, "irsf:ir", "D", "stop", 1},     {TWO, "iXf:irs", "D", "nothing", 0}, {TWO, "if:iX", "D", "forget", 1},
        {ONE STOPPED, "irf", "D", "stop", 0},
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++)
        check(&cases[i]);
}

static void trouble_waits_for_its_own_action_only(void **state)
{
    struct pod_fixture f;
    struct pod_around around = {.keeper = true, .after = true, .now_us = 10};
    pod_fixture_make(&f, "{" ONE "}");
    know(&f.known, "i");
    trouble_set(&f.known.setup, "PortInUse", "taken", 50);
    f.known.setup_of = POD_DO_PORTS;
    assert_int_equal(pod_next(&f.pod.spec, &f.known, &around).what, POD_DO_WAIT);
    around.now_us = 50;
    assert_int_equal(pod_next(&f.pod.spec, &f.known, &around).what, POD_DO_PORTS);
    f.known.setup.again_us = INT64_MAX;
    assert_int_equal(pod_next(&f.pod.spec, &f.known, &around).what, POD_DO_NOTHING);
    around.deleting = true;
    assert_int_equal(pod_next(&f.pod.spec, &f.known, &around).what, POD_DO_DETACH);
    pod_fixture_done(&f);
}

/* ---- software ---- */

#define STEPS                                                                                                          \
    "[{'interface':'Standard','operation':'create','source':'deleted','target':'created','script':'c'},"               \
    "{'interface':'Standard','operation':'start','source':'created','target':'running'},"                              \
    "{'interface':'Standard','operation':'stop','source':'running','target':'created'}]"
#define COMPONENT(name, goal, more) "{'name':'" name "','initial':'deleted','goal':'" goal "','steps':" STEPS more "}"
#define SOFT(list)                  "{" ONE ",'sedge':{'components':[" list "]}}"

static struct step_action next_step(struct pod_fixture *f, const struct strv *behind)
{
    struct pod_around around = {.keeper = true, .after = true, .saved = true, .others_behind = behind};
    return pod_next_step(&f->pod.spec, &f->known, &around);
}

static void set_state(struct component_known *c, const char *to)
{
    free(c->state);
    c->state = mem_strdup(to);
}

static void steps_come_in_order(void **state)
{
    struct pod_fixture f;
    pod_fixture_make(&f,
                     SOFT(COMPONENT("one", "running", "") "," COMPONENT("two", "running", ",'after':['one','web']")));
    assert_int_equal(next_step(&f, NULL).what, STEP_NOTHING); /* its container does not run */
    know(&f.known, "r");
    struct step_action s = next_step(&f, NULL);
    assert_int_equal(s.what, STEP_RUN);
    assert_int_equal(s.component, 0);
    assert_string_equal(s.step->operation, "create");
    f.known.stepping = true;
    assert_int_equal(next_step(&f, NULL).what, STEP_NOTHING);
    f.known.stepping = false;
    set_state(&f.known.components[0], "running");
    s = next_step(&f, NULL);
    assert_int_equal(s.component, 1);
    assert_string_equal(s.step->operation, "create");
    struct pod_around late = {.keeper = true, .after = true, .saved = true, .services_late = true};
    assert_int_equal(pod_next_step(&f.pod.spec, &f.known, &late).what, STEP_NOTHING);
    AUTO_STRV struct strv behind = {0};
    strv_add(&behind, "web");
    assert_int_equal(next_step(&f, &behind).what, STEP_NOTHING);
    pod_fixture_done(&f);
}

static void a_failure_waits_for_a_higher_attempt_or_another_goal(void **state)
{
    static const struct {
        const char *spec;
        enum step_do what;
        size_t component;
    } cases[] = {
        {SOFT(COMPONENT("one", "running", ",'attempt':2")), STEP_NOTHING, 0},
        {SOFT(COMPONENT("one", "running", ",'attempt':3")), STEP_RUN, 0},
        {SOFT(COMPONENT("one", "running", ",'attempt':1")), STEP_NOTHING, 0},
        {SOFT(COMPONENT("one", "created", ",'attempt':2")), STEP_RUN, 0},
        {SOFT(COMPONENT("one", "deleted", ",'attempt':2")), STEP_NOTHING, 0},
        {SOFT(COMPONENT("one", "running", ",'attempt':2") "," COMPONENT("two", "running", "")), STEP_RUN, 1},
        {SOFT(COMPONENT("one", "running", ",'attempt':2") "," COMPONENT("two", "running", ",'after':['one']")),
         STEP_NOTHING, 0},
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct pod_fixture f;
        pod_fixture_make(&f, cases[i].spec);
        know(&f.known, "r");
        f.known.components[0].failed = true;
        f.known.components[0].attempt = 2;
        f.known.components[0].goal = mem_strdup("running");
        struct step_action s = next_step(&f, NULL);
        if (s.what != cases[i].what || s.component != cases[i].component)
            fail_msg("case %zu: %d of %zu", i, (int)s.what, s.component);
        pod_fixture_done(&f);
    }
}

static void down_does_not_wait_and_no_way_is_told(void **state)
{
    struct pod_fixture f;
    pod_fixture_make(&f, SOFT(COMPONENT("one", "running", "") "," COMPONENT("two", "created", ",'after':['one']")));
    know(&f.known, "r");
    f.known.components[0].failed = true;
    f.known.components[0].goal = mem_strdup("running");
    set_state(&f.known.components[1], "running");
    struct step_action s = next_step(&f, NULL);
    assert_int_equal(s.what, STEP_RUN);
    assert_string_equal(s.step->operation, "stop");
    pod_fixture_done(&f);
    pod_fixture_make(&f, SOFT(COMPONENT("one", "elsewhere", "")));
    know(&f.known, "r");
    assert_int_equal(next_step(&f, NULL).what, STEP_NO_WAY);
    pod_fixture_done(&f);
}

/* ---- runs ---- */

#define RUN(id, more)         "{'id':'" id "','component':'one','interface':'I','operation':'o','script':'s'" more "}"
#define SOFT_RUNS(list, runs) "{" ONE ",'sedge':{'components':[" list "],'runs':[" runs "]}}"

/* The id of the run that is next, or the operation of the step, or "". */
static const char *next_word(struct pod_fixture *f)
{
    struct step_action s = next_step(f, NULL);
    return s.what == STEP_ONCE ? s.run->id : s.what == STEP_RUN ? s.step->operation : "";
}

static void runs_come_once_in_order_at_the_goal(void **state)
{
    struct pod_fixture f;
    pod_fixture_make(&f, SOFT_RUNS(COMPONENT("one", "running", ""), RUN("r1", "") "," RUN("r2", "")));
    assert_string_equal(next_word(&f), ""); /* its container does not run */
    know(&f.known, "r");
    assert_string_equal(next_word(&f), "create");
    set_state(&f.known.components[0], "running");
    assert_string_equal(next_word(&f), "r1");
    f.known.runs[0].under_way = true; /* its end was not seen */
    assert_string_equal(next_word(&f), "r1");
    f.known.stepping = true;
    assert_string_equal(next_word(&f), "");
    f.known.stepping = false;
    f.known.runs[0].done = true;
    assert_string_equal(next_word(&f), "r2");
    f.known.runs[1].done = true;
    assert_string_equal(next_word(&f), "");
    pod_fixture_done(&f);
}

static void a_run_of_a_state_holds_its_component_there(void **state)
{
    struct pod_fixture f;
    pod_fixture_make(&f, SOFT_RUNS(COMPONENT("one", "running", ""), RUN("r1", ",'state':'created'")));
    know(&f.known, "r");
    assert_string_equal(next_word(&f), "create");
    set_state(&f.known.components[0], "created");
    assert_string_equal(next_word(&f), "r1");
    f.known.runs[0].failed = true;
    assert_string_equal(next_word(&f), "");
    f.known.runs[0].done = true;
    assert_string_equal(next_word(&f), "start");
    pod_fixture_done(&f);
}

static void a_failed_run_waits_for_a_higher_attempt_and_holds_up_no_other(void **state)
{
    static const struct {
        const char *spec, *next;
    } cases[] = {
        {SOFT_RUNS("", RUN("r1", ",'attempt':2")), ""},
        {SOFT_RUNS("", RUN("r1", ",'attempt':3")), "r1"},
        {SOFT_RUNS("", RUN("r1", ",'attempt':2") "," RUN("r2", "")), "r2"},
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct pod_fixture f;
        pod_fixture_make(&f, cases[i].spec);
        know(&f.known, "r");
        f.known.runs[0].failed = true;
        f.known.runs[0].attempt = 2;
        assert_string_equal(next_word(&f), cases[i].next);
        pod_fixture_done(&f);
    }
}

static void readiness(void **state)
{
    static const struct {
        const char *spec, *facts, *state;
        bool ready, done;
    } cases[] = {
        {SOFT(COMPONENT("one", "running", "")), "r", "running", true, false},
        {SOFT(COMPONENT("one", "running", "")), "r", "created", false, false},
        {SOFT(COMPONENT("one", "running", "")), "rs", "running", false, false},
        {"{" ONE "}", "x", NULL, false, false},
        {"{" ONE NEVER "}", "x", NULL, true, true},
        {"{" ONE NEVER "}", "X", NULL, false, false},
        {"{" TWO FAILURES "}", "x:r", NULL, true, false},
        {"{" TWO "}", "r", NULL, false, false},
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct pod_fixture f;
        bool done;
        pod_fixture_make(&f, cases[i].spec);
        know(&f.known, cases[i].facts);
        if (cases[i].state)
            set_state(&f.known.components[0], cases[i].state);
        if (pod_is_ready(&f.pod.spec, &f.known, &done) != cases[i].ready || done != cases[i].done)
            fail_msg("case %zu", i);
        pod_fixture_done(&f);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(up),
        cmocka_unit_test(ends_and_policies),
        cmocka_unit_test(stopped),
        cmocka_unit_test(down),
        cmocka_unit_test(trouble_waits_for_its_own_action_only),
        cmocka_unit_test(steps_come_in_order),
        cmocka_unit_test(a_failure_waits_for_a_higher_attempt_or_another_goal),
        cmocka_unit_test(down_does_not_wait_and_no_way_is_told),
        cmocka_unit_test(runs_come_once_in_order_at_the_goal),
        cmocka_unit_test(a_run_of_a_state_holds_its_component_there),
        cmocka_unit_test(a_failed_run_waits_for_a_higher_attempt_and_holds_up_no_other),
        cmocka_unit_test(readiness),
    };
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
