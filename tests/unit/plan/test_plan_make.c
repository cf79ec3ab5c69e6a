// SPDX-License-Identifier: Apache-2.0
// Plans that are made: orders for known topologies, what a change touches and what it leaves alone, and impossible
// wishes.
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/text.h"
#include "plan_fixture.h"

// A wish over the Thinking topology: what stands, and what changes. Names are separated by blanks.
struct wish {
    const char *before;              /* operations that bring about the present states; NULL: nothing stands */
    const char *changed;             /* components */
    const char *run, *stop, *remove; /* components with that goal; all NULL: no goals given */
    bool delete_volumes, gone;       /* gone: no next topology */
    const char *expected;            /* the plan */
};

static bool has_word(const char *words, const char *word)
{
    AUTO_STRV struct strv list = {0};
    if (words)
        strv_split(&list, words, " ");
    return strv_has(&list, word);
}

static enum plan_goal wished_goal(const struct wish *w, const char *name)
{
    if (has_word(w->run, name))
        return PLAN_RUN;
    if (has_word(w->stop, name))
        return PLAN_STOP;
    return has_word(w->remove, name) ? PLAN_DELETE : PLAN_KEEP;
}

static int make(const struct topology *t, const struct wish *w, struct plan *ret, struct err *e)
{
    AUTO(plan_states_done)
    struct plan_states have = {0};
    enum plan_goal goals[16];
    bool changed[16];
    plan_states_initial(&have, t);
    if (w->before)
        fixture_run(t, &have, w->before);
    for (size_t i = 0; i < t->n_components; i++) {
        changed[i] = has_word(w->changed, t->components[i].name);
        goals[i] = wished_goal(w, t->components[i].name);
    }
    bool any_goal = w->run || w->stop || w->remove;
    return plan_make(&(struct plan_request){.now = w->before ? t : NULL,
                                            .have = w->before ? &have : NULL,
                                            .next = w->gone ? NULL : t,
                                            .changed = changed,
                                            .goals = any_goal ? goals : NULL,
                                            .delete_volumes = w->delete_volumes},
                     ret, e);
}

static void assert_plan(const struct topology *t, const struct wish *w)
{
    AUTO(plan_done)
    struct plan p = {0};
    struct err e = {0};
    if (make(t, w, &p, &e) < 0)
        fail_msg("%s", e.text);
    AUTO_FREE char *text = fixture_plan_text(&p);
    assert_string_equal(text, w->expected);
}

static void assert_refused(const struct topology *t, const struct wish *w, const char *reason)
{
    AUTO(plan_done)
    struct plan p = {0};
    struct err e = {0};
    assert_int_equal(make(t, w, &p, &e), -EINVAL);
    assert_string_equal(e.text, reason);
    assert_int_equal(p.n, 0);
}

static void test_thinking_comes_up(void **state)
{
    (void)state;
    AUTO(topology_freep)
    struct topology *t = fixture_thinking();
    assert_plan(t, &(struct wish){.expected = "maven:Standard.create maven:Standard.start api:Standard.create "
                                              "api:Standard.configure node:Standard.create node:Standard.start "
                                              "gui:Standard.create gui:Standard.configure mongodb:Standard.create "
                                              "dbvolume:Standard.create mongodb:Standard.start api:Standard.start "
                                              "gui:Standard.start"});
}

static void test_nothing_to_do_is_an_empty_plan(void **state)
{
    (void)state;
    AUTO(topology_freep)
    struct topology *t = fixture_thinking();
    assert_plan(t, &(struct wish){.before = fixture_thinking_up, .expected = ""});
    AUTO(plan_done)
    struct plan p = {0};
    struct err e = {0};
    assert_int_equal(plan_make(&(struct plan_request){0}, &p, &e), 0);
    assert_int_equal(p.n, 0);
}

static void test_thinking_goes_down(void **state)
{
    (void)state;
    AUTO(topology_freep)
    struct topology *t = fixture_thinking();
    static const char down[] =
        "gui:Standard.stop gui:Standard.delete api:Standard.stop api:Standard.delete maven:Standard.stop "
        "maven:Standard.delete node:Standard.stop node:Standard.delete mongodb:Standard.stop mongodb:Standard.delete";
    AUTO_FREE char *all = mem_printf("%s dbvolume:Standard.delete", down);
    assert_plan(t, &(struct wish){.before = fixture_thinking_up, .gone = true, .expected = down});
    assert_plan(t,
                &(struct wish){.before = fixture_thinking_up, .gone = true, .delete_volumes = true, .expected = all});
}

