// SPDX-License-Identifier: Apache-2.0
/* JSON as YAML: the text for people, and each value read back as it was. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "base/buf.h"
#include "base/yaml.h"

static void writes_block_style(void **state)
{
    struct err e = {0};
    const char *json =
        "{\"kind\":\"Pod\",\"spec\":{\"list\":[{\"name\":\"a\",\"size\":1},[1,2]],\"none\":{},\"empty\":[]},"
        "\"text\":\"one\\ntwo\\n\",\"on\":true,\"nil\":null,\"q\":\"250m\"}";
    AUTO_JSON json_t *v = json_parse(json, strlen(json), &e);
    AUTO_FREE char *yaml = json_to_yaml(v);
    assert_string_equal(yaml, "kind: Pod\n"
                              "spec:\n"
                              "  list:\n"
                              "  - name: a\n"
                              "    size: 1\n"
                              "  - - 1\n"
                              "    - 2\n"
                              "  none: {}\n"
                              "  empty: []\n"
                              "text: |\n"
                              "  one\n"
                              "  two\n"
                              "\"on\": true\n" /* YAML 1.1 takes a bare one for a boolean */
                              "nil: null\n"
                              "q: 250m\n");
}

/* Each of these, unquoted, would be something else for a reader of YAML 1.1 or 1.2. */
static void quotes_what_reads_as_other(void **state)
{
    static const char *const words[] = {"",
                                        "~",
                                        "null",
                                        "NULL",
                                        "true",
                                        "False",
                                        "yes",
                                        "No",
                                        "on",
                                        "OFF",
                                        "y",
                                        "N",
                                        "<<",
                                        "=",
                                        "0",
                                        "-5",
                                        "+5",
                                        "1_000",
                                        "0x1f",
                                        "0o17",
                                        "0b11",
                                        "1.5",
                                        ".5",
                                        "5.",
                                        "1e3",
                                        ".inf",
                                        "-.INF",
                                        ".nan",
                                        "12:30:45",
                                        "2001-01-01",
                                        "2001-01-01T00:00:00Z",
                                        "2001-01-01 10:00:00"};
    for (size_t i = 0; i < ARRAY_LEN(words); i++) {
        AUTO_JSON json_t *v = json_string(words[i]);
        AUTO_FREE char *yaml = json_to_yaml(v);
        if (yaml[0] != '"' && yaml[0] != '\'')
            fail_msg("'%s' became %s", words[i], yaml);
    }
}

static void leaves_plain_text_plain(void **state)
{
    static const char *const words[] = {"web", "nginx:1.25", "250m", "a b", "/var/lib", "v1", "nope", "x=1", "-dash"};
    for (size_t i = 0; i < ARRAY_LEN(words); i++) {
        AUTO_JSON json_t *v = json_pack("{s:s}", "k", words[i]);
        AUTO_FREE char *yaml = json_to_yaml(v), *want = mem_printf("k: %s\n", words[i]);
        assert_string_equal(yaml, want);
    }
}

/* Writes v, reads it back, and fails unless it is the same value. */
static void round_trip(json_t *v)
{
    AUTO_FREE char *yaml = json_to_yaml(v);
    AUTO(ydoc_done)
    struct ydoc d;
    struct yfault f;
    struct err e = {0};
    if (yaml_read(yaml, strlen(yaml), NULL, &d, &f) != 0)
        fail_msg("%d:%d: %s in\n%s", f.line, f.col, f.text, yaml);
    AUTO_JSON json_t *again = ynode_to_json(d.root, &e);
    if (again == NULL || !json_equal(v, again))
        fail_msg("not read back (%s):\n%s", e.text, yaml);
}

/* All texts of up to four characters from an alphabet of trouble, as value, as key and as item. */
static void reads_back_each_text(void **state)
{
    static const char *const alphabet[] = {"a",  " ",        "\n",           ":", "#", "-", "'", "\"",
                                           "\t", "\xc2\x85", "\xe2\x80\xa8", "1", "|", "\r"};
    const size_t base = ARRAY_LEN(alphabet);
    for (size_t code = 0; code < base * base * base * base; code++) {
        AUTO_BUF struct buf b = {0};
        for (size_t rest = code; rest > 0; rest /= base)
            buf_adds(&b, alphabet[rest % base]);
        AUTO_JSON json_t *v = json_pack("{s:s, s:[s]}", buf_str(&b), buf_str(&b), "list", buf_str(&b));
        round_trip(v);
    }
}

static void reads_back_each_kind(void **state)
{
    static const char *const texts[] = {"null",
                                        "true",
                                        "0.1",
                                        "1e300",
                                        "1e22",
                                        "5e-324",
                                        "-7",
                                        "\"\\u0001\\u007f\"",
                                        "[]",
                                        "{}",
                                        "[[],{},[{}]]",
                                        "\"\xef\xbb\xbfx\"",
                                        "\"\xf0\x9f\x98\x80\"",
                                        "{\"\":\"\"}",
                                        "\"x\\n\\n\"",
                                        "{\"yes\":{\"1\":[null]}}",
                                        "\"---\"",
                                        "\"...\"",
                                        "\"- a\"",
                                        "\"%TAG\"",
                                        "\"&a *b !c\""};
    for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
        struct err e = {0};
        AUTO_JSON json_t *v = json_parse(texts[i], strlen(texts[i]), &e);
        assert_non_null(v);
        round_trip(v);
    }
    AUTO_FREE char *none = json_to_yaml(NULL);
    assert_non_null(strstr(none, "null"));
}

static void writes_long_keys_and_lines(void **state)
{
    AUTO_FREE char *words = mem_alloc(5001);
    for (size_t i = 0; i < 5000; i++)
        words[i] = i % 10 == 9 ? ' ' : 'a';
    words[4999] = 'z';
    AUTO_JSON json_t *v = json_pack("{s:s}", words, words);
    round_trip(v);
    AUTO_JSON json_t *line = json_pack("{s:s}", "k", words);
    AUTO_FREE char *yaml = json_to_yaml(line);
    assert_ptr_equal(strchr(yaml, '\n'), yaml + strlen(yaml) - 1); /* long lines are not folded */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(writes_block_style),      cmocka_unit_test(quotes_what_reads_as_other),
        cmocka_unit_test(leaves_plain_text_plain), cmocka_unit_test(reads_back_each_text),
        cmocka_unit_test(reads_back_each_kind),    cmocka_unit_test(writes_long_keys_and_lines),
    };
    return cmocka_run_group_tests_name("base/yaml_emit", tests, NULL, NULL);
}
