// SPDX-License-Identifier: Apache-2.0
// Objects over the store: making, changing, deleting and watching them.
#include "head_fixture.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

static int create(struct fixture *f, const char *kind, const char *ns, const char *text, struct err *e)
{
    AUTO_JSON json_t *given = fixture_json(text);
    err_clear(e);
    return objects_create(f->objects, kind_find(kind), ns, given, false, NULL, e);
}

static void test_create_completes(void **state)
{
    struct fixture *f = *state;
    AUTO_JSON json_t *v = fixture_create(
        f, "Pod", "default",
        "{'metadata': {'name': 'web-1', 'uid': 'mine', 'generation': 9}, 'status': {'phase': 'Running'}, "
        "'spec': {'containers': [{'name': 'main', 'image': 'web:1'}]}}");
    assert_string_equal(fixture_text(v, "apiVersion"), "v1");
    assert_string_equal(fixture_text(v, "kind"), "Pod");
    assert_string_equal(fixture_text(v, "metadata.namespace"), "default");
    assert_int_equal(strlen(fixture_text(v, "metadata.uid")), 36);
    assert_int_equal(json_int(json_object_get(v, "metadata"), "generation", 0), 1);
    assert_string_not_equal(fixture_text(v, "metadata.creationTimestamp"), "");
    assert_string_equal(fixture_text(v, "spec.restartPolicy"), "Always");
    assert_string_equal(fixture_text(v, "status.phase"), "Pending");
    AUTO_JSON json_t *again = NULL;
    assert_int_equal(objects_get(f->objects, fixture_ref("Pod", "default", "web-1"), &again, NULL), 0);
    assert_true(json_equal(v, again));
}

static void test_create_refuses(void **state)
{
    struct fixture *f = *state;
    struct err e = {0};
    static const struct {
        const char *kind, *ns, *text;
        int r;
        const char *says;
    } cases[] = {
        {"Pod", "default", "{'spec': {'containers': [{'name': 'a', 'image': 'b'}]}}", -EINVAL,
         "metadata.name: required"},
        {"Pod", "default", "{'metadata': {'name': 'a'}, 'spec': {'containers': []}}", -EINVAL,
         "spec.containers: required"},
        {"Pod", "default", "{'metadata': {'name': 'a'}, 'spek': {}}", -EINVAL, "spek: unknown field"},
        {"Pod", "default", "{'metadata': {'name': 'A_b'}, 'spec': {'containers': [{'name': 'a', 'image': 'b'}]}}",
         -EINVAL, "metadata.name: 'A_b'"},
        {"Pod", "default", "{'kind': 'Node', 'metadata': {'name': 'a'}}", -EINVAL, "kind: 'Node'"},
        {"Pod", "default",
         "{'metadata': {'name': 'a', 'namespace': 'other'}, 'spec': {'containers': [{'name': 'a', 'image': 'b'}]}}",
         -EINVAL, "metadata.namespace"},
        {"Pod", "nowhere", FIXTURE_POD("a"), -ENOENT, "namespaces \"nowhere\" not found"},
        {"Pod", "default",
         "{'metadata': {'name': 'a'}, 'spec': {'containers': [{'name': 'a', 'image': 'b', 'volumeMounts': [{'name': "
         "'data', "
         "'mountPath': '/x'}]}]}}",
         -EINVAL, "spec.containers[0].volumeMounts[0].name: 'data'"},
        {"Deployment", "default",
         "{'metadata': {'name': 'a'}, 'spec': {'selector': {'matchLabels': {'a': 'b'}}, 'template': {'spec': "
         "{'containers': "
         "[{'name': 'a', 'image': 'b'}]}}}}",
         -EINVAL, "spec.template.metadata.labels: 'a'"},
        {"Volume", "default", "{'metadata': {'name': 'a.b'}}", -EINVAL, "metadata.name: 'a.b' is no DNS label"},
        {"Namespace", NULL, "{'metadata': {'name': 'a', 'labels': {'-': 'x'}}}", -EINVAL, "metadata.labels: '-'"},
        {"Namespace", NULL, "[]", -EINVAL, "object: must be an object"},
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        int r = create(f, cases[i].kind, cases[i].ns, cases[i].text, &e);
        if (r != cases[i].r)
            fail_msg("%s gives %d: %s", cases[i].text, r, e.text);
        if (!strstr(e.text, cases[i].says))
            fail_msg("'%s' does not say '%s'", e.text, cases[i].says);
    }
    assert_int_equal(create(f, "Pod", "default", FIXTURE_POD("twice"), &e), 0);
    assert_int_equal(create(f, "Pod", "default", FIXTURE_POD("twice"), &e), -EEXIST);
}

