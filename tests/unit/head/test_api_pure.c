// SPDX-License-Identifier: Apache-2.0
// The API's pure parts: routes, options, selectors, tables, patches.
#include "head_fixture.h"

#include <errno.h>
#include <string.h>

#include "head/api_patch.h"
#include "head/api_private.h"
#include "head/api_table.h"
#include "head/head_listen.h"
#include "head/node_ready.h"

// ---- routes ----

static void test_routes(void **state)
{
    static const struct {
        const char *target;
        int found; // -1: nothing there
        const char *kind, *ns, *name;
    } cases[] = {
        {"/", API_INDEX, NULL, NULL, NULL},
        {"/readyz", API_HEALTH, NULL, NULL, NULL},
        {"/readyz/x", -1, NULL, NULL, NULL},
        {"/api", API_VERSIONS, NULL, NULL, NULL},
        {"/api/v1", API_RESOURCES, NULL, NULL, NULL},
        {"/api/v2", -1, NULL, NULL, NULL},
        {"/apis", API_GROUPS, NULL, NULL, NULL},
        {"/apis/apps", API_GROUP, NULL, NULL, NULL},
        {"/apis/apps/v1", API_RESOURCES, NULL, NULL, NULL},
        {"/apis/v1", API_GROUP, NULL, NULL, NULL},
        {"/openapi/v3/apis/apps/v1", API_OPENAPI_3_OF, NULL, NULL, NULL},
        {"/openapi/v3/api/v1", API_OPENAPI_3_OF, NULL, NULL, NULL},
        {"/openapi/v3/api/v1/pods", -1, NULL, NULL, NULL},
        {"/api/v1/pods", API_COLLECTION, "Pod", NULL, NULL},
        {"/api/v1/pods/a", -1, NULL, NULL, NULL},
        {"/api/v1/namespaces", API_COLLECTION, "Namespace", NULL, NULL},
        {"/api/v1/namespaces/a", API_OBJECT, "Namespace", NULL, "a"},
        {"/api/v1/namespaces/a/status", API_STATUS, "Namespace", NULL, "a"},
        {"/api/v1/namespaces/a/pods", API_COLLECTION, "Pod", "a", NULL},
        {"/api/v1/namespaces/a/pods/b", API_OBJECT, "Pod", "a", "b"},
        {"/api/v1/namespaces/a/pods/b/status", API_STATUS, "Pod", "a", "b"},
        {"/api/v1/namespaces/a/pods/b/log", API_LOG, "Pod", "a", "b"},
        {"/api/v1/namespaces/a/pods/b/exec", API_EXEC, "Pod", "a", "b"},
        {"/api/v1/namespaces/a/pods/b/eviction", -1, NULL, NULL, NULL},
        {"/api/v1/namespaces/a/services/b/log", -1, NULL, NULL, NULL},
        {"/api/v1/namespaces/a/nodes", -1, NULL, NULL, NULL},
        {"/api/v1/nodes/a", API_OBJECT, "Node", NULL, "a"},
        {"/api/v1/deployments", -1, NULL, NULL, NULL},
        {"/apis/apps/v1/namespaces/a/deployments/b/scale", API_SCALE, "Deployment", "a", "b"},
        {"/apis/sedge.dev/v1/namespaces/a/volumes/b", API_OBJECT, "Volume", "a", "b"},
        {"/sedge/v1/nodes/one/link", API_NODE_LINK, NULL, NULL, "one"},
        {"/sedge/v1/namespaces/a/pods/b/stream", API_POD_STREAM, NULL, "a", "b"},
        {"/sedge/v1/blobs/sha256:00", API_BLOB, NULL, NULL, "sha256:00"},
        {"/sedge/v1/blobs", -1, NULL, NULL, NULL},
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct http_path path;
        struct api_route r;
        assert_int_equal(http_path_parse(cases[i].target, &path, NULL), 0);
        int found = api_route_find(&path, &r) < 0 ? -1 : (int)r.target;
        if (found != cases[i].found)
            fail_msg("%s leads to %d", cases[i].target, found);
        if (found >= 0 && (!str_eq(r.kind ? r.kind->name : NULL, cases[i].kind) || !str_eq(r.ns, cases[i].ns) ||
                           !str_eq(r.target == API_GROUP ? NULL : r.name, cases[i].name)))
            fail_msg("%s: %s %s %s", cases[i].target, r.kind ? r.kind->name : "-", r.ns, r.name);
        http_path_done(&path);
    }
}

