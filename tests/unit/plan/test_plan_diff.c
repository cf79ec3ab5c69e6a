// SPDX-License-Identifier: Apache-2.0
/* What a plan changes and why: each kind of difference, what is done in place, who only follows, and secrets. */
#include "plan_fixture.h"

#include <string.h>

#include "base/base.h"
#include "plan/plan_diff.h"

enum { WEB, APP, DB, DATA, N };

static struct topology *make(void)
{
    struct topology *t = fixture_topology();
    fixture_add(t, "web", COMPONENT_CONTAINER);
    fixture_add(t, "app", COMPONENT_SOFTWARE);
    fixture_add(t, "db", COMPONENT_CONTAINER);
    fixture_add(t, "data", COMPONENT_VOLUME);
    fixture_link(t, "app", "host", "web");
    fixture_link(t, "app", "connection", "db");
    fixture_link(t, "db", "storage", "data");
    for (size_t i = 0; i < N; i++) {
        t->components[i].type = mem_strdup("some.Type");
        t->components[i].properties = json_object();
    }
    struct component *app = &t->components[APP];
    app->operations = mem_push(app->operations, 0, sizeof(*app->operations));
    app->operations[app->n_operations++] = (struct topology_operation){.interface = mem_strdup("Standard"),
                                                                       .name = mem_strdup("create"),
                                                                       .script = mem_strdup("create.sh"),
                                                                       .inputs = json_pack("{s:s}", "token", "t0ken")};
    t->inputs = json_object();
    return t;
}

/* `changed`: the component whose definition differs, or N. */
static struct plan_diff diff_of(const struct topology *now, const struct topology *next, size_t changed,
                                const struct plan_diff_variant *variants, size_t n)
{
    bool is_changed[N] = {false};
    struct plan_states have = {0};
    struct plan up = {0}, plan = {0};
    struct plan_diff d;
    struct err e = {0};
    struct plan_request first = {.next = now}, then = {.now = now, .have = &have, .next = next, .changed = is_changed};
    if (changed < N)
        is_changed[changed] = true;
    plan_states_initial(&have, now);
    assert_int_equal(plan_make(&first, &up, &e), 0);
    assert_int_equal(plan_check(now, &have, &up, &e), 0);
    assert_int_equal(plan_make(&then, &plan, &e), 0);
    struct plan_diff_input in = {.now = {.topology = now},
                                 .have = &have,
                                 .changed = is_changed,
                                 .next = {.topology = next},
                                 .plan = &plan,
                                 .variants = variants,
                                 .n_variants = n};
    plan_diff(&in, &d);
    plan_states_done(&have);
    plan_done(&up);
    plan_done(&plan);
    return d;
}

static const struct plan_difference *of(const struct plan_diff *d, const char *name)
{
    for (size_t i = 0; i < d->n; i++)
        if (str_eq(d->items[i].component, name))
            return &d->items[i];
    fail_msg("no %s", name);
    return NULL;
}

static const struct plan_reason *only(const struct plan_diff *d, const char *name, enum plan_reason_kind kind)
{
    const struct plan_difference *item = of(d, name);
    assert_int_equal(item->n_reasons, 1);
    assert_int_equal(item->reasons[0].kind, kind);
    return &item->reasons[0];
}

static void nothing_differs(void **state)
{
    AUTO(topology_freep)
    struct topology *a = make();
    AUTO(plan_diff_done)
    struct plan_diff d = diff_of(a, a, N, NULL, 0);
    AUTO_FREE char *line = plan_diff_summary(&d);
    assert_true(plan_diff_is_empty(&d));
    assert_string_equal(line, "0 to create, 0 to change, 0 to replace, 0 to remove, 4 unchanged");
}

static void a_property_replaces_and_others_follow(void **state)
{
    AUTO(topology_freep)
    struct topology *a = make(), *b = make();
    json_object_set_new(a->components[DB].properties, "env", json_pack("{s:s, s:s}", "MODE", "x", "SAME", "y"));
    json_object_set_new(b->components[DB].properties, "env", json_pack("{s:s, s:s}", "MODE", "z", "SAME", "y"));
    AUTO(plan_diff_done)
    struct plan_diff d = diff_of(a, b, DB, NULL, 0);
    assert_int_equal(of(&d, "db")->action, PLAN_REPLACE);
    const struct plan_reason *r = only(&d, "db", REASON_PROPERTY);
    assert_string_equal(r->name, "env.MODE");
    assert_string_equal(json_string_value(r->was), "x");
    assert_string_equal(json_string_value(r->is), "z");
    assert_int_equal(of(&d, "app")->action, PLAN_FOLLOW);
    assert_string_equal(of(&d, "app")->follows, "db");
    assert_int_equal(of(&d, "web")->action, PLAN_SAME);
}

static void software_goes_with_its_host(void **state)
{
    AUTO(topology_freep)
    struct topology *a = make(), *b = make();
    a->components[WEB].image = mem_strdup("one");
    b->components[WEB].image = mem_strdup("two");
    AUTO(plan_diff_done)
    struct plan_diff d = diff_of(a, b, WEB, NULL, 0);
    only(&d, "web", REASON_IMAGE);
    assert_int_equal(of(&d, "app")->action, PLAN_REPLACE);
    assert_string_equal(of(&d, "app")->follows, "web");
}