static void test_generate_name(void **state)
{
    AUTO_JSON json_t *v =
        fixture_create(*state, "Pod", "default",
                       "{'metadata': {'generateName': 'web-'}, 'spec': {'containers': [{'name': 'a', 'image': 'b'}]}}");
    assert_int_equal(strlen(fixture_text(v, "metadata.name")), 9);
    assert_memory_equal(fixture_text(v, "metadata.name"), "web-", 4);
}

static void test_replace_keeps_what_is_the_heads(void **state)
{
    struct fixture *f = *state;
    struct err e = {0};
    AUTO_JSON json_t *v = fixture_create(f, "Pod", "default", FIXTURE_POD("web-1")), *after = NULL;
    AUTO_JSON json_t *given =
        fixture_json("{'metadata': {'name': 'web-1', 'labels': {'app': 'new'}}, 'status': {'phase': "
                     "'Failed'}, 'spec': {'containers': [{'name': 'main', 'image': 'web:2'}]}}");
    struct object_ref ref = fixture_ref("Pod", "default", "web-1");
    assert_int_equal(objects_replace(f->objects, ref, OBJECTS_SPEC, given, &after, &e), 0);
    assert_string_equal(fixture_text(after, "metadata.uid"), fixture_text(v, "metadata.uid"));
    assert_string_equal(fixture_text(after, "metadata.labels.app"), "new");
    assert_string_equal(fixture_text(after, "status.phase"), "Pending");
    assert_int_equal(json_int(json_object_get(after, "metadata"), "generation", 0), 2);
    assert_string_not_equal(fixture_text(after, "metadata.resourceVersion"),
                            fixture_text(v, "metadata.resourceVersion"));

    /* the version of before is out of date now */
    json_object_set(json_object_get(given, "metadata"), "resourceVersion",
                    json_at(v, "metadata", "resourceVersion", NULL));
    assert_int_equal(objects_replace(f->objects, ref, OBJECTS_SPEC, given, NULL, &e), -EAGAIN);
}

static void test_nothing_is_written_when_nothing_changes(void **state)
{
    struct fixture *f = *state;
    AUTO_JSON json_t *v = fixture_create(f, "Pod", "default", FIXTURE_POD("web-1"));
    AUTO_JSON json_t *same = fixture_json(FIXTURE_POD("web-1"));
    AUTO_JSON json_t *status = fixture_json("{'status': {'phase': 'Pending'}}");
    int64_t before = objects_revision(f->objects);
    struct object_ref ref = fixture_ref("Pod", "default", "web-1");
    assert_int_equal(objects_replace(f->objects, ref, OBJECTS_SPEC, same, NULL, NULL), 0);
    assert_int_equal(objects_replace(f->objects, ref, OBJECTS_STATUS, status, NULL, NULL), 0);
    assert_int_equal(objects_revision(f->objects), before);
}

static void test_status_part(void **state)
{
    struct fixture *f = *state;
    struct err e = {0};
    AUTO_JSON json_t *v = fixture_create(f, "Pod", "default", FIXTURE_POD("web-1")), *after = NULL;
    AUTO_JSON json_t *given =
        fixture_json("{'status': {'phase': 'Running'}, 'spec': {'containers': []}, 'metadata': {'labels': {}}}");
    struct object_ref ref = fixture_ref("Pod", "default", "web-1");
    assert_int_equal(objects_replace(f->objects, ref, OBJECTS_STATUS, given, &after, &e), 0);
    assert_string_equal(fixture_text(after, "status.phase"), "Running");
    assert_string_equal(fixture_text(after, "metadata.labels.app"), "web");
    assert_int_equal(json_int(json_object_get(after, "metadata"), "generation", 0), 1);
    AUTO_JSON json_t *bad = fixture_json("{'status': {'fase': 'Running'}}");
    assert_int_equal(objects_replace(f->objects, ref, OBJECTS_STATUS, bad, NULL, &e), -EINVAL);
    assert_non_null(strstr(e.text, "status.fase: unknown field"));
}

