// SPDX-License-Identifier: Apache-2.0
/* YAML read into trees: places, aliases and merges, and each fault with its line and column. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <string.h>

#include "base/buf.h"
#include "base/text.h"
#include "base/yaml.h"

#define AUTO_YDOC AUTO(ydoc_done)

static struct ydoc read_ok(const char *text)
{
    struct ydoc d;
    struct yfault f;
    if (yaml_read(text, strlen(text), NULL, &d, &f) != 0)
        fail_msg("%d:%d: %s", f.line, f.col, f.text);
    return d;
}

static void knows_places(void **state)
{
    AUTO_YDOC struct ydoc d = read_ok("# c\na: 1\n\xc3\xa9: {x: \"q\"}\nl:\n  - |\n    t\n");
    assert_int_equal(d.root->kind, Y_MAP);
    assert_int_equal(d.root->n, 3);
    const struct ypair *second = &d.root->pairs[1];
    assert_int_equal(second->key->line, 3);
    assert_int_equal(second->value->col, 4); /* characters, not bytes */
    const struct ynode *x = ynode_get(second->value, "x");
    assert_int_equal(x->line, 3);
    assert_int_equal(x->col, 8);
    assert_false(x->plain);
    assert_true(ynode_get(d.root, "a")->plain);
    const struct ynode *block = ynode_get(d.root, "l")->items[0];
    assert_int_equal(block->line, 5);
    assert_string_equal(block->text, "t\n");
    assert_int_equal(block->len, 2);
    assert_null(ynode_get(d.root, "no"));
    assert_null(ynode_get(x, "no"));
    assert_null(ynode_pair(NULL, "no"));
}

static void empty_text_has_no_root(void **state)
{
    static const char *const texts[] = {"", "\n\n", "# only a comment\n"};
    for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
        AUTO_YDOC struct ydoc d = read_ok(texts[i]);
        assert_null(d.root);
    }
    AUTO_YDOC struct ydoc marked = read_ok("---\n");
    assert_true(ynode_is_null(marked.root));
    AUTO_YDOC struct ydoc bom = read_ok("\xef\xbb\xbf"
                                        "a: 1\n...\n");
    assert_non_null(ynode_get(bom.root, "a"));
}

static void aliases_are_the_same_node(void **state)
{
    AUTO_YDOC struct ydoc d = read_ok("a: &x [1]\nb: *x\nc: &x 2\nd: *x\n");
    assert_ptr_equal(ynode_get(d.root, "a"), ynode_get(d.root, "b"));
    assert_ptr_equal(ynode_get(d.root, "c"), ynode_get(d.root, "d")); /* a name may be given again */
}

static void carries_merges_out(void **state)
{
    AUTO_YDOC struct ydoc d = read_ok("one: &one {a: 1, b: 1}\ntwo: &two {b: 2, c: 2}\n"
                                      "x:\n  b: own\n  <<: *one\n  z: 9\n"
                                      "y:\n  <<: [*one, *two]\n"
                                      "q: {\"<<\": 5}\n");
    const struct ynode *x = ynode_get(d.root, "x");
    assert_int_equal(x->n, 3);
    assert_string_equal(x->pairs[0].key->text, "b");
    assert_string_equal(x->pairs[0].value->text, "own");
    assert_string_equal(x->pairs[1].key->text, "a");
    assert_string_equal(x->pairs[2].key->text, "z");
    const struct ynode *y = ynode_get(d.root, "y");
    assert_int_equal(y->n, 3);
    assert_string_equal(ynode_get(y, "b")->text, "1"); /* the earlier mapping wins */
    assert_string_equal(ynode_get(y, "c")->text, "2");
    assert_string_equal(ynode_get(ynode_get(d.root, "q"), "<<")->text, "5"); /* quoted: a key like any other */
}

static void own_keys_win_after_a_merge(void **state)
{
    AUTO_YDOC struct ydoc d = read_ok("one: &one {a: 1}\nx:\n  <<: *one\n  a: own\n");
    const struct ynode *x = ynode_get(d.root, "x");
    assert_int_equal(x->n, 1);
    assert_string_equal(ynode_get(x, "a")->text, "own");
}

static void tells_faults(void **state)
{
    static const struct {
        const char *text;
        int line, col;
        const char *says;
    } rows[] = {
        {"a: 1\nb: 2\n\na: 3\n", 4, 1, "key 'a' on line 4 stands on line 1 already"},
        {"{a: 1, \"a\": 2}", 1, 8, "key 'a' on line 1 stands on line 1 already"},
        {"a: *no\n", 1, 4, "alias '*no' names no anchor before it"},
        {"a: &x\n  b: *x\n", 2, 6, "alias '*x' stands inside of what it names (line 1)"},
        {"a: 1\n---\nb: 2\n", 2, 1, "a second document begins here; give each one a text of its own"},
        {"x: {<<: 5}\n", 1, 5, "the value of '<<' must be a mapping or a list of mappings"},
        {"x: {<<: [{a: 1}, 5]}\n", 1, 5, "the value of '<<' must be a mapping or a list of mappings"},
        {"a: \"\\0\"\n", 1, 4, "a NUL character in a text; encode it, for instance as base64"},
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct ydoc d;
        struct yfault f;
        assert_int_equal(yaml_read(rows[i].text, strlen(rows[i].text), NULL, &d, &f), -EINVAL);
        assert_string_equal(f.text, rows[i].says);
        assert_int_equal(f.line, rows[i].line);
        assert_int_equal(f.col, rows[i].col);
        assert_null(d.root);
        assert_null(d.arena);
    }
}

