// SPDX-License-Identifier: Apache-2.0
/* The order of steps, and where operations of relationships stand between them. */
#include "plan_fixture.h"

#include <errno.h>
#include <string.h>

#include "base/base.h"

static void add_operation(struct topology *t, const char *source, const char *name)
{
    struct component *c = &t->components[topology_find(t, source)];
    struct topology_link *l = &c->links[c->n_links - 1];
    l->operations = mem_push(l->operations, l->n_operations, sizeof(*l->operations));
    l->operations[l->n_operations++] = (struct topology_operation){.interface = mem_strdup("Configure"),
                                                                   .name = mem_strdup(name),
                                                                   .script = mem_strdup("x.sh"),
                                                                   .configures = true,
                                                                   .on_target = strstr(name, "target") != NULL};
}

/* "web" on "front" uses "db" on "back"; the last link of web has the operations. */
static struct topology *two_tiers(const char *const *operations, size_t n)
{
    struct topology *t = fixture_topology();
    fixture_add(t, "front", COMPONENT_CONTAINER);
    fixture_add(t, "web", COMPONENT_SOFTWARE);
    fixture_add(t, "back", COMPONENT_CONTAINER);
    fixture_add(t, "db", COMPONENT_SOFTWARE);
    fixture_link(t, "web", "host", "front");
    fixture_link(t, "db", "host", "back");
    fixture_link(t, "web", "connection", "db");
    for (size_t i = 0; i < n; i++)
        add_operation(t, "web", operations[i]);
    return t;
}

static char *made(const struct plan_request *request)
{
    AUTO(plan_done)
    struct plan p = {0};
    struct err e = {0};
    if (plan_make(request, &p, &e) < 0)
        fail_msg("%s", e.text);
    return fixture_plan_text(&p);
}

static size_t place_of(const char *plan, const char *step)
{
    AUTO_STRV struct strv words = {0};
    strv_split(&words, plan, " ");
    for (size_t i = 0; i < words.n; i++)
        if (str_eq(words.v[i], step))
            return i;
    fail_msg("'%s' is not in: %s", step, plan);
    return 0;
}

static void must_precede(const char *plan, const char *first, const char *second)
{
    if (place_of(plan, first) >= place_of(plan, second))
        fail_msg("'%s' must come before '%s' in: %s", first, second, plan);
}

static void test_sorted(void **state)
{
    AUTO(topology_freep)
    struct topology *t = two_tiers(NULL, 0);
    AUTO_FREE char *plan = made(&(struct plan_request){.next = t});
    AUTO_FREE char *again = made(&(struct plan_request){.next = t});
    assert_string_equal(plan, again);
    // who is needed runs first, and each component's steps keep their order
    must_precede(plan, "db:Standard.start", "web:Standard.start");
    must_precede(plan, "back:Standard.start", "db:Standard.create");
    must_precede(plan, "front:Standard.start", "web:Standard.create");
    static const char *const life[] = {"web:Standard.create", "web:Standard.configure", "web:Standard.start"};
    for (size_t i = 1; i < ARRAY_LEN(life); i++)
        must_precede(plan, life[i - 1], life[i]);
    // the earliest component that may go on is taken, and goes on as far as it may
    assert_int_equal(place_of(plan, "front:Standard.create"), 0);
    assert_int_equal(place_of(plan, "front:Standard.start"), place_of(plan, "front:Standard.create") + 1);
}

static void test_circle_is_named(void **state)
{
    AUTO(topology_freep)
    struct topology *t = fixture_topology();
    static const char *const names[] = {"one", "two", "three"};
    for (size_t i = 0; i < ARRAY_LEN(names); i++)
        fixture_add(t, names[i], COMPONENT_CONTAINER);
    for (size_t i = 0; i < ARRAY_LEN(names); i++)
        fixture_link(t, names[i], "dependency", names[(i + 1) % ARRAY_LEN(names)]);
    AUTO(plan_done)
    struct plan p = {0};
    struct err e = {0};
    assert_int_equal(plan_make(&(struct plan_request){.next = t}, &p, &e), -EINVAL);
    assert_non_null(strstr(e.text, "circle"));
    for (size_t i = 0; i < ARRAY_LEN(names); i++)
        assert_non_null(strstr(e.text, names[i]));
}

#define HOOK "web/connection:Configure."

static void test_woven(void **state)
{
    static const char *const operations[] = {"pre_configure_source",  "pre_configure_target", "post_configure_source",
                                             "post_configure_target", "add_target",           "add_source",
                                             "remove_target",         "target_changed"};
    AUTO(topology_freep)
    struct topology *t = two_tiers(operations, ARRAY_LEN(operations));
    AUTO_FREE char *plan = made(&(struct plan_request){.next = t});
    static const char *const order[][2] = {
        {HOOK "pre_configure_source", "web:Standard.configure"},
        {"web:Standard.create", HOOK "pre_configure_source"},
        {"web:Standard.configure", HOOK "post_configure_source"},
        {HOOK "post_configure_source", "web:Standard.start"},
        {HOOK "pre_configure_target", "db:Standard.configure"},
        {"db:Standard.configure", HOOK "post_configure_target"},
        {HOOK "post_configure_target", "db:Standard.start"},
        {"web:Standard.start", HOOK "add_target"},
        {"db:Standard.start", HOOK "add_target"},
        {"web:Standard.start", HOOK "add_source"},
        {"db:Standard.start", HOOK "pre_configure_source"},
    };
    for (size_t i = 0; i < ARRAY_LEN(order); i++)
        must_precede(plan, order[i][0], order[i][1]);
    assert_null(strstr(plan, "remove_target"));
    assert_null(strstr(plan, "target_changed"));
}

// Down: what leaves goes before the source stops, while the target still runs.
static void test_woven_down(void **state)
{
    static const char *const operations[] = {"pre_configure_source", "remove_target", "remove_source"};
    AUTO(topology_freep)
    struct topology *t = two_tiers(operations, ARRAY_LEN(operations));
    AUTO_FREE char *up = made(&(struct plan_request){.next = t});
    struct plan_states s = {0};
    plan_states_initial(&s, t);
    fixture_run(t, &s, up);
    AUTO_FREE char *down = made(&(struct plan_request){.now = t, .have = &s});
    must_precede(down, HOOK "remove_target", "web:Standard.stop");
    must_precede(down, HOOK "remove_source", "web:Standard.stop");
    must_precede(down, "web:Standard.stop", "db:Standard.stop");
    assert_null(strstr(down, "pre_configure"));
    plan_states_done(&s);
}

// What is marked as done is not put in again; what was never run (no script) is never put in.
static void test_marks_and_empty_ones(void **state)
{
    static const char *const operations[] = {"pre_configure_source", "add_target", "add_source"};
    AUTO(topology_freep)
    struct topology *t = two_tiers(operations, ARRAY_LEN(operations));
    struct topology_link *l = &t->components[1].links[1];
    free(take_ptr(l->operations[2].script));
    struct map marks = {0};
    map_set(&marks, HOOK "pre_configure_source", t);
    AUTO_FREE char *plan = made(&(struct plan_request){.next = t, .marks = &marks});
    assert_null(strstr(plan, HOOK "pre_configure_source"));
    assert_null(strstr(plan, HOOK "add_source"));
    must_precede(plan, "web:Standard.start", HOOK "add_target");
    map_done(&marks);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_sorted),     cmocka_unit_test(test_circle_is_named),      cmocka_unit_test(test_woven),
        cmocka_unit_test(test_woven_down), cmocka_unit_test(test_marks_and_empty_ones),
    };
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
