// SPDX-License-Identifier: Apache-2.0
/* Writes docs/errors: a page for each code of a finding, and their list. `make docs` runs it. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "tosca/diag_codes.h"

static int write_page(const char *folder, const char *name, const char *text)
{
    AUTO_FREE char *path = mem_printf("%s/%s.md", folder, name);
    FILE *f = fopen(path, "we");
    if (!f || fputs(text, f) == EOF || fclose(f) == EOF) {
        fprintf(stderr, "error_pages: write '%s': %s\n", path, strerror(errno));
        return 1;
    }
    return 0;
}

int main(int argc, char **argv)
{
    AUTO_BUF struct buf list = {0};
    size_t n;
    int r = 0;
    if (argc != 2) {
        fprintf(stderr, "usage: error_pages FOLDER\n");
        return 2;
    }
    const struct diag_code *const *codes = diag_codes(&n);
    buf_adds(&list, "# Error codes\n\nEach finding of `sedge validate`, `plan` and `deploy` ends with one of these "
                    "codes in brackets. "
                    "`sedge explain CODE` prints the page.\n\n| code | level | means |\n| --- | --- | --- |\n");
    for (size_t i = 0; i < n; i++) {
        AUTO_FREE char *page = diag_code_page(codes[i]);
        r |= write_page(argv[1], codes[i]->code, page);
        buf_addf(&list, "| [%s](%s.md) | %s | %s |\n", codes[i]->code, codes[i]->code, codes[i]->level, codes[i]->line);
    }
    return r | write_page(argv[1], "README", buf_str(&list));
}
