// SPDX-License-Identifier: Apache-2.0
// The scheduler: which node, and why none.
#include "head/schedule.h"

#include "head_fixture.h"

#include <string.h>

#define READY                                                                                                          \
    "'status': {'allocatable': {'cpu': '1', 'memory': '100Mi', 'pods': '3'}, 'conditions': [{'type': 'Ready', "        \
    "'status': 'True'}]}"
#define NODE(name) "{'metadata': {'name': '" name "', 'uid': 'n-" name "'}, 'spec': {}, " READY "}"
#define POD(name, spec)                                                                                                \
    "{'metadata': {'name': '" name "', 'namespace': 'default', 'uid': 'p-" name "'}, 'spec': {" spec "}}"
#define MAIN(more) "'containers': [{'name': 'main', 'image': 'x'" more "}]"

struct world {
    json_t *all[16];
    size_t n;
    struct schedule_input in;
    struct changes changes;
};

static void put(struct world *w, struct object_list *to, const char *text)
{
    w->all[w->n] = fixture_json(text);
    object_list_add(to, w->all[w->n++]);
}

static void place(struct world *w)
{
    w->in.now = "2026-01-01T00:00:00Z";
    changes_done(&w->changes);
    schedule(&w->in, &w->changes);
}

static void done(struct world *w)
{
    for (size_t i = 0; i < w->n; i++)
        json_decref(w->all[i]);
    object_list_done(&w->in.pods);
    object_list_done(&w->in.nodes);
    object_list_done(&w->in.volumes);
    changes_done(&w->changes);
}

// The change of that verb to that object, or NULL.
static const json_t *change(const struct world *w, enum change_verb verb, const char *name)
{
    for (size_t i = 0; i < w->changes.n; i++)
        if (w->changes.v[i].verb == verb && str_eq(object_name(w->changes.v[i].object), name))
            return w->changes.v[i].object;
    return NULL;
}

static const char *node_of(const struct world *w, const char *pod)
{
    return json_str(json_object_get(change(w, CHANGE_SPEC, pod), "spec"), "nodeName", "");
}

static void expect_refused(const struct world *w, const char *pod, const char *reason, const char *message)
{
    const json_t *c = object_condition(change(w, CHANGE_STATUS, pod), "PodScheduled");
    assert_string_equal(json_str(c, "status", ""), "False");
    assert_string_equal(json_str(c, "reason", ""), reason);
    assert_string_equal(json_str(c, "message", ""), message);
    assert_non_null(change(w, CHANGE_EVENT, pod));
}

static void test_fewest_pods(void **state)
{
    struct world w = {0};
    put(&w, &w.in.nodes, NODE("a"));
    put(&w, &w.in.nodes, NODE("b"));
    put(&w, &w.in.pods, POD("old", MAIN("") ", 'nodeName': 'a'"));
    put(&w, &w.in.pods, POD("one", MAIN("")));
    put(&w, &w.in.pods, POD("two", MAIN("")));
    place(&w);
    assert_string_equal(node_of(&w, "one"), "b");
    assert_string_equal(node_of(&w, "two"), "a");
    done(&w);
}

static void test_no_node(void **state)
{
    struct world w = {0};
    put(&w, &w.in.pods, POD("one", MAIN("")));
    place(&w);
    expect_refused(&w, "one", SCHEDULE_WAITS, "no node takes it: no node has joined yet");
    json_t *again = json_deep_copy(change(&w, CHANGE_STATUS, "one"));
    w.in.pods.v[0] = w.all[w.n++] = again; // said once
    place(&w);
    assert_int_equal(w.changes.n, 0);
    done(&w);
}

static void test_nodes_that_take_none(void **state)
{
    struct world w = {0};
    put(&w, &w.in.nodes, "{'metadata': {'name': 'down'}, 'status': {}}");
    put(&w, &w.in.nodes, "{'metadata': {'name': 'shut'}, 'spec': {'unschedulable': true}, " READY "}");
    put(&w, &w.in.pods, POD("one", MAIN("")));
    place(&w);
    expect_refused(&w, "one", SCHEDULE_WAITS, "no node takes it: down: not ready; shut: takes no new pods");
    done(&w);
}

