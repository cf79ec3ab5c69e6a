// SPDX-License-Identifier: Apache-2.0
// Services' addresses and endpoints, objects that lost their owner, goals of components, and the queue of keys.
#include <errno.h>

#include "head/orchestrate_private.h"
#include "head/owned.h"
#include "head/service_decide.h"
#include "head/work_queue.h"
#include "head_fixture.h"

static void test_addresses(void **state)
{
    AUTO_MAP struct map taken = {0};
    struct err e = {0};
    for (int i = 0; i < 6; i++) {
        AUTO_FREE char *name = mem_printf("default/s%d", i), *address = NULL, *same = NULL;
        assert_int_equal(service_address("10.89.0.8/29", name, &taken, &address, &e), 0);
        assert_int_equal(service_address("10.89.0.8/29", name, &taken, &same, &e), 0);
        assert_string_equal(address, same);
        assert_false(map_has(&taken, address));
        assert_string_not_equal(address, "10.89.0.8");
        assert_string_not_equal(address, "10.89.0.15");
        map_set(&taken, address, &taken);
    }
    char *none = NULL;
    assert_int_equal(service_address("10.89.0.8/29", "default/more", &taken, &none, &e), -ENOSPC);
    static const char *const wrong[] = {"", "10.89.0.0", "10.89.0.0/31", "10.89.0/16", "fd00::/64", "10.89.0.0/x"};
    for (size_t i = 0; i < ARRAY_LEN(wrong); i++)
        assert_int_equal(service_address(wrong[i], "a", &taken, &none, &e), -EINVAL);
}

#define SERVING                                                                                                        \
    "'conditions': [{'type': 'Ready', 'status': 'True'}], 'containerStatuses': [{'name': 'm', 'state': {'running': "   \
    "{}}}]"
#define POD_AT(name, label, ip, status)                                                                                \
    "{'metadata': {'name': '" name "', 'namespace': 'default', 'labels': {'app': '" label                              \
    "'}}, 'spec': {'nodeName': 'a'}, 'status': {'podIP': '" ip "', " status "}}"

static void test_endpoints(void **state)
{
    AUTO_JSON json_t *service = fixture_json("{'metadata': {'name': 's', 'namespace': 'default'}, 'spec': "
                                             "{'clusterIP': '10.89.0.1', 'selector': {'app': 'w'}}}");
    AUTO_JSON json_t *pods = fixture_json("[" POD_AT("b", "w", "10.88.0.2", SERVING) "," POD_AT(
        "a", "w", "10.88.0.1", SERVING) "," POD_AT("c", "other", "10.88.0.3",
                                                   SERVING) "," POD_AT("d", "w", "10.88.0.4",
                                                                       "'conditions': [{'type': 'Ready', 'status': "
                                                                       "'True'}]") "," POD_AT("e", "w", "10.88.0.5",
                                                                                              "'conditions': []") "]");
    struct object_list list = {0};
    AUTO_MAP struct map taken = {0};
    AUTO_CHANGES struct changes changes = {0}, none = {0};
    for (size_t i = 0; i < json_array_size(pods); i++)
        object_list_add(&list, json_array_get(pods, i));
    assert_false(service_is_settled(service, &list));
    service_decide(service, &list, "10.89.0.0/16", &taken, &changes);
    assert_int_equal(changes.n, 1);
    assert_true(service_is_settled(changes.v[0].object, &list));
    const json_t *made = json_at(changes.v[0].object, "status", "endpoints", NULL);
    assert_int_equal(json_array_size(made), 2);
    assert_string_equal(json_str(json_array_get(made, 0), "ip", ""), "10.88.0.1");
    assert_string_equal(json_str(json_array_get(made, 1), "pod", ""), "b");
    service_decide(changes.v[0].object, &list, "10.89.0.0/16", &taken, &none);
    assert_int_equal(none.n, 0);
    object_list_done(&list);
}