static void test_stop_and_start_one(void **state)
{
    (void)state;
    AUTO(topology_freep)
    struct topology *t = fixture_thinking();
    static const char stop[] = "gui:Standard.stop api:Standard.stop mongodb:Standard.stop";
    assert_plan(t, &(struct wish){.before = fixture_thinking_up, .stop = "mongodb", .expected = stop});
    AUTO_FREE char *stopped = mem_printf("%s %s", fixture_thinking_up, stop);
    assert_plan(t, &(struct wish){.before = stopped, .stop = "mongodb", .expected = ""});
    assert_plan(
        t, &(struct wish){.before = stopped, .run = "api", .expected = "mongodb:Standard.start api:Standard.start"});
    assert_plan(t, &(struct wish){.before = stopped,
                                  .expected = "mongodb:Standard.start api:Standard.start gui:Standard.start"});
}

static void test_stop_and_delete_all(void **state)
{
    (void)state;
    AUTO(topology_freep)
    struct topology *t = fixture_thinking();
    static const char all[] = "api gui maven node mongodb dbvolume";
    static const char stop[] = "gui:Standard.stop api:Standard.stop maven:Standard.stop node:Standard.stop "
                               "mongodb:Standard.stop";
    assert_plan(t, &(struct wish){.before = fixture_thinking_up, .stop = all, .expected = stop});
    // Software can only be deleted in a host that runs.
    AUTO_FREE char *stopped = mem_printf("%s %s", fixture_thinking_up, stop);
    assert_plan(t, &(struct wish){.before = stopped,
                                  .gone = true,
                                  .expected = "maven:Standard.start api:Standard.delete maven:Standard.stop "
                                              "maven:Standard.delete node:Standard.start gui:Standard.delete "
                                              "node:Standard.stop node:Standard.delete mongodb:Standard.delete"});
}

static void test_delete_one_stops_what_requires_it(void **state)
{
    (void)state;
    AUTO(topology_freep)
    struct topology *t = fixture_thinking();
    assert_plan(t, &(struct wish){.before = fixture_thinking_up,
                                  .remove = "mongodb",
                                  .expected = "gui:Standard.stop api:Standard.stop mongodb:Standard.stop "
                                              "mongodb:Standard.delete"});
    assert_plan(t, &(struct wish){.before = fixture_thinking_up,
                                  .remove = "maven",
                                  .expected = "gui:Standard.stop api:Standard.stop api:Standard.delete "
                                              "maven:Standard.stop maven:Standard.delete"});
    assert_plan(t, &(struct wish){.before = fixture_thinking_up, .remove = "dbvolume", .expected = ""});
    assert_plan(t, &(struct wish){.before = fixture_thinking_up,
                                  .remove = "dbvolume",
                                  .delete_volumes = true,
                                  .expected = "gui:Standard.stop api:Standard.stop mongodb:Standard.stop "
                                              "dbvolume:Standard.delete"});
}

static void test_changed_ones_are_made_anew(void **state)
{
    (void)state;
    AUTO(topology_freep)
    struct topology *t = fixture_thinking();
    assert_plan(t, &(struct wish){.before = fixture_thinking_up,
                                  .changed = "gui",
                                  .expected = "gui:Standard.stop gui:Standard.delete gui:Standard.create "
                                              "gui:Standard.configure gui:Standard.start"});
    assert_plan(t, &(struct wish){.before = fixture_thinking_up,
                                  .changed = "mongodb",
                                  .expected = "gui:Standard.stop api:Standard.stop mongodb:Standard.stop "
                                              "mongodb:Standard.delete mongodb:Standard.create mongodb:Standard.start "
                                              "api:Standard.start gui:Standard.start"});
    // What is hosted goes with its host.
    assert_plan(t, &(struct wish){.before = fixture_thinking_up,
                                  .changed = "node",
                                  .expected = "gui:Standard.stop gui:Standard.delete node:Standard.stop "
                                              "node:Standard.delete node:Standard.create node:Standard.start "
                                              "gui:Standard.create gui:Standard.configure gui:Standard.start"});
}

static void test_changed_volume_keeps_its_data(void **state)
{
    (void)state;
    AUTO(topology_freep)
    struct topology *t = fixture_thinking();
    assert_plan(t, &(struct wish){.before = fixture_thinking_up, .changed = "dbvolume", .expected = ""});
    assert_plan(t, &(struct wish){.before = fixture_thinking_up,
                                  .changed = "dbvolume",
                                  .delete_volumes = true,
                                  .expected = "gui:Standard.stop api:Standard.stop mongodb:Standard.stop "
                                              "dbvolume:Standard.delete dbvolume:Standard.create "
                                              "mongodb:Standard.start api:Standard.start gui:Standard.start"});
}

