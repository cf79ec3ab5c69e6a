// SPDX-License-Identifier: Apache-2.0
/* The kinds: each found by its names, each table sound by itself, and whole objects of each that come back as they
 * were. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include <errno.h>
#include <string.h>

#include "model/model.h"

static json_t *parse(const char *text)
{
    json_error_t fault;
    json_t *v = json_loads(text, 0, &fault);
    if (!v)
        fail_msg("%s: %s", text, fault.text);
    return v;
}

static void finds_kinds(void **state)
{
    for (size_t i = 0; i < kinds_n; i++) {
        assert_ptr_equal(kind_find(kinds[i].name), &kinds[i]);
        assert_ptr_equal(kind_by_plural(kinds[i].api_version, kinds[i].plural), &kinds[i]);
        assert_ptr_equal(kind_by_plural(NULL, kinds[i].plural), &kinds[i]);
    }
    assert_null(kind_find("pod"));
    assert_null(kind_find(NULL));
    assert_null(kind_by_plural("v1", "deployments"));
    assert_false(kind_find("Node")->namespaced || kind_find("Namespace")->namespaced);
    assert_true(kind_find("Pod")->namespaced && kind_find("Application")->namespaced);
}

static size_t size_of(const struct field *f)
{
    static const size_t sizes[] = {
        [FIELD_TEXT] = sizeof(char *),         [FIELD_BOOL] = sizeof(bool),
        [FIELD_INT] = sizeof(int64_t),         [FIELD_TEXT_MAP] = sizeof(json_t *),
        [FIELD_QUANTITIES] = sizeof(json_t *), [FIELD_TEXTS] = sizeof(struct strv),
        [FIELD_OBJECT] = sizeof(void *),       [FIELD_LIST] = sizeof(struct field_list),
        [FIELD_JSON] = sizeof(json_t *),
    };
    return f->type == FIELD_INLINE ? f->table->size : sizes[f->type];
}

static bool overlap(const struct field *a, const struct field *b)
{
    return a->offset < b->offset + size_of(b) && b->offset < a->offset + size_of(a);
}

static void check_row(const struct field_table *t, size_t i)
{
    const struct field *f = &t->fields[i];
    bool nested = f->type == FIELD_OBJECT || f->type == FIELD_INLINE || f->type == FIELD_LIST;
    if (str_empty(f->name) || str_empty(f->doc) || strchr(f->doc, '\n'))
        fail_msg("%s.%s: it wants a name and one line of documentation", t->name, f->name);
    if (nested != (f->table != NULL) || f->offset + size_of(f) > t->size)
        fail_msg("%s.%s: its table or its place is wrong", t->name, f->name);
    if ((f->flags & (FIELD_PORT | FIELD_NATURAL)) && f->type != FIELD_INT)
        fail_msg("%s.%s: a number's flag on what is none", t->name, f->name);
    for (size_t k = 0; k < i; k++) {
        const struct field *other = &t->fields[k];
        if (str_eq(f->name, other->name))
            fail_msg("%s.%s is there twice", t->name, f->name);
        if (!((f->flags | other->flags) & FIELD_IGNORED) && overlap(f, other))
            fail_msg("%s.%s and %s stand on one member", t->name, f->name, other->name);
    }
}

/* Tables nest a few deep and never in a circle. */
static void check_table(const struct field_table *t, int depth)
{
    assert_true(depth < 12);
    bool has_key = t->merge_key == NULL;
    for (size_t i = 0; i < t->n; i++) {
        check_row(t, i);
        has_key = has_key || str_eq(t->fields[i].name, t->merge_key);
        if (t->fields[i].table)
            check_table(t->fields[i].table, depth + 1);
    }
    if (!has_key)
        fail_msg("%s has no field '%s' to merge by", t->name, t->merge_key);
}

static void every_table_is_sound(void **state)
{
    for (size_t i = 0; i < kinds_n; i++) {
        check_table(kinds[i].table, 0);
        assert_string_equal(kinds[i].table->fields[0].name, "apiVersion");
        assert_string_equal(kinds[i].table->fields[1].name, "kind");
        assert_string_equal(kinds[i].table->fields[2].name, "metadata");
    }
    check_table(&machine_fields, 0);
}

