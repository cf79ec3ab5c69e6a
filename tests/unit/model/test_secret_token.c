// SPDX-License-Identifier: Apache-2.0
/* References in texts: they go along with what is joined, become calls and parts, and are found wherever they are. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "model/secret_ref.h"
#include "model/secret_token.h"

static json_t *parse(const char *text)
{
    AUTO_FREE char *copy = mem_strdup(text);
    for (char *p = copy; *p; p++)
        if (*p == '\'')
            *p = '"';
    json_error_t fault;
    json_t *v = json_loads(copy, JSON_DECODE_ANY, &fault);
    if (!v)
        fail_msg("%s: %s", text, fault.text);
    return v;
}

static void same(json_t *v, const char *wanted)
{
    AUTO_JSON json_t *want = parse(wanted), *have = v;
    AUTO_FREE char *text = json_dumps(have, JSON_ENCODE_ANY);
    if (!json_equal(have, want))
        fail_msg("%s is not %s", text, wanted);
}

static void texts_carry_their_references(void **state)
{
    AUTO_FREE char *token = secret_token("db", "password");
    AUTO_FREE char *joined = mem_printf("postgres://u:%s@db/%s", token, token);
    assert_true(secret_token_in(token));
    assert_true(secret_token_in(joined));
    assert_false(secret_token_in("db/password"));
    assert_false(secret_token_in(NULL));
    same(secret_token_parts(joined), "[{'text': 'postgres://u:'}, {'secretKeyRef': {'name': 'db', 'key': 'password'}}, "
                                     "{'text': '@db/'}, {'secretKeyRef': {'name': 'db', 'key': 'password'}}]");
    same(secret_token_parts(token), "[{'secretKeyRef': {'name': 'db', 'key': 'password'}}]");
    same(secret_token_parts("plain"), "[{'text': 'plain'}]");
    same(secret_token_parts(""), "[]");
}

static void what_is_no_reference_is_text(void **state)
{
    static const char *const plain[] = {"\xee\x97\xac"
                                        "db"
                                        "\xee\x97\xad",
                                        "\xee\x97\xac"
                                        "db/a b"
                                        "\xee\x97\xad",
                                        "\xee\x97\xac"
                                        "DB_/a"
                                        "\xee\x97\xad",
                                        "\xee\x97\xac"
                                        "db/a",
                                        "\xee\x97\xad",
                                        "\xee\x97\xac"
                                        "/"
                                        "\xee\x97\xad"};
    for (size_t i = 0; i < ARRAY_LEN(plain); i++)
        assert_false(secret_token_in(plain[i]));
    AUTO_FREE char *token = secret_token("db", "k");
    AUTO_FREE char *behind = mem_printf("\xee\x97\xac%s", token);
    assert_true(secret_token_in(behind));
}

static void calls_and_tokens(void **state)
{
    AUTO_JSON json_t *calls = parse("{'a': {'get_secret': ['db', 'password']}, 'b': [{'concat': ['x-', {'get_secret': "
                                    "['db', 'k']}]}], 'c': 1, 'd': {'concat': ['p', 'q']}, 'e': null}");
    AUTO_JSON json_t *tokens = secret_token_from_calls(calls);
    assert_true(secret_token_in_json(tokens));
    assert_true(secret_token_in(json_string_value(json_object_get(tokens, "a"))));
    AUTO_JSON json_t *back = secret_token_to_calls(tokens);
    assert_true(json_equal(back, calls));
    const char *masked = "{'a': '(sensitive)', 'b': ['(sensitive)'], 'c': 1, 'd': {'concat': ['p', 'q']}, 'e': null}";
    same(secret_token_masked(calls), masked);
    same(secret_token_masked(tokens), masked);
    AUTO_JSON json_t *of_2 = parse("{'$get_secret': ['db', 'password']}");
    assert_true(secret_call_is(of_2, NULL, NULL));
    static const char *const none[] = {
        "{'get_secret': ['db']}",       "{'get_secret': ['db', 'a', 'b']}",    "{'get_secret': 'db'}",
        "{'get_secret': ['db', 1]}",    "{'get_secret': ['db', 'a'], 'x': 1}", "['db', 'a']",
        "{'get_secret': ['D_B', 'a']}", "{'get_secret': ['db', 'a/b']}"};
    for (size_t i = 0; i < ARRAY_LEN(none); i++) {
        AUTO_JSON json_t *v = parse(none[i]);
        assert_false(secret_call_is(v, NULL, NULL));
    }
}

static void references_are_gathered_wherever_they_are(void **state)
{
    AUTO_JSON json_t *spec = parse(
        "{'containers': [{'env': [{'name': 'A', 'valueFrom': {'secretKeyRef': {'name': 'a', 'key': '1'}}}, {'name': "
        "'B', "
        "'valueFrom': {'parts': [{'text': 'x'}, {'secretKeyRef': {'name': 'a', 'key': '2'}}]}}]}], 'volumes': "
        "[{'name': "
        "'v', 'secret': {'secretName': 'b'}}, {'name': 'w', 'secret': {'secretName': 'c', 'items': [{'key': 'k', "
        "'path': "
        "'p'}]}}], 'sedge': {'components': [{'steps': [{'env': [{'name': 'C', 'valueFrom': {'secretKeyRef': {'name': "
        "'d', 'key': '4'}}}]}]}]}, 'inputs': {'p': {'get_secret': ['e', '5']}}}");
    AUTO_JSON json_t *refs = json_object();
    secret_refs_gather(spec, refs);
    same(json_incref(refs), "{'a': {'1': true, '2': true}, 'b': {'*': true}, 'c': {'k': true}, 'd': {'4': true}, 'e': "
                            "{'5': true}}");
    AUTO_JSON json_t *data = parse("{'1': 'MQ==', '2': 'Mg==', '3': 'Mw=='}");
    same(secret_refs_pick(json_object_get(refs, "a"), data), "{'1': 'MQ==', '2': 'Mg=='}");
    same(secret_refs_pick(json_object_get(refs, "b"), data), "{'1': 'MQ==', '2': 'Mg==', '3': 'Mw=='}");
    same(secret_refs_pick(json_object_get(refs, "c"), data), "{}");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(texts_carry_their_references),
        cmocka_unit_test(what_is_no_reference_is_text),
        cmocka_unit_test(calls_and_tokens),
        cmocka_unit_test(references_are_gathered_wherever_they_are),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