static void test_address_is_given(void **state)
{
    AUTO_JSON json_t *service =
        fixture_json("{'metadata': {'name': 's', 'namespace': 'default'}, 'spec': {'selector': {'app': 'w'}}}");
    struct object_list none = {0};
    AUTO_MAP struct map taken = {0};
    AUTO_CHANGES struct changes changes = {0};
    service_decide(service, &none, "10.89.0.0/16", &taken, &changes);
    assert_int_equal(changes.n, 1);
    assert_int_equal(changes.v[0].verb, CHANGE_SPEC);
    assert_true(str_starts(json_str(json_object_get(changes.v[0].object, "spec"), "clusterIP", ""), "10.89."));
}

static void untold(void *data, const struct kind *kind, enum objects_change_type type, const json_t *object,
                   const json_t *before)
{
}

static void test_owned(void **state)
{
    struct fixture *f = *state;
    static const char *const kinds_kept[] = {"Pod", "Service", NULL};
    struct object_cache *cache;
    struct err e = {0};
    AUTO_JSON json_t *owner = fixture_create(f, "Service", "default", "{'metadata': {'name': 'o'}, 'spec': {}}");
    assert_int_equal(object_cache_open(f->objects, kinds_kept, untold, NULL, &cache, &e), 0);
    static const struct {
        const char *kind, *uid; // uid NULL: the owner's
        size_t changes;
    } cases[] = {{"Service", NULL, 0}, {"Service", "gone", 1}, {"ReplicaSet", "gone", 0}};
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        AUTO_CHANGES struct changes changes = {0};
        AUTO_JSON json_t *pod =
            json_pack("{s:{s:s, s:s, s:[{s:s, s:s, s:b}]}}", "metadata", "name", "p", "namespace", "default",
                      "ownerReferences", "kind", cases[i].kind, "uid",
                      cases[i].uid ? cases[i].uid : fixture_text(owner, "metadata.uid"), "controller", 1);
        owned_decide(cache, kind_find("Pod"), pod, &changes);
        assert_int_equal(changes.n, cases[i].changes);
    }
    object_cache_close(cache);
}

static void test_cache_follows(void **state)
{
    struct fixture *f = *state;
    static const char *const kinds_kept[] = {"Pod", NULL};
    struct object_cache *cache;
    struct err e = {0};
    AUTO_JSON json_t *first = fixture_create(f, "Pod", "default", FIXTURE_POD("first"));
    assert_int_equal(object_cache_open(f->objects, kinds_kept, untold, NULL, &cache, &e), 0);
    AUTO_JSON json_t *second = fixture_create(f, "Pod", "default", FIXTURE_POD("second"));
    assert_non_null(object_cache_get(cache, "Pod", "default", "first"));
    assert_true(json_equal(object_cache_get(cache, "Pod", "default", "second"), second));
    assert_true(object_cache_has_uid(cache, "Pod", object_uid(second)));
    assert_int_equal(objects_remove(f->objects, fixture_ref("Pod", "default", "first"), NULL, &e), 0);
    assert_null(object_cache_get(cache, "Pod", "default", "first"));
    assert_false(object_cache_has_uid(cache, "Pod", object_uid(first)));
    object_cache_close(cache);
}

// ---- goals ----

static void link_to(struct component *c, size_t target)
{
    c->links = mem_push(c->links, c->n_links, sizeof(*c->links));
    c->links[c->n_links++] = (struct topology_link){.kind = LINK_CONNECTS_TO, .target = target};
}