static void test_immutable(void **state)
{
    struct fixture *f = *state;
    struct err e = {0};
    AUTO_JSON json_t *v = fixture_create(f, "Pod", "default", FIXTURE_POD("web-1"));
    AUTO_JSON json_t *first = fixture_json("{'spec': {'nodeName': 'one'}}"),
                     *second = fixture_json("{'spec': {'nodeName': 'two'}}");
    struct object_ref ref = fixture_ref("Pod", "default", "web-1");
    assert_int_equal(objects_patch(f->objects, ref, OBJECTS_SPEC, first, NULL, &e), 0);
    assert_int_equal(objects_patch(f->objects, ref, OBJECTS_SPEC, second, NULL, &e), -EINVAL);
    assert_memory_equal(e.text, "spec.nodeName: immutable", 24);
}

static int set_label(void *data, json_t *object)
{
    json_put_str(json_at(object, "metadata", "labels", NULL), "app", data);
    return 0;
}

static int refuse_change(void *data, json_t *object)
{
    return -ECANCELED;
}

static void test_change(void **state)
{
    struct fixture *f = *state;
    AUTO_JSON json_t *v = fixture_create(f, "Pod", "default", FIXTURE_POD("web-1")), *after = NULL;
    struct object_ref ref = fixture_ref("Pod", "default", "web-1");
    char label[] = "other";
    assert_int_equal(objects_change(f->objects, ref, OBJECTS_SPEC, set_label, label, &after, NULL), 0);
    assert_string_equal(fixture_text(after, "metadata.labels.app"), "other");
    assert_int_equal(objects_change(f->objects, ref, OBJECTS_SPEC, refuse_change, NULL, NULL, NULL), -ECANCELED);
}

static bool is_there(struct fixture *f, struct object_ref ref)
{
    AUTO_JSON json_t *v = NULL;
    return objects_get(f->objects, ref, &v, NULL) == 0;
}

static void test_delete_at_once_or_marked(void **state)
{
    struct fixture *f = *state;
    struct object_ref ref = fixture_ref("Pod", "default", "web-1");
    AUTO_JSON json_t *free_pod = fixture_create(f, "Pod", "default", FIXTURE_POD("web-1"));
    assert_int_equal(objects_delete(f->objects, ref, NULL, NULL, NULL), 0);
    assert_false(is_there(f, ref));

    AUTO_JSON json_t *node = fixture_create(f, "Node", NULL, "{'metadata': {'name': 'one'}}");
    AUTO_JSON json_t *pod = fixture_create(f, "Pod", "default", FIXTURE_POD("web-1")), *marked = NULL;
    AUTO_JSON json_t *place = fixture_json("{'spec': {'nodeName': 'one'}}");
    assert_int_equal(objects_patch(f->objects, ref, OBJECTS_SPEC, place, NULL, NULL), 0);
    assert_int_equal(objects_delete(f->objects, ref, NULL, &marked, NULL), 0);
    assert_string_not_equal(fixture_text(marked, "metadata.deletionTimestamp"), "");
    assert_int_equal(json_int(json_object_get(marked, "metadata"), "deletionGracePeriodSeconds", -1), 10);
    assert_int_equal(objects_remove(f->objects, ref, "another uid", NULL), 0);
    assert_true(is_there(f, ref));
    assert_int_equal(objects_remove(f->objects, ref, fixture_text(pod, "metadata.uid"), NULL), 0);
    assert_false(is_there(f, ref));
    assert_int_equal(objects_remove(f->objects, ref, NULL, NULL), 0);
}

