// SPDX-License-Identifier: Apache-2.0
// Deployments: pods made, replaced, changed in place, scaled; and the status.
#include "head/deployment_decide.h"

#include <stdio.h>

#include "head_fixture.h"

#define NOW "2026-01-01T00:00:00Z"
#define DEPLOYMENT(more, pod)                                                                                          \
    "{'metadata': {'name': 'web', 'namespace': 'default', 'uid': 'd1', 'generation': 3}, 'spec': {'selector': "        \
    "{'matchLabels': {'app': 'web'}}, 'template': {'metadata': {'labels': {'app': 'web'}}, 'spec': {'containers': "    \
    "[{'name': 'main', 'image': 'x'" pod "}]}}" more "}}"

struct scene {
    json_t *deployment;
    json_t *all[16];
    struct object_list pods;
    struct changes changes;
};

static struct scene scene(const char *deployment)
{
    return (struct scene){.deployment = fixture_json(deployment)};
}

static void scene_done(struct scene *s)
{
    for (size_t i = 0; i < s->pods.n; i++)
        json_decref(s->all[i]);
    json_decref(s->deployment);
    object_list_done(&s->pods);
    changes_done(&s->changes);
}

// Adds a pod as the Deployment would make it now; made: its second of creation; state: "ready", "new", "going",
// "Failed", "Succeeded".
static json_t *add(struct scene *s, const char *name, int made, const char *state)
{
    char hash[TEMPLATE_HASH_SIZE], created[32];
    snprintf(created, sizeof(created), "2026-01-01T00:00:%02dZ", made);
    deployment_hash(s->deployment, hash);
    json_t *spec = json_deep_copy(json_at(s->deployment, "spec", "template", "spec", NULL));
    json_put_str(spec, "nodeName", "a");
    bool ended = str_eq(state, "Failed") || str_eq(state, "Succeeded");
    json_t *pod = json_pack("{s:{s:s, s:s, s:s, s:s, s:{s:s, s:s}}, s:o, s:{s:s, s:[{s:s, s:s}]}}", "metadata", "name",
                            name, "namespace", "default", "uid", name, "creationTimestamp", created, "labels", "app",
                            "web", POD_TEMPLATE_HASH, hash, "spec", spec, "status", "phase", ended ? state : "Running",
                            "conditions", "type", "Ready", "status", str_eq(state, "ready") ? "True" : "False");
    if (str_eq(state, "going"))
        json_put_str(json_object_get(pod, "metadata"), "deletionTimestamp", NOW);
    s->all[s->pods.n] = pod;
    object_list_add(&s->pods, pod);
    return pod;
}

// What is decided, but for the status: "+" a pod made, "-name" deleted, "=name" changed.
static char *decide(struct scene *s)
{
    struct buf b = {0};
    changes_done(&s->changes);
    deployment_decide(s->deployment, &s->pods, NOW, &s->changes);
    for (size_t i = 0; i < s->changes.n; i++) {
        const struct change *c = &s->changes.v[i];
        if (c->verb == CHANGE_CREATE)
            buf_adds(&b, "+ ");
        else if (c->verb == CHANGE_DELETE)
            buf_addf(&b, "-%s ", object_name(c->object));
        else if (c->verb == CHANGE_SPEC)
            buf_addf(&b, "=%s ", object_name(c->object));
    }
    return buf_take(&b);
}

static void expect(struct scene *s, const char *changes)
{
    AUTO_FREE char *is = decide(s);
    assert_string_equal(is, changes);
}

static void set_spec(struct scene *s, const char *key, json_t *v)
{
    json_object_set_new(json_object_get(s->deployment, "spec"), key, v);
}

static void set_image(struct scene *s, const char *image)
{
    json_put_str(json_array_get(json_at(s->deployment, "spec", "template", "spec", "containers", NULL), 0), "image",
                 image);
}

static void test_made(void **state)
{
    struct scene s = scene(DEPLOYMENT(", 'replicas': 2", ""));
    expect(&s, "+ + ");
    const json_t *pod = s.changes.v[0].object;
    assert_string_equal(json_str(json_object_get(pod, "metadata"), "generateName", ""), "web-");
    assert_true(object_is_owned_by(pod, "d1"));
    assert_string_equal(object_label(pod, "app"), "web");
    assert_non_null(object_label(pod, POD_TEMPLATE_HASH));
    add(&s, "a", 1, "ready");
    add(&s, "b", 2, "new");
    expect(&s, "");
    scene_done(&s);
}

static void test_scaled_down(void **state)
{
    struct scene s = scene(DEPLOYMENT(", 'replicas': 2", ""));
    add(&s, "old", 1, "ready");
    add(&s, "newest", 4, "ready");
    add(&s, "unready", 2, "new");
    add(&s, "middle", 3, "ready");
    expect(&s, "-unready -newest ");
    set_spec(&s, "replicas", json_integer(0));
    expect(&s, "-unready -newest -middle -old ");
    scene_done(&s);
}

static void test_recreate(void **state)
{
    struct scene s = scene(DEPLOYMENT(", 'replicas': 2", ""));
    json_t *a = add(&s, "a", 1, "ready");
    json_t *b = add(&s, "b", 2, "ready");
    set_image(&s, "y");
    expect(&s, "-b -a ");
    json_put_str(json_object_get(a, "metadata"), "deletionTimestamp", NOW);
    expect(&s, "-b ");
    json_put_str(json_object_get(b, "metadata"), "deletionTimestamp", NOW);
    expect(&s, ""); // the former ones are still going
    s.pods.n = 0;
    expect(&s, "+ + ");
    s.pods.n = 2;
    scene_done(&s);
}

