// SPDX-License-Identifier: Apache-2.0
/* Values of secrets where a pod refers to them: in variables and files, hidden in what is told. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include <errno.h>
#include <string.h>

#include "model/secret_token.h"
#include "node/pod_secret.h"
#include "pod_fixture.h"

/* db: password "hidden-1", pin "12", bin NUL and 1 */
static json_t *values(void)
{
    return json_pack("{s:{s:s, s:s, s:s}}", "db", "password", "aGlkZGVuLTE=", "pin", "MTI=", "bin", "AAE=");
}

static void variables(void **state)
{
    static const struct {
        const char *var;
        int r;
        const char *value, *says;
    } cases[] = {
        {"'value':'plain'", 0, "plain", NULL},
        {"'valueFrom':{'secretKeyRef':{'name':'db','key':'password'}}", 0, "hidden-1", NULL},
        {"'valueFrom':{'parts':[{'text':'a:'},{'secretKeyRef':{'name':'db','key':'password'}},{'text':'@b'}]}", 0,
         "a:hidden-1@b", NULL},
        {"'valueFrom':{'secretKeyRef':{'name':'db','key':'none'}}", -ENOENT, NULL, "secret 'db' has no value 'none'"},
        {"'valueFrom':{'secretKeyRef':{'name':'none','key':'k'}}", -ENOENT, NULL, "sedge secret set none k=-"},
        {"'valueFrom':{'secretKeyRef':{'name':'none','key':'k','optional':true}}", 0, NULL, NULL},
        {"'valueFrom':{'secretKeyRef':{'name':'db','key':'bin'}}", -EINVAL, NULL, "mount it as a file"},
    };
    AUTO_JSON json_t *secrets = values();
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct pod_fixture f;
        struct err e = {0};
        AUTO_FREE char *value = NULL;
        AUTO_FREE char *spec =
            mem_printf("{'containers':[{'name':'c','image':'i','env':[{'name':'V',%s}]}]}", cases[i].var);
        pod_fixture_make(&f, spec);
        const struct pod_container *c = f.pod.spec.containers.items;
        assert_int_equal(pod_env_value(secrets, c->env.items, &value, &e), cases[i].r);
        if (cases[i].value)
            assert_string_equal(value, cases[i].value);
        else
            assert_null(value);
        if (cases[i].says && !strstr(e.text, cases[i].says))
            fail_msg("'%s' does not say '%s'", e.text, cases[i].says);
        assert_null(strstr(e.text, "hidden"));
        pod_fixture_done(&f);
    }
}

static void files(void **state)
{
    static const struct {
        const char *secret;
        int r;
        size_t n;
        const char *first;
        unsigned mode;
    } cases[] = {
        {"'secretName':'db'", 0, 3, "password", 0644},
        {"'secretName':'db','defaultMode':256,'items':[{'key':'bin','path':'b'}]", 0, 1, "b", 0400},
        {"'secretName':'db','items':[{'key':'pin','path':'p','mode':384}]", 0, 1, "p", 0600},
        {"'secretName':'none'", -ENOENT, 0, NULL, 0},
        {"'secretName':'none','optional':true", 0, 0, NULL, 0},
        {"'secretName':'db','items':[{'key':'none','path':'p'}]", -ENOENT, 0, NULL, 0},
    };
    AUTO_JSON json_t *secrets = values();
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct pod_fixture f;
        struct err e = {0};
        AUTO(pod_secret_files_done)
        struct secret_files found = {0};
        AUTO_FREE char *spec = mem_printf(
            "{'containers':[{'name':'c','image':'i'}],'volumes':[{'name':'v','secret':{%s}}]}", cases[i].secret);
        pod_fixture_make(&f, spec);
        const struct pod_volume *v = f.pod.spec.volumes.items;
        assert_int_equal(pod_secret_files(secrets, v->secret, &found, &e), cases[i].r);
        assert_int_equal(found.n, cases[i].n);
        if (cases[i].first) {
            assert_string_equal(found.v[0].name, cases[i].first);
            assert_int_equal(found.v[0].mode, cases[i].mode);
        }
        pod_fixture_done(&f);
    }
}

static void hidden_in_what_is_told(void **state)
{
    AUTO_JSON json_t *secrets = values();
    AUTO_FREE char *told = pod_secrets_hide(secrets, mem_strdup("+ login hidden-1 hidden-1! pin 12"));
    assert_string_equal(told, "+ login (sensitive) (sensitive)! pin 12"); /* short ones stand everywhere */
    assert_null(pod_secrets_hide(secrets, NULL));
    AUTO_FREE char *free_of = pod_secrets_hide(NULL, mem_strdup("x"));
    assert_string_equal(free_of, "x");
    AUTO_JSON json_t *outputs = json_pack("{s:s, s:s}", "url", "http://hidden-1@h", "port", "80");
    AUTO_JSON json_t *kept = pod_secrets_refer(secrets, outputs);
    assert_string_equal(json_str(kept, "port", ""), "80");
    AUTO_JSON json_t *calls = secret_token_to_calls(kept);
    AUTO_JSON json_t *want =
        json_pack("{s:[s, {s:[s, s]}, s]}", "concat", "http://", "get_secret", "db", "password", "@h");
    assert_true(json_equal(json_object_get(calls, "url"), want));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(variables),
        cmocka_unit_test(files),
        cmocka_unit_test(hidden_in_what_is_told),
    };
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