// ---- options ----

static int parse_options(const char *target, struct api_options *ret, struct err *e)
{
    struct http_path path;
    assert_int_equal(http_path_parse(target, &path, NULL), 0);
    int r = api_options_parse(&path, ret, e);
    http_path_done(&path);
    return r;
}

static void test_options(void **state)
{
    struct api_options o;
    struct err e = {0};
    assert_int_equal(
        parse_options("/?watch=1&limit=5&resourceVersion=17&timeoutSeconds=30&dryRun=All&continue=YS9i", &o, &e), 0);
    assert_true(o.watch && o.dry_run);
    assert_int_equal(o.limit, 5);
    assert_int_equal(o.revision, 17);
    assert_int_equal(o.timeout_s, 30);
    assert_string_equal(o.after, "a/b");
    api_options_done(&o);
    static const char *const bad[] = {
        "/?limit=x",      "/?limit=-1",          "/?resourceVersion=1a", "/?dryRun=Some",
        "/?continue=%21", "/?includeObject=All", "/?labelSelector=a+in", "/?fieldSelector=spec.x%3D1"};
    for (size_t i = 0; i < ARRAY_LEN(bad); i++)
        assert_int_equal(parse_options(bad[i], &o, &e), -EINVAL);
}

static void test_accept(void **state)
{
    static const struct {
        const char *accept;
        int form; // -1: none
    } cases[] = {
        {NULL, FORM_PLAIN},
        {"*/*", FORM_PLAIN},
        {"application/json", FORM_PLAIN},
        {"text/html, application/*;q=0.8", FORM_PLAIN},
        {"application/json;as=Table;v=v1;g=meta.k8s.io,application/json", FORM_TABLE},
        {"application/json; as=Table; g=meta.k8s.io; v=v1beta1, application/json", FORM_PLAIN},
        {"application/json;as=PartialObjectMetadataList;v=v1;g=meta.k8s.io", FORM_PARTIAL},
        {"application/vnd.kubernetes.protobuf, application/json", FORM_PLAIN},
        {"application/vnd.kubernetes.protobuf", -1},
        {"application/json;as=Table;v=v1;g=other", -1},
        {";;;,", -1},
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        enum api_form form;
        int r = api_form_of(cases[i].accept, &form) < 0 ? -1 : (int)form;
        if (r != cases[i].form)
            fail_msg("'%s' gives %d", cases[i].accept, r);
    }
}

// ---- selectors ----

static bool selects(const char *labels, const char *fields, const char *object)
{
    struct err e = {0};
    struct selection s;
    if (selection_parse(labels, fields, &s, &e) < 0)
        fail_msg("%s", err_text(&e));
    AUTO_JSON json_t *v = fixture_json(object);
    bool has = selection_has(&s, v);
    selection_done(&s);
    return has;
}

static void test_label_selectors(void **state)
{
    static const char object[] = "{'metadata': {'labels': {'app': 'web', 'tier': 'front', 'empty': ''}}}";
    static const struct {
        const char *selector;
        bool has;
    } cases[] = {
        {"", true},
        {"app=web", true},
        {"app==web,tier=front", true},
        {"app = web , tier!=back", true},
        {"app=db", false},
        {"app!=web", false},
        {"none!=x", true},
        {"app in (db, web)", true},
        {"app in (db)", false},
        {"app notin (db,web)", false},
        {"none notin (x)", true},
        {"app", true},
        {"!app", false},
        {"!none", true},
        {"none", false},
        {"empty=", true},
        {"example.com/x=y", false},
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++)
        if (selects(cases[i].selector, NULL, object) != cases[i].has)
            fail_msg("'%s'", cases[i].selector);
    static const char *const bad[] = {"=", "a in", "a in (b", "a in b", "a b", "a=b=c", ",", "a,,b", "a)", "(a)", "!"};
    for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
        struct selection s;
        struct err e = {0};
        if (selection_parse(bad[i], NULL, &s, &e) != -EINVAL)
            fail_msg("'%s' was taken", bad[i]);
    }
}

