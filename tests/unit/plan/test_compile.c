// SPDX-License-Identifier: Apache-2.0
/* Components compiled to objects: pods with their software, names and volumes; what changes a component's hash and what
 * does not; what is refused before anything is changed. */
#include "plan_fixture.h"

#include <errno.h>
#include <string.h>

#include "base/base.h"
#include "model/deployment.h"
#include "model/service.h"
#include "plan/compile.h"
#include "plan/compile_value.h"
#include "plan/compile_words.h"
#include "plan/policy.h"

/* web runs app, which connects to db; db keeps its data in a volume. */
enum { WEB, APP, DB, DATA };

static void set(struct component *c, const char *property, const char *json)
{
    json_error_t fault;
    if (!c->properties)
        c->properties = json_object();
    json_t *v = json_loads(json, JSON_DECODE_ANY, &fault);
    if (!v)
        fail_msg("%s: %s", json, fault.text);
    json_object_set_new(c->properties, property, v);
}

static void add_operation(struct component *c, const char *name, const char *script, const char *inputs)
{
    c->operations = mem_push(c->operations, c->n_operations, sizeof(*c->operations));
    c->operations[c->n_operations++] = (struct topology_operation){.interface = mem_strdup("Standard"),
                                                                   .name = mem_strdup(name),
                                                                   .script = mem_strdup(script),
                                                                   .inputs = json_loads(inputs, 0, NULL),
                                                                   .timeout_s = 9};
}

static struct topology *make(void)
{
    static const char *const types[] = {"tosker.nodes.Container", "tosker.nodes.Software", "tosker.nodes.Container",
                                        "tosker.nodes.Volume"};
    struct topology *t = fixture_topology();
    fixture_add(t, "web", COMPONENT_CONTAINER);
    fixture_add(t, "app", COMPONENT_SOFTWARE);
    fixture_add(t, "db", COMPONENT_CONTAINER);
    fixture_add(t, "data", COMPONENT_VOLUME);
    for (size_t i = 0; i < ARRAY_LEN(types); i++) {
        t->components[i].type = mem_strdup(types[i]);
        t->components[i].place = (struct place){mem_strdup("t.yaml"), (int)i + 10, 3};
    }
    t->components[WEB].image = mem_strdup("nginx:1");
    t->components[DB].image = mem_strdup("mysql:8");
    t->components[DB].image_runs = true;
    fixture_link(t, "app", "host", "web");
    fixture_link(t, "app", "connection", "db");
    fixture_link(t, "db", "storage", "data");
    t->components[DB].links[0].properties = json_pack("{s:s}", "location", "/var/lib/mysql");
    add_operation(&t->components[APP], "create", "scripts/create.sh",
                  "{\"port\": 80, \"name\": {\"$get_attribute\": [\"web\", \"x\"]}}");
    return t;
}

static json_t *eval(void *data, const json_t *v, struct err *e)
{
    if (json_object_get(v, "$get_attribute") && !data) {
        err_set(e, ENOENT, "not known yet");
        return NULL;
    }
    return json_object_get(v, "$get_attribute") ? json_string(data) : json_deep_copy(v);
}

static const char *content = "1"; /* of all files */

static const char *file_digest(void *data, const char *path)
{
    static char text[100];
    snprintf(text, sizeof(text), "digest of %s %s", path, content);
    return text;
}

static struct compile_input input(const struct topology *t, const char *attribute)
{
    return (struct compile_input){.topology = t,
                                  .namespace = "default",
                                  .application = "shop",
                                  .bundle = "sha256:b",
                                  .eval = eval,
                                  .data = (void *)(uintptr_t)attribute};
}

static const char *const running[] = {"running", "running", "running", "created"};

static json_t *deployment_of(const struct topology *t, size_t component, const char *const *goals)
{
    struct err e = {0};
    struct compile_input in = input(t, "there");
    json_t *d = compile_deployment(&in, component, goals, 2, 7, &e);
    if (!d)
        fail_msg("%s", e.text);
    struct deployment typed; /* whatever we compile, the API must take */
    if (fields_decode(&deployment_fields, d, &typed, &e) < 0)
        fail_msg("%s", e.text);
    fields_done(&deployment_fields, &typed);
    return d;
}