static void replicas_and_timeouts_change_in_place(void **state)
{
    AUTO(topology_freep)
    struct topology *a = make(), *b = make();
    json_object_set_new(b->components[WEB].properties, "replicas", json_integer(3));
    b->components[APP].operations[0].timeout_s = 5;
    AUTO(plan_diff_done)
    struct plan_diff d = diff_of(a, b, N, NULL, 0);
    assert_int_equal(of(&d, "web")->action, PLAN_CHANGE);
    assert_int_equal(json_integer_value(only(&d, "web", REASON_REPLICAS)->is), 3);
    assert_int_equal(of(&d, "app")->action, PLAN_CHANGE);
    only(&d, "app", REASON_TIMEOUT);
}

static void what_comes_and_what_goes(void **state)
{
    AUTO(topology_freep)
    struct topology *a = make(), *b = make();
    fixture_add(b, "new", COMPONENT_CONTAINER);
    fixture_add(a, "old", COMPONENT_CONTAINER);
    fixture_add(a, "store", COMPONENT_VOLUME);
    struct plan_diff d;
    { /* five components each: no definition differs */
        struct plan_states have = {0};
        struct plan up = {0}, plan = {0};
        struct err e = {0};
        struct plan_request first = {.next = a}, then = {.now = a, .have = &have, .next = b};
        plan_states_initial(&have, a);
        assert_int_equal(plan_make(&first, &up, &e) + plan_check(a, &have, &up, &e) + plan_make(&then, &plan, &e), 0);
        plan_diff(&(struct plan_diff_input){{a}, &have, NULL, {b}, &plan, NULL, 0}, &d);
        plan_states_done(&have);
        plan_done(&up);
        plan_done(&plan);
    }
    assert_int_equal(of(&d, "new")->action, PLAN_CREATE);
    assert_int_equal(of(&d, "old")->action, PLAN_REMOVE);
    only(&d, "old", REASON_GONE);
    assert_int_equal(of(&d, "store")->action, PLAN_SAME);
    only(&d, "store", REASON_KEPT);
    AUTO_FREE char *brief = plan_diff_brief(&d);
    assert_string_equal(brief, "+ new, - old");
    plan_diff_done(&d);
}

static void an_unknown_reason_is_told_as_such(void **state)
{
    AUTO(topology_freep)
    struct topology *a = make();
    AUTO(plan_diff_done)
    struct plan_diff d = diff_of(a, a, DB, NULL, 0);
    only(&d, "db", REASON_DEFINITION);
}

static void the_input_behind_it_is_named(void **state)
{
    AUTO(topology_freep)
    struct topology *a = make(), *b = make(), *with_a = make();
    json_object_set_new(a->components[DB].properties, "x", json_integer(1));
    json_object_set_new(b->components[DB].properties, "x", json_integer(2));
    json_object_set_new(with_a->components[DB].properties, "x", json_integer(1));
    struct plan_diff_variant v = {"in", {.topology = with_a}};
    AUTO(plan_diff_done)
    struct plan_diff d = diff_of(a, b, DB, &v, 1);
    assert_string_equal(only(&d, "db", REASON_PROPERTY)->inputs, "in");
}

static void secrets_are_masked_by_name_and_by_value(void **state)
{
    AUTO(topology_freep)
    struct topology *a = make(), *b = make();
    json_object_set_new(a->inputs, "pw", json_string("opensesame"));
    json_object_set_new(b->inputs, "pw", json_string("swordfish"));
    strv_add(&a->sensitive, "pw");
    strv_add(&b->sensitive, "pw");
    json_object_set_new(a->components[DB].properties, "url", json_string("http://u:opensesame@x"));
    json_object_set_new(b->components[DB].properties, "url", json_string("http://u:swordfish@x"));
    AUTO(plan_diff_done)
    struct plan_diff d = diff_of(a, b, DB, NULL, 0);
    assert_true(only(&d, "db", REASON_PROPERTY)->sensitive);
    assert_true(d.general[0].sensitive);
    AUTO_JSON json_t *v = plan_diff_json(&d);
    AUTO_FREE char *text = json_text(v);
    assert_null(strstr(text, "opensesame"));
    assert_null(strstr(text, "swordfish"));
    assert_non_null(strstr(text, "(sensitive)"));
}

static void a_sensitive_property_is_masked(void **state)
{
    AUTO(topology_freep)
    struct topology *a = make(), *b = make();
    strv_add(&b->components[APP].sensitive, "Standard.create.token");
    json_object_set_new(b->components[APP].operations[0].inputs, "token", json_string("0ther"));
    AUTO(plan_diff_done)
    struct plan_diff d = diff_of(a, b, APP, NULL, 0);
    const struct plan_reason *r = only(&d, "app", REASON_INPUT);
    assert_string_equal(r->name, "Standard.create.token");
    assert_string_equal(json_string_value(r->was), "(sensitive)");
    assert_string_equal(json_string_value(r->is), "(sensitive)");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nothing_differs),
        cmocka_unit_test(a_property_replaces_and_others_follow),
        cmocka_unit_test(software_goes_with_its_host),
        cmocka_unit_test(replicas_and_timeouts_change_in_place),
        cmocka_unit_test(what_comes_and_what_goes),
        cmocka_unit_test(an_unknown_reason_is_told_as_such),
        cmocka_unit_test(the_input_behind_it_is_named),
        cmocka_unit_test(secrets_are_masked_by_name_and_by_value),
        cmocka_unit_test(a_sensitive_property_is_masked),
    };
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