static void every_kind_tells_openapi(void **state)
{
    AUTO_JSON json_t *all = json_object();
    for (size_t i = 0; i < kinds_n; i++)
        fields_openapi(kinds[i].table, all);
    const char *name;
    json_t *one;
    json_object_foreach(all, name, one)
    {
        const char *key;
        json_t *property;
        json_object_foreach(json_object_get(one, "properties"), key, property)
        {
            const char *ref = json_str(property, "$ref", json_str(json_object_get(property, "items"), "$ref", NULL));
            if (ref && !json_object_get(all, ref + strlen("#/definitions/")))
                fail_msg("%s.%s leads to %s, which is not there", name, key, ref);
        }
    }
}

#define CONTAINER                                                                                                      \
    "{\"name\": \"c\", \"image\": \"i:1\", \"imagePullPolicy\": \"Never\", \"command\": [\"a\"], \"args\": [\"b\", "   \
    "\"\"], "                                                                                                          \
    "\"env\": [{\"name\": \"A\", \"value\": \"\"}], \"ports\": [{\"containerPort\": 80, \"hostPort\": 8080, "          \
    "\"protocol\": \"UDP\"}], "                                                                                        \
    "\"volumeMounts\": [{\"name\": \"v\", \"mountPath\": \"/v\", \"readOnly\": true}], \"resources\": {\"limits\": "   \
    "{\"cpu\": \"250m\"}}, "                                                                                           \
    "\"securityContext\": {\"runAsUser\": 0, \"capabilities\": {\"add\": [\"NET_ADMIN\"]}}, \"tty\": true}"
#define POD_SPEC                                                                                                       \
    "{\"restartPolicy\": \"Never\", \"terminationGracePeriodSeconds\": 0, \"containers\": [" CONTAINER                 \
    "], \"volumes\": [{\"name\": \"v\", "                                                                              \
    "\"persistentVolumeClaim\": {\"claimName\": \"data\"}}, {\"name\": \"w\", \"emptyDir\": {}}, {\"name\": \"x\", "   \
    "\"hostPath\": {\"path\": \"/h\"}}], "                                                                             \
    "\"sedge\": {\"state\": \"Stopped\", \"components\": [{\"name\": \"s\", \"initial\": \"deleted\", \"goal\": "      \
    "\"running\", \"attempt\": 2, "                                                                                    \
    "\"steps\": [{\"interface\": \"Standard\", \"operation\": \"create\", \"source\": \"deleted\", \"target\": "       \
    "\"created\", \"timeoutSeconds\": 9}]}]}}"

/* Whole objects, as canonical as their defaults. */
static const char *const wholes[] = {
    "{\"apiVersion\": \"v1\", \"kind\": \"Pod\", \"metadata\": {\"name\": \"p\", \"namespace\": \"n\", \"labels\": "
    "{\"a\": \"b\"}, "
    "\"generation\": 1, \"ownerReferences\": [{\"apiVersion\": \"apps/v1\", \"kind\": \"Deployment\", \"name\": \"d\", "
    "\"uid\": \"u\", "
    "\"controller\": true}]}, \"spec\": " POD_SPEC
    ", \"status\": {\"phase\": \"Running\", \"podIPs\": [{\"ip\": \"10.0.0.1\"}], "
    "\"conditions\": [{\"type\": \"Ready\", \"status\": \"True\"}]}}",
    "{\"apiVersion\": \"apps/v1\", \"kind\": \"Deployment\", \"metadata\": {\"name\": \"d\"}, \"spec\": {\"replicas\": "
    "0, \"selector\": "
    "{\"matchLabels\": {\"a\": \"b\"}}, \"template\": {\"metadata\": {\"labels\": {\"a\": \"b\"}}, \"spec\": " POD_SPEC
    "}, \"strategy\": {\"type\": \"Recreate\"}}}",
    "{\"apiVersion\": \"v1\", \"kind\": \"Service\", \"metadata\": {\"name\": \"s\"}, \"spec\": {\"selector\": {\"a\": "
    "\"b\"}, \"ports\": "
    "[{\"port\": 80, \"targetPort\": 8080, \"protocol\": \"TCP\"}], \"type\": \"ClusterIP\"}, \"status\": "
    "{\"endpoints\": [{\"ip\": "
    "\"10.0.0.2\", \"ready\": true}]}}",
    "{\"apiVersion\": \"v1\", \"kind\": \"Namespace\", \"metadata\": {\"name\": \"n\"}, \"status\": {\"phase\": "
    "\"Active\"}}",
    "{\"apiVersion\": \"v1\", \"kind\": \"Node\", \"metadata\": {\"name\": \"n\"}, \"spec\": {\"unschedulable\": "
    "true}, \"status\": "
    "{\"capacity\": {\"cpu\": \"4\"}, \"addresses\": [{\"type\": \"InternalIP\", \"address\": \"10.0.0.3\"}]}}",
    "{\"apiVersion\": \"sedge.dev/v1\", \"kind\": \"Application\", \"metadata\": {\"name\": \"a\"}, \"spec\": "
    "{\"source\": {\"bundle\": "
    "\"b\", \"entry\": \"e\", \"inputs\": {\"x\": [1, null]}}, \"state\": \"Stopped\", \"removeVolumes\": true, "
    "\"components\": [{\"name\": \"c\", "
    "\"state\": \"Running\", \"replicas\": 3}], \"plan\": [\"c:Standard.create\"], \"attempt\": 4}}",
    "{\"apiVersion\": \"sedge.dev/v1\", \"kind\": \"Volume\", \"metadata\": {\"name\": \"v\"}, \"spec\": {\"nodeName\": "
    "\"n\"}}",
};