static json_t *spec_of(const json_t *deployment)
{
    return json_at(deployment, "spec", "template", "spec", NULL);
}

static json_t *first(const json_t *list)
{
    return json_array_get(list, 0);
}

/* ---- deployments ---- */

static void a_container_becomes_a_deployment(void **state)
{
    AUTO(topology_freep)
    struct topology *t = make();
    AUTO_JSON json_t *d = deployment_of(t, DB, running);
    const json_t *spec = spec_of(d), *c = first(json_object_get(spec, "containers"));
    assert_string_equal(json_str(json_object_get(d, "metadata"), "name", ""), "shop-db");
    assert_string_equal(json_str(json_object_get(d, "metadata"), "namespace", ""), "default");
    assert_int_equal(json_int(json_object_get(d, "spec"), "replicas", 0), 2);
    assert_true(json_equal(json_at(d, "spec", "selector", "matchLabels", NULL),
                           json_at(d, "spec", "template", "metadata", "labels", NULL)));
    assert_string_equal(json_str(json_at(d, "metadata", "labels", NULL), "sedge.dev/component", ""), "db");
    assert_string_equal(json_str(c, "image", ""), "mysql:8");
    assert_string_equal(json_str(spec, "restartPolicy", ""), "OnFailure");
    assert_string_equal(json_str(json_object_get(spec, "sedge"), "state", ""), "Running");
    assert_null(json_at(spec, "sedge", "sleep", NULL)); /* the image's own command runs */
    assert_string_equal(json_str(first(json_object_get(c, "volumeMounts")), "mountPath", ""), "/var/lib/mysql");
    assert_string_equal(
        json_str(json_at(first(json_object_get(spec, "volumes")), "persistentVolumeClaim", NULL), "claimName", ""),
        "shop-data");
}

static void software_goes_into_its_pod(void **state)
{
    AUTO(topology_freep)
    struct topology *t = make();
    AUTO_JSON json_t *d = deployment_of(t, WEB, running);
    const json_t *sedge = json_object_get(spec_of(d), "sedge"), *app = first(json_object_get(sedge, "components"));
    assert_true(json_bool(sedge, "sleep", false));
    assert_string_equal(json_str(sedge, "bundle", ""), "sha256:b");
    assert_string_equal(json_str(spec_of(d), "restartPolicy", ""), "Always");
    assert_string_equal(json_str(app, "name", ""), "app");
    assert_string_equal(json_str(app, "goal", ""), "running");
    assert_string_equal(json_str(app, "stopped", ""), "configured");
    assert_int_equal(json_int(app, "attempt", 0), 7);
    const json_t *create = first(json_object_get(app, "steps"));
    assert_string_equal(json_str(create, "script", ""), "scripts/create.sh");
    assert_int_equal(json_int(create, "timeoutSeconds", 0), 9);
    AUTO_FREE char *env = json_text(json_object_get(create, "env"));
    assert_non_null(strstr(env, "{\"name\":\"INPUT_PORT\",\"value\":\"80\"}"));
    assert_non_null(strstr(env, "{\"name\":\"name\",\"value\":\"there\"}"));
    AUTO_FREE char *after = json_text(json_object_get(app, "after")),
                   *links = json_text(json_object_get(sedge, "links"));
    assert_string_equal(after, "[\"web\",\"db\"]");
    assert_string_equal(links, "[{\"name\":\"db\",\"service\":\"shop-db\"}]");
}

