// SPDX-License-Identifier: Apache-2.0
/* Field tables: each type and flag decodes, refuses with the field's path, takes its default, and comes back as it was.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include <errno.h>
#include <string.h>

#include "model/fields.h"
#include "model/rows.h"

struct item {
    char *name;
    int64_t port;
};
struct part {
    char *word;
    bool on;
};
struct thing {
    char *text, *required, *label, *choice, *fixed, *dropped;
    bool flag, flag_on;
    int64_t number, port, natural, with_default;
    json_t *map, *quantities, *any;
    struct strv texts;
    struct part *object;
    struct part inside;
    struct field_list list;
    int64_t state;
};

static const char *const choices[] = {"Red", "Green", NULL};
static const struct field item_rows[] = {
    ROW(item, "name", name, FIELD_TEXT, FIELD_REQUIRED, "its name"),
    ROW(item, "port", port, FIELD_INT, FIELD_PORT, "its port"),
};
static const struct field_table item_fields = FIELDS("Item", item, "name", item_rows);
static const struct field part_rows[] = {
    ROW_DEFAULT(part, "word", word, FIELD_TEXT, 0, "well", "a word"),
    ROW(part, "on", on, FIELD_BOOL, 0, "is it on?"),
};
static const struct field_table part_fields = FIELDS("Part", part, NULL, part_rows);
static const struct field thing_rows[] = {
    ROW(thing, "text", text, FIELD_TEXT, 0, "any text"),
    ROW(thing, "required", required, FIELD_TEXT, FIELD_REQUIRED, "must be there"),
    ROW(thing, "label", label, FIELD_TEXT, FIELD_LABEL, "a DNS label"),
    ROW_ONE_OF(thing, "choice", choice, 0, "Red", choices, "a colour"),
    ROW(thing, "fixed", fixed, FIELD_TEXT, FIELD_IMMUTABLE, "never changes"),
    ROW(thing, "dropped", text, FIELD_JSON, FIELD_IGNORED, "taken and dropped; stands on another's member"),
    ROW(thing, "flag", flag, FIELD_BOOL, 0, "yes or no"),
    ROW_DEFAULT(thing, "flagOn", flag_on, FIELD_BOOL, 0, "true", "yes by default"),
    ROW(thing, "number", number, FIELD_INT, 0, "any number"),
    ROW(thing, "port", port, FIELD_INT, FIELD_PORT, "a port"),
    ROW(thing, "natural", natural, FIELD_INT, FIELD_NATURAL, "not negative"),
    ROW_DEFAULT(thing, "withDefault", with_default, FIELD_INT, 0, "-7", "a number with a default"),
    ROW(thing, "map", map, FIELD_TEXT_MAP, 0, "texts by name"),
    ROW(thing, "quantities", quantities, FIELD_QUANTITIES, 0, "quantities by name"),
    ROW(thing, "any", any, FIELD_JSON, 0, "anything"),
    ROW(thing, "texts", texts, FIELD_TEXTS, 0, "texts"),
    ROW_OF(thing, "object", object, FIELD_OBJECT, 0, &part_fields, "a part"),
    ROW_OF(thing, "inside", inside, FIELD_INLINE, 0, &part_fields, "a part in place"),
    ROW_OF(thing, "list", list, FIELD_LIST, 0, &item_fields, "items"),
    ROW(thing, "state", state, FIELD_INT, FIELD_STATUS, "what the system says"),
};
static const struct field_table thing_fields = FIELDS("Thing", thing, NULL, thing_rows);

static json_t *parse(const char *text)
{
    json_error_t fault;
    json_t *v = json_loads(text, JSON_DECODE_ANY, &fault);
    if (!v)
        fail_msg("%s: %s", text, fault.text);
    return v;
}

static void assert_takes(const char *text, struct thing *ret)
{
    struct err e = {0};
    AUTO_JSON json_t *v = parse(text);
    if (fields_decode(&thing_fields, v, ret, &e) < 0)
        fail_msg("%s: %s", text, e.text);
}

static void assert_refuses(const char *text, const char *words)
{
    struct err e = {0};
    struct thing t;
    AUTO_JSON json_t *v = parse(text);
    assert_int_equal(fields_decode(&thing_fields, v, &t, &e), -EINVAL);
    if (!strstr(e.text, words))
        fail_msg("%s: '%s' is not in '%s'", text, words, e.text);
    struct thing zero = {0};
    assert_memory_equal(&t, &zero, sizeof(t)); /* all that was decoded is freed again */
}

