// SPDX-License-Identifier: Apache-2.0
#include "editor_fixture.h"

#include <string.h>

#include "editor/text_index.h"

// Line 0: a, e with acute (2 bytes), an emoji (4 bytes, 2 units of UTF-16), z.
static const char text[] = "a\xc3\xa9\xf0\x9f\x98\x80z\r\nsecond\rthird\n";

static void test_utf16(void **state)
{
    struct text_index ix;
    text_index_make(&ix, text, strlen(text));
    assert_int_equal(ix.n, 4);
    assert_int_equal(text_offset(&ix, (struct text_pos){0, 2}, TEXT_UTF16), 3);
    assert_int_equal(text_offset(&ix, (struct text_pos){0, 3}, TEXT_UTF16), 3); // inside of the emoji
    assert_int_equal(text_offset(&ix, (struct text_pos){0, 4}, TEXT_UTF16), 7);
    assert_int_equal(text_offset(&ix, (struct text_pos){0, 99}, TEXT_UTF16), 8);
    assert_int_equal(text_offset(&ix, (struct text_pos){1, 0}, TEXT_UTF16), 10);
    assert_int_equal(text_offset(&ix, (struct text_pos){9, 0}, TEXT_UTF16), strlen(text));
    struct text_pos z = text_position(&ix, 7, TEXT_UTF16);
    assert_int_equal(z.line, 0);
    assert_int_equal(z.ch, 4);
    assert_int_equal(text_position(&ix, 9, TEXT_UTF16).ch, 5); // between \r and \n
    assert_int_equal(text_position(&ix, strlen(text), TEXT_UTF16).line, 3);
    text_index_done(&ix);
}

static void test_utf8(void **state)
{
    struct text_index ix;
    text_index_make(&ix, text, strlen(text));
    assert_int_equal(text_offset(&ix, (struct text_pos){0, 7}, TEXT_UTF8), 7);
    assert_int_equal(text_offset(&ix, (struct text_pos){0, 5}, TEXT_UTF8), 3);
    assert_int_equal(text_position(&ix, 7, TEXT_UTF8).ch, 7);
    assert_int_equal(text_position(&ix, 17, TEXT_UTF8).line, 2);
    text_index_done(&ix);
}

static void test_no_utf8(void **state)
{
    static const char odd[] = "\xff\xc3z";
    struct text_index ix;
    text_index_make(&ix, odd, 3);
    assert_int_equal(text_offset(&ix, (struct text_pos){0, 2}, TEXT_UTF16), 2);
    assert_int_equal(text_position(&ix, 3, TEXT_UTF16).ch, 3);
    text_index_done(&ix);
    text_index_make(&ix, "", 0);
    assert_int_equal(ix.n, 1);
    assert_int_equal(text_offset(&ix, (struct text_pos){0, 0}, TEXT_UTF16), 0);
    text_index_done(&ix);
}

// U+2028 ends a line for the YAML reader, and none for the editor.
static void test_yaml_places(void **state)
{
    static const char odd[] = "a: x\xe2\x80\xa8z\nb\xc3\xa9: 1\n";
    assert_int_equal(text_yaml_offset(odd, strlen(odd), 1, 4), 3);
    assert_int_equal(text_yaml_offset(odd, strlen(odd), 3, 1), 9);
    assert_int_equal(text_yaml_offset(odd, strlen(odd), 3, 3), 12);
    assert_int_equal(text_yaml_offset(odd, strlen(odd), 99, 1), strlen(odd));
    struct text_index ix;
    text_index_make(&ix, odd, strlen(odd));
    assert_int_equal(text_index_yaml(&ix, 3, 3), 12);
    text_index_done(&ix);
    text_index_make(&ix, text, strlen(text));
    for (int line = 1; line < 6; line++)
        for (int col = 1; col < 9; col++)
            assert_int_equal(text_index_yaml(&ix, line, col), text_yaml_offset(text, strlen(text), line, col));
    text_index_done(&ix);
    struct ydoc doc;
    struct yfault f;
    static const char block[] = "a: |\n  x\xe2\x80\xa8  y\nb: 1\n";
    assert_int_equal(yaml_read(block, strlen(block), &ylimits_default, &doc, &f), 0);
    assert_int_equal(ynode_pair(doc.root, "b")->key->line, 4); // the reader counts so, too
    ydoc_done(&doc);
}

static void test_replaced(void **state)
{
    size_t len;
    AUTO_FREE char *all = text_replaced("abc", 3, 0, 3, "x", 1, &len), *in = text_replaced("abc", 3, 1, 1, "--", 2, &len);
    assert_string_equal(all, "x");
    assert_string_equal(in, "a--bc");
    assert_int_equal(len, 5);
    AUTO_FREE char *odd = text_replaced("abc", 3, 9, 2, "!", 1, &len);
    assert_string_equal(odd, "abc!");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_utf16),       cmocka_unit_test(test_utf8),     cmocka_unit_test(test_no_utf8),
        cmocka_unit_test(test_yaml_places), cmocka_unit_test(test_replaced),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