static void software_on_software_comes_after_it(void **state)
{
    AUTO(topology_freep)
    struct topology *t = make();
    fixture_add(t, "plugin", COMPONENT_SOFTWARE);
    struct component plugin = t->components[4]; /* before app in the template, and yet after it in the pod */
    t->components[4] = t->components[0];
    t->components[0] = plugin;
    t->components[0].type = mem_strdup("tosker.nodes.Software");
    t->components[1].links[0].target = 4;
    fixture_link(t, "plugin", "host", "app");
    static const char *const goals[] = {"running", "running", "running", "created", "running"};
    AUTO_JSON json_t *d = deployment_of(t, 4, goals);
    const json_t *list = json_at(spec_of(d), "sedge", "components", NULL);
    assert_int_equal(json_array_size(list), 2);
    assert_string_equal(json_str(json_array_get(list, 0), "name", ""), "app");
    assert_string_equal(json_str(json_array_get(list, 1), "name", ""), "plugin");
}

static void a_stopped_one_is_kept(void **state)
{
    static const char *const goals[] = {"created", "configured", "running", "created"};
    AUTO(topology_freep)
    struct topology *t = make();
    AUTO_JSON json_t *d = deployment_of(t, WEB, goals);
    assert_string_equal(json_str(json_at(spec_of(d), "sedge", NULL), "state", ""), "Stopped");
    assert_string_equal(json_str(first(json_at(spec_of(d), "sedge", "components", NULL)), "goal", ""), "configured");
}

static void every_property_finds_its_field(void **state)
{
    static const struct {
        const char *property, *value, *want; /* a piece of the pod's spec as text */
    } cases[] = {
        {"ports", "{\"80\": 8080, \"443\": null}",
         "\"ports\":[{\"containerPort\":80,\"hostPort\":8080},{\"containerPort\":443}]"},
        {"ports", "{\"80\": \"8080\"}", "{\"containerPort\":80,\"hostPort\":8080}"},
        {"env_variable", "{\"A\": 1, \"B\": [true], \"C\": null, \"D\": \"x y\"}",
         "[{\"name\":\"A\",\"value\":\"1\"},{\"name\":\"B\",\"value\":\"[true]\"},{\"name\":\"C\",\"value\":\"\"},{"
         "\"name\":\"D\",\"value\":\"x y\"}]"},
        {"command", "\"sh -c 'a b' \\\"c d\\\"\"", "\"args\":[\"sh\",\"-c\",\"a b\",\"c d\"]"},
        {"args", "[\"a\", 1]", "\"args\":[\"a\",\"1\"]"},
        {"share_data", "{\"/in\": \"/out\"}", "{\"hostPath\":{\"path\":\"/out\"},\"name\":\"share-0\"}"},
        {"cpus", "0.5", "\"cpu\":\"500m\""},
        {"memory", "\"64 MiB\"", "\"memory\":\"67108864\""},
        {"pids", "20", "\"sedge.dev/pids\":\"20\""},
        {"read_only", "true", "\"readOnlyRootFilesystem\":true"},
        {"user", "1000", "\"user\":\"1000\""},
        {"working_dir", "\"/w\"", "\"workingDir\":\"/w\""},
        {"capabilities_add", "[\"NET_ADMIN\"]", "\"capabilities\":{\"add\":[\"NET_ADMIN\"]}"},
        {"capabilities_drop", "[\"ALL\"]", "\"drop\":[\"ALL\"]"},
        {"restart", "\"never\"", "\"restartPolicy\":\"Never\""},
        {"grace_period", "\"90 s\"", "\"terminationGracePeriodSeconds\":90"},
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        AUTO(topology_freep)
        struct topology *t = make();
        set(&t->components[WEB], cases[i].property, cases[i].value);
        AUTO_JSON json_t *d = deployment_of(t, WEB, running);
        AUTO_FREE char *text = json_dumps(spec_of(d), JSON_COMPACT | JSON_SORT_KEYS);
        if (!strstr(text, cases[i].want))
            fail_msg("%s: '%s' is not in %s", cases[i].property, cases[i].want, text);
    }
}

