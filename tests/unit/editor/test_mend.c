// SPDX-License-Identifier: Apache-2.0
#include "editor_fixture.h"

#include <string.h>

#include "editor/mend.h"

static void mends(const char *text, const char *key, bool whole)
{
    size_t len;
    AUTO_FREE char *mended = yaml_mended(text, strlen(text), &len);
    struct ydoc doc;
    struct yfault f;
    assert_int_equal(yaml_read(mended, len, &ylimits_default, &doc, &f), 0);
    assert_true(!whole || len == strlen(text));
    if (key && !ynode_get(doc.root, key))
        fail_msg("no '%s' in '%s'", key, mended);
    ydoc_done(&doc);
}

static void test_mended(void **state)
{
    mends("a: 1\nb: 2\n", "b", true);
    mends("a: 1\nty\nb: 2\n", "b", true);
    mends("a: 1\nb: {x: \nc: 3\n", "a", true);
    mends("a:\n  b: \"open\nc: 3\n", NULL, false);
    mends("a: 1\n\tb: @\nc: [\nd: }\ne: 1\n", "a", false);
    mends("]]]]", NULL, false);
    mends("", NULL, true);
}

static void test_hopeless(void **state)
{
    AUTO_BUF struct buf text = {0};
    for (int i = 0; i < 100; i++)
        buf_addf(&text, "k%d: }\n", i);
    mends(buf_str(&text), NULL, false);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_mended), cmocka_unit_test(test_hopeless)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
