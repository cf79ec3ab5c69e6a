// SPDX-License-Identifier: Apache-2.0
// The check of plans by simulation: TosKer's verdicts for its running example, and the rule's corners.
#include <errno.h>
#include <string.h>

#include "base/text.h"
#include "plan_fixture.h"

struct verdict {
    const char *plan;   /* "UP" at its beginning: after everything was brought up */
    const char *reason; /* NULL: accepted */
    const char *ends;   /* "component=state" words that must hold afterwards */
};

static const struct verdict verdicts[] = {
    {"mongodb:Standard.create mongodb:Standard.start",
     "mongodb requires storage, which dbvolume (deleted) does not offer", ""},
    {"maven:Standard.create api:Standard.create", "api requires host, which maven (created) does not offer", ""},
    {"maven:Standard.create maven:Standard.start api:Standard.create api:Standard.configure api:Standard.start",
     "api requires connection, which mongodb (deleted) does not offer", ""},
    {"UP maven:Standard.stop", "api requires host, which maven would stop offering", ""},
    {"UP api:Standard.stop", "gui requires feature, which api would stop offering", ""},
    {"UP dbvolume:Standard.delete", "mongodb requires attachment, which dbvolume would stop offering", ""},
    {"UP mongodb:Standard.stop", "api requires endpoint, which mongodb would stop offering", ""},
    {"maven:Standard.create maven:Standard.start api:Standard.create api:Standard.configure "
     "api:api_interface.push_default",
     "api requires connection, which mongodb (deleted) does not offer", ""},
    {"maven:Standard.create maven:Standard.start api:Standard.create maven:Standard.stop maven:Standard.delete",
     "api requires alive, which maven would stop offering", ""},
    {"maven:Standard.create maven:Standard.start api:Standard.create maven:Standard.stop", NULL,
     "api=created maven=created"},
    {"UP gui:Standard.stop gui:Standard.delete", NULL,
     "api=started gui=deleted maven=running node=running mongodb=running dbvolume=created"},
    // The example's own plans.
    {"UP", NULL, "gui=running"},
    {"UP gui:Standard.stop gui:Standard.delete api:Standard.stop api:Standard.delete maven:Standard.stop "
     "maven:Standard.delete node:Standard.stop node:Standard.delete mongodb:Standard.stop mongodb:Standard.delete "
     "dbvolume:Standard.delete",
     NULL, "api=deleted gui=deleted maven=deleted node=deleted mongodb=deleted dbvolume=deleted"},
    {"UP gui:Standard.stop api:Standard.stop api:api_interface.push_default api:Standard.start", NULL, "api=started"},
};

static char *plan_words(const char *text)
{
    if (!str_starts(text, "UP"))
        return mem_strdup(text);
    return mem_printf("%s%s", fixture_thinking_up, text + 2);
}

static void assert_ends(const struct topology *t, const struct plan_states *s, const char *ends)
{
    AUTO_STRV struct strv words = {0};
    strv_split(&words, ends, " ");
    for (size_t i = 0; i < words.n; i++) {
        char *state = strchr(words.v[i], '=');
        *state++ = '\0';
        assert_state(t, s, words.v[i], state);
    }
}

static void test_thinking_verdicts(void **state)
{
    (void)state;
    AUTO(topology_freep)
    struct topology *t = fixture_thinking();
    for (size_t i = 0; i < ARRAY_LEN(verdicts); i++) {
        AUTO(plan_states_done)
        struct plan_states s = {0};
        AUTO(plan_done)
        struct plan p = {0};
        AUTO_FREE char *words = plan_words(verdicts[i].plan);
        struct err e = {0};
        plan_states_initial(&s, t);
        fixture_plan(words, &p);
        int r = plan_check(t, &s, &p, &e);
        if (verdicts[i].reason) {
            assert_int_equal(r, -EINVAL);
            if (!strstr(e.text, verdicts[i].reason))
                fail_msg("'%s' does not say '%s'", e.text, verdicts[i].reason);
        } else if (r < 0) {
            fail_msg("%s: %s", verdicts[i].plan, e.text);
        }
        assert_ends(t, &s, verdicts[i].ends);
    }
}

static void test_error_tells_line_and_operation(void **state)
{
    (void)state;
    AUTO(topology_freep)
    struct topology *t = fixture_thinking();
    AUTO(plan_states_done)
    struct plan_states s = {0};
    AUTO(plan_done)
    struct plan p = {0};
    static const char text[] = "maven:Standard.create\n\n# too early\napi:Standard.create\n";
    struct err e = {0};
    plan_states_initial(&s, t);
    assert_int_equal(plan_read(text, sizeof(text) - 1, false, &p, &e), 0);
    assert_int_equal(plan_check(t, &s, &p, &e), -EINVAL);
    assert_string_equal(e.text, "line 4: api:Standard.create: api requires host, which maven (created) does not offer");
    assert_string_equal(p.steps[0].source, "deleted");
    assert_string_equal(p.steps[0].target, "created");
    assert_null(p.steps[1].source);
}