static void tells_where_text_is_malformed(void **state)
{
    static const struct {
        const char *text;
        int line, col;
    } rows[] = {
        {"a: b\nc: [1\n", 3, 1}, {"a: 1\n\tb: 2\n", 2, 1}, {"a: 1\nb: \xc3\xa9\xff\n", 2, 5}, {"a: b: c\n", 1, 5}};
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct ydoc d;
        struct yfault f;
        assert_int_equal(yaml_read(rows[i].text, strlen(rows[i].text), NULL, &d, &f), -EINVAL);
        if (f.line != rows[i].line || f.col != rows[i].col)
            fail_msg("row %zu: %d:%d: %s", i, f.line, f.col, f.text);
        assert_true(f.text[0] != '\0');
    }
}

static void works_without_a_fault(void **state)
{
    struct ydoc d;
    assert_int_equal(yaml_read("[", 1, NULL, &d, NULL), -EINVAL);
}

static void keeps_limits(void **state)
{
    static const struct ylimits small = {.max_bytes = 100, .max_nodes = 8, .max_depth = 3};
    static const struct {
        const char *text;
        int result;
    } rows[] = {
        {"[[[1]]]", 0},
        {"[[[[]]]]", -E2BIG},
        {"[&a [[]], *a]", 0},
        {"[&a [[]], [*a]]", -E2BIG}, /* an alias is as deep as what it names */
        {"[1,2,3,4,5,6,7]", 0},
        {"[1,2,3,4,5,6,7,8]", -E2BIG},
        {"[&a [1,2], *a, 1]", 0},
        {"[&a [1,2], *a, *a]", -E2BIG}, /* and as many nodes */
        {"[1, 2, 3]"
         "                                                                                            ",
         -E2BIG},
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        AUTO_YDOC struct ydoc d;
        struct yfault f;
        int r = yaml_read(rows[i].text, strlen(rows[i].text), &small, &d, &f);
        if (r != rows[i].result)
            fail_msg("row %zu: %d %s", i, r, f.text);
    }
}

/* Nine lines that would make a thousand million nodes. */
static void aliases_do_not_blow_up(void **state)
{
    AUTO_BUF struct buf b = {0};
    buf_adds(&b, "l0: &l0 [x]\n");
    for (int i = 1; i < 10; i++) {
        buf_addf(&b, "l%d: &l%d [", i, i);
        for (int k = 0; k < 10; k++)
            buf_addf(&b, "*l%d,", i - 1);
        buf_adds(&b, "]\n");
    }
    struct ydoc d;
    struct yfault f;
    assert_int_equal(yaml_read(b.data, b.len, NULL, &d, &f), -E2BIG);
    assert_non_null(strstr(f.text, "aliases"));
}

/* One long text, repeated by aliases and by a tag's prefix: few nodes, many bytes. */
static void repeated_text_does_not_blow_up(void **state)
{
    AUTO_BUF struct buf b = {0};
    struct ydoc d;
    struct yfault f;
    buf_addf(&b, "- &a %0100000d\n", 1);
    for (int i = 0; i < 1000; i++)
        buf_adds(&b, "- *a\n");
    assert_int_equal(yaml_read(b.data, b.len, NULL, &d, &f), -E2BIG);
    buf_clear(&b);
    buf_addf(&b, "%%TAG ! tag:%0100000d\n---\n", 1);
    for (int i = 0; i < 1000; i++)
        buf_adds(&b, "- !x y\n");
    assert_int_equal(yaml_read(b.data, b.len, NULL, &d, &f), -E2BIG);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(knows_places),
        cmocka_unit_test(empty_text_has_no_root),
        cmocka_unit_test(aliases_are_the_same_node),
        cmocka_unit_test(carries_merges_out),
        cmocka_unit_test(own_keys_win_after_a_merge),
        cmocka_unit_test(tells_faults),
        cmocka_unit_test(tells_where_text_is_malformed),
        cmocka_unit_test(works_without_a_fault),
        cmocka_unit_test(keeps_limits),
        cmocka_unit_test(aliases_do_not_blow_up),
        cmocka_unit_test(repeated_text_does_not_blow_up),
    };
    return cmocka_run_group_tests_name("base/yaml", tests, NULL, NULL);
}