static void test_host_ports(void **state)
{
    struct world w = {0};
    put(&w, &w.in.nodes, NODE("a"));
    put(&w, &w.in.pods, POD("web", MAIN(", 'ports': [{'containerPort': 80, 'hostPort': 8080}]") ", 'nodeName': 'a'"));
    put(&w, &w.in.pods, POD("udp", MAIN(", 'ports': [{'containerPort': 80, 'hostPort': 8080, 'protocol': 'UDP'}]")));
    put(&w, &w.in.pods, POD("two", MAIN(", 'ports': [{'containerPort': 81, 'hostPort': 8080}]")));
    place(&w);
    assert_string_equal(node_of(&w, "udp"), "a");
    expect_refused(&w, "two", SCHEDULE_UNFIT, "no node takes it: a: host port 8080 is used by pod default/web");
    json_put_str(json_object_get(w.all[1], "metadata"), "deletionTimestamp", "2026-01-01T00:00:00Z");
    place(&w);
    expect_refused(&w, "two", SCHEDULE_WAITS, "no node takes it: a: host port 8080 is used by pod default/web");
    done(&w);
}

static void test_resources(void **state)
{
    struct world w = {0};
    put(&w, &w.in.nodes, NODE("a"));
    put(&w, &w.in.pods, POD("big", MAIN(", 'resources': {'limits': {'memory': '90Mi'}}")));
    put(&w, &w.in.pods,
        POD("more", MAIN(", 'resources': {'limits': {'memory': '90Mi'}, 'requests': {'memory': '20Mi'}}")));
    put(&w, &w.in.pods, POD("cpu", MAIN(", 'resources': {'requests': {'cpu': '1500m'}}")));
    place(&w);
    assert_string_equal(node_of(&w, "big"), "a");
    expect_refused(&w, "more", SCHEDULE_UNFIT, "no node takes it: a: not enough memory");
    expect_refused(&w, "cpu", SCHEDULE_UNFIT, "no node takes it: a: not enough cpu");
    done(&w);
}

static void test_number_of_pods(void **state)
{
    struct world w = {0};
    put(&w, &w.in.nodes, NODE("a"));
    put(&w, &w.in.pods, POD("one", MAIN("")));
    put(&w, &w.in.pods, POD("two", MAIN("")));
    put(&w, &w.in.pods, POD("three", MAIN("")));
    put(&w, &w.in.pods, POD("four", MAIN("")));
    place(&w);
    assert_string_equal(node_of(&w, "three"), "a");
    expect_refused(&w, "four", SCHEDULE_UNFIT, "no node takes it: a: not enough pods");
    done(&w);
}

static void test_volumes_bind(void **state)
{
    struct world w = {0};
    static const char claim[] = ", 'volumes': [{'name': 'v', 'persistentVolumeClaim': {'claimName': 'data'}}]";
    AUTO_FREE char *one = mem_printf(POD("one", MAIN("") "%s"), claim),
                   *two = mem_printf(POD("two", MAIN("") "%s"), claim);
    put(&w, &w.in.nodes, NODE("a"));
    put(&w, &w.in.nodes, NODE("b"));
    put(&w, &w.in.pods, one);
    put(&w, &w.in.pods, two);
    place(&w);
    expect_refused(&w, "one", SCHEDULE_WAITS, "no node takes it: volume 'data' is not there; make it first");
    put(&w, &w.in.volumes, "{'metadata': {'name': 'data', 'namespace': 'default'}}");
    place(&w);
    assert_string_equal(node_of(&w, "one"), "a");
    assert_string_equal(node_of(&w, "two"), "a"); // where the volume went, though b has fewer pods
    assert_string_equal(node_of(&w, "data"), "a");
    done(&w);
}

#define LABELLED(name, labels)                                                                                         \
    "{'metadata': {'name': '" name "', 'uid': 'n-" name "', 'labels': {" labels "}}, 'spec': {}, " READY "}"
#define LABELLED_POD(name, labels, spec)                                                                               \
    "{'metadata': {'name': '" name "', 'namespace': 'default', 'uid': 'p-" name "', 'labels': {" labels                \
    "}}, 'spec': {" spec "}}"