static void test_keep_brings_back_what_gave_way(void **state)
{
    (void)state;
    AUTO(topology_freep)
    struct topology *t = fixture_thinking();
    AUTO_FREE char *idle =
        mem_printf("%s gui:Standard.stop api:Standard.stop maven:Standard.stop", fixture_thinking_up);
    // Nothing runs on maven, so nothing may run there afterwards; only the installing needs it for a while.
    assert_plan(t, &(struct wish){.before = idle,
                                  .changed = "api",
                                  .run = "",
                                  .expected = "maven:Standard.start api:Standard.delete maven:Standard.stop "
                                              "maven:Standard.start api:Standard.create api:Standard.configure "
                                              "maven:Standard.stop"});
    assert_plan(t, &(struct wish){.before = fixture_thinking_up,
                                  .changed = "api",
                                  .stop = "mongodb",
                                  .expected = "gui:Standard.stop api:Standard.stop api:Standard.delete "
                                              "mongodb:Standard.stop"});
}

static void test_half_done_work_is_finished(void **state)
{
    (void)state;
    AUTO(topology_freep)
    struct topology *t = fixture_thinking();
    assert_plan(t, &(struct wish){.before = "dbvolume:Standard.create mongodb:Standard.create maven:Standard.create "
                                            "maven:Standard.start api:Standard.create",
                                  .expected = "api:Standard.configure node:Standard.create node:Standard.start "
                                              "gui:Standard.create gui:Standard.configure mongodb:Standard.start "
                                              "api:Standard.start gui:Standard.start"});
}

// The host was found dead under running software.
static void test_lost_host_is_raised(void **state)
{
    (void)state;
    AUTO(topology_freep)
    struct topology *t = fixture_thinking();
    AUTO(plan_states_done)
    struct plan_states have = {0};
    AUTO(plan_done)
    struct plan p = {0};
    struct err e = {0};
    plan_states_initial(&have, t);
    fixture_run(t, &have, fixture_thinking_up);
    plan_states_set(&have, (size_t)topology_find(t, "maven"), "created");
    assert_int_equal(plan_make(&(struct plan_request){.now = t, .have = &have, .next = t}, &p, &e), 0);
    AUTO_FREE char *text = fixture_plan_text(&p);
    assert_string_equal(text, "maven:Standard.start");
}

static int make_next(const struct topology *now, const struct topology *next, struct plan *ret, struct err *e)
{
    AUTO(plan_states_done)
    struct plan_states have = {0};
    plan_states_initial(&have, now);
    fixture_run(now, &have, fixture_thinking_up);
    return plan_make(&(struct plan_request){.now = now, .have = &have, .next = next}, ret, e);
}

static void test_added_and_removed(void **state)
{
    (void)state;
    AUTO(topology_freep)
    struct topology *now = fixture_thinking();
    AUTO(topology_freep)
    struct topology *next = fixture_topology();
    AUTO(plan_done)
    struct plan p = {0};
    struct err e = {0};
    // gui and its host are gone, cache is new; the rest stands in another order.
    fixture_add(next, "dbvolume", COMPONENT_VOLUME);
    fixture_add(next, "cache", COMPONENT_CONTAINER);
    fixture_add(next, "mongodb", COMPONENT_CONTAINER);
    fixture_add(next, "maven", COMPONENT_CONTAINER);
    size_t api = fixture_add(next, "api", COMPONENT_SOFTWARE);
    protocol_done(&next->components[api].protocol);
    protocol_copy(&next->components[api].protocol, &now->components[0].protocol);
    fixture_link(next, "mongodb", "storage", "dbvolume");
    fixture_link(next, "api", "host", "maven");
    fixture_link(next, "api", "connection", "mongodb");
    assert_int_equal(make_next(now, next, &p, &e), 0);
    AUTO_FREE char *text = fixture_plan_text(&p);
    assert_string_equal(text, "gui:Standard.stop gui:Standard.delete node:Standard.stop node:Standard.delete "
                              "cache:Standard.create cache:Standard.start");
    assert_int_equal(p.n_down, 4);
    assert_string_equal(p.steps[0].why, "removed");
    assert_string_equal(p.steps[4].why, "new");
    assert_string_equal(p.steps[4].source, "deleted");
    assert_string_equal(p.steps[4].target, "created");
}