static const char everything[] = "{\"text\": \"a\", \"required\": \"b\", \"label\": \"c-1\", \"choice\": \"Green\", "
                                 "\"fixed\": \"d\", \"flag\": true, \"flagOn\": "
                                 "false, \"number\": -9007199254740993, \"port\": 65535, \"natural\": 0, "
                                 "\"withDefault\": 5, \"map\": {\"x\": \"y\"}, "
                                 "\"quantities\": {\"cpu\": \"250m\", \"memory\": \"64Mi\"}, \"any\": [1, null, "
                                 "{\"deep\": true}], \"texts\": [\"\", \"two\"], "
                                 "\"object\": {\"word\": \"o\", \"on\": true}, \"inside\": {\"word\": \"i\", \"on\": "
                                 "true}, \"list\": [{\"name\": \"one\", \"port\": 1}, "
                                 "{\"name\": \"two\"}], \"state\": 3}";

static void takes_every_type(void **state)
{
    struct thing t;
    assert_takes(everything, &t);
    assert_string_equal(t.text, "a");
    assert_string_equal(t.choice, "Green");
    assert_true(t.flag && !t.flag_on);
    assert_true(t.number == -9007199254740993 && t.port == 65535 && t.natural == 0 && t.with_default == 5 &&
                t.state == 3);
    assert_string_equal(json_str(t.map, "x", ""), "y");
    assert_string_equal(json_str(t.quantities, "memory", ""), "64Mi");
    assert_int_equal(json_array_size(t.any), 3);
    assert_int_equal(t.texts.n, 2);
    assert_string_equal(t.object->word, "o");
    assert_true(t.inside.on);
    const struct item *items = t.list.items;
    assert_int_equal(t.list.n, 2);
    assert_string_equal(items[1].name, "two");
    assert_true(items[0].port == 1 && items[1].port == FIELD_UNSET);
    fields_done(&thing_fields, &t);
    struct thing zero = {0};
    assert_memory_equal(&t, &zero, sizeof(t));
}

static void comes_back_as_it_was(void **state)
{
    struct thing t;
    assert_takes(everything, &t);
    AUTO_JSON json_t *want = parse(everything), *got = fields_encode(&thing_fields, &t);
    fields_done(&thing_fields, &t);
    assert_true(json_equal(want, got));
}

static void fills_defaults(void **state)
{
    struct thing t;
    assert_takes("{\"required\": \"x\", \"text\": null, \"object\": null, \"list\": null, \"inside\": null}", &t);
    assert_null(t.text);
    assert_null(t.label);
    assert_null(t.object);
    assert_string_equal(t.choice, "Red");
    assert_string_equal(t.inside.word, "well");
    assert_true(t.flag_on && !t.flag);
    assert_true(t.with_default == -7 && t.number == FIELD_UNSET && t.port == FIELD_UNSET);
    AUTO_JSON json_t *got = fields_encode(&thing_fields, &t);
    fields_done(&thing_fields, &t);
    AUTO_JSON json_t *want = parse("{\"required\": \"x\", \"choice\": \"Red\", \"flagOn\": true, \"withDefault\": -7, "
                                   "\"inside\": {\"word\": \"well\"}}");
    assert_true(json_equal(want, got));
}