#define TERM       "{'labelSelector': {'matchLabels': {'unit': 'u'}}, 'topologyKey': 'kubernetes.io/hostname'}"
#define MUST(kind) ", 'affinity': {'" kind "': {'requiredDuringSchedulingIgnoredDuringExecution': [" TERM "]}}"
#define SHOULD(kind)                                                                                                   \
    ", 'affinity': {'" kind "': {'preferredDuringSchedulingIgnoredDuringExecution': [{'weight': 100, "                 \
    "'podAffinityTerm': " TERM "}]}}"

static void test_node_selector(void **state)
{
    struct world w = {0};
    put(&w, &w.in.nodes, NODE("a"));
    put(&w, &w.in.nodes, LABELLED("b", "'disk': 'ssd'"));
    put(&w, &w.in.pods, POD("old", MAIN("") ", 'nodeName': 'b'"));
    put(&w, &w.in.pods, POD("one", MAIN("") ", 'nodeSelector': {'disk': 'ssd'}"));
    put(&w, &w.in.pods, POD("two", MAIN("") ", 'nodeSelector': {'disk': 'tape'}"));
    place(&w);
    assert_string_equal(node_of(&w, "one"), "b");
    expect_refused(&w, "two", SCHEDULE_UNFIT, "no node takes it: a: has no label disk=tape; b: has no label disk=tape");
    done(&w);
}

static void test_together(void **state)
{
    struct world w = {0};
    put(&w, &w.in.nodes, NODE("a"));
    put(&w, &w.in.nodes, NODE("b"));
    put(&w, &w.in.pods, LABELLED_POD("one", "'unit': 'u'", MAIN("") MUST("podAffinity")));
    put(&w, &w.in.pods, LABELLED_POD("two", "'unit': 'u'", MAIN("") MUST("podAffinity")));
    place(&w);
    assert_string_equal(node_of(&w, "one"), "a");
    assert_string_equal(node_of(&w, "two"), "a");
    done(&w);
}

static void test_apart(void **state)
{
    struct world w = {0};
    put(&w, &w.in.nodes, NODE("a"));
    put(&w, &w.in.nodes, NODE("b"));
    put(&w, &w.in.pods, POD("x", MAIN("") ", 'nodeName': 'b'"));
    put(&w, &w.in.pods, POD("y", MAIN("") ", 'nodeName': 'b'"));
    put(&w, &w.in.pods, LABELLED_POD("one", "'unit': 'u'", MAIN("") SHOULD("podAntiAffinity")));
    put(&w, &w.in.pods, LABELLED_POD("two", "'unit': 'u'", MAIN("") SHOULD("podAntiAffinity")));
    put(&w, &w.in.pods, LABELLED_POD("three", "'unit': 'u'", MAIN("") SHOULD("podAntiAffinity")));
    place(&w);
    assert_string_equal(node_of(&w, "one"), "a");
    assert_string_equal(node_of(&w, "two"), "b");
    assert_string_equal(node_of(&w, "three"), "a");
    put(&w, &w.in.pods, LABELLED_POD("four", "'unit': 'u'", MAIN("") ", 'nodeName': 'a'"));
    put(&w, &w.in.pods, LABELLED_POD("five", "'unit': 'u'", MAIN("") ", 'nodeName': 'b'"));
    put(&w, &w.in.pods, LABELLED_POD("six", "'unit': 'u'", MAIN("") MUST("podAntiAffinity")));
    place(&w);
    const json_t *c = object_condition(change(&w, CHANGE_STATUS, "six"), "PodScheduled");
    assert_non_null(strstr(json_str(c, "message", ""), "a: has a pod that it has to be apart from, {\"unit\":\"u\"}"));
    done(&w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_fewest_pods),
        cmocka_unit_test(test_no_node),
        cmocka_unit_test(test_nodes_that_take_none),
        cmocka_unit_test(test_host_ports),
        cmocka_unit_test(test_resources),
        cmocka_unit_test(test_number_of_pods),
        cmocka_unit_test(test_volumes_bind),
        cmocka_unit_test(test_node_selector),
        cmocka_unit_test(test_together),
        cmocka_unit_test(test_apart),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
