// SPDX-License-Identifier: Apache-2.0
/* The built-in type definitions: each is packed as it stands, and a changed one is parsed. */
#include "tosca_fixture.h"

#include <dirent.h>
#include <stdio.h>
#include <string.h>

#include "base/yaml.h"
#include "tosca/profile_pack.h"

static char *text_of(const char *name, size_t *ret_len)
{
    AUTO_FREE char *path = mem_printf("%s/%s", TEST_PROFILES, name);
    char *text = mem_alloc(1 << 20);
    FILE *f = fopen(path, "re");
    assert_non_null(f);
    *ret_len = fread(text, 1, 1 << 20, f);
    fclose(f);
    return text;
}

static void all_are_packed(void **state)
{
    DIR *folder = opendir(TEST_PROFILES);
    size_t n = 0;
    assert_non_null(folder);
    for (struct dirent *d; (d = readdir(folder));) {
        const char *dot = strrchr(d->d_name, '.');
        struct ydoc doc;
        size_t len;
        if (!dot || !str_eq(dot, ".yaml"))
            continue;
        AUTO_FREE char *text = text_of(d->d_name, &len);
        if (!profile_pack_find(d->d_name, text, len, &doc))
            fail_msg("%s is not packed as it stands: is it listed in profiles/meson.build?", d->d_name);
        ydoc_done(&doc);
        size_t packed_len = 0;
        const char *packed = profile_pack_text(d->d_name, &packed_len);
        assert_int_equal(packed_len, len);
        assert_memory_equal(packed, text, len);
        text[0] = '!';
        assert_false(profile_pack_find(d->d_name, text, len, &doc));
        n++;
    }
    closedir(folder);
    assert_true(n > 5);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(all_are_packed)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