static void test_field_selectors(void **state)
{
    static const char object[] =
        "{'metadata': {'name': 'a', 'namespace': 'd'}, 'spec': {'nodeName': 'one'}, 'status': {'phase': "
        "'Running'}, 'involvedObject': {'uid': 'u'}}";
    assert_true(selects(NULL, "metadata.name=a,metadata.namespace=d", object));
    assert_true(selects(NULL, "spec.nodeName=one,status.phase!=Failed,status.phase!=Succeeded", object));
    assert_false(selects(NULL, "status.phase!=Running", object));
    assert_true(selects(NULL, "involvedObject.uid=u,involvedObject.kind=", object));
    assert_true(selects(NULL, "spec.unschedulable=false", object));
    struct selection s;
    struct err e = {0};
    assert_int_equal(selection_parse(NULL, "metadata.nam=a", &s, &e), -EINVAL);
    assert_non_null(strstr(e.text, "metadata.name"));
    assert_int_equal(selection_parse(NULL, "metadata.name in (a)", &s, &e), -EINVAL);
}

// ---- tables ----

static void assert_row(const char *kind, const char *object, const char *expected)
{
    AUTO_JSON json_t *v = fixture_json(object), *list = json_pack("[O]", v);
    int64_t now;
    assert_int_equal(clock_parse_rfc3339("2026-01-01T00:10:00Z", &now), 0);
    AUTO_JSON json_t *table = table_of(kind_find(kind), list, TABLE_METADATA, now);
    const json_t *row = json_array_get(json_object_get(table, "rows"), 0), *cells = json_object_get(row, "cells");
    AUTO_BUF struct buf text = {0};
    size_t i;
    json_t *cell;
    json_array_foreach((json_t *)(uintptr_t)cells, i, cell)
    {
        AUTO_FREE char *one = json_is_string(cell) ? mem_strdup(json_string_value(cell)) : json_text(cell);
        buf_addf(&text, "%s%s", i ? "|" : "", one);
    }
    assert_string_equal(buf_str(&text), expected);
    assert_int_equal(json_array_size(cells), json_array_size(json_object_get(table, "columnDefinitions")));
    assert_string_equal(fixture_text(row, "object.kind"), "PartialObjectMetadata");
}

#define META "'metadata': {'name': 'x', 'creationTimestamp': '2026-01-01T00:00:00Z'}"

static void test_tables(void **state)
{
    assert_row(
        "Pod",
        "{" META
        ", 'spec': {'nodeName': 'one', 'containers': [{'name': 'a'}, {'name': 'b'}]}, 'status': {'phase': 'Running', "
        "'podIP': '10.0.0.1', 'containerStatuses': [{'ready': true, 'restartCount': 2, 'state': {'running': {}}, "
        "'lastState': "
        "{'terminated': {'finishedAt': '2026-01-01T00:05:00Z'}}}, {'restartCount': 0, 'state': {'waiting': {'reason': "
        "'ErrImagePull'}}}]}}",
        "x|1/2|ErrImagePull|2 (5m ago)|10m|10.0.0.1|one|<none>|<none>");
    assert_row("Pod",
               "{'metadata': {'name': 'x', 'deletionTimestamp': '2026-01-01T00:00:00Z'}, 'spec': {'containers': [{}]}}",
               "x|0/1|Terminating|0|<unknown>|<none>|<none>|<none>|<none>");
    assert_row("Pod",
               "{" META ", 'spec': {'containers': [{}]}, 'status': {'phase': 'Failed', 'containerStatuses': [{'state': "
               "{'terminated': {'exitCode': 3}}}]}}",
               "x|0/1|ExitCode:3|0|10m|<none>|<none>|<none>|<none>");
    assert_row(
        "Deployment",
        "{" META
        ", 'spec': {'replicas': 3, 'selector': {'matchLabels': {'app': 'web'}}, 'template': {'spec': {'containers': "
        "[{'name': 'a', 'image': 'web:1'}]}}}, 'status': {'readyReplicas': 2, 'updatedReplicas': 3, "
        "'availableReplicas': 1}}",
        "x|2/3|3|1|10m|a|web:1|app=web");
    assert_row("Node",
               "{" META
               ", 'spec': {'unschedulable': true}, 'status': {'conditions': [{'type': 'Ready', 'status': 'True'}], "
               "'addresses': [{'type': 'InternalIP', 'address': '192.0.2.7'}], 'nodeInfo': {'kubeletVersion': 'v1'}}}",
               "x|Ready,SchedulingDisabled|<none>|10m|v1|192.0.2.7|<none>|<none>|<none>|<none>");
    assert_row("Service",
               "{" META
               ", 'spec': {'type': 'ClusterIP', 'clusterIP': '10.89.0.1', 'ports': [{'port': 80, 'protocol': 'TCP'}, "
               "{'port': 53, 'protocol': 'UDP'}]}}",
               "x|ClusterIP|10.89.0.1|<none>|80/TCP,53/UDP|10m|<none>");
    assert_row(
        "Event",
        "{" META
        ", 'lastTimestamp': '2026-01-01T00:09:30Z', 'firstTimestamp': '2026-01-01T00:00:00Z', 'type': 'Normal', "
        "'reason': 'Pulled', 'message': 'm', 'count': 4, 'involvedObject': {'kind': 'Pod', 'name': 'p'}, 'source': "
        "{'component': 'c'}}",
        "30s|Normal|Pulled|pod/p|m|<none>|c|10m|4|x");
    assert_row("Application",
               "{" META ", 'status': {'phase': 'Running', 'components': [{'state': 'a', 'goal': 'a'}, {'state': 'b', "
               "'goal': 'a'}]}}",
               "x|Running|1/2|10m|<none>|<none>");
}

