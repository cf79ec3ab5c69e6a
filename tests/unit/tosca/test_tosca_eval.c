// SPDX-License-Identifier: Apache-2.0
// Run-time calls carried out, and those that cannot be yet.
#include "tosca_fixture.h"

#include <errno.h>
#include <string.h>

static json_t *attribute(void *data, const char *component, const char *name)
{
    if (!str_eq(component, "wp"))
        return NULL;
    if (str_eq(name, "ports"))
        return json_pack("{s:[s,i]}", "list", "a", 80);
    if (str_eq(name, "weight"))
        return json_string("1500 g");
    return str_eq(name, "address") ? json_string("192.0.2.7") : NULL;
}

static json_t *part_attribute(void *data, const char *component, const json_t *part, const char *name)
{
    if (str_eq(json_str(part, "capability", NULL), "web") && str_eq(name, "port"))
        return json_integer(8080);
    if (str_eq(json_str(part, "requirement", NULL), "db") && json_int(part, "index", -1) == 1 && str_eq(name, "since"))
        return json_string("today");
    return NULL;
}

static char *eval(const char *text, int *ret_code)
{
    struct tosca_runtime rt = {.attribute = attribute, .part_attribute = part_attribute};
    struct err e = {0};
    AUTO_JSON json_t *v = json_loads(text, JSON_DECODE_ANY, NULL);
    assert_non_null(v);
    AUTO_JSON json_t *known = tosca_eval(v, &rt, &e);
    *ret_code = e.code;
    assert_true((known == NULL) == (e.code != 0));
    return known ? json_dumps(known, JSON_COMPACT | JSON_ENCODE_ANY) : mem_strdup(err_text(&e));
}

static void test_values(void **state)
{
    static const struct {
        const char *text, *value;
    } rows[] = {
        {"1", "1"},
        {"{\"a\":[true,null]}", "{\"a\":[true,null]}"},
        {"{\"$get_attribute\":[\"wp\",\"address\"]}", "\"192.0.2.7\""},
        {"{\"$get_attribute\":[\"wp\",\"ports\",\"list\",1]}", "80"},
        {"{\"$concat\":[\"http://\",{\"$get_attribute\":[\"wp\",\"address\"]},\":\",80]}", "\"http://192.0.2.7:80\""},
        {"{\"$join\":[[\"a\",{\"$get_attribute\":[\"wp\",\"address\"]}],\",\"]}", "\"a,192.0.2.7\""},
        {"{\"$token\":[{\"$get_attribute\":[\"wp\",\"address\"]},\".\",3]}", "\"7\""},
        {"{\"x\":{\"$concat\":[\"a\",\"b\"]}}", "{\"x\":\"ab\"}"},
        {"{\"concat\":[\"a\",\"b\"]}", "{\"concat\":[\"a\",\"b\"]}"}, // data, and no call
        {"{\"$unknown\":[\"a\"]}", "{\"$unknown\":[\"a\"]}"},
        /* of a capability and of a relationship */
        {"{\"$get_attribute\":[\"wp\",{\"capability\":\"web\"},\"port\"]}", "8080"},
        {"{\"$get_attribute\":[\"wp\",{\"capability\":\"web\"},\"address\"]}", "\"192.0.2.7\""},
        {"{\"$get_attribute\":[\"wp\",{\"capability\":\"web\"},\"ports\",\"list\",1]}", "80"},
        {"{\"$get_attribute\":[\"wp\",{\"requirement\":\"db\",\"index\":1},\"since\"]}", "\"today\""},
        /* functions of TOSCA 2.0 */
        {"{\"$sum\":[{\"$get_attribute\":[\"wp\",\"ports\",\"list\",1]},2]}", "82"},
        {"{\"$and\":[true,{\"$equal\":[{\"$get_attribute\":[\"wp\",\"address\"]},\"192.0.2.7\"]}]}", "true"},
        {"{\"$less_than\":[{\"$get_attribute\":[\"wp\",\"weight\"]},\"2 "
         "kg\",{\"$kind\":{\"units\":{\"g\":\"1\",\"kg\":\"1000\"},"
         "\"canonical\":\"g\",\"whole\":false}}]}",
         "true"},
        {"{\"$less_than\":[\"1.9\",\"1.10\",{\"$kind\":\"version\"}]}", "true"},
        {"{\"$matches\":[{\"$get_attribute\":[\"wp\",\"address\"]},\"^[0-9.]+$\"]}", "true"},
        {"{\"$union\":[[1],{\"$get_attribute\":[\"wp\",\"ports\",\"list\"]}]}", "[1,\"a\",80]"},
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        int code;
        AUTO_FREE char *value = eval(rows[i].text, &code);
        assert_string_equal(value, rows[i].value);
    }
}

static void test_unknown(void **state)
{
    int code;
    AUTO_FREE char *a = eval("{\"$concat\":[{\"$get_attribute\":[\"wp\",\"nothing\"]}]}", &code);
    assert_int_equal(code, EAGAIN);
    assert_non_null(strstr(a, "attribute 'nothing' of component 'wp' is not known yet"));
    AUTO_FREE char *b = eval("{\"$get_attribute\":[\"wp\",\"ports\",\"list\",5]}", &code);
    assert_int_equal(code, EINVAL);
    AUTO_FREE char *c = eval("{\"$get_input\":[\"port\"]}", &code);
    assert_non_null(strstr(c, "input 'port' has no value"));
    AUTO_FREE char *d = eval("{\"$get_operation_output\":[\"x\",\"Standard\",\"create\",\"y\"]}", &code);
    assert_int_equal(code, EAGAIN);
    AUTO_FREE char *e = eval("{\"$token\":[\"a\",\"b\"]}", &code);
    assert_int_equal(code, EINVAL);
}

static void test_refused(void **state)
{
    static const struct {
        const char *text, *part;
        int code;
    } rows[] = {
        {"{\"$get_attribute\":[\"wp\",{\"requirement\":\"db\",\"index\":0},\"since\"]}", "not known yet", EAGAIN},
        {"{\"$get_attribute\":[\"wp\",{\"capability\":\"web\"},\"nothing\"]}", "not known yet", EAGAIN},
        {"{\"$sum\":[{\"$get_attribute\":[\"wp\",\"address\"]},1]}", "sum: argument 1 is no number", EINVAL},
        {"{\"$matches\":[\"a\",\"(\"]}", "matches: the regular expression", EINVAL},
        {"{\"$and\":[true]}", "does not take 1 arguments", EINVAL},
        {"{\"$value\":[]}", "cannot be carried out here", EINVAL},
        {"{\"$less_than\":[1,2,{\"$kind\":{\"units\":{\"g\":\"x\"}}}]}", NULL, 0},
        {"{\"$call\":[\"root\",4]}", "root: the template declares this function", EINVAL},
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        int code;
        AUTO_FREE char *text = eval(rows[i].text, &code);
        assert_int_equal(code, rows[i].code);
        if (rows[i].part && !strstr(text, rows[i].part))
            fail_msg("%s gave %s", rows[i].text, text);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_values),
        cmocka_unit_test(test_refused),
        cmocka_unit_test(test_unknown),
    };
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
