// SPDX-License-Identifier: Apache-2.0
/* A tree through flat bytes and back: the same, place by place; broken bytes are refused. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <string.h>

#include "base/yaml_flat.h"

#define TEXT                                                                                                           \
    "a: [1, \"two\", {x: ~}]\nb:\n  - |\n    long\n  - ''\nc: {}\nd: {e: {f: 1}}\n"                                    \
    "my_types:\n  One: {is: [{deep: 1}], more: {a: b}}\n  Two: text\n  Three: [{a: 1}]\n"

static void assert_same(const struct ynode *a, const struct ynode *b)
{
    assert_int_equal(a->kind, b->kind);
    assert_int_equal(a->line, b->line);
    assert_int_equal(a->col, b->col);
    assert_int_equal(a->n, b->n);
    assert_int_equal(a->plain, b->plain);
    if (a->kind == Y_SCALAR)
        assert_string_equal(a->text, b->text);
    for (size_t i = 0; a->kind == Y_SEQ && i < a->n; i++)
        assert_same(a->items[i], b->items[i]);
    for (size_t i = 0; a->kind == Y_MAP && i < a->n; i++) {
        assert_same(a->pairs[i].key, b->pairs[i].key);
        assert_same(a->pairs[i].value, b->pairs[i].value);
    }
}

static void make(struct ydoc *doc, struct buf *flat)
{
    struct yfault fault;
    assert_int_equal(yaml_read(TEXT, strlen(TEXT), &ylimits_default, doc, &fault), 0);
    yflat_write(doc, flat);
}

static void comes_back(void **state)
{
    AUTO_BUF struct buf flat = {0};
    struct ydoc doc, again;
    make(&doc, &flat);
    assert_int_equal(yflat_read(flat.data, flat.len, NULL, &again), 0);
    assert_same(doc.root, again.root);
    ydoc_done(&doc);
    ydoc_done(&again);
}

static void unfold_all(struct ydoc *doc)
{
    for (size_t i = 0; doc->root->kind == Y_MAP && i < doc->root->n; i++) {
        struct ynode *section = doc->root->pairs[i].value;
        for (size_t k = 0; section->kind == Y_MAP && k < section->n; k++) {
            yflat_peek(doc, section->pairs[k].value, "more");
            yflat_unfold(doc, section->pairs[k].value);
        }
    }
}

static void folds_and_unfolds(void **state)
{
    AUTO_BUF struct buf flat = {0};
    struct ydoc doc, again;
    make(&doc, &flat);
    assert_int_equal(yflat_read(flat.data, flat.len, "_types", &again), 0);
    struct ynode *one = ynode_get(ynode_get(again.root, "my_types"), "One");
    assert_true(one->folded);
    assert_int_equal(one->n, 0);
    assert_string_equal(ynode_get(yflat_peek(&again, one, "more"), "a")->text, "b");
    assert_null(yflat_peek(&again, one, "less"));
    assert_true(one->folded);
    assert_false(ynode_get(ynode_get(again.root, "d"), "e")->folded);
    unfold_all(&again);
    assert_false(one->folded);
    assert_same(doc.root, again.root);
    ydoc_done(&doc);
    ydoc_done(&again);
}

static void refuses_what_is_cut_or_longer(void **state)
{
    AUTO_BUF struct buf flat = {0};
    struct ydoc doc, again;
    make(&doc, &flat);
    for (size_t n = 0; n < flat.len; n++)
        assert_int_equal(yflat_read(flat.data, n, NULL, &again), -EINVAL);
    buf_addc(&flat, 'x');
    assert_int_equal(yflat_read(flat.data, flat.len, NULL, &again), -EINVAL);
    ydoc_done(&doc);
}

static void survives_any_byte_changed(void **state)
{
    AUTO_BUF struct buf flat = {0};
    struct ydoc doc, again;
    make(&doc, &flat);
    for (size_t i = 0; i < flat.len; i++)
        for (int bit = 0; bit < 8; bit++) {
            flat.data[i] = (char)(flat.data[i] ^ (1 << bit));
            if (yflat_read(flat.data, flat.len, NULL, &again) == 0)
                ydoc_done(&again);
            if (yflat_read(flat.data, flat.len, "_types", &again) == 0) {
                unfold_all(&again);
                ydoc_done(&again);
            }
            flat.data[i] = (char)(flat.data[i] ^ (1 << bit));
        }
    ydoc_done(&doc);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(comes_back),
        cmocka_unit_test(folds_and_unfolds),
        cmocka_unit_test(refuses_what_is_cut_or_longer),
        cmocka_unit_test(survives_any_byte_changed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
