// SPDX-License-Identifier: Apache-2.0
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "node/container_make.h"
#include "pod_fixture.h"

static struct image *image_new(void)
{
    struct image *i = mem_alloc(sizeof(*i));
    strv_add(&i->config.entrypoint, "/entry");
    strv_add(&i->config.command, "run");
    strv_add(&i->config.env, "A=image");
    strv_add(&i->config.env, "B=image");
    i->config.user = mem_strdup("www");
    i->config.working_dir = mem_strdup("/srv");
    i->config.stop_signal = mem_strdup("SIGQUIT");
    strv_add(&i->layers, "/layers/1");
    return i;
}

static void command_and_args(void **state)
{
    static const struct {
        const char *container, *sedge, *args;
    } cases[] = {
        {"", "", "/entry run"},
        {",'args':['x']", "", "/entry x"},
        {",'command':['/c']", "", "/c"},
        {",'command':['/c'],'args':['x','y']", "", "/c x y"},
        {"", ",'sedge':{'sleep':true}", ""},
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct pod_fixture f;
        AUTO(container_spec_done)
        struct container_spec s = {0};
        AUTO(image_freep)
        struct image *image = image_new();
        AUTO_FREE char *spec =
            mem_printf("{'containers':[{'name':'c','image':'i'%s}]%s}", cases[i].container, cases[i].sedge);
        pod_fixture_make(&f, spec);
        assert_int_equal(container_make(&f.pod, 0, "web-1", image, NULL, &s, NULL), 0);
        AUTO_FREE char *args = strv_join(&s.args, " ");
        assert_string_equal(args, cases[i].args);
        assert_int_equal(s.init, cases[i].args[0] == '\0');
        pod_fixture_done(&f);
    }
}

static void the_pod_stands_above_the_image(void **state)
{
    struct pod_fixture f;
    AUTO(container_spec_done)
    struct container_spec s = {0};
    AUTO(image_freep)
    struct image *image = image_new();
    pod_fixture_make(&f, "{'hostname':'h','containers':[{'name':'c','image':'i','env':[{'name':'B','value':'pod'},{'"
                         "name':'C','value':''}],'workingDir':'/w','tty':true,"
                         "'resources':{'limits':{'cpu':'1.5','memory':'64Mi','sedge.dev/pids':'99'}},"
                         "'securityContext':{'runAsUser':7,'runAsGroup':8,'readOnlyRootFilesystem':true,'capabilities':"
                         "{'add':['NET_ADMIN'],'drop':['ALL']}}}]}");
    assert_int_equal(container_make(&f.pod, 0, "web-1", image, NULL, &s, NULL), 0);
    AUTO_FREE char *env = strv_join(&s.env, " ");
    assert_string_equal(env, "A=image B=pod C=");
    assert_string_equal(s.user, "7:8");
    assert_string_equal(s.working_dir, "/w");
    assert_string_equal(s.hostname, "h");
    assert_int_equal(s.limits.cpu_milli, 1500);
    assert_int_equal(s.limits.memory_bytes, 64 << 20);
    assert_int_equal(s.limits.pids, 99);
    assert_true(s.read_only_root && s.terminal && !s.privileged);
    assert_string_equal(s.cap_add.v[0], "NET_ADMIN");
    assert_string_equal(s.cap_drop.v[0], "ALL");
    pod_fixture_done(&f);
}

static void without_a_word_the_image_stands(void **state)
{
    struct pod_fixture f;
    AUTO(container_spec_done)
    struct container_spec s = {0};
    AUTO(image_freep)
    struct image *image = image_new();
    pod_fixture_make(&f, "{'containers':[{'name':'c','image':'i'}]}");
    assert_int_equal(container_make(&f.pod, 0, "web-1", image, NULL, &s, NULL), 0);
    assert_string_equal(s.user, "www");
    assert_string_equal(s.working_dir, "/srv");
    assert_string_equal(s.hostname, "web");
    assert_string_equal(s.stop_signal, "SIGQUIT");
    assert_int_equal(s.limits.memory_bytes, 0);
    pod_fixture_done(&f);
}

static void signals_by_name_and_number(void **state)
{
    assert_int_equal(signal_number("SIGQUIT"), SIGQUIT);
    assert_int_equal(signal_number("QUIT"), SIGQUIT);
    assert_int_equal(signal_number("9"), SIGKILL);
    assert_int_equal(signal_number("SIGRTMIN+3"), SIGRTMIN + 3);
    assert_int_equal(signal_number(NULL), SIGTERM);
    assert_int_equal(signal_number("nonsense"), SIGTERM);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(command_and_args),
        cmocka_unit_test(the_pod_stands_above_the_image),
        cmocka_unit_test(without_a_word_the_image_stands),
        cmocka_unit_test(signals_by_name_and_number),
    };
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
