// SPDX-License-Identifier: Apache-2.0
// The scheduler: which node, and why none.
#include "head/schedule.h"

#include "head/taint_decide.h"
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

// Who stands alone keeps others away, too.
static void test_apart_from_who_stands(void **state)
{
    struct world w = {0};
    put(&w, &w.in.nodes, NODE("a"));
    put(&w, &w.in.nodes, NODE("b"));
    put(&w, &w.in.pods, POD("alone", MAIN("") ", 'nodeName': 'a'" MUST("podAntiAffinity")));
    put(&w, &w.in.pods, POD("x", MAIN("") ", 'nodeName': 'b'"));
    put(&w, &w.in.pods, POD("y", MAIN("") ", 'nodeName': 'b'"));
    put(&w, &w.in.pods, LABELLED_POD("one", "'unit': 'u'", MAIN("")));
    put(&w, &w.in.pods, LABELLED_POD("two", "'unit': 'u'", MAIN("")));
    put(&w, &w.in.pods, LABELLED_POD("other", "'unit': 'v'", MAIN("")));
    place(&w);
    assert_string_equal(node_of(&w, "one"), "b"); // though a has fewer
    assert_string_equal(node_of(&w, "other"), "a");
    expect_refused(&w, "two", SCHEDULE_UNFIT,
                   "no node takes it: a: has a pod that has to be apart from pods with {\"unit\":\"u\"}; b: not enough "
                   "pods");
    done(&w);
}

#define TAINTED(name, effect)                                                                                          \
    "{'metadata': {'name': '" name "', 'uid': 'n-" name "'}, 'spec': {'taints': [{'key': 'gpu', 'value': 'yes', "      \
    "'effect': '" effect "'}]}, " READY "}"
#define BEARS(how) ", 'tolerations': [{" how "}]"

static void test_taints(void **state)
{
    struct world w = {0};
    put(&w, &w.in.nodes, TAINTED("a", "NoSchedule"));
    put(&w, &w.in.nodes, TAINTED("b", "NoExecute"));
    put(&w, &w.in.pods, POD("none", MAIN("")));
    put(&w, &w.in.pods, POD("one", MAIN("") BEARS("'key': 'gpu', 'value': 'yes', 'effect': 'NoExecute'")));
    put(&w, &w.in.pods, POD("other", MAIN("") BEARS("'key': 'gpu', 'value': 'no'")));
    put(&w, &w.in.pods, POD("all", MAIN("") BEARS("'operator': 'Exists'")));
    place(&w);
    expect_refused(&w, "none", SCHEDULE_UNFIT,
                   "no node takes it: a: has the taint gpu=yes:NoSchedule, which the pod does not tolerate; b: has the "
                   "taint gpu=yes:NoExecute, which the pod does not tolerate");
    assert_string_equal(node_of(&w, "one"), "b");
    assert_string_equal(node_of(&w, "other"), "");
    assert_string_equal(node_of(&w, "all"), "a");
    done(&w);
}

static void test_taint_avoided(void **state)
{
    struct world w = {0};
    put(&w, &w.in.nodes, TAINTED("a", "PreferNoSchedule"));
    put(&w, &w.in.nodes, NODE("b"));
    put(&w, &w.in.pods, POD("x", MAIN("") ", 'nodeName': 'b'"));
    put(&w, &w.in.pods, POD("y", MAIN("") ", 'nodeName': 'b'"));
    put(&w, &w.in.pods, POD("one", MAIN("")));
    put(&w, &w.in.pods, POD("two", MAIN("")));
    place(&w);
    assert_string_equal(node_of(&w, "one"), "b"); // though it has more pods
    assert_string_equal(node_of(&w, "two"), "a"); // b is full
    done(&w);
}

static void test_taint_drives_out(void **state)
{
    struct world w = {0};
    put(&w, &w.in.nodes, TAINTED("a", "NoExecute"));
    put(&w, &w.in.nodes, TAINTED("b", "NoSchedule"));
    put(&w, &w.in.pods, POD("goes", MAIN("") ", 'nodeName': 'a'"));
    put(&w, &w.in.pods, POD("bears", MAIN("") ", 'nodeName': 'a'" BEARS("'key': 'gpu', 'operator': 'Exists'")));
    put(&w, &w.in.pods, POD("stays", MAIN("") ", 'nodeName': 'b'"));
    taint_decide(&w.in.nodes, &w.in.pods, &w.changes);
    assert_int_equal(changes_writes(&w.changes), 1);
    assert_non_null(change(&w, CHANGE_DELETE, "goes"));
    done(&w);
}

