// SPDX-License-Identifier: Apache-2.0
/* Feeds bytes to the reader of URLs: what it takes is a clean path below its host that gives the same URL again. */
#include <stdio.h>
#include <string.h>

#include "io/file.h"
#include "tosca/import_url.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool held, const char *words)
{
    if (held)
        return;
    fprintf(stderr, "fuzz_import_url: %s\n", words);
    abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    AUTO_FREE char *text = mem_strndup((const char *)data, size);
    struct err e = {0};
    AUTO_FREE char *path = import_url_path(text, &e);
    must((path == NULL) == (e.code != 0), "a path or an error, not both");
    AUTO_FREE char *rel = import_url_relative(text, NULL);
    must(!rel || strpbrk(rel, "?# \\") == NULL, "a reference that would end a path");
    if (!path)
        return 0;
    AUTO_FREE char *clean = file_clean_relative(path), *url = import_url_of(path);
    must(str_eq(clean, path) && strlen(path) <= IMPORT_URL_MAX, "a path that leads elsewhere or is too long");
    must(url && (str_starts(url, "https://") || str_starts(url, "http://")) && !strchr(url, '@') == !strchr(path, '@'), "no URL of it");
    AUTO_FREE char *again = import_url_path(url, &e);
    must(str_eq(again, path), "a URL that changes when it is read again");
    return 0;
}