static void drops_what_it_ignores(void **state)
{
    struct thing t;
    assert_takes("{\"text\": \"kept\", \"required\": \"x\", \"dropped\": {\"of\": [\"any\", 1]}}", &t);
    assert_string_equal(t.text, "kept");
    AUTO_JSON json_t *got = fields_encode(&thing_fields, &t);
    assert_null(json_object_get(got, "dropped"));
    fields_done(&thing_fields, &t);
}

static const struct {
    const char *text, *words;
} refusals[] = {
    {"[]", "object: must be an object"},
    {"3", "object: must be an object"},
    {"{}", "required: required"},
    {"{\"required\": \"\"}", "required: required"},
    {"{\"required\": null}", "required: required"},
    {"{\"required\": 1}", "required: must be text"},
    {"{\"required\": \"x\", \"requird\": 1}", "requird: unknown field, did you mean 'required'?"},
    {"{\"required\": \"x\", \"zzzz\": 1}", "zzzz: unknown field"},
    {"{\"required\": \"x\", \"text\": {}}", "text: must be text"},
    {"{\"required\": \"x\", \"label\": \"A_b\"}", "label: 'A_b' is no DNS label"},
    {"{\"required\": \"x\", \"choice\": \"Blue\"}", "choice: 'Blue' is not one of Red, Green"},
    {"{\"required\": \"x\", \"flag\": 1}", "flag: must be true or false"},
    {"{\"required\": \"x\", \"number\": 1.5}", "number: must be a whole number"},
    {"{\"required\": \"x\", \"number\": \"1\"}", "number: must be a whole number"},
    {"{\"required\": \"x\", \"port\": 0}", "port: must be a port, 1 to 65535"},
    {"{\"required\": \"x\", \"port\": 65536}", "port: must be a port"},
    {"{\"required\": \"x\", \"natural\": -1}", "natural: must not be negative"},
    {"{\"required\": \"x\", \"map\": []}", "map: must be an object of texts"},
    {"{\"required\": \"x\", \"map\": {\"k\": 1}}", "map.k: must be text"},
    {"{\"required\": \"x\", \"quantities\": {\"cpu\": \"lots\"}}", "quantities.cpu: 'lots' is no quantity"},
    {"{\"required\": \"x\", \"quantities\": {\"cpu\": -1}}", "quantities.cpu: '-1' is no quantity"},
    {"{\"required\": \"x\", \"quantities\": {\"cpu\": true}}", "quantities.cpu: must be a quantity"},
    {"{\"required\": \"x\", \"quantities\": {\"cpu\": "
     "\"0000000000000000000000000000000000000000000000000000000000000001z\"}}",
     "quantities.cpu: must be a quantity"},
    {"{\"required\": \"x\", \"texts\": \"one\"}", "texts: must be a list of texts"},
    {"{\"required\": \"x\", \"texts\": [\"one\", 2]}", "texts[1]: must be text"},
    {"{\"required\": \"x\", \"object\": []}", "object: must be an object"},
    {"{\"required\": \"x\", \"object\": {\"word\": 1}}", "object.word: must be text"},
    {"{\"required\": \"x\", \"inside\": {\"wrd\": 1}}", "inside.wrd: unknown field, did you mean 'word'?"},
    {"{\"required\": \"x\", \"list\": {}}", "list: must be a list"},
    {"{\"required\": \"x\", \"list\": [{\"name\": \"a\"}, {\"name\": \"b\", \"port\": 99999}]}",
     "list[1].port: must be a port"},
    {"{\"required\": \"x\", \"list\": [{\"name\": \"a\"}, 7]}", "list[1]: must be an object"},
    {"{\"required\": \"x\", \"list\": [{\"name\": \"a\"}, {\"name\": \"a\"}]}", "list[1].name: 'a' is there twice"},
};

static void refuses_with_the_path(void **state)
{
    for (size_t i = 0; i < ARRAY_LEN(refusals); i++)
        assert_refuses(refusals[i].text, refusals[i].words);
}

