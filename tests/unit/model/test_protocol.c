// SPDX-License-Identifier: Apache-2.0
// Management protocols: the built-in tables, what hosting adds, and ways between states.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "base/text.h"
#include "model/protocol.h"

#define MAX_PATH 16

static void assert_names(const struct strv *list, const char *expected)
{
    AUTO_FREE char *text = strv_join(list, " ");
    assert_string_equal(text, expected);
}

// The way as "create start"; "none" where there is no way.
static char *way(const struct protocol *p, const char *from, const char *to)
{
    const struct protocol_transition *path[MAX_PATH];
    int n = protocol_path(p, from, to, path);
    if (n < 0)
        return mem_strdup("none");
    AUTO_STRV struct strv names = {0};
    for (int i = 0; i < n; i++)
        strv_add(&names, path[i]->operation);
    return strv_join(&names, " ");
}

static void assert_way(const struct protocol *p, const char *from, const char *to, const char *expected)
{
    AUTO_FREE char *text = way(p, from, to);
    assert_string_equal(text, expected);
}

static void test_builtin_volume(void **state)
{
    (void)state;
    AUTO(protocol_done)
    struct protocol p;
    protocol_volume(&p);
    assert_string_equal(p.initial, "deleted");
    assert_true(strv_has(&protocol_state_find(&p, "created")->offers, "attachment"));
    assert_string_equal(protocol_running_state(&p), "created");
    assert_string_equal(protocol_stopped_state(&p), "created");
    assert_way(&p, "deleted", "created", "create");
    assert_way(&p, "created", "deleted", "delete");
}

static void test_builtin_container(void **state)
{
    (void)state;
    AUTO(protocol_done)
    struct protocol p;
    protocol_container(&p);
    assert_names(&protocol_state_find(&p, "created")->offers, "alive");
    assert_names(&protocol_state_find(&p, "running")->requires, "storage connection dependency");
    assert_string_equal(protocol_running_state(&p), "running");
    assert_string_equal(protocol_stopped_state(&p), "created");
    assert_way(&p, "deleted", "running", "create start");
    assert_way(&p, "running", "deleted", "stop delete");
    assert_null(protocol_step(&p, "running", "Standard", "delete"));
}

static void test_builtin_software(void **state)
{
    (void)state;
    AUTO(protocol_done)
    struct protocol p;
    protocol_software(&p);
    assert_names(&protocol_state_find(&p, "configured")->requires, "alive");
    assert_way(&p, "deleted", "running", "create configure start");
    assert_way(&p, "running", "deleted", "stop delete");
    assert_way(&p, "created", "deleted", "delete");
    assert_string_equal(protocol_stopped_state(&p), "configured");
    assert_string_equal(protocol_step(&p, "created", "Standard", "configure")->target, "configured");
    assert_null(protocol_step(&p, "created", "Standard", "start"));
    assert_null(protocol_step(&p, "created", "Other", "configure"));
    for (size_t i = 0; i < p.n_transitions; i++)
        assert_names(&p.transitions[i].requires, "host");
}

static void add_state(struct protocol *p, const char *name, const char *offers, const char *requires)
{
    p->states = mem_push(p->states, p->n_states, sizeof(*p->states));
    p->states[p->n_states] = (struct protocol_state){.name = mem_strdup(name)};
    strv_split(&p->states[p->n_states].offers, offers, " ");
    strv_split(&p->states[p->n_states++].requires, requires, " ");
}

static void add_transition(struct protocol *p, const char *source, const char *target, const char *operation)
{
    p->transitions = mem_push(p->transitions, p->n_transitions, sizeof(*p->transitions));
    p->transitions[p->n_transitions++] = (struct protocol_transition){.source = mem_strdup(source),
                                                                      .target = mem_strdup(target),
                                                                      .interface = mem_strdup("life"),
                                                                      .operation = mem_strdup(operation)};
}

static void test_hosting_is_added_once(void **state)
{
    (void)state;
    AUTO(protocol_done)
    struct protocol p = {.initial = mem_strdup("gone")};
    add_state(&p, "gone", "", "");
    add_state(&p, "up", "feature alive", "host");
    add_transition(&p, "gone", "up", "install");
    protocol_add_hosting(&p);
    protocol_add_hosting(&p);
    assert_names(&p.states[0].requires, "");
    assert_names(&p.states[0].offers, "");
    assert_names(&p.states[1].requires, "host alive");
    assert_names(&p.states[1].offers, "feature alive");
    assert_names(&p.transitions[0].requires, "host");
}

static void test_running_state_of_custom_protocols(void **state)
{
    (void)state;
    AUTO(protocol_done)
    struct protocol p = {.initial = mem_strdup("gone")};
    assert_null(protocol_running_state(&p));
    assert_null(protocol_stopped_state(&p));
    add_state(&p, "gone", "", "");
    add_state(&p, "there", "alive", "alive");
    add_state(&p, "works", "alive", "alive host");
    assert_string_equal(protocol_running_state(&p), "works");
    add_transition(&p, "gone", "there", "start");
    add_transition(&p, "there", "gone", "stop");
    assert_string_equal(protocol_running_state(&p), "there");
    assert_string_equal(protocol_stopped_state(&p), "gone");
}

static void test_shortest_way_skips_loops(void **state)
{
    (void)state;
    AUTO(protocol_done)
    struct protocol p = {.initial = mem_strdup("a")};
    add_state(&p, "a", "", "");
    add_state(&p, "b", "", "");
    add_state(&p, "c", "", "");
    add_state(&p, "island", "", "");
    add_transition(&p, "a", "a", "loop");
    add_transition(&p, "a", "b", "ab");
    add_transition(&p, "b", "b", "loop");
    add_transition(&p, "b", "c", "bc");
    add_transition(&p, "b", "nowhere", "off");
    assert_way(&p, "a", "c", "ab bc");
    add_transition(&p, "a", "c", "ac");
    assert_way(&p, "a", "c", "ac");
    assert_way(&p, "a", "a", "");
    assert_way(&p, "c", "a", "none");
    assert_way(&p, "a", "island", "none");
    assert_way(&p, "a", "unknown", "none");
}

static void test_copy_stands_alone(void **state)
{
    (void)state;
    struct protocol p;
    AUTO(protocol_done)
    struct protocol copy;
    protocol_software(&p);
    protocol_copy(&copy, &p);
    protocol_done(&p);
    assert_null(p.states);
    assert_string_equal(copy.initial, "deleted");
    assert_names(&protocol_state_find(&copy, "running")->requires, "alive host connection dependency");
    assert_way(&copy, "deleted", "running", "create configure start");
}

int main(void)
{
    cmocka_set_message_output(CM_OUTPUT_TAP);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_builtin_volume),
        cmocka_unit_test(test_builtin_container),
        cmocka_unit_test(test_builtin_software),
        cmocka_unit_test(test_hosting_is_added_once),
        cmocka_unit_test(test_running_state_of_custom_protocols),
        cmocka_unit_test(test_shortest_way_skips_loops),
        cmocka_unit_test(test_copy_stands_alone),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