static void test_delete_options(void **state)
{
    struct fixture *f = *state;
    struct object_ref ref = fixture_ref("Pod", "default", "web-1");
    AUTO_JSON json_t *node = fixture_create(f, "Node", NULL, "{'metadata': {'name': 'one'}}");
    AUTO_JSON json_t *pod = fixture_create(f, "Pod", "default",
                                           "{'metadata': {'name': 'web-1'}, 'spec': {'nodeName': 'one', 'containers': "
                                           "[{'name': 'main', 'image': 'web:1'}]}}");
    struct objects_delete other = {.uid = "another", .grace_s = FIELD_UNSET}, longer = {.grace_s = 60},
                          shorter = {.grace_s = 3}, forced = {.grace_s = 0};
    AUTO_JSON json_t *a = NULL, *b = NULL;
    assert_int_equal(objects_delete(f->objects, ref, &other, NULL, NULL), -EAGAIN);
    assert_int_equal(objects_delete(f->objects, ref, &shorter, &a, NULL), 0);
    assert_int_equal(objects_delete(f->objects, ref, &longer, &b, NULL), 0);
    assert_int_equal(json_int(json_object_get(b, "metadata"), "deletionGracePeriodSeconds", -1), 3);
    assert_int_equal(objects_delete(f->objects, ref, &forced, NULL, NULL), 0);
    assert_false(is_there(f, ref));
}

static void test_delete_on_a_node_that_is_gone(void **state)
{
    struct fixture *f = *state;
    struct object_ref ref = fixture_ref("Volume", "default", "data");
    AUTO_JSON json_t *v =
        fixture_create(f, "Volume", "default", "{'metadata': {'name': 'data'}, 'spec': {'nodeName': 'one'}}");
    assert_int_equal(objects_delete(f->objects, ref, NULL, NULL, NULL), 0);
    assert_false(is_there(f, ref));
}

static void test_finalizers(void **state)
{
    struct fixture *f = *state;
    struct object_ref ref = fixture_ref("Service", "default", "web");
    AUTO_JSON json_t *v =
        fixture_create(f, "Service", "default", "{'metadata': {'name': 'web', 'finalizers': ['x']}, 'spec': {}}");
    AUTO_JSON json_t *none = fixture_json("{'metadata': {'finalizers': null}}");
    assert_int_equal(objects_delete(f->objects, ref, NULL, NULL, NULL), 0);
    assert_true(is_there(f, ref));
    assert_int_equal(objects_patch(f->objects, ref, OBJECTS_SPEC, none, NULL, NULL), 0);
    assert_false(is_there(f, ref));
}

static void test_namespaces(void **state)
{
    struct fixture *f = *state;
    struct err e = {0};
    struct object_ref shop = fixture_ref("Namespace", NULL, "shop");
    AUTO_JSON json_t *ns = fixture_create(f, "Namespace", NULL, "{'metadata': {'name': 'shop'}}");
    AUTO_JSON json_t *pod = fixture_create(f, "Pod", "shop", FIXTURE_POD("web-1"));
    assert_string_equal(fixture_text(ns, "status.phase"), "Active");
    assert_int_equal(objects_delete(f->objects, fixture_ref("Namespace", NULL, "default"), NULL, NULL, &e), -EBUSY);
    assert_int_equal(objects_delete(f->objects, shop, NULL, NULL, &e), -EBUSY);
    objects_event(f->objects, pod, false, "Seen", "once");
    assert_int_equal(objects_delete(f->objects, fixture_ref("Pod", "shop", "web-1"), NULL, NULL, &e), 0);
    assert_int_equal(objects_delete(f->objects, shop, NULL, NULL, &e), 0);
    AUTO_JSON json_t *events = NULL;
    assert_int_equal(objects_list(f->objects, kind_find("Event"), NULL, &events, NULL, &e), 0);
    assert_int_equal(json_array_size(events), 0);
}

// ---- watches ----

struct log {
    struct buf text;
    struct objects_watch *end; // ended from within
};

static void on_told(void *data, enum objects_change_type type, const json_t *object, const json_t *before,
                    int64_t revision)
{
    struct log *l = data;
    buf_addf(&l->text, "%c%s%s ", "AMD"[type], fixture_text(object, "metadata.name"), before ? "+" : "");
    if (l->end) {
        objects_unwatch(l->end);
        l->end = NULL;
    }
}