static void test_rolling(void **state)
{
    struct scene s = scene(DEPLOYMENT(", 'replicas': 2, 'strategy': {'type': 'RollingUpdate'}", ""));
    add(&s, "a", 1, "ready");
    add(&s, "b", 2, "ready");
    set_image(&s, "y");
    expect(&s, "+ ");
    json_t *c = add(&s, "c", 3, "new");
    expect(&s, ""); // one more than wanted is the most, and as many ready as wanted the least
    json_put_str(json_array_get(json_at(c, "status", "conditions", NULL), 0), "status", "True");
    expect(&s, "-b ");
    scene_done(&s);
}

static void test_rolling_with_host_ports(void **state)
{
    struct scene s = scene(DEPLOYMENT(", 'replicas': 2, 'strategy': {'type': 'RollingUpdate'}",
                                      ", 'ports': [{'containerPort': 80, 'hostPort': 80}]"));
    json_t *a = add(&s, "a", 1, "ready");
    add(&s, "b", 2, "ready");
    set_image(&s, "y");
    expect(&s, "-b ");
    json_put_str(json_object_get(s.all[1], "metadata"), "deletionTimestamp", NOW);
    expect(&s, ""); // it goes before another comes
    object_list_done(&s.pods);
    object_list_add(&s.pods, a);
    expect(&s, "+ ");
    object_list_add(&s.pods, s.all[1]);
    scene_done(&s);
}

static void test_changed_in_place(void **state)
{
    struct scene s = scene(DEPLOYMENT("", ""));
    json_t *spec = json_at(s.deployment, "spec", "template", "spec", NULL);
    json_object_set_new(spec, "sedge", fixture_json("{'state': 'Stopped', 'bundle': 'one', 'sleep': true}"));
    add(&s, "a", 1, "ready");
    expect(&s, "");
    json_object_set_new(spec, "sedge", fixture_json("{'state': 'Running', 'bundle': 'two', 'sleep': true}"));
    expect(&s, "=a ");
    assert_string_equal(json_str(json_at(s.changes.v[0].object, "spec", "sedge", NULL), "bundle", ""), "two");
    json_object_del(json_object_get(spec, "sedge"), "sleep"); // not one of those that change in place
    expect(&s, "-a ");
    scene_done(&s);
}

static void test_paused(void **state)
{
    struct scene s = scene(DEPLOYMENT(", 'replicas': 2, 'paused': true", ""));
    add(&s, "a", 1, "ready");
    set_image(&s, "y");
    expect(&s, "");
    scene_done(&s);
}

static void test_ended(void **state)
{
    static const struct {
        const char *policy, *phase, *changes;
    } cases[] = {
        {"Always", "Failed", "-a + "},  {"Always", "Succeeded", "-a + "}, {"OnFailure", "Failed", "-a + "},
        {"OnFailure", "Succeeded", ""}, {"Never", "Failed", ""},          {"Never", "Succeeded", ""},
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct scene s = scene(DEPLOYMENT("", ""));
        json_put_str(json_at(s.deployment, "spec", "template", "spec", NULL), "restartPolicy", cases[i].policy);
        add(&s, "a", 1, cases[i].phase);
        expect(&s, cases[i].changes);
        scene_done(&s);
    }
}

static void test_volumes_have_one_writer(void **state)
{
    struct scene s = scene(DEPLOYMENT("", ""));
    json_object_set_new(json_at(s.deployment, "spec", "template", "spec", NULL), "volumes",
                        fixture_json("[{'name': 'v', 'persistentVolumeClaim': {'claimName': 'data'}}]"));
    add(&s, "a", 1, "going");
    expect(&s, "");
    s.pods.n = 0;
    expect(&s, "+ ");
    s.pods.n = 1;
    scene_done(&s);
}

static void test_status(void **state)
{
    struct scene s = scene(DEPLOYMENT(", 'replicas': 3", ""));
    add(&s, "a", 1, "ready");
    set_image(&s, "y");
    add(&s, "b", 2, "ready");
    add(&s, "c", 3, "new");
    struct deployment_pods p;
    deployment_sort_pods(s.deployment, &s.pods, &p);
    AUTO_JSON json_t *status = deployment_status(s.deployment, &p, NOW);
    assert_int_equal(json_int(status, "observedGeneration", 0), 3);
    assert_int_equal(json_int(status, "replicas", 0), 3);
    assert_int_equal(json_int(status, "updatedReplicas", 0), 2);
    assert_int_equal(json_int(status, "readyReplicas", 0), 2);
    assert_int_equal(json_int(status, "unavailableReplicas", 0), 1);
    json_object_set(s.deployment, "status", status);
    assert_true(object_condition_is(s.deployment, "Available", "False"));
    assert_true(object_condition_is(s.deployment, "Progressing", "True"));
    AUTO_JSON json_t *later = deployment_status(s.deployment, &p, "2027-01-01T00:00:00Z");
    assert_true(json_equal(status, later)); // the time of change stays while nothing changes
    deployment_pods_done(&p);
    scene_done(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_made),
        cmocka_unit_test(test_scaled_down),
        cmocka_unit_test(test_recreate),
        cmocka_unit_test(test_rolling),
        cmocka_unit_test(test_rolling_with_host_ports),
        cmocka_unit_test(test_changed_in_place),
        cmocka_unit_test(test_paused),
        cmocka_unit_test(test_ended),
        cmocka_unit_test(test_volumes_have_one_writer),
        cmocka_unit_test(test_status),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