#define NODE_AFFINITY(key, op, values)                                                                                 \
    ", 'affinity': {'nodeAffinity': {'requiredDuringSchedulingIgnoredDuringExecution': {'nodeSelectorTerms': "         \
    "[{'matchExpressions': [{'key': '" key "', 'operator': '" op "', 'values': [" values "]}]}]}}}"

static void test_node_affinity(void **state)
{
    static const struct {
        const char *pod, *node;
    } rows[] = {
        {POD("p", MAIN("") NODE_AFFINITY("disk", "In", "'nvme', 'ssd'")), "b"},
        {POD("p", MAIN("") NODE_AFFINITY("disk", "NotIn", "'tape', 'ssd'")), "c"}, // no label is not in, too
        {POD("p", MAIN("") NODE_AFFINITY("disk", "Exists", "")), "a"},
        {POD("p", MAIN("") NODE_AFFINITY("disk", "DoesNotExist", "")), "c"},
        {POD("p", MAIN("") NODE_AFFINITY("cores", "Gt", "'4'")), "b"},
        {POD("p", MAIN("") NODE_AFFINITY("cores", "Lt", "'5'")), "a"},
        {POD("p", MAIN("") NODE_AFFINITY("kubernetes.io/hostname", "In", "'c'")), "c"},
        {POD("p", MAIN("") NODE_AFFINITY("cores", "Gt", "'8'")), ""},
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct world w = {0};
        put(&w, &w.in.nodes, LABELLED("a", "'disk': 'tape', 'cores': '4'"));
        put(&w, &w.in.nodes, LABELLED("b", "'disk': 'ssd', 'cores': '8'"));
        put(&w, &w.in.nodes, NODE("c"));
        put(&w, &w.in.pods, rows[i].pod);
        place(&w);
        assert_string_equal(node_of(&w, "p"), rows[i].node);
        if (!rows[i].node[0])
            expect_refused(&w, "p", SCHEDULE_UNFIT,
                           "no node takes it: a: does not fit the node affinity: cores Gt [\"8\"]; b: does not fit the "
                           "node affinity: cores Gt [\"8\"]; c: does not fit the node affinity: cores Gt [\"8\"]");
        done(&w);
    }
}

static void test_node_preferred(void **state)
{
    struct world w = {0};
    put(&w, &w.in.nodes, NODE("a"));
    put(&w, &w.in.nodes, LABELLED("b", "'disk': 'ssd'"));
    put(&w, &w.in.pods, POD("old", MAIN("") ", 'nodeName': 'b'"));
    put(&w, &w.in.pods,
        POD("one", MAIN("") ", 'affinity': {'nodeAffinity': {'preferredDuringSchedulingIgnoredDuringExecution': "
                            "[{'weight': 5, 'preference': {'matchExpressions': [{'key': 'disk', 'operator': "
                            "'Exists'}]}}]}}"));
    place(&w);
    assert_string_equal(node_of(&w, "one"), "b");
    AUTO_JSON json_t *v = schedule_explain(&w.in, w.in.pods.v[1]);
    assert_string_equal(json_str(v, "best", ""), "b");
    const json_t *b = json_find(json_object_get(v, "nodes"), "node", "b");
    assert_int_equal(json_int(b, "score", 0), 5);
    assert_int_equal(json_int(json_object_get(b, "parts"), "nodeAffinity", 0), 5);
    assert_int_equal(json_int(b, "pods", 0), 1);
    done(&w);
}

#define SPREAD(skew, when)                                                                                             \
    ", 'topologySpreadConstraints': [{'maxSkew': " skew ", 'topologyKey': 'zone', 'whenUnsatisfiable': '" when         \
    "', 'labelSelector': {'matchLabels': {'app': 'web'}}}]"
#define WEB(name, spec) LABELLED_POD(name, "'app': 'web'", MAIN("") spec)

static void three_zones(struct world *w)
{
    put(w, &w->in.nodes, LABELLED("a", "'zone': 'x'"));
    put(w, &w->in.nodes, LABELLED("b", "'zone': 'x'"));
    put(w, &w->in.nodes, LABELLED("c", "'zone': 'y'"));
    put(w, &w->in.nodes, NODE("d"));
}

