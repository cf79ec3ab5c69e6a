// SPDX-License-Identifier: Apache-2.0
/* Feeds bytes to the reader of archives and to that of TOSCA.meta. */
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "cli/csar.h"
#include "io/file.h"
#include "tosca/meta_file.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool held, const char *words)
{
    if (held)
        return;
    fprintf(stderr, "fuzz_csar: %s\n", words);
    abort();
}

/* Whatever it holds, all of its members have clean names and can be read or are told as damaged. */
static void open_it(const uint8_t *data, size_t size)
{
    AUTO(diags_done)
    struct diags d = {0};
    const struct csar_member *all;
    struct csar *c = NULL;
    AUTO_CLOSE int fd = memfd_create("csar", MFD_CLOEXEC);
    must(file_write_fd(fd, data, size) == 0, "no archive to read");
    int r = csar_open(fd, "x.csar", &c, &d);
    must((r == 0) == (d.errors == 0), "a fault that was not told, or told without one");
    size_t n = c ? csar_members(c, &all) : 0;
    for (size_t i = 0; i < n && i < 50; i++) {
        AUTO_FREE char *clean = file_clean_relative(all[i].path), *text = NULL;
        struct err e = {0};
        size_t len;
        must(clean && str_eq(clean, all[i].path), "a name that leads elsewhere");
        must(csar_find(c, all[i].path) == &all[i], "a member that is not found by its name");
        r = csar_read(c, all[i].path, 1 << 20, &text, &len, &e);
        must(r < 0 || len == (size_t)all[i].size, "a member of another size than the directory says");
        must((r < 0) == (e.code != 0), "a fault that was not told");
    }
    csar_close(c);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    AUTO(diags_done)
    struct diags d = {0};
    AUTO(meta_file_done)
    struct meta_file says = {0};
    int r = meta_file_read((const char *)data, size, "TOSCA.meta", &says, &d);
    must((r == 0) == (says.entry != NULL) && (r < 0) == (d.errors > 0), "an entry or an error, not both");
    open_it(data, size);
    return 0;
}