/* All of `want` is in `got`: defaults may have come. */
static void assert_within(const json_t *want, const json_t *got, const char *path)
{
    const char *key;
    json_t *v;
    if (json_is_object(want)) {
        json_object_foreach((json_t *)(uintptr_t)want, key, v)
        {
            AUTO_FREE char *deeper = mem_printf("%s.%s", path, key);
            if (!json_object_get(got, key))
                fail_msg("%s is lost", deeper);
            assert_within(v, json_object_get(got, key), deeper);
        }
    } else if (json_is_array(want)) {
        assert_int_equal(json_array_size(want), json_array_size(got));
        for (size_t i = 0; i < json_array_size(want); i++)
            assert_within(json_array_get(want, i), json_array_get(got, i), path);
    } else if (!json_equal(want, got)) {
        fail_msg("%s has changed", path);
    }
}

static void whole_objects_come_back(void **state)
{
    for (size_t i = 0; i < ARRAY_LEN(wholes); i++) {
        AUTO_JSON json_t *want = parse(wholes[i]);
        const struct kind *k = kind_find(json_str(want, "kind", ""));
        AUTO_FREE void *object = mem_alloc(k->table->size);
        struct err e = {0};
        if (fields_decode(k->table, want, object, &e) < 0)
            fail_msg("%s: %s", k->name, e.text);
        AUTO_JSON json_t *got = fields_encode(k->table, object);
        fields_done(k->table, object);
        assert_within(want, got, k->name);
        assert_int_equal(fields_decode(k->table, got, object, &e), 0);
        AUTO_JSON json_t *again = fields_encode(k->table, object);
        fields_done(k->table, object);
        assert_true(json_equal(got, again));
    }
}

static void what_kubectl_sends_along_is_dropped(void **state)
{
    AUTO_JSON json_t *v = parse("{\"apiVersion\": \"v1\", \"kind\": \"Pod\", \"metadata\": {\"name\": \"kept\", "
                                "\"creationTimestamp\": null, \"managedFields\": [{\"manager\": "
                                "\"kubectl\"}], \"selfLink\": \"/x\"}, \"spec\": {\"containers\": [{\"name\": \"c\", "
                                "\"image\": \"i\", \"resources\": {}, "
                                "\"terminationMessagePath\": \"/dev/termination-log\"}], \"serviceAccount\": \"a\", "
                                "\"serviceAccountName\": \"a\", \"securityContext\": {}, "
                                "\"schedulerName\": \"x\", \"dnsPolicy\": \"ClusterFirst\"}, \"status\": "
                                "{\"conditions\": [{\"type\": \"Ready\", \"status\": \"True\", "
                                "\"lastProbeTime\": null, \"lastHeartbeatTime\": \"t\"}]}}");
    struct pod p;
    struct err e = {0};
    if (fields_decode(&pod_fields, v, &p, &e) < 0)
        fail_msg("%s", e.text);
    assert_string_equal(p.meta.name, "kept");
    assert_string_equal(((struct condition *)p.status.conditions.items)->probed, "t");
    AUTO_JSON json_t *out = fields_encode(&pod_fields, &p);
    assert_null(json_at(out, "metadata", "managedFields", NULL));
    fields_done(&pod_fields, &p);
}