static void test_spread(void **state)
{
    struct world w = {0};
    three_zones(&w);
    put(&w, &w.in.pods, WEB("old", ", 'nodeName': 'a'"));
    put(&w, &w.in.pods, WEB("one", SPREAD("1", "DoNotSchedule")));   // y has none
    put(&w, &w.in.pods, WEB("two", SPREAD("1", "DoNotSchedule")));   // both have one
    put(&w, &w.in.pods, WEB("three", SPREAD("1", "DoNotSchedule"))); // y again
    put(&w, &w.in.pods, POD("fill", MAIN("") ", 'nodeName': 'c'"));
    put(&w, &w.in.pods, WEB("four", SPREAD("1", "DoNotSchedule")));
    put(&w, &w.in.pods, WEB("five", SPREAD("1", "DoNotSchedule")));
    place(&w);
    assert_string_equal(node_of(&w, "one"), "c");
    assert_string_equal(node_of(&w, "two"), "b");
    assert_string_equal(node_of(&w, "three"), "c");
    assert_string_equal(node_of(&w, "four"), "a");
    expect_refused(&w, "five", SCHEDULE_UNFIT,
                   "no node takes it: a: would have 2 pods more than another place by zone; at most 1 are allowed; b: "
                   "would have 2 pods more than another place by zone; at most 1 are allowed; c: not enough pods; d: "
                   "has no label zone to spread over");
    done(&w);
}

static void test_spread_softly(void **state)
{
    struct world w = {0};
    three_zones(&w);
    put(&w, &w.in.pods, WEB("old", ", 'nodeName': 'a'"));
    put(&w, &w.in.pods, WEB("one", SPREAD("1", "ScheduleAnyway")));
    put(&w, &w.in.pods, WEB("two", SPREAD("1", "ScheduleAnyway")));
    place(&w);
    assert_string_equal(node_of(&w, "one"), "c");
    assert_string_equal(node_of(&w, "two"), "b");
    AUTO_JSON json_t *v = schedule_explain(&w.in, w.in.pods.v[1]);
    const json_t *nodes = json_object_get(v, "nodes");
    assert_int_equal(json_int(json_find(nodes, "node", "a"), "score", 0), -10);
    assert_int_equal(json_int(json_find(nodes, "node", "c"), "score", -1), 0);
    assert_int_equal(json_int(json_find(nodes, "node", "d"), "score", 0), -100);
    done(&w);
}

// A place whose boards are all away holds nobody up.
static void test_spread_over_those_that_are_there(void **state)
{
    struct world w = {0};
    put(&w, &w.in.nodes, LABELLED("a", "'zone': 'x'"));
    put(&w, &w.in.nodes, "{'metadata': {'name': 'z', 'labels': {'zone': 'y'}}}");
    put(&w, &w.in.pods, WEB("old", ", 'nodeName': 'a'"));
    put(&w, &w.in.pods, WEB("one", SPREAD("1", "DoNotSchedule")));
    place(&w);
    assert_string_equal(node_of(&w, "one"), "a");
    done(&w);
}

static void test_explain_refusals(void **state)
{
    struct world w = {0};
    put(&w, &w.in.nodes, NODE("a"));
    put(&w, &w.in.nodes, TAINTED("b", "NoSchedule"));
    put(&w, &w.in.pods, POD("one", MAIN(", 'resources': {'requests': {'cpu': '2'}}")));
    AUTO_JSON json_t *v = schedule_explain(&w.in, w.in.pods.v[0]);
    const json_t *nodes = json_object_get(v, "nodes");
    assert_null(json_object_get(v, "best"));
    assert_string_equal(json_str(json_find(nodes, "node", "a"), "why", ""), "not enough cpu");
    assert_string_equal(json_str(json_find(nodes, "node", "b"), "why", ""),
                        "has the taint gpu=yes:NoSchedule, which the pod does not tolerate");
    done(&w);
}

// A message does not grow with the cluster.
static void test_many_nodes_refuse(void **state)
{
    struct world w = {0};
    static const char *const names[] = {"a", "b", "c", "d", "e", "f", "g", "h", "i", "j", "k", "l"};
    for (size_t i = 0; i < ARRAY_LEN(names); i++) {
        AUTO_FREE char *text = mem_printf("{'metadata': {'name': '%s'}}", names[i]);
        put(&w, &w.in.nodes, text);
    }
    put(&w, &w.in.pods, POD("one", MAIN("")));
    place(&w);
    const json_t *c = object_condition(change(&w, CHANGE_STATUS, "one"), "PodScheduled");
    assert_non_null(strstr(json_str(c, "message", ""), "; j: not ready; and 2 more nodes"));
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
        cmocka_unit_test(test_apart_from_who_stands),
        cmocka_unit_test(test_taints),
        cmocka_unit_test(test_taint_avoided),
        cmocka_unit_test(test_taint_drives_out),
        cmocka_unit_test(test_node_affinity),
        cmocka_unit_test(test_node_preferred),
        cmocka_unit_test(test_spread),
        cmocka_unit_test(test_spread_softly),
        cmocka_unit_test(test_spread_over_those_that_are_there),
        cmocka_unit_test(test_explain_refusals),
        cmocka_unit_test(test_many_nodes_refuse),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