// ---- patches ----

static void assert_patched(const char *target, const char *patch, const char *expected)
{
    struct err e = {0};
    AUTO_JSON json_t *t = fixture_json(target), *p = fixture_json(patch), *x = fixture_json(expected);
    AUTO_JSON json_t *v = patch_strategic(&pod_fields, t, p, &e);
    AUTO_FREE char *is = v ? json_text(v) : mem_strdup(err_text(&e));
    AUTO_FREE char *wanted = json_text(x);
    assert_string_equal(is, wanted);
}

static void test_strategic_patch(void **state)
{
    static const char pod[] =
        "{'metadata': {'labels': {'a': '1', 'b': '2'}, 'finalizers': ['x', 'y']}, 'spec': {'hostname': 'h', "
        "'containers': [{'name': 'a', 'image': 'i', 'ports': [{'containerPort': 80}]}, {'name': 'b', 'image': 'j'}]}}";
    assert_patched(pod,
                   "{'metadata': {'labels': {'a': null, 'c': '3'}}, 'spec': {'hostname': null, 'containers': [{'name': "
                   "'a', 'image': "
                   "'new', 'ports': [{'containerPort': 81}]}]}}",
                   "{'metadata': {'labels': {'b': '2', 'c': '3'}, 'finalizers': ['x', 'y']}, 'spec': {'containers': "
                   "[{'name': 'a', 'image': "
                   "'new', 'ports': [{'containerPort': 80}, {'containerPort': 81}]}, {'name': 'b', 'image': 'j'}]}}");
    assert_patched(
        pod,
        "{'spec': {'$setElementOrder/containers': [{'name': 'c'}, {'name': 'b'}], 'containers': [{'name': 'c', "
        "'image': "
        "'k'}, {'$patch': 'delete', 'name': 'a'}]}, 'metadata': {'$deleteFromPrimitiveList/finalizers': ['x']}}",
        "{'metadata': {'labels': {'a': '1', 'b': '2'}, 'finalizers': ['y']}, 'spec': {'hostname': 'h', 'containers': "
        "[{'name': "
        "'c', 'image': 'k'}, {'name': 'b', 'image': 'j'}]}}");
    assert_patched(pod,
                   "{'metadata': {'$patch': 'replace', 'labels': {'z': '1'}}, 'spec': {'containers': [{'$patch': "
                   "'replace'}, {'name': "
                   "'z', 'image': 'k'}], '$retainKeys': ['containers']}}",
                   "{'metadata': {'labels': {'z': '1'}}, 'spec': {'containers': [{'name': 'z', 'image': 'k'}]}}");
    struct err e = {0};
    AUTO_JSON json_t *t = fixture_json(pod);
    static const char *const bad[] = {"{'spec': {'containers': [{'image': 'x'}]}}", "{'$unknown': 1}",
                                      "{'spec': {'containers': ['x']}}", "[]"};
    for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
        AUTO_JSON json_t *p = fixture_json(bad[i]);
        assert_null(patch_strategic(&pod_fields, t, p, &e));
        assert_int_equal(e.code, EINVAL);
    }
}

