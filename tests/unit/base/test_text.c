// SPDX-License-Identifier: Apache-2.0
/* Text: equality, nearest words, labels, UTF-8, base64, hex and random letters. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <string.h>

#include "base/text.h"

static void compares(void **state)
{
    assert_true(str_eq(NULL, NULL));
    assert_false(str_eq("", NULL));
    assert_true(str_eq("a", "a"));
    assert_true(str_starts("abc", "ab"));
    assert_false(str_starts("a", "ab"));
    assert_false(str_starts(NULL, ""));
    assert_true(str_ends("abc", "bc"));
    assert_false(str_ends("c", "bc"));
    assert_true(str_empty(NULL) && str_empty(""));
    assert_false(str_empty(" "));
}

/* The whole table, as the definition has it. */
static size_t plain_distance(const char *a, const char *b)
{
    static size_t t[40][40];
    for (size_t i = 0; i <= strlen(a); i++)
        for (size_t j = 0; j <= strlen(b); j++) {
            size_t best = i + j;
            if (i > 0 && j > 0) {
                best = t[i - 1][j - 1] + (a[i - 1] != b[j - 1]);
                best = t[i - 1][j] + 1 < best ? t[i - 1][j] + 1 : best;
                best = t[i][j - 1] + 1 < best ? t[i][j - 1] + 1 : best;
            }
            bool swap = i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1];
            t[i][j] = swap && t[i - 2][j - 2] + 1 < best ? t[i - 2][j - 2] + 1 : best;
        }
    return t[strlen(a)][strlen(b)];
}

static const char *plain_nearest(const char *word, const char *const *words, size_t n)
{
    const char *found = NULL;
    size_t least = SIZE_MAX;
    for (size_t i = 0; i < n; i++) {
        size_t d = plain_distance(word, words[i]);
        size_t longer = strlen(word) > strlen(words[i]) ? strlen(word) : strlen(words[i]);
        if (d * 3 > longer || d >= least)
            continue;
        least = d;
        found = words[i];
    }
    return found;
}

/* Of few letters, so that many are near. */
static void fill_word(char *to, size_t most, unsigned *seed)
{
    size_t len = 1 + (size_t)rand_r(seed) % most;
    for (size_t i = 0; i < len; i++)
        to[i] = (char)('a' + rand_r(seed) % 3);
    to[len] = '\0';
}

static void finds_what_the_whole_table_finds(void **state)
{
    unsigned seed = 1, found = 0;
    for (int round = 0; round < 3000; round++) {
        char word[30], text[8][30];
        const char *words[8];
        fill_word(word, 20, &seed);
        for (size_t i = 0; i < 8; i++) {
            fill_word(text[i], 20, &seed);
            words[i] = text[i];
        }
        const char *want = plain_nearest(word, words, 8);
        assert_ptr_equal(str_nearest(word, words, 8), want);
        found += want != NULL;
    }
    assert_true(found > 100);
}

static void finds_the_nearest(void **state)
{
    static const char *const words[] = {"image", "ports", "properties", "requirements"};
    assert_string_equal(str_nearest("imgae", words, 4), "image"); /* a swap is one step */
    assert_string_equal(str_nearest("property", words, 4), "properties");
    assert_string_equal(str_nearest("port", words, 4), "ports");
    assert_null(str_nearest("volume", words, 4));
    assert_null(str_nearest("", words, 4));
    assert_null(str_nearest("image", words, 0));
    char longer[200];
    memset(longer, 'a', sizeof(longer) - 1);
    longer[sizeof(longer) - 1] = '\0';
    assert_null(str_nearest(longer, (const char *const[]){longer, NULL}, 2));
}

static void suggests(void **state)
{
    static const char *const words[] = {"image"};
    char text[64];
    str_suggest(text, sizeof(text), "imag", words, 1);
    assert_string_equal(text, ", did you mean 'image'?");
    str_suggest(text, sizeof(text), "zzz", words, 1);
    assert_string_equal(text, "");
}

#define S10 "abcdefghij"
#define S63 S10 S10 S10 S10 S10 S10 "abc"

static void knows_labels(void **state)
{
    assert_true(str_is_label("a") && str_is_label("0-a") && str_is_label(S63));
    static const char *const bad[] = {"", "-a", "a-", "A", "a.b", "a_b", "\xc3\xa9", S63 "d"};
    for (size_t i = 0; i < ARRAY_LEN(bad); i++)
        assert_false(str_is_label(bad[i]));
    assert_false(str_is_label(NULL));
    assert_true(str_is_dns_name("a.b-c.d") && str_is_dns_name(S63 "." S63 "." S63 "." S10 S10 S10 S10 S10 S10 "a"));
    static const char *const wrong[] = {"", ".", "a.", ".a", "a..b", "a.-b", S63 "x.a", S63 "." S63 "." S63 "." S63};
    for (size_t i = 0; i < ARRAY_LEN(wrong); i++)
        assert_false(str_is_dns_name(wrong[i]));
}