static void what_is_not_known_yet_is_told(void **state)
{
    AUTO(topology_freep)
    struct topology *t = make();
    struct err e = {0};
    struct compile_input in = input(t, NULL);
    assert_null(compile_deployment(&in, WEB, running, 1, 0, &e));
    assert_string_equal(e.text, "component 'app': input 'name' of Standard.create: not known yet");
    err_clear(&e);
    set(&t->components[DB], "user", "{\"$get_attribute\": [\"app\", \"x\"]}");
    assert_null(compile_deployment(&in, DB, running, 1, 0, &e));
    assert_string_equal(e.text, "component 'db': property 'user': not known yet");
}

static void services_and_volumes(void **state)
{
    AUTO(topology_freep)
    struct topology *t = make();
    struct compile_input in = input(t, "");
    AUTO_JSON json_t *s = compile_service(&in, DB), *v = compile_volume(&in, DATA), *d = deployment_of(t, DB, running);
    struct service typed;
    struct err e = {0};
    assert_int_equal(fields_decode(&service_fields, s, &typed, &e), 0);
    fields_done(&service_fields, &typed);
    assert_string_equal(json_str(json_object_get(s, "metadata"), "name", ""), "shop-db");
    assert_true(json_equal(json_at(s, "spec", "selector", NULL), json_at(d, "spec", "selector", "matchLabels", NULL)));
    assert_string_equal(json_str(v, "kind", ""), "Volume");
    assert_string_equal(json_str(json_object_get(v, "metadata"), "name", ""), "shop-data");
}

static void names_are_labels(void **state)
{
    static const char *const names[] = {"db", "My Component", "a_b", "\xc3\xa4",
                                        "a-very-long-name-that-goes-on-and-on-until-no-dns-label-can-hold-it-any-more"};
    for (size_t i = 0; i < ARRAY_LEN(names); i++) {
        AUTO_FREE char *name = compile_name("shop", names[i]);
        assert_true(str_is_label(name));
    }
    AUTO_FREE char *a = compile_name("shop", "a_b"), *b = compile_name("shop", "a-b");
    assert_string_not_equal(a, b);
}

/* ---- hashes ---- */

static void hash_of(const struct topology *t, size_t component, char ret[17])
{
    struct compile_input in = input(t, NULL); /* before run-time values are known */
    in.file_digest = file_digest;
    compile_hash(&in, component, ret);
}

static void change_image(struct topology *t)
{
    free(t->components[APP].image);
    t->components[APP].image = mem_strdup("other");
}

static void change_property(struct topology *t)
{
    set(&t->components[APP], "p", "1");
}

static void change_input(struct topology *t)
{
    json_object_set_new(t->components[APP].operations[0].inputs, "port", json_integer(81));
}

static void change_script(struct topology *t)
{
    free(t->components[APP].operations[0].script);
    t->components[APP].operations[0].script = mem_strdup("scripts/other.sh");
}

static void change_type(struct topology *t)
{
    free(t->components[APP].type);
    t->components[APP].type = mem_strdup("mine");
}

static void add_link(struct topology *t)
{
    fixture_link(t, "app", "dependency", "db");
}

static void link_elsewhere(struct topology *t)
{
    t->components[APP].links[1].target = WEB;
}

static void add_another_operation(struct topology *t)
{
    add_operation(&t->components[APP], "stop", "scripts/stop.sh", "{}");
}

static void add_dependency(struct topology *t)
{
    strv_add(&t->components[APP].operations[0].dependencies, "lib.sh");
}

static void add_artifact(struct topology *t)
{
    struct component *c = &t->components[APP];
    c->artifacts = mem_push(c->artifacts, c->n_artifacts, sizeof(*c->artifacts));
    c->artifacts[c->n_artifacts++] = (struct topology_artifact){.name = mem_strdup("a"), .file = mem_strdup("a.tar")};
}