static void test_watch(void **state)
{
    struct fixture *f = *state;
    struct log all = {0}, late = {0}, other = {0};
    struct objects_watch *w[3];
    const struct kind *k = kind_find("Pod");
    int64_t start = objects_revision(f->objects);
    AUTO_JSON json_t *a = fixture_create(f, "Pod", "default", FIXTURE_POD("a"));
    assert_int_equal(objects_watch(f->objects, k, NULL, start, on_told, &all, &w[0], NULL), 0);
    assert_int_equal(objects_watch(f->objects, k, "default", objects_revision(f->objects), on_told, &late, &w[1], NULL),
                     0);
    assert_int_equal(objects_watch(f->objects, k, "shop", start, on_told, &other, &w[2], NULL), 0);
    assert_string_equal(buf_str(&all.text), "Aa ");
    AUTO_JSON json_t *b = fixture_create(f, "Pod", "default", FIXTURE_POD("b"));
    AUTO_JSON json_t *label = fixture_json("{'metadata': {'labels': {'app': 'x'}}}");
    assert_int_equal(objects_patch(f->objects, fixture_ref("Pod", "default", "a"), OBJECTS_SPEC, label, NULL, NULL), 0);
    late.end = w[1];
    assert_int_equal(objects_delete(f->objects, fixture_ref("Pod", "default", "b"), NULL, NULL, NULL), 0);
    assert_int_equal(objects_delete(f->objects, fixture_ref("Pod", "default", "a"), NULL, NULL, NULL), 0);
    assert_string_equal(buf_str(&all.text), "Aa Ab Ma+ Db+ Da+ ");
    assert_string_equal(buf_str(&late.text), "Ab Ma+ Db+ ");
    assert_string_equal(buf_str(&other.text), "");
    objects_unwatch(w[0]);
    objects_unwatch(w[2]);
    buf_done(&all.text);
    buf_done(&late.text);
}

// ---- events ----

static size_t count_events(struct fixture *f, json_t **ret_first)
{
    AUTO_JSON json_t *all = NULL;
    assert_int_equal(objects_list(f->objects, kind_find("Event"), NULL, &all, NULL, NULL), 0);
    *ret_first = json_incref(json_array_get(all, 0));
    return json_array_size(all);
}

static void test_events_are_counted(void **state)
{
    struct fixture *f = *state;
    AUTO_JSON json_t *pod = fixture_create(f, "Pod", "default", FIXTURE_POD("web-1")), *first = NULL;
    for (int i = 0; i < 3; i++)
        objects_event(f->objects, pod, true, "BackOff", "restarting %s", "main");
    assert_int_equal(count_events(f, &first), 1);
    assert_int_equal(json_int(first, "count", 0), 3);
    assert_string_equal(fixture_text(first, "type"), "Warning");
    assert_string_equal(fixture_text(first, "message"), "restarting main");
    assert_string_equal(fixture_text(first, "involvedObject.uid"), fixture_text(pod, "metadata.uid"));
}

static void test_events_are_bounded(void **state)
{
    struct fixture *f = *state;
    AUTO_JSON json_t *pod = fixture_create(f, "Pod", "default", FIXTURE_POD("web-1")), *first = NULL;
    for (int i = 0; i < 1100; i++)
        objects_event(f->objects, pod, false, "Seen", "number %d", i);
    size_t n = count_events(f, &first);
    assert_true(n <= 1000 && n > 900);
}

/* ---- secrets ---- */

static char *stored(struct fixture *f, const char *key)
{
    AUTO(store_item_done)
    struct store_item item = {0};
    assert_int_equal(store_get(f->store, key, &item, NULL), 0);
    return mem_strdup(item.value);
}

#define SECRET(name, more) "{'metadata': {'name': '" name "', 'annotations': {'note': 'hidden-note'}}" more "}"

static void test_secret_is_sealed(void **state)
{
    struct fixture *f = *state;
    AUTO_JSON json_t *v = fixture_create(f, "Secret", "default",
                                         SECRET("db", ", 'stringData': {'password': 'hidden'}, 'data': {'b': 'AAE='}"));
    assert_string_equal(fixture_text(v, "data.password"), "aGlkZGVu");
    assert_string_equal(fixture_text(v, "data.b"), "AAE=");
    assert_string_equal(fixture_text(v, "type"), "Opaque");
    assert_null(json_object_get(v, "stringData"));
    AUTO_JSON json_t *again = NULL;
    assert_int_equal(objects_get(f->objects, fixture_ref("Secret", "default", "db"), &again, NULL), 0);
    assert_true(json_equal(v, again));
    AUTO_FREE char *text = stored(f, "/secrets/default/db");
    static const char *const hidden[] = {"hidden", "aGlkZGVu", "AAE=", "password", "hidden-note"};
    for (size_t i = 0; i < ARRAY_LEN(hidden); i++)
        assert_null(strstr(text, hidden[i]));
}