static void assert_refused(const struct topology *t, struct plan_states *s, const char *step, const char *reason)
{
    AUTO(plan_done)
    struct plan p = {0};
    struct err e = {0};
    fixture_plan(step, &p);
    assert_int_equal(plan_apply(t, s, &p.steps[0], &e), -EINVAL);
    if (!strstr(e.text, reason))
        fail_msg("'%s' does not say '%s'", e.text, reason);
}

static void test_unknown_words_are_refused(void **state)
{
    (void)state;
    AUTO(topology_freep)
    struct topology *t = fixture_thinking();
    AUTO(plan_states_done)
    struct plan_states s = {0};
    plan_states_initial(&s, t);
    assert_refused(t, &s, "mavn:Standard.create", "no component 'mavn' in the template, did you mean 'maven'");
    assert_refused(t, &s, "maven:Standard.start", "maven is deleted, where it has no operation Standard.start");
    assert_refused(t, &s, "maven:Standard.start", "(it has: Standard.create)");
    assert_refused(t, &s, "maven:Other.create", "no operation Other.create");
    plan_states_set(&s, 2, "zotted");
    assert_refused(t, &s, "maven:Standard.start", "maven is in state 'zotted', which its protocol does not have");
    assert_state(t, &s, "maven", "zotted");
}

static void test_loop_leaves_the_state(void **state)
{
    (void)state;
    AUTO(topology_freep)
    struct topology *t = fixture_thinking();
    AUTO(plan_states_done)
    struct plan_states s = {0};
    AUTO(plan_done)
    struct plan p = {0};
    struct err e = {0};
    plan_states_initial(&s, t);
    fixture_run(t, &s, fixture_thinking_up);
    fixture_run(t, &s, "gui:Standard.stop api:Standard.stop");
    fixture_plan("api:api_interface.push_default", &p);
    assert_int_equal(plan_apply(t, &s, &p.steps[0], &e), 0);
    assert_string_equal(p.steps[0].source, "configured");
    assert_string_equal(p.steps[0].target, "configured");
    assert_state(t, &s, "api", "configured");
}

static void test_own_names_of_requirement_and_capability(void **state)
{
    (void)state;
    AUTO(topology_freep)
    struct topology *t = fixture_topology();
    AUTO(plan_states_done)
    struct plan_states s = {0};
    size_t app = fixture_add(t, "app", COMPONENT_SOFTWARE), db = fixture_add(t, "db", COMPONENT_CONTAINER);
    struct protocol *p = &t->components[app].protocol;
    protocol_done(p);
    p->initial = mem_strdup("off");
    fixture_state(p, "off", "", "");
    fixture_state(p, "on", "db_connection", "");
    fixture_transition(p, "off", "on", "life", "start", "");
    fixture_link_at(t, app, "connection", db);
    // Named by the type, not by the role; the protocol of the target knows only the role's capability.
    free(t->components[app].links[0].requirement);
    t->components[app].links[0].requirement = mem_strdup("db_connection");
    free(t->components[app].links[0].capability);
    t->components[app].links[0].capability = mem_strdup("database_endpoint");
    plan_states_initial(&s, t);
    assert_refused(t, &s, "app:life.start", "app requires db_connection, which db (deleted) does not offer");
    fixture_run(t, &s, "db:Standard.create db:Standard.start app:life.start");
    assert_refused(t, &s, "db:Standard.stop", "app requires endpoint, which db would stop offering");
}

static void test_what_does_not_run_is_never_missing(void **state)
{
    (void)state;
    AUTO(topology_freep)
    struct topology *t = fixture_topology();
    AUTO(plan_states_done)
    struct plan_states s = {0};
    fixture_add(t, "box", COMPONENT_CONTAINER);
    fixture_add(t, "machine", COMPONENT_ABSTRACT);
    fixture_link(t, "box", "host", "machine");
    fixture_link(t, "box", "connection", "machine");
    plan_states_initial(&s, t);
    fixture_run(t, &s, "box:Standard.create box:Standard.start");
    assert_refused(t, &s, "machine:Standard.create", "machine is in state ''");
}

static void test_carry(void **state)
{
    (void)state;
    AUTO(topology_freep)
    struct topology *a = fixture_thinking();
    AUTO(topology_freep)
    struct topology *b = fixture_thinking();
    const struct component *api = &a->components[0], *maven = &a->components[2];
    assert_string_equal(plan_carry(api, "started", &b->components[0])->name, "started");
    assert_string_equal(plan_carry(api, "unheard", &b->components[0])->name, "deleted");
    assert_string_equal(plan_carry(NULL, NULL, &b->components[0])->name, "deleted");
    assert_string_equal(plan_carry(maven, "created", &b->components[0])->name, "deleted");
}

int main(void)
{
    cmocka_set_message_output(CM_OUTPUT_TAP);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_thinking_verdicts),
        cmocka_unit_test(test_error_tells_line_and_operation),
        cmocka_unit_test(test_unknown_words_are_refused),
        cmocka_unit_test(test_loop_leaves_the_state),
        cmocka_unit_test(test_own_names_of_requirement_and_capability),
        cmocka_unit_test(test_what_does_not_run_is_never_missing),
        cmocka_unit_test(test_carry),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