static void what_changes_a_hash(void **state)
{
    static void (*const changes[])(struct topology *) = {
        change_image, change_property, change_input,          change_script,  change_type,
        add_link,     link_elsewhere,  add_another_operation, add_dependency, add_artifact};
    AUTO(topology_freep)
    struct topology *t = make();
    char before[17];
    hash_of(t, APP, before);
    assert_int_equal(strlen(before), 16);
    for (size_t i = 0; i < ARRAY_LEN(changes); i++) {
        AUTO(topology_freep)
        struct topology *other = make();
        char after[17];
        changes[i](other);
        hash_of(other, APP, after);
        if (str_eq(before, after))
            fail_msg("change %zu does not show", i);
    }
}

static void add_description(struct topology *t)
{
    t->description = mem_strdup("words");
}

static void move_place(struct topology *t)
{
    t->components[APP].place.line = 99;
}

static void scale(struct topology *t)
{
    set(&t->components[APP], "replicas", "5");
}

static void change_another(struct topology *t)
{
    set(&t->components[DB], "user", "\"x\"");
}

static void change_output(struct topology *t)
{
    t->outputs = json_pack("{s:s}", "a", "b");
}

static void what_does_not(void **state)
{
    static void (*const changes[])(struct topology *) = {add_description, move_place, scale, change_another,
                                                         change_output};
    AUTO(topology_freep)
    struct topology *t = make();
    char before[17];
    hash_of(t, APP, before);
    for (size_t i = 0; i < ARRAY_LEN(changes); i++) {
        AUTO(topology_freep)
        struct topology *other = make();
        char after[17];
        changes[i](other);
        hash_of(other, APP, after);
        assert_string_equal(before, after);
    }
    struct topology *ordered = make(); /* the order of a map's keys is none of its meaning */
    set(&ordered->components[APP], "b", "{\"x\": 1, \"y\": 2}");
    struct topology *other = make();
    set(&other->components[APP], "b", "{\"y\": 2, \"x\": 1}");
    char a[17], b[17];
    hash_of(ordered, APP, a);
    hash_of(other, APP, b);
    assert_string_equal(a, b);
    topology_free(ordered);
    topology_free(other);
    content = "2";
    hash_of(t, APP, a);
    content = "1";
    assert_string_not_equal(a, before); /* a script's content counts, not only its name */
}

/* ---- checks ---- */

static void assert_check(const struct topology *t, const char *words)
{
    struct err e = {0};
    struct compile_input in = input(t, NULL);
    int r = compile_check(&in, &e);
    if (!words && r < 0)
        fail_msg("%s", e.text);
    if (!words)
        return;
    assert_int_equal(r, -EINVAL);
    if (!strstr(e.text, words))
        fail_msg("'%s' does not say '%s'", e.text, words);
}

static void good_ones_pass(void **state)
{
    AUTO(topology_freep)
    struct topology *t = make();
    assert_check(t, NULL);
    set(&t->components[WEB], "ports", "{\"80\": 8080}");
    set(&t->components[DB], "ports", "{\"80\": 8081, \"81\": null}");
    assert_check(t, NULL);
}

static void run_time_values_are_left_for_later(void **state)
{
    static const char *const properties[] = {"cpus", "memory",       "pids",  "user",      "command",
                                             "args", "env_variable", "ports", "share_data"};
    for (size_t i = 0; i < ARRAY_LEN(properties); i++) {
        AUTO(topology_freep)
        struct topology *t = make();
        set(&t->components[WEB], properties[i], "{\"$get_attribute\": [\"db\", \"x\"]}");
        assert_check(t, NULL);
    }
    AUTO(topology_freep)
    struct topology *t = make();
    set(&t->components[WEB], "ports", "{\"80\": {\"$concat\": [\"80\", {\"$get_attribute\": [\"db\", \"x\"]}]}}");
    assert_check(t, NULL);
}

#define TOKEN                                                                                                          \
    "\xee\x97\xac"                                                                                                     \
    "db/pw"                                                                                                            \
    "\xee\x97\xad"