static void test_secret_moved_elsewhere_does_not_open(void **state)
{
    struct fixture *f = *state;
    struct err e = {0};
    AUTO_JSON json_t *a = fixture_create(f, "Secret", "default", SECRET("a1", ", 'stringData': {'k': 'hidden'}"));
    AUTO_FREE char *text = stored(f, "/secrets/default/a1");
    struct store_op op = {.key = "/secrets/default/a2", .value = text, .expect = 0};
    int64_t revision;
    assert_int_equal(store_write(f->store, &op, 1, &revision, NULL, &e), 0);
    AUTO_JSON json_t *v = NULL;
    assert_int_equal(objects_get(f->objects, fixture_ref("Secret", "default", "a2"), &v, &e), -ENOKEY);
    assert_null(v);
    assert_int_equal(objects_delete(f->objects, fixture_ref("Secret", "default", "a2"), NULL, NULL, &e), 0);
}

static void test_secret_rules(void **state)
{
    struct fixture *f = *state;
    struct err e = {0};
    static const struct {
        const char *text, *says;
    } cases[] = {
        {SECRET("x", ", 'data': {'k': 'hidden!'}"), "data.k: it is not base64"},
        {SECRET("x", ", 'data': {'a b': 'aGk='}"), "data: 'a b' is no name"},
        {SECRET("x", ", 'stringData': {'..': 'hidden'}"), "data: '..' is no name"},
        {SECRET("x", ", 'data': {'k': 1}"), "data.k"},
        {SECRET("x", ", 'values': {}"), "values: unknown field"},
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        assert_int_equal(create(f, "Secret", "default", cases[i].text, &e), -EINVAL);
        if (!strstr(e.text, cases[i].says))
            fail_msg("'%s' does not say '%s'", e.text, cases[i].says);
        assert_null(strstr(e.text, "hidden"));
    }
    AUTO_JSON json_t *made =
        fixture_create(f, "Secret", "default", SECRET("fixed", ", 'stringData': {'k': 'v'}, 'immutable': true"));
    AUTO_JSON json_t *label = fixture_json("{'metadata': {'labels': {'a': 'b'}}}");
    AUTO_JSON json_t *value = fixture_json("{'stringData': {'k': 'w'}}");
    AUTO_JSON json_t *open = fixture_json("{'immutable': false}");
    struct object_ref ref = fixture_ref("Secret", "default", "fixed");
    assert_int_equal(objects_patch(f->objects, ref, OBJECTS_SPEC, label, NULL, &e), 0);
    assert_int_equal(objects_patch(f->objects, ref, OBJECTS_SPEC, value, NULL, &e), -EINVAL);
    assert_int_equal(objects_patch(f->objects, ref, OBJECTS_SPEC, open, NULL, &e), -EINVAL);
}

int main(void)
{
    cmocka_set_message_output(CM_OUTPUT_TAP);
#define TEST(fn) cmocka_unit_test_setup_teardown(fn, fixture_open, fixture_close)
    const struct CMUnitTest tests[] = {
        TEST(test_create_completes),
        TEST(test_create_refuses),
        TEST(test_secret_is_sealed),
        TEST(test_secret_moved_elsewhere_does_not_open),
        TEST(test_secret_rules),
        TEST(test_generate_name),
        TEST(test_replace_keeps_what_is_the_heads),
        TEST(test_nothing_is_written_when_nothing_changes),
        TEST(test_status_part),
        TEST(test_immutable),
        TEST(test_change),
        TEST(test_delete_at_once_or_marked),
        TEST(test_delete_options),
        TEST(test_delete_on_a_node_that_is_gone),
        TEST(test_finalizers),
        TEST(test_namespaces),
        TEST(test_watch),
        TEST(test_events_are_counted),
        TEST(test_events_are_bounded),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