static void test_goals(void **state)
{
    static const struct {
        const char *state, *component, *own;
        enum plan_goal goals[3]; // gui -> api -> db
    } cases[] = {
        {"Running", NULL, NULL, {PLAN_RUN, PLAN_RUN, PLAN_RUN}},
        {"Stopped", NULL, NULL, {PLAN_STOP, PLAN_STOP, PLAN_STOP}},
        {"Running", "db", "Stopped", {PLAN_STOP, PLAN_STOP, PLAN_STOP}},
        {"Running", "gui", "Stopped", {PLAN_STOP, PLAN_RUN, PLAN_RUN}},
        {"Stopped", "api", "Running", {PLAN_STOP, PLAN_RUN, PLAN_RUN}},
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct component c[3] = {{.name = (char *)(uintptr_t) "gui"},
                                 {.name = (char *)(uintptr_t) "api"},
                                 {.name = (char *)(uintptr_t) "db"}};
        struct topology t = {.components = c, .n_components = 3};
        struct application_override own = {(char *)(uintptr_t)cases[i].component, (char *)(uintptr_t)cases[i].own,
                                           FIELD_UNSET};
        struct application_spec spec = {.state = (char *)(uintptr_t)cases[i].state};
        if (cases[i].component)
            spec.components = (struct field_list){&own, 1};
        link_to(&c[0], 1);
        link_to(&c[1], 2);
        AUTO_FREE enum plan_goal *goals = orc_goals(&t, &spec);
        for (size_t k = 0; k < 3; k++)
            assert_int_equal(goals[k], cases[i].goals[k]);
        free(c[0].links);
        free(c[1].links);
    }
}

// ---- the queue ----

struct seen {
    struct strv keys;
    struct work_queue *queue;
    int failures; // still to come
};

static int64_t see(void *data, const char *key)
{
    struct seen *s = data;
    strv_add(&s->keys, key);
    if (str_eq(key, "again") && s->failures > 0)
        return s->failures-- > 1 ? -EIO : -EAGAIN;
    if (str_eq(key, "names"))
        work_queue_add(s->queue, "named");
    return str_eq(key, "later") && s->keys.n < 3 ? US_PER_MS : 0;
}

static char *work(const char *const *keys, int failures)
{
    uv_loop_t loop;
    struct seen s = {.failures = failures};
    uv_loop_init(&loop);
    s.queue = work_queue_new(&loop, see, &s);
    assert_false(uv_loop_alive(&loop)); // nothing runs while nothing is queued
    for (; *keys; keys++)
        work_queue_add(s.queue, *keys);
    uv_run(&loop, UV_RUN_DEFAULT); // ends when nothing waits any more
    assert_int_equal(work_queue_waiting(s.queue), 0);
    work_queue_free(s.queue);
    uv_run(&loop, UV_RUN_DEFAULT);
    assert_int_equal(uv_loop_close(&loop), 0);
    char *text = strv_join(&s.keys, " ");
    strv_done(&s.keys);
    return text;
}

static void test_queue(void **state)
{
    AUTO_FREE char *once = work((const char *[]){"a", "b", "a", NULL}, 0);
    assert_string_equal(once, "a b");
    AUTO_FREE char *failed = work((const char *[]){"again", NULL}, 3);
    assert_string_equal(failed, "again again again again");
    AUTO_FREE char *named = work((const char *[]){"names", NULL}, 0);
    assert_string_equal(named, "names named");
    AUTO_FREE char *later = work((const char *[]){"later", NULL}, 0);
    assert_string_equal(later, "later later later");
}

static void test_back_off(void **state)
{
    assert_int_equal(work_queue_back_off(1), WORK_QUEUE_FIRST_US);
    assert_int_equal(work_queue_back_off(3), 4 * WORK_QUEUE_FIRST_US);
    assert_int_equal(work_queue_back_off(1000), WORK_QUEUE_LAST_US);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_addresses),
        cmocka_unit_test(test_endpoints),
        cmocka_unit_test(test_address_is_given),
        cmocka_unit_test_setup_teardown(test_owned, fixture_open, fixture_close),
        cmocka_unit_test_setup_teardown(test_cache_follows, fixture_open, fixture_close),
        cmocka_unit_test(test_goals),
        cmocka_unit_test(test_queue),
        cmocka_unit_test(test_back_off),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