static void secrets_become_references(void **state)
{
    AUTO(topology_freep)
    struct topology *t = make();
    set(&t->components[WEB], "env_variable", "{\"A\": \"" TOKEN "\", \"B\": \"u:" TOKEN "@h\", \"C\": \"plain\"}");
    assert_check(t, NULL);
    AUTO_JSON json_t *d = deployment_of(t, WEB, running);
    const json_t *env = json_object_get(json_array_get(json_at(spec_of(d), "containers", NULL), 0), "env");
    AUTO_JSON json_t *want = json_loads(
        "[{\"name\": \"A\", \"valueFrom\": {\"secretKeyRef\": {\"name\": \"db\", \"key\": \"pw\"}}}, {\"name\": \"B\", "
        "\"valueFrom\": {\"parts\": [{\"text\": \"u:\"}, {\"secretKeyRef\": {\"name\": \"db\", \"key\": \"pw\"}}, "
        "{\"text\": \"@h\"}]}}, {\"name\": \"C\", \"value\": \"plain\"}]",
        0, NULL);
    assert_true(json_equal(env, want));
    json_object_del(t->components[WEB].properties, "env_variable");
}

static void bad_properties_are_refused_by_place(void **state)
{
    static const struct {
        const char *property, *value, *words;
    } bad[] = {
        {"ports", "{\"80\": 70000}", "t.yaml:10:3: component 'web': ports: '70000' is no port (1 to 65535)"},
        {"ports", "{\"http\": 80}", "ports: 'http' is no port"},
        {"ports", "{\"80\": 0}", "ports: '0' is no port"},
        {"ports", "[80]", "property 'ports' must be a map"},
        {"env_variable", "[]", "property 'env_variable' must be a map"},
        {"command", "\"a 'b\"", "component 'web': command 'a 'b': a quote is not closed"},
        {"args", "\"a\"", "property 'args' must be a list"},
        {"share_data", "{\"in\": \"/out\"}", "must map absolute paths to absolute paths"},
        {"share_data", "{\"/in\": \"out\"}", "must map absolute paths to absolute paths"},
        {"share_data", "{\"/in\": 3}", "must map absolute paths to absolute paths"},
        {"cpus", "0", "property 'cpus' must be a number of cores above 0"},
        {"cpus", "\"many\"", "property 'cpus'"},
        {"memory", "\"64 Mo\"", "property 'memory' must be a size"},
        {"memory", "0", "property 'memory' must be a size"},
        {"pids", "-1", "property 'pids' must be a whole number above 0"},
        {"command", "\"run -p " TOKEN "\"", "property 'command' is made of a secret"},
        {"args", "[\"" TOKEN "\"]", "property 'args' is made of a secret"},
        {"user", "\"" TOKEN "\"", "property 'user' is made of a secret"},
        {"env_variable", "{\"" TOKEN "\": 1}", "name that is made of a secret"},
        {"capabilities_add", "\"ALL\"", "property 'add' must be a list of capability names"},
    };
    for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
        AUTO(topology_freep)
        struct topology *t = make();
        set(&t->components[WEB], bad[i].property, bad[i].value);
        assert_check(t, bad[i].words);
    }
}

static void what_cannot_run_is_refused(void **state)
{
    AUTO(topology_freep)
    struct topology *t = make();
    size_t extra = fixture_add(t, "thing", COMPONENT_ABSTRACT);
    t->components[extra].type = mem_strdup("tosca.nodes.Compute");
    assert_check(t, "component 'thing' is of type 'tosca.nodes.Compute', which sedge cannot run");
    t->components[extra].kind = COMPONENT_SOFTWARE;
    assert_check(t, "component 'thing': no container below it");
    t->n_components--;
    struct component thing = t->components[extra];
    free(thing.name);
    free(thing.type);
    free(t->components[WEB].image);
    t->components[WEB].image = NULL;
    assert_check(t, "t.yaml:10:3: component 'web': no image");
    t->components[WEB].image_build = mem_strdup("Dockerfile");
    assert_check(t, "images are not built from Dockerfiles here");
}

