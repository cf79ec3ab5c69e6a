// SPDX-License-Identifier: Apache-2.0
/* Which pods go next from a board that is emptied; changes of labels and taints as words. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "cli/drain_decide.h"
#include "cli/names.h"
#include "cli/node_place.h"

static json_t *json(const char *text)
{
    struct err e = {0};
    json_t *v = json_parse(text, strlen(text), &e);
    if (!v)
        fail_msg("%s: %s", text, e.text);
    return v;
}

#define POD(name, node, owner, ready, more)                                                                            \
    "{\"metadata\": {\"name\": \"" name "\", \"ownerReferences\": [{\"uid\": \"" owner                                  \
    "\", \"controller\": true}]" more "}, \"spec\": {\"nodeName\": \"" node                                             \
    "\"}, \"status\": {\"phase\": \"Running\", \"conditions\": [{\"type\": \"Ready\", \"status\": \"" ready "\"}]}}"
#define GOING ", \"deletionTimestamp\": \"2026-01-01T00:00:00Z\""

static const char begun[] =
    "[" POD("a1", "n", "A", "True", "") "," POD("a2", "n", "A", "True", "") "," POD("b1", "n", "B", "True", "") "," POD(
        "c1", "n", "C", "True", "") "," POD("c2", "m", "C", "True", "") "]";

static void expect(const char *pods_text, const char *expected, size_t left)
{
    AUTO_JSON json_t *pods = json(pods_text), *before = json(begun);
    AUTO_MAP struct map want = {0};
    AUTO_BUF struct buf names = {0};
    const json_t *next[5];
    drain_owners(before, &want);
    struct drain d = {"n", pods, &want, 2};
    size_t n = drain_next(&d, next, 5);
    for (size_t i = 0; i < n; i++)
        buf_addf(&names, "%s ", name_of(next[i]));
    assert_string_equal(buf_str(&names), expected);
    assert_int_equal(drain_left(&d), left);
}

static void test_drain(void **state)
{
    expect(begun, "a1 b1 ", 4); // one of an owner, and two at all
    expect("[" POD("a1", "n", "A", "True", GOING) "," POD("a2", "n", "A", "True", "") "]", "", 2);
    // it is gone: no replacement yet, one that is not ready yet, a ready one
    expect("[" POD("a2", "n", "A", "True", "") "]", "", 1);
    expect("[" POD("a2", "n", "A", "True", "") "," POD("a3", "m", "A", "False", "") "]", "", 1);
    expect("[" POD("a2", "n", "A", "True", "") "," POD("a3", "m", "A", "True", "") "]", "a2 ", 1);
    expect("[" POD("a2", "n", "A", "False", "") "]", "a2 ", 1); // one that serves nobody holds nobody up
    expect("[" POD("c2", "m", "C", "True", "") "]", "", 0);
}

static void test_objections(void **state)
{
    AUTO_JSON json_t *owned = json(POD("a", "n", "A", "True", ""));
    AUTO_JSON json_t *alone = json("{\"metadata\": {\"name\": \"x\"}}");
    assert_null(drain_objection(owned, false, false));
    assert_string_equal(drain_objection(alone, true, false), "nobody makes it anew elsewhere");
    assert_null(drain_objection(alone, false, true));
    json_object_set_new(json_object_get(owned, "spec"), "nodeSelector", json("{\"kubernetes.io/hostname\": \"n\"}"));
    assert_string_equal(drain_objection(owned, false, false), "its nodeSelector keeps it on this node");
    assert_null(drain_objection(owned, true, false));
    json_object_set_new(json_object_get(owned, "spec"), "nodeSelector", json("{\"kubernetes.io/hostname\": \"m\"}"));
    assert_null(drain_objection(owned, false, false));
    json_object_set_new(json_object_get(owned, "spec"), "volumes",
                        json("[{\"name\": \"v\", \"persistentVolumeClaim\": {\"claimName\": \"d\"}}]"));
    assert_string_equal(drain_objection(owned, false, true), "its volume stays on this node");
    assert_null(drain_objection(owned, true, false));
}

static void test_taints(void **state)
{
    static const struct {
        char word[20];
        const char *taints; // NULL: refused
    } rows[] = {
        {"b=2:NoExecute", "[{\"effect\":\"NoSchedule\",\"key\":\"a\"},{\"effect\":\"NoExecute\",\"key\":\"b\","
                          "\"value\":\"2\"}]"},
        {"a=1:NoSchedule", "[{\"effect\":\"NoSchedule\",\"key\":\"a\",\"value\":\"1\"}]"},
        {"a-", "[]"},
        {"a:NoSchedule-", "[]"},
        {"a:NoExecute-", NULL},
        {"c-", NULL},
        {"a=1", NULL},
        {"a=1:Never", NULL},
        {":NoSchedule", NULL},
        {"-", NULL},
    };
    AUTO_JSON json_t *before = json("[{\"key\": \"a\", \"effect\": \"NoSchedule\"}]");
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct err e = {0};
        char word[20];
        char *words[] = {strcpy(word, rows[i].word)};
        AUTO_JSON json_t *v = node_taints_changed(before, words, 1, &e);
        AUTO_FREE char *text = v ? json_text(v) : NULL;
        if (!rows[i].taints)
            assert_true(!v && !str_empty(err_text(&e)));
        else
            assert_string_equal(text, rows[i].taints);
    }
}

static void test_labels(void **state)
{
    struct err e = {0};
    char set[] = "disk=ssd", away[] = "zone-", wrong[] = "zone";
    char *good[] = {set, away}, *bad[] = {wrong};
    AUTO_JSON json_t *v = node_labels_patch(good, 2, &e);
    AUTO_FREE char *text = json_text(v);
    assert_string_equal(text, "{\"disk\":\"ssd\",\"zone\":null}");
    assert_null(node_labels_patch(bad, 1, &e));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_drain),
        cmocka_unit_test(test_objections),
        cmocka_unit_test(test_taints),
        cmocka_unit_test(test_labels),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