static const struct {
    const char *text, *words;
} wrongs[] = {
    {"{\"kind\": \"Pod\", \"metadata\": {\"name\": \"p\"}}", "spec: required"},
    {"{\"kind\": \"Pod\", \"spec\": {}}", "spec.containers: required"},
    {"{\"kind\": \"Pod\", \"spec\": {\"containers\": [{\"name\": \"c\"}]}}", "spec.containers[0].image: required"},
    {"{\"kind\": \"Pod\", \"spec\": {\"containers\": [{\"name\": \"C\", \"image\": \"i\"}]}}",
     "spec.containers[0].name: 'C' is no DNS label"},
    {"{\"kind\": \"Pod\", \"spec\": {\"containers\": [{\"name\": \"c\", \"image\": \"i\", \"livenessProbe\": {}}]}}",
     "spec.containers[0].livenessProbe: unknown field"},
    {"{\"kind\": \"Pod\", \"spec\": {\"containers\": [{\"name\": \"c\", \"image\": \"i\", \"ports\": "
     "[{\"containerPort\": 70000}]}]}}",
     "spec.containers[0].ports[0].containerPort: must be a port"},
    {"{\"kind\": \"Pod\", \"spec\": {\"containers\": [{\"name\": \"c\", \"image\": \"i\"}, {\"name\": \"c\", "
     "\"image\": \"i\"}]}}",
     "spec.containers[1].name: 'c' is there twice"},
    {"{\"kind\": \"Pod\", \"spec\": {\"restartPolicy\": \"Sometimes\", \"containers\": [{\"name\": \"c\", \"image\": "
     "\"i\"}]}}",
     "spec.restartPolicy: 'Sometimes' is not one of Always, OnFailure, Never"},
    {"{\"kind\": \"Service\", \"spec\": {\"type\": \"LoadBalancer\"}}",
     "spec.type: 'LoadBalancer' is not one of ClusterIP"},
    {"{\"kind\": \"Service\", \"spec\": {\"ports\": [{}]}}", "spec.ports[0].port: required"},
};

static void what_must_be_there_stays_there_empty(void **state)
{
    struct service s;
    struct err e = {0};
    AUTO_JSON json_t *v = parse("{\"spec\": {}}");
    assert_int_equal(fields_decode(&service_fields, v, &s, &e), 0);
    AUTO_JSON json_t *out = fields_encode(&service_fields, &s);
    fields_done(&service_fields, &s);
    assert_int_equal(fields_decode(&service_fields, out, &s, &e), 0);
    fields_done(&service_fields, &s);
    struct application a;
    AUTO_JSON json_t *sourceless = parse("{\"spec\": {\"source\": {}}}");
    assert_int_equal(fields_decode(&application_fields, sourceless, &a, &e), 0);
    AUTO_JSON json_t *again = fields_encode(&application_fields, &a);
    fields_done(&application_fields, &a);
    assert_true(json_is_object(json_at(again, "spec", "source", NULL)));
}

static void wrong_objects_are_refused_by_path(void **state)
{
    for (size_t i = 0; i < ARRAY_LEN(wrongs); i++) {
        AUTO_JSON json_t *v = parse(wrongs[i].text);
        const struct kind *k = kind_find(json_str(v, "kind", ""));
        AUTO_FREE void *object = mem_alloc(k->table->size);
        struct err e = {0};
        assert_int_equal(fields_decode(k->table, v, object, &e), -EINVAL);
        if (!str_starts(e.text, wrongs[i].words))
            fail_msg("'%s' does not begin with '%s'", e.text, wrongs[i].words);
    }
}

