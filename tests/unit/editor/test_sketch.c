// SPDX-License-Identifier: Apache-2.0
#include "editor_fixture.h"

#include <string.h>

#include "editor/sketch.h"

static void add_node(struct buf *to, const struct sketch_node *n)
{
    if (n->kind == SKETCH_NONE)
        buf_adds(to, "~");
    if (n->kind == SKETCH_SCALAR)
        buf_addf(to, "%s", n->block ? "<block>" : n->text);
    for (size_t i = 0; i < n->n; i++) {
        buf_adds(to, i ? ", " : n->kind == SKETCH_MAP ? "{" : "[");
        if (n->kind == SKETCH_MAP) {
            buf_addf(to, "%s%s", n->pairs[i].key->text, n->pairs[i].colon ? ": " : "? ");
            add_node(to, n->pairs[i].value);
        } else {
            add_node(to, n->items[i]);
        }
    }
    if (n->kind == SKETCH_MAP || n->kind == SKETCH_SEQ)
        buf_adds(to, n->n ? n->kind == SKETCH_MAP ? "}" : "]" : "()");
}

static void reads(const char *text, const char *as)
{
    struct sketch s;
    AUTO_BUF struct buf out = {0};
    sketch_read(&s, text, strlen(text));
    add_node(&out, s.root);
    sketch_done(&s);
    assert_string_equal(buf_str(&out), as);
}

static void test_well_formed(void **state)
{
    reads("", "~");
    reads("a: 1\nb:\n  c: x y # z\n  d:\ne: []\n", "{a: 1, b: {c: x y, d: ~}, e: ()}");
    reads("a:\n- 1\n- b: 2\n  c: 3\n-\n  - 4\n  - - 5\nd: e\n", "{a: [1, {b: 2, c: 3}, [4, [5]]], d: e}");
    reads("a: {b: [1, {c: d}], 'e f': \"g\"}\n", "{a: {b: [1, {c: d}], e f: g}}");
    reads("a: |\n  x: y\n\n  z\nb: >-\n  t\n", "{a: <block>, b: <block>}");
    reads("---\n# no\n'a''b': \"c\\\"d\"\nx: &y !!str z\n...\n", "{a'b: c\"d, x: z}");
    reads("a: one\n  two\nb: 'x\n  y'\n", "{a: one\n  two, b: x\n  y}");
    reads("a: [1,\n  2]\nb: {\n}\n", "{a: [1, 2], b: ()}");
}

static void test_half_typed(void **state)
{
    reads("a:\n  b: 1\n  c\n  d: 2\n", "{a: {b: 1, c? ~, d: 2}}");
    reads("a\n", "a");
    reads("a:\n  web\n    type: x\n  b: y\n", "{a: {web? {type: x}, b: y}}");
    reads("a:\n  b: {get_input: \n  c: 1\n", "{a: {b: {get_input: ~}, c: 1}}");
    reads("a:\n  b: [1, 2\n  c: \"x\n  d: 'y\n", "{a: {b: [1, 2], c: x, d: y}}");
    reads("a:\n  - b\n  -\n  - c: \n", "{a: [b, ~, {c: ~}]}");
    reads("a: }\nb: ]x\n  y: 1\nc: {]\nd: 1\n", "{a: ~, b: {y: 1}, c: (), d: 1}");
    reads("a:\n  b: 1\n}}\n  c: 2\n", "{a: {b: 1, c: 2}}");
    reads("a: x\n- b\nc: y\n", "{a: x, c: y}");
}

static void test_sloppy(void **state)
{
    reads("a:\n    b: 1\n  c: 2\nd: 3\n", "{a: {b: 1, c: 2}, d: 3}");
    reads("a: 1\n   b: 2\nc: 3\n", "{a: 1, b: 2, c: 3}");
}

static void test_look_up(void **state)
{
    static const char text[] = "base: &b\n  type: x\nweb:\n  <<: *b\n  y: 1\nalias: *b\n";
    struct sketch s;
    sketch_read(&s, text, strlen(text));
    assert_string_equal(sketch_text(&s, sketch_at(&s, "web", "type", NULL)), "x");
    assert_string_equal(sketch_text(&s, sketch_at(&s, "alias", "type", NULL)), "x");
    assert_null(sketch_at(&s, "web", "none", NULL));
    const struct sketch_node *n = sketch_find(&s, (size_t)(strstr(text, "y: 1") - text));
    assert_string_equal(n->text, "y");
    assert_true(n->is_key);
    assert_null(sketch_find(&s, 9));
    sketch_done(&s);
}

static void test_limits(void **state)
{
    struct sketch s;
    AUTO_BUF struct buf deep = {0};
    for (int i = 0; i < 10000; i++)
        buf_adds(&deep, i % 2 ? "[" : "{a: ");
    sketch_read(&s, buf_str(&deep), deep.len);
    sketch_done(&s);
    buf_clear(&deep);
    for (int i = 0; i < 300; i++)
        buf_addf(&deep, "%*sa:\n", i, "");
    for (int i = 0; i < 10000; i++)
        buf_adds(&deep, "- ");
    sketch_read(&s, buf_str(&deep), deep.len);
    sketch_done(&s);
}

static void repeats(const char *head, const char *part)
{
    struct sketch s;
    AUTO_BUF struct buf text = {0};
    buf_adds(&text, head);
    while (text.len < 1 << 20)
        buf_adds(&text, part);
    sketch_read(&s, buf_str(&text), text.len);
    sketch_done(&s);
}

// A megabyte each: work that grew with the square of it would not end.
static void test_large(void **state)
{
    repeats("a: [", "x, ");
    repeats("a: {", "x: y, ");
    repeats("a: \"", "\n");
    repeats("a: [", "\n");
    repeats("a: [", "'\n ");
    repeats("", "a\n");
    repeats("", "- \n");
    repeats("", "# c\n");
    repeats("a: x", "\n\n y");
    repeats("a: |\n", "\n");
    repeats("a: ", "[{");
    repeats("", "k: \"\n");
    repeats("", "'");
    repeats("a: [", "\"\\\"");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_well_formed), cmocka_unit_test(test_half_typed), cmocka_unit_test(test_sloppy),
        cmocka_unit_test(test_look_up),     cmocka_unit_test(test_limits),    cmocka_unit_test(test_large),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