static void host_ports_are_taken_once(void **state)
{
    AUTO(topology_freep)
    struct topology *t = make();
    set(&t->components[WEB], "ports", "{\"80\": 8080}");
    set(&t->components[DB], "ports", "{\"3306\": 8080}");
    assert_check(t, "t.yaml:12:3: component 'db': host port 8080 is also taken by component 'web'");
    set(&t->components[DB], "ports", "{\"3306\": null}");
    set(&t->components[DB], "replicas", "3");
    assert_check(t, NULL); /* another's host port is not in its way */
    set(&t->components[DB], "ports", "{\"1\": null, \"3306\": 3306}");
    assert_check(t, "more than one replica cannot share a host port");
}

static void volumes_need_a_place(void **state)
{
    AUTO(topology_freep)
    struct topology *t = make();
    json_object_set_new(t->components[DB].links[0].properties, "location", json_string("relative"));
    assert_check(t, "the relationship to volume 'data' needs a property 'location'");
    json_object_clear(t->components[DB].links[0].properties);
    assert_check(t, "needs a property 'location'");
}

static void replicas_are_counted(void **state)
{
    AUTO(topology_freep)
    struct topology *t = make();
    assert_int_equal(policy_replicas(t, WEB), 1);
    set(&t->components[WEB], "replicas", "0");
    assert_int_equal(policy_replicas(t, WEB), 0);
    set(&t->components[WEB], "replicas", "-1");
    assert_int_equal(policy_replicas(t, WEB), 1);
}

/* ---- policies ---- */

static void add_policy(struct topology *t, enum policy_kind kind, const char *properties)
{
    t->policies = mem_push(t->policies, t->n_policies, sizeof(*t->policies));
    struct topology_policy *p = &t->policies[t->n_policies++];
    *p = (struct topology_policy){.name = mem_strdup("p"), .type = mem_strdup("x"), .kind = kind, .n_targets = 1};
    p->targets = mem_array(1, sizeof(*p->targets));
    p->targets[0] = WEB;
    strv_add(&p->target_names, "web");
    p->properties = json_loads(properties, 0, NULL);
    assert_non_null(p->properties);
}

static void scaling_bounds_replicas(void **state)
{
    AUTO(topology_freep)
    struct topology *t = make();
    add_policy(t, POLICY_SCALING, "{\"min_instances\": 2, \"maxReplicas\": 4, \"default_instances\": 3}");
    assert_int_equal(policy_replicas(t, WEB), 3);
    assert_int_equal(policy_replicas(t, DB), 1);
    set(&t->components[WEB], "replicas", "9");
    assert_int_equal(policy_replicas(t, WEB), 4);
    set(&t->components[WEB], "replicas", "1");
    assert_int_equal(policy_replicas(t, WEB), 2);
}

static void placement_reaches_pods(void **state)
{
    AUTO(topology_freep)
    struct topology *t = make();
    AUTO_JSON json_t *labels = json_object(), *spec = json_object();
    policy_place(t, WEB, "shop", labels, spec);
    assert_int_equal(json_object_size(labels) + json_object_size(spec), 0);
    add_policy(t, POLICY_PLACEMENT,
               "{\"node_selector\": {\"disk\": \"ssd\"}, \"site\": \"shed\", \"arrange\": \"together\"}");
    policy_place(t, WEB, "shop", labels, spec);
    AUTO_FREE char *selector = json_text(json_object_get(spec, "nodeSelector"));
    assert_string_equal(selector, "{\"disk\":\"ssd\",\"sedge.dev/site\":\"shed\"}");
    assert_string_equal(json_str(labels, "placement.sedge.dev/p", ""), "shop");
    assert_non_null(json_at(spec, "affinity", "podAffinity", "requiredDuringSchedulingIgnoredDuringExecution", NULL));
}