// ---- failures, nodes, addresses ----

static void test_failures(void **state)
{
    struct err e = {0};
    int status;
    struct api_route about = {.kind = kind_find("Pod"), .name = "web"};
    int r = err_set(&e, EINVAL, "spec.containers[0].image: required");
    AUTO_JSON json_t *v = api_failure(&about, r, &e, &status);
    const json_t *cause = json_array_get(json_at(v, "details", "causes", NULL), 0);
    assert_int_equal(status, 422);
    assert_string_equal(fixture_text(v, "reason"), "Invalid");
    assert_string_equal(fixture_text(v, "message"), "Pod \"web\" is invalid: spec.containers[0].image: required");
    assert_string_equal(fixture_text(cause, "field"), "spec.containers[0].image");
    assert_string_equal(fixture_text(cause, "reason"), "FieldValueRequired");
    static const struct {
        int code, status;
        const char *reason;
    } cases[] = {{ENOENT, 404, "NotFound"}, {EEXIST, 409, "AlreadyExists"},       {EAGAIN, 409, "Conflict"},
                 {ERANGE, 410, "Expired"},  {ENOSPC, 507, "InsufficientStorage"}, {EIO, 500, "InternalError"}};
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        AUTO_JSON json_t *w = api_failure(&about, -cases[i].code, &e, &status);
        assert_int_equal(status, cases[i].status);
        assert_string_equal(fixture_text(w, "reason"), cases[i].reason);
    }
}

static void test_node_ready(void **state)
{
    struct node_ready up = {.ready = true, .message = "m", .now_us = 0},
                      later = {.ready = true, .message = "m", .now_us = 5 * US_PER_S},
                      down = {.ready = false, .message = "gone", .now_us = 9 * US_PER_S};
    AUTO_JSON json_t *reported = fixture_json("{'capacity': {'cpu': '4'}, 'conditions': [{'type': 'Ready', 'status': "
                                              "'Unknown'}, {'type': 'DiskPressure', 'status': 'False'}]}");
    AUTO_JSON json_t *a = node_ready_status(NULL, reported, &up), *b = node_ready_status(a, reported, &later);
    AUTO_JSON json_t *c = node_ready_status(b, NULL, &down);
    assert_true(json_equal(a, b));
    assert_int_equal(json_array_size(json_object_get(c, "conditions")), 2);
    const json_t *ready = json_array_get(json_object_get(c, "conditions"), 1);
    assert_string_equal(fixture_text(ready, "status"), "False");
    assert_string_equal(fixture_text(ready, "lastTransitionTime"), "1970-01-01T00:00:09Z");
    assert_non_null(json_object_get(c, "capacity"));
}

static void test_listen(void **state)
{
    AUTO_FREE char *four = NULL, *six = NULL, *all = NULL;
    uint16_t port;
    assert_int_equal(head_listen_split("192.0.2.7:6443", &four, &port, NULL), 0);
    assert_string_equal(four, "192.0.2.7");
    assert_int_equal(port, 6443);
    assert_int_equal(head_listen_split("[::1]:80", &six, &port, NULL), 0);
    assert_string_equal(six, "::1");
    assert_int_equal(head_listen_split(":80", &all, &port, NULL), 0);
    assert_string_equal(all, "");
    char *none = NULL;
    assert_int_equal(head_listen_split("192.0.2.7", &none, &port, NULL), -EINVAL);
    assert_int_equal(head_listen_split("a:99999", &none, &port, NULL), -EINVAL);
    AUTO_FREE char *url = head_listen_url("[::1]:80");
    assert_string_equal(url, "https://[::1]:80");
}

int main(void)
{
    cmocka_set_message_output(CM_OUTPUT_TAP);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_routes),          cmocka_unit_test(test_options),
        cmocka_unit_test(test_accept),          cmocka_unit_test(test_label_selectors),
        cmocka_unit_test(test_field_selectors), cmocka_unit_test(test_tables),
        cmocka_unit_test(test_strategic_patch), cmocka_unit_test(test_failures),
        cmocka_unit_test(test_node_ready),      cmocka_unit_test(test_listen),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
