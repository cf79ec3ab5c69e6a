// SPDX-License-Identifier: Apache-2.0
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "engine/container_spec.h"
#include "pod_fixture.h"

#define SPEC                                                                                                           \
    "{'containers':[{'name':'c','image':'i'}],'sedge':{'components':[{'name':'x','initial':'deleted','goal':'running'" \
    "},{'name':'y','initial':'deleted','goal':'running'}]}}"

static void what_is_on_disk_comes_back(void **state)
{
    struct pod_fixture f, g;
    pod_fixture_make(&f, SPEC);
    f.known.address = mem_strdup("10.0.0.2");
    f.known.bundle = mem_strdup("sha256:b");
    f.known.files = true;
    f.known.containers[0].image_id = mem_strdup("sha256:i");
    f.known.containers[0].restarts = 7;
    f.known.containers[0].end = (struct container_end){
        .there = true, .exit_code = 3, .signal = 9, .oom = true, .started_us = 1, .finished_us = 2};
    f.known.components[1].failed = true;
    f.known.components[1].log = mem_strdup("words");
    free(f.known.components[1].state);
    f.known.components[1].state = mem_strdup("created");
    AUTO_JSON json_t *v = pod_known_save(&f.known, &f.pod, f.object);
    pod_fixture_make(&g, SPEC);
    pod_known_load(&g.known, &g.pod, v);
    AUTO_JSON json_t *w = pod_known_save(&g.known, &g.pod, g.object);
    assert_true(json_equal(v, w));
    assert_int_equal(g.known.containers[0].end.exit_code, 3);
    assert_string_equal(g.known.components[1].state, "created");
    pod_fixture_done(&f);
    pod_fixture_done(&g);
}

static void what_is_broken_is_passed_over(void **state)
{
    static const char *const texts[] = {"{}", "{\"containers\":3,\"components\":{}}",
                                        "{\"containers\":[1,{},{},{}],\"components\":[{\"name\":\"z\"},7]}",
                                        "{\"address\":[]}"};
    for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
        struct pod_fixture f;
        AUTO_JSON json_t *v = json_parse(texts[i], strlen(texts[i]), NULL);
        pod_fixture_make(&f, SPEC);
        pod_known_load(&f.known, &f.pod, v);
        assert_string_equal(f.known.components[0].state, "deleted");
        assert_true(container_id_valid(f.known.containers[0].id));
        pod_fixture_done(&f);
    }
}

static void components_keep_their_state_by_name(void **state)
{
    struct pod_fixture f;
    pod_fixture_make(&f, SPEC);
    free(f.known.components[1].state);
    f.known.components[1].state = mem_strdup("created");
    f.known.stepping = true;
    f.known.step_component = 1;
    struct pod_fixture g;
    pod_fixture_make(&g, "{'containers':[{'name':'c','image':'i'}],'sedge':{'components':[{'name':'y','initial':'"
                         "deleted','goal':'running'},{'name':'new','initial':'deleted','goal':'running'}]}}");
    pod_known_match(&f.known, &g.pod);
    assert_int_equal(f.known.n_components, 2);
    assert_string_equal(f.known.components[0].state, "created");
    assert_string_equal(f.known.components[1].state, "deleted");
    assert_int_equal(f.known.step_component, 0);
    pod_fixture_done(&f);
    pod_fixture_done(&g);
}

#define RUNS(ids) "{'containers':[{'name':'c','image':'i'}],'sedge':{'runs':[" ids "]}}"
#define RUN(id)   "{'id':'" id "','component':'x','interface':'I','operation':'o'}"

static void runs_come_back_by_id(void **state)
{
    struct pod_fixture f, g, h;
    pod_fixture_make(&f, RUNS(RUN("a") "," RUN("b")));
    f.known.runs[1].done = true;
    f.known.runs[1].outputs = json_pack("{s:s}", "url", "http://x");
    f.known.runs[0].under_way = true;
    AUTO_JSON json_t *object = json_object();
    AUTO_JSON json_t *saved = pod_known_save(&f.known, &f.pod, object);
    pod_fixture_make(&g, RUNS(RUN("b") "," RUN("a")));
    pod_known_load(&g.known, &g.pod, saved);
    assert_true(g.known.runs[0].done && !g.known.runs[0].under_way);
    assert_string_equal(json_str(g.known.runs[0].outputs, "url", ""), "http://x");
    assert_true(g.known.runs[1].under_way && !g.known.runs[1].done);
    pod_fixture_make(&h, RUNS(RUN("new") "," RUN("b")));
    pod_known_match(&g.known, &h.pod);
    assert_int_equal(g.known.n_runs, 2);
    assert_true(!g.known.runs[0].done && g.known.runs[1].done);
    pod_fixture_done(&f);
    pod_fixture_done(&g);
    pod_fixture_done(&h);
}

static void ids_are_names_that_people_know(void **state)
{
    struct pod_fixture f;
    pod_fixture_make(&f, "{'containers':[{'name':'c','image':'i'},{'name':'d','image':'i'}]}");
    assert_string_equal(f.known.containers[0].id, "web-01234567-c");
    assert_string_equal(f.known.containers[1].id, "web-01234567-d");
    pod_fixture_done(&f);
    pod_fixture_make(&f, "{'containers':[{'name':'c','image':'i'}]}");
    assert_string_equal(f.known.containers[0].id, "web-01234567");
    free(f.pod.meta.name);
    f.pod.meta.name = mem_alloc(254);
    memset(f.pod.meta.name, 'A', 253);
    AUTO_FREE char *id = pod_container_id(&f.pod, 0);
    assert_true(container_id_valid(id));
    assert_true(str_ends(id, "-01234567"));
    pod_fixture_done(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_on_disk_comes_back),          cmocka_unit_test(what_is_broken_is_passed_over),
        cmocka_unit_test(components_keep_their_state_by_name), cmocka_unit_test(runs_come_back_by_id),
        cmocka_unit_test(ids_are_names_that_people_know),
    };
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
