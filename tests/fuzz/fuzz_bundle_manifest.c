// SPDX-License-Identifier: Apache-2.0
/* Feeds text to the reader of bundle manifests; what it takes must be clean, in order, and come back the same. */
#include <stdio.h>
#include <string.h>

#include "model/bundle_manifest.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool held, const char *words)
{
    if (held)
        return;
    fprintf(stderr, "fuzz_bundle_manifest: %s\n", words);
    abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    AUTO(bundle_manifest_done)
    struct bundle_manifest m = {0}, again = {0};
    struct err e = {0};
    if (bundle_manifest_parse((const char *)data, size, &m, &e) < 0) {
        must(m.n == 0 && !m.files && e.code != 0, "something is left behind a fault");
        return 0;
    }
    for (size_t i = 0; i < m.n; i++) {
        AUTO_FREE char *rooted = mem_printf("/%s/", m.files[i].path);
        must(!strstr(rooted, "/../") && !strstr(rooted, "/./") && !strstr(rooted, "//"), "an unclean path was taken");
        must(i == 0 || strcmp(m.files[i - 1].path, m.files[i].path) < 0, "the files are not in order");
        must(bundle_manifest_find(&m, m.files[i].path) == &m.files[i], "a file is not found");
    }
    AUTO_FREE char *text = bundle_manifest_text(&m);
    must(bundle_manifest_parse(text, strlen(text), &again, &e) == 0 && again.n == m.n, "its own text is not taken");
    AUTO_FREE char *second = bundle_manifest_text(&again);
    must(str_eq(text, second), "the text is not canonical");
    return 0;
}