static void test_same_name_of_another_kind_is_another_thing(void **state)
{
    (void)state;
    AUTO(topology_freep)
    struct topology *now = fixture_topology();
    AUTO(topology_freep)
    struct topology *next = fixture_topology();
    AUTO(plan_states_done)
    struct plan_states have = {0};
    AUTO(plan_done)
    struct plan p = {0};
    struct err e = {0};
    fixture_add(now, "x", COMPONENT_CONTAINER);
    fixture_add(next, "x", COMPONENT_VOLUME);
    plan_states_initial(&have, now);
    fixture_run(now, &have, "x:Standard.create");
    assert_int_equal(plan_make(&(struct plan_request){.now = now, .have = &have, .next = next}, &p, &e), 0);
    AUTO_FREE char *text = fixture_plan_text(&p);
    assert_string_equal(text, "x:Standard.delete x:Standard.create");
}

static void test_steps_tell_why(void **state)
{
    (void)state;
    AUTO(topology_freep)
    struct topology *t = fixture_thinking();
    AUTO(plan_done)
    struct plan p = {0};
    struct err e = {0};
    assert_int_equal(make(t, &(struct wish){.before = fixture_thinking_up, .changed = "mongodb"}, &p, &e), 0);
    for (size_t i = 0; i < p.n; i++)
        assert_string_equal(p.steps[i].why, str_eq(p.steps[i].component, "mongodb") ? "changed" : "follows a change");
    assert_int_equal(p.n_down, 4);
}

static void test_contradiction_is_refused(void **state)
{
    (void)state;
    AUTO(topology_freep)
    struct topology *t = fixture_thinking();
    assert_refused(
        t, &(struct wish){.before = fixture_thinking_up, .run = "api", .stop = "mongodb"},
        "api is to run and requires endpoint of mongodb, which is to be stopped or deleted; run both, or stop "
        "api too");
    assert_refused(
        t, &(struct wish){.before = fixture_thinking_up, .run = "gui", .stop = "mongodb"},
        "gui is to run and requires feature of api, which cannot run without mongodb, which is to be stopped "
        "or deleted; run both, or stop gui too");
}

static void test_circle_is_named(void **state)
{
    (void)state;
    AUTO(topology_freep)
    struct topology *t = fixture_topology();
    fixture_add(t, "lone", COMPONENT_CONTAINER);
    fixture_add(t, "a", COMPONENT_CONTAINER);
    fixture_add(t, "b", COMPONENT_CONTAINER);
    fixture_add(t, "c", COMPONENT_CONTAINER);
    fixture_add(t, "tail", COMPONENT_CONTAINER);
    fixture_link(t, "a", "connection", "b");
    fixture_link(t, "b", "dependency", "c");
    fixture_link(t, "c", "connection", "a");
    fixture_link(t, "tail", "connection", "a");
    assert_refused(t, &(struct wish){0},
                   "requirements go in a circle, so there is no order for them (take one out): a -> b -> c -> a");
    AUTO(topology_freep)
    struct topology *self = fixture_topology();
    fixture_add(self, "a", COMPONENT_CONTAINER);
    fixture_link(self, "a", "connection", "a");
    assert_refused(self, &(struct wish){0},
                   "requirements go in a circle, so there is no order for them (take one out): a -> a");
}

static void test_circle_that_a_protocol_breaks_is_none(void **state)
{
    (void)state;
    AUTO(topology_freep)
    struct topology *t = fixture_topology();
    fixture_add(t, "a", COMPONENT_CONTAINER);
    size_t b = fixture_add(t, "b", COMPONENT_CONTAINER);
    fixture_link(t, "a", "connection", "b");
    fixture_link(t, "b", "connection", "a");
    // b answers before it needs a.
    strv_add(&t->components[b].protocol.states[1].offers, "endpoint");
    assert_plan(t, &(struct wish){.expected = "a:Standard.create b:Standard.create a:Standard.start b:Standard.start"});
}

static void test_what_nobody_offers_is_named(void **state)
{
    (void)state;
    AUTO(topology_freep)
    struct topology *t = fixture_topology();
    fixture_add(t, "a", COMPONENT_CONTAINER);
    fixture_add(t, "v", COMPONENT_VOLUME);
    fixture_link(t, "a", "connection", "v");
    assert_refused(t, &(struct wish){0}, "a requires endpoint, which no state that v can reach offers");
}