static void takes_quantities_as_numbers(void **state)
{
    struct thing t;
    assert_takes("{\"required\": \"x\", \"quantities\": {\"cpu\": 2, \"memory\": 1048576}}", &t);
    assert_string_equal(json_str(t.quantities, "cpu", ""), "2");
    assert_string_equal(json_str(t.quantities, "memory", ""), "1048576");
    fields_done(&thing_fields, &t);
}

static int update(const char *before, const char *after, struct err *e)
{
    AUTO_JSON json_t *b = parse(before), *a = parse(after);
    return fields_check_update(&thing_fields, b, a, e);
}

static void keeps_what_is_immutable(void **state)
{
    struct err e = {0};
    assert_int_equal(update("{\"fixed\": \"a\", \"text\": \"x\"}", "{\"fixed\": \"a\", \"text\": \"y\"}", &e), 0);
    assert_int_equal(update("{}", "{\"fixed\": \"a\"}", &e), 0); /* it may be set once */
    assert_int_equal(update("{\"fixed\": \"\"}", "{\"fixed\": \"a\"}", &e), 0);
    assert_int_equal(update("{\"fixed\": \"a\"}", "{\"fixed\": \"b\"}", &e), -EINVAL);
    assert_string_equal(e.text, "fixed: immutable; delete the object and make it anew");
    assert_int_equal(update("{\"fixed\": \"a\"}", "{}", &e), -EINVAL);
}

static void tells_openapi(void **state)
{
    AUTO_JSON json_t *all = json_object();
    fields_openapi(&thing_fields, all);
    assert_int_equal(json_object_size(all), 3); /* Thing, Part, Item: each once */
    const json_t *p = json_at(all, "Thing", "properties", NULL);
    assert_int_equal(json_object_size(p), ARRAY_LEN(thing_rows));
    static const struct {
        const char *field, *type;
    } types[] = {{"text", "string"}, {"flag", "boolean"},      {"number", "integer"}, {"map", "object"},
                 {"texts", "array"}, {"quantities", "object"}, {"list", "array"}};
    for (size_t i = 0; i < ARRAY_LEN(types); i++)
        assert_string_equal(json_str(json_object_get(p, types[i].field), "type", ""), types[i].type);
    assert_string_equal(json_str(json_object_get(p, "object"), "$ref", ""), "#/definitions/Part");
    assert_string_equal(json_str(json_at(p, "list", "items", NULL), "$ref", ""), "#/definitions/Item");
    assert_string_equal(json_str(json_object_get(p, "text"), "description", ""), "any text");
    const json_t *required = json_at(all, "Thing", "required", NULL);
    assert_int_equal(json_array_size(required), 1);
    assert_string_equal(json_string_value(json_array_get(required, 0)), "required");
    assert_null(json_at(all, "Part", "required", NULL));
}

static void a_long_path_is_cut_not_overrun(void **state)
{
    char key[600];
    memset(key, 'k', sizeof(key) - 1);
    key[sizeof(key) - 1] = '\0';
    AUTO_JSON json_t *v = json_object();
    json_put_str(v, "required", "x");
    json_object_set_new(v, "map", json_pack("{s:i}", key, 1));
    struct thing t;
    struct err e = {0};
    assert_int_equal(fields_decode(&thing_fields, v, &t, &e), -EINVAL);
    assert_non_null(strstr(e.text, "map.kkk"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(takes_every_type),
        cmocka_unit_test(comes_back_as_it_was),
        cmocka_unit_test(fills_defaults),
        cmocka_unit_test(drops_what_it_ignores),
        cmocka_unit_test(refuses_with_the_path),
        cmocka_unit_test(takes_quantities_as_numbers),
        cmocka_unit_test(keeps_what_is_immutable),
        cmocka_unit_test(tells_openapi),
        cmocka_unit_test(a_long_path_is_cut_not_overrun),
    };
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