static void update_is_the_strategy(void **state)
{
    AUTO(topology_freep)
    struct topology *t = make();
    assert_null(policy_strategy(t, WEB));
    add_policy(t, POLICY_UPDATE, "{\"max_surge\": 2}");
    AUTO_JSON json_t *v = policy_strategy(t, WEB);
    AUTO_FREE char *text = json_text(v);
    assert_string_equal(text, "{\"rollingUpdate\":{\"maxSurge\":2},\"type\":\"RollingUpdate\"}");
}

/* ---- words and values ---- */

static void words_are_split_as_by_a_shell(void **state)
{
    static const struct {
        const char *line, *words; /* joined by '|'; NULL: refused */
    } cases[] = {
        {"", ""},
        {"  ", ""},
        {"a", "a"},
        {" a\tb\nc ", "a|b|c"},
        {"'a b' c", "a b|c"},
        {"a'b'\"c\"d", "abcd"},
        {"''", ""},
        {"a '' b", "a||b"},
        {"\"a\\\"b\\\\c\\d\"", "a\"b\\c\\d"},
        {"'a\\'", "a\\"},
        {"a\\ b", "a b"},
        {"$HOME `x` *", "$HOME|`x`|*"},
        {"a\\", "a\\"},
        {"'a", NULL},
        {"\"a", NULL},
        {"a\"", NULL},
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        AUTO_STRV struct strv words = {0};
        struct err e = {0};
        int r = compile_words(cases[i].line, &words, &e);
        assert_int_equal(r, cases[i].words ? 0 : -EINVAL);
        AUTO_FREE char *joined = strv_join(&words, "|");
        if (cases[i].words)
            assert_string_equal(joined, cases[i].words);
    }
}

static void sizes_and_times_are_read(void **state)
{
    static const struct {
        const char *text;
        int64_t bytes, seconds; /* -1: refused */
    } cases[] = {
        {"64", 64, 64},   {"64 MB", 64000000, -1}, {"64MiB", 67108864, -1}, {"1.5 KiB", 1536, -1},
        {"10 s", -1, 10}, {"500 ms", -1, 1},       {"2 h", -1, 7200},       {"", -1, -1},
        {"MB", -1, -1},   {"-1", -1, -1},          {"1 XB", -1, -1},        {"1e30 TB", -1, -1},
        {"nan", -1, -1},  {"inf", -1, -1},
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        int64_t v = 0;
        int r = compile_bytes(cases[i].text, &v);
        if ((r < 0) != (cases[i].bytes < 0) || (r == 0 && v != cases[i].bytes))
            fail_msg("'%s' has %lld bytes", cases[i].text, (long long)v);
        r = compile_seconds(cases[i].text, &v);
        if ((r < 0) != (cases[i].seconds < 0) || (r == 0 && v != cases[i].seconds))
            fail_msg("'%s' is %lld seconds", cases[i].text, (long long)v);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_container_becomes_a_deployment),
        cmocka_unit_test(software_goes_into_its_pod),
        cmocka_unit_test(software_on_software_comes_after_it),
        cmocka_unit_test(a_stopped_one_is_kept),
        cmocka_unit_test(every_property_finds_its_field),
        cmocka_unit_test(what_is_not_known_yet_is_told),
        cmocka_unit_test(services_and_volumes),
        cmocka_unit_test(names_are_labels),
        cmocka_unit_test(what_changes_a_hash),
        cmocka_unit_test(what_does_not),
        cmocka_unit_test(good_ones_pass),
        cmocka_unit_test(run_time_values_are_left_for_later),
        cmocka_unit_test(secrets_become_references),
        cmocka_unit_test(bad_properties_are_refused_by_place),
        cmocka_unit_test(what_cannot_run_is_refused),
        cmocka_unit_test(host_ports_are_taken_once),
        cmocka_unit_test(volumes_need_a_place),
        cmocka_unit_test(replicas_are_counted),
        cmocka_unit_test(scaling_bounds_replicas),
        cmocka_unit_test(placement_reaches_pods),
        cmocka_unit_test(update_is_the_strategy),
        cmocka_unit_test(words_are_split_as_by_a_shell),
        cmocka_unit_test(sizes_and_times_are_read),
    };
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