static void makes_labels(void **state)
{
    static const char *const texts[] = {"Web", "web!", "my app", "", "---", "\xc3\xa9", S63 "d", "a-"};
    AUTO_FREE char *same = str_to_label("web-1");
    assert_string_equal(same, "web-1");
    for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
        AUTO_FREE char *label = str_to_label(texts[i]);
        assert_true(str_is_label(label));
        assert_string_not_equal(label, texts[i]);
    }
    AUTO_FREE char *upper = str_to_label("Web");
    AUTO_FREE char *other = str_to_label("WEB");
    AUTO_FREE char *again = str_to_label("Web");
    assert_true(str_starts(upper, "web-"));
    assert_string_not_equal(upper, other); /* what fell together in lower case stays apart */
    assert_string_equal(upper, again);
}

static void knows_utf8(void **state)
{
    static const char *const good[] = {
        "", "a", "\xc3\xa9", "\xe2\x82\xac", "\xf0\x9f\x98\x80", "\xf4\x8f\xbf\xbf", "\xed\x9f\xbf"};
    static const char *const bad[] = {"\x80",
                                      "\xc0\x80",
                                      "\xc1\xbf",
                                      "\xc3",
                                      "\xe0\x9f\xbf",
                                      "\xed\xa0\x80",
                                      "\xf0\x8f\xbf\xbf",
                                      "\xf4\x90\x80\x80",
                                      "\xf5\x80\x80\x80",
                                      "\xe2\x82",
                                      "\xff",
                                      "a\xc3(",
                                      "\xe2\x28\xa1"};
    for (size_t i = 0; i < ARRAY_LEN(good); i++)
        assert_true(str_is_utf8(good[i], strlen(good[i])));
    for (size_t i = 0; i < ARRAY_LEN(bad); i++)
        assert_false(str_is_utf8(bad[i], strlen(bad[i])));
    assert_true(str_is_utf8("a\0b", 3));
}

static void codes_base64(void **state)
{
    static const char *const pairs[][2] = {{"", ""},        {"f", "Zg=="},        {"fo", "Zm8="},
                                           {"foo", "Zm9v"}, {"foob", "Zm9vYg=="}, {"\xff\xfe\xfd", "//79"}};
    for (size_t i = 0; i < ARRAY_LEN(pairs); i++) {
        AUTO_FREE char *text = str_base64(pairs[i][0], strlen(pairs[i][0]));
        assert_string_equal(text, pairs[i][1]);
        AUTO_FREE uint8_t *data = NULL;
        size_t len;
        assert_int_equal(str_unbase64(text, strlen(text), &data, &len), 0);
        assert_int_equal(len, strlen(pairs[i][0]));
        assert_memory_equal(data, pairs[i][0], len);
    }
    static const char *const bad[] = {"Zg", "Zg=", "Z", "Zg==Zg==", "Z!==", "===="};
    for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
        uint8_t *data = (uint8_t *)1;
        size_t len;
        assert_int_equal(str_unbase64(bad[i], strlen(bad[i]), &data, &len), -EINVAL);
        assert_null(data);
    }
}

static void writes_hex(void **state)
{
    AUTO_FREE char *text = str_hex((const uint8_t *)"\x00\xab\x0f", 3);
    AUTO_FREE char *none = str_hex(NULL, 0);
    assert_string_equal(text, "00ab0f");
    assert_string_equal(none, "");
}

static void draws_random_letters(void **state)
{
    char a[201], b[201];
    memset(a, '!', sizeof(a));
    str_random(a, 200);
    str_random(b, 200);
    assert_int_equal(strspn(a, "abcdefghijklmnopqrstuvwxyz0123456789"), 200);
    assert_int_equal(strlen(a), 200);
    assert_string_not_equal(a, b);
    str_random(a, 0);
    assert_string_equal(a, "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(compares),
        cmocka_unit_test(finds_the_nearest),
        cmocka_unit_test(finds_what_the_whole_table_finds),
        cmocka_unit_test(suggests),
        cmocka_unit_test(knows_labels),
        cmocka_unit_test(makes_labels),
        cmocka_unit_test(knows_utf8),
        cmocka_unit_test(codes_base64),
        cmocka_unit_test(writes_hex),
        cmocka_unit_test(draws_random_letters),
    };
    return cmocka_run_group_tests_name("base/text", tests, NULL, NULL);
}
