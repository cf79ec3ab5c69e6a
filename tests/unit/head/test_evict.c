// SPDX-License-Identifier: Apache-2.0
/* Pods of lost nodes: what is told, what moves, what stays. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "head/evict_decide.h"

#define NOW   "2026-01-02T03:04:05Z"
#define AFTER (1500 * US_PER_MS)

static json_t *node(const char *name, bool ready)
{
    return json_pack("{s:{s:s}, s:{}, s:{s:[{s:s, s:s}]}}", "metadata", "name", name, "spec", "status", "conditions", "type",
                     "Ready", "status", ready ? "True" : "False");
}

static json_t *pod(const char *name, bool owned)
{
    json_t *v = json_pack("{s:{s:s, s:s, s:s}, s:{s:s}, s:{s:s, s:[{s:s, s:s}]}}", "metadata", "name", name, "namespace",
                          "default", "uid", name, "spec", "nodeName", "b1", "status", "phase", "Running", "conditions", "type",
                          "Ready", "status", "True");
    if (owned)
        json_object_set_new(json_object_get(v, "metadata"), "ownerReferences",
                            json_pack("[{s:s, s:s, s:s, s:b}]", "kind", "Deployment", "name", "d", "uid", "d", "controller", 1));
    return v;
}

struct scene {
    json_t *nodes[3], *pods[2];
    struct evict_input in;
    struct changes changes;
};

/* b1 is lost; b2 and the head's own node as told. */
static void set_scene(struct scene *s, bool b2, json_t *one, json_t *two)
{
    *s = (struct scene){.nodes = {node("head", true), node("b1", false), node("b2", b2)}, .pods = {one, two}};
    s->in = (struct evict_input){
        .node = "b1", .own = "head", .object = s->nodes[1], .lost_us = 0, .evict_after_us = AFTER, .now = NOW};
    for (size_t i = 0; i < ARRAY_LEN(s->nodes); i++)
        object_list_add(&s->in.nodes, s->nodes[i]);
    for (size_t i = 0; i < ARRAY_LEN(s->pods) && s->pods[i]; i++)
        object_list_add(&s->in.pods, s->pods[i]);
}

static void clear_scene(struct scene *s)
{
    object_list_done(&s->in.nodes);
    object_list_done(&s->in.pods);
    for (size_t i = 0; i < ARRAY_LEN(s->nodes); i++)
        json_decref(s->nodes[i]);
    for (size_t i = 0; i < ARRAY_LEN(s->pods); i++)
        json_decref(s->pods[i]);
    changes_done(&s->changes);
}

static size_t count(const struct scene *s, enum change_verb verb, const char *name)
{
    size_t n = 0;
    for (size_t i = 0; i < s->changes.n; i++)
        n += s->changes.v[i].verb == verb && str_eq(object_name(s->changes.v[i].object), name);
    return n;
}

static void at_first_it_is_only_told(void **state)
{
    struct scene s;
    set_scene(&s, true, pod("a", true), pod("b", false));
    assert_true(evict_decide(&s.in, &s.changes) == AFTER);
    assert_int_equal(count(&s, CHANGE_STATUS, "a"), 1);
    assert_int_equal(count(&s, CHANGE_STATUS, "b"), 1);
    assert_int_equal(changes_writes(&s.changes), 2);
    assert_true(object_condition_is(s.changes.v[0].object, "Ready", "False"));
    clear_scene(&s);
}

static void then_what_somebody_makes_anew_goes(void **state)
{
    struct scene s;
    set_scene(&s, true, pod("a", true), pod("b", false));
    s.in.lost_us = AFTER;
    assert_true(evict_decide(&s.in, &s.changes) == 0);
    assert_int_equal(count(&s, CHANGE_DELETE, "a"), 1);
    assert_int_equal(count(&s, CHANGE_DELETE, "b"), 0);
    clear_scene(&s);
}

static void a_pod_with_a_volume_waits_for_its_node(void **state)
{
    struct scene s;
    json_t *p = pod("a", true);
    json_object_set_new(json_object_get(p, "spec"), "volumes",
                        json_pack("[{s:s, s:{s:s}}]", "name", "v", "persistentVolumeClaim", "claimName", "data"));
    set_scene(&s, true, p, NULL);
    s.in.lost_us = 100 * AFTER;
    assert_true(evict_decide(&s.in, &s.changes) == 0);
    assert_int_equal(count(&s, CHANGE_DELETE, "a"), 0);
    assert_int_equal(count(&s, CHANGE_STATUS, "a"), 1);
    clear_scene(&s);
}

static void when_all_boards_are_out_of_sight_it_is_the_head_that_is_cut_off(void **state)
{
    struct scene s;
    set_scene(&s, false, pod("a", true), NULL);
    s.in.lost_us = 100 * AFTER;
    assert_true(evict_is_blind(&s.in));
    assert_true(evict_decide(&s.in, &s.changes) == 0);
    assert_int_equal(count(&s, CHANGE_DELETE, "a"), 0);
    clear_scene(&s);
}

static void a_node_that_is_well_is_left_alone(void **state)
{
    struct scene s;
    set_scene(&s, true, pod("a", true), NULL);
    s.in.lost_us = -1;
    assert_true(evict_decide(&s.in, &s.changes) == 0);
    assert_int_equal(s.changes.n, 0);
    clear_scene(&s);
}

static void pods_of_a_removed_node_are_gone(void **state)
{
    struct scene s;
    set_scene(&s, true, pod("a", true), pod("b", false));
    s.in.object = NULL;
    s.in.lost_us = -1;
    assert_true(evict_decide(&s.in, &s.changes) == 0);
    assert_int_equal(count(&s, CHANGE_REMOVE, "a"), 1);
    assert_int_equal(count(&s, CHANGE_REMOVE, "b"), 1);
    clear_scene(&s);
}

static void what_was_told_is_not_told_again(void **state)
{
    struct scene s;
    json_t *p = pod("a", true);
    json_object_set_new(json_object_get(p, "status"), "conditions",
                        object_with_condition(p, "Ready", false, "NodeLost", "x", NOW));
    set_scene(&s, true, p, NULL);
    assert_true(evict_decide(&s.in, &s.changes) == AFTER);
    assert_int_equal(s.changes.n, 0);
    clear_scene(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(at_first_it_is_only_told),
        cmocka_unit_test(then_what_somebody_makes_anew_goes),
        cmocka_unit_test(a_pod_with_a_volume_waits_for_its_node),
        cmocka_unit_test(when_all_boards_are_out_of_sight_it_is_the_head_that_is_cut_off),
        cmocka_unit_test(a_node_that_is_well_is_left_alone),
        cmocka_unit_test(pods_of_a_removed_node_are_gone),
        cmocka_unit_test(what_was_told_is_not_told_again),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