static void a_pod_stays_on_its_node(void **state)
{
    struct err e = {0};
    AUTO_JSON json_t *a = parse("{\"metadata\": {\"name\": \"p\"}, \"spec\": {}}"),
                     *b = parse("{\"metadata\": {\"name\": \"p\"}, \"spec\": {\"nodeName\": \"n1\"}}"),
                     *c = parse("{\"metadata\": {\"name\": \"p\"}, \"spec\": {\"nodeName\": \"n2\"}}");
    assert_int_equal(fields_check_update(&pod_fields, a, b, &e), 0);
    assert_int_equal(fields_check_update(&pod_fields, b, c, &e), -EINVAL);
    assert_true(str_starts(e.text, "spec.nodeName: immutable"));
}

static void a_machine_has_defaults(void **state)
{
    struct err e = {0};
    struct machine m;
    AUTO_JSON json_t *v = parse("{\"name\": \"n1\", \"podCIDR\": \"10.88.0.0/16\", \"serviceCIDR\": \"10.89.0.0/16\"}");
    assert_int_equal(fields_decode(&machine_fields, v, &m, &e), 0);
    assert_string_equal(m.listen, "0.0.0.0:6443");
    assert_string_equal(m.runtime, "crun");
    fields_done(&machine_fields, &m);
    AUTO_JSON json_t *nowhere =
        parse("{\"name\": \"n1\", \"podCIDR\": \"a\", \"serviceCIDR\": \"b\", \"listen\": \"\"}");
    assert_int_equal(fields_decode(&machine_fields, nowhere, &m, &e), 0);
    assert_string_equal(m.listen, ""); /* as asked for, not the default */
    fields_done(&machine_fields, &m);
    AUTO_JSON json_t *bad = parse("{\"name\": \"N 1\", \"podCIDR\": \"a\", \"serviceCIDR\": \"b\"}");
    assert_int_equal(fields_decode(&machine_fields, bad, &m, &e), -EINVAL);
    assert_true(str_starts(e.text, "name: 'N 1' is no DNS label"));
}

static const struct {
    const char *status, *reason, *words;
} failures[] = {
    {"{}", NULL, NULL},
    {"{\"containerStatuses\": []}", NULL, NULL},
    {"{\"containerStatuses\": [{\"state\": {\"running\": {}}}]}", NULL, NULL},
    {"{\"containerStatuses\": [{\"state\": {\"waiting\": {\"reason\": \"Stopped\"}}}]}", NULL, NULL},
    {"{\"containerStatuses\": [{\"state\": {\"waiting\": {\"reason\": \"" POD_FAILED_PULL
     "\", \"message\": \"no network\"}}}]}",
     POD_FAILED_PULL, "no network"},
    {"{\"containerStatuses\": [{\"state\": {\"running\": {}}}, {\"state\": {\"waiting\": {\"reason\": "
     "\"" POD_FAILED_CRASH "\"}}}]}",
     POD_FAILED_CRASH, POD_FAILED_CRASH},
};

static void tells_what_failed(void **state)
{
    for (size_t i = 0; i < ARRAY_LEN(failures); i++) {
        const char *reason = NULL;
        AUTO_JSON json_t *v = parse(failures[i].status);
        const char *words = pod_failure(v, &reason);
        if (!failures[i].reason) {
            assert_null(words);
            continue;
        }
        assert_string_equal(reason, failures[i].reason);
        assert_string_equal(words, failures[i].words);
    }
    assert_null(pod_failure(NULL, &(const char *){NULL}));
    for (size_t i = 0; pod_failures[i]; i++)
        assert_false(str_empty(pod_failures[i]));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(finds_kinds),
        cmocka_unit_test(every_table_is_sound),
        cmocka_unit_test(every_kind_tells_openapi),
        cmocka_unit_test(whole_objects_come_back),
        cmocka_unit_test(what_kubectl_sends_along_is_dropped),
        cmocka_unit_test(what_must_be_there_stays_there_empty),
        cmocka_unit_test(wrong_objects_are_refused_by_path),
        cmocka_unit_test(a_pod_stays_on_its_node),
        cmocka_unit_test(a_machine_has_defaults),
        cmocka_unit_test(tells_what_failed),
    };
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