static void test_dead_end_is_named(void **state)
{
    (void)state;
    AUTO(topology_freep)
    struct topology *t = fixture_topology();
    size_t a = fixture_add(t, "a", COMPONENT_CONTAINER);
    struct protocol *p = &t->components[a].protocol;
    protocol_done(p);
    p->initial = mem_strdup("off");
    fixture_state(p, "off", "", "");
    fixture_state(p, "on", "", "");
    fixture_transition(p, "on", "on", "Standard", "start", "");
    assert_refused(t, &(struct wish){0}, "a cannot get from off to on: no operations of its protocol lead there");
}

static void test_unknown_state_is_named(void **state)
{
    (void)state;
    AUTO(topology_freep)
    struct topology *t = fixture_thinking();
    AUTO(plan_states_done)
    struct plan_states have = {0};
    AUTO(plan_done)
    struct plan p = {0};
    struct err e = {0};
    plan_states_initial(&have, t);
    plan_states_set(&have, 0, "zotted");
    assert_int_equal(plan_make(&(struct plan_request){.now = t, .have = &have, .next = t}, &p, &e), -EINVAL);
    assert_string_equal(e.text, "the protocol of api has no state 'zotted'");
}

// A hub that all need, and a chain as long: no part of planning may grow with the square.
static void test_thousand_components_plan_fast(void **state)
{
    (void)state;
    AUTO(topology_freep)
    struct topology *t = fixture_topology();
    AUTO(plan_states_done)
    struct plan_states have = {0};
    AUTO(plan_states_done)
    struct plan_states end = {0};
    AUTO(plan_done)
    struct plan up = {0};
    AUTO(plan_done)
    struct plan again = {0};
    struct err e = {0};
    char name[32];
    for (size_t i = 0; i < 1000; i++) {
        snprintf(name, sizeof(name), "c%zu", i);
        fixture_add(t, name, i % 3 == 1 ? COMPONENT_SOFTWARE : COMPONENT_CONTAINER);
        if (i % 3 == 1)
            fixture_link_at(t, i, "host", i - 1);
        if (i > 0)
            fixture_link_at(t, i, "connection", 0);
        if (i > 0)
            fixture_link_at(t, i, "dependency", i - 1);
    }
    bool *changed = mem_array(t->n_components, sizeof(*changed));
    changed[0] = true;
    int64_t start = clock_mono_us();
    assert_int_equal(plan_make(&(struct plan_request){.next = t}, &up, &e), 0);
    assert_int_equal(plan_check_made(NULL, NULL, t, &up, &have, &e), 0);
    int64_t made = clock_mono_us();
    if (plan_make(&(struct plan_request){.now = t, .have = &have, .next = t, .changed = changed}, &again, &e) < 0)
        fail_msg("%s", e.text);
    int64_t changed_all = clock_mono_us();
    assert_int_equal(plan_check_made(t, &have, t, &again, &end, &e), 0);
    print_message("# up: %zu steps in %lld us; all again: %zu steps in %lld us\n", up.n, (long long)(made - start),
                  again.n, (long long)(changed_all - made));
    assert_int_equal(up.n, 2 * 667 + 3 * 333);
    assert_true(made - start < 2 * US_PER_S);
    assert_true(changed_all - made < 2 * US_PER_S);
    free(changed);
}

int main(void)
{
    cmocka_set_message_output(CM_OUTPUT_TAP);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_thinking_comes_up),
        cmocka_unit_test(test_nothing_to_do_is_an_empty_plan),
        cmocka_unit_test(test_thinking_goes_down),
        cmocka_unit_test(test_stop_and_start_one),
        cmocka_unit_test(test_stop_and_delete_all),
        cmocka_unit_test(test_delete_one_stops_what_requires_it),
        cmocka_unit_test(test_changed_ones_are_made_anew),
        cmocka_unit_test(test_changed_volume_keeps_its_data),
        cmocka_unit_test(test_keep_brings_back_what_gave_way),
        cmocka_unit_test(test_half_done_work_is_finished),
        cmocka_unit_test(test_lost_host_is_raised),
        cmocka_unit_test(test_added_and_removed),
        cmocka_unit_test(test_same_name_of_another_kind_is_another_thing),
        cmocka_unit_test(test_steps_tell_why),
        cmocka_unit_test(test_contradiction_is_refused),
        cmocka_unit_test(test_circle_is_named),
        cmocka_unit_test(test_circle_that_a_protocol_breaks_is_none),
        cmocka_unit_test(test_what_nobody_offers_is_named),
        cmocka_unit_test(test_dead_end_is_named),
        cmocka_unit_test(test_unknown_state_is_named),
        cmocka_unit_test(test_thousand_components_plan_fast),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
