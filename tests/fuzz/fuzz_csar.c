// SPDX-License-Identifier: Apache-2.0
/* Feeds bytes to the readers of archives, zip and tar, to that of the records that a tar becomes, and to that of
 * TOSCA.meta. */
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <unistd.h>

#include "cli/csar.h"
#include "cli/csar_tar.h"
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

static int memory_file(const uint8_t *data, size_t size)
{
    int fd = memfd_create("csar", MFD_CLOEXEC);
    must(file_write_fd(fd, data, size) == 0 && lseek(fd, 0, SEEK_SET) == 0, "no archive to read");
    return fd;
}

/* Records, whoever made them: clean names, and no more bytes than came. */
static void take_records(int in, size_t size)
{
    struct csar *c = mem_alloc(sizeof(*c));
    struct err e = {0};
    const struct csar_member *all;
    AUTO_CLOSE int spool = memfd_create("spool", MFD_CLOEXEC);
    c->spool = spool;
    c->packed = (int64_t)size;
    int r = csar_tar_take(c, in, &e);
    must((r < 0) == (e.code != 0), "a fault that was not told");
    for (size_t i = 0, n = csar_members(c, &all); i < n; i++) {
        AUTO_FREE char *clean = file_clean_relative(all[i].path);
        must(clean && str_eq(clean, all[i].path), "a name that leads elsewhere");
        must(all[i].folder || r < 0 || (int64_t)all[i].at + all[i].size <= lseek(spool, 0, SEEK_END),
             "a member that lies outside");
    }
    csar_close(c);
}

/* The process that reads tars, without its walls. */
static void read_tar(const uint8_t *data, size_t size)
{
    const struct rlimit most = {64 << 20, RLIM_INFINITY};
    AUTO_CLOSE int in = memory_file(data, size), out = memory_file(data, 0);
    signal(SIGXFSZ, SIG_IGN); /* where it writes into a pipe in earnest, it stops with its reader */
    setrlimit(RLIMIT_FSIZE, &most);
    must(csar_tar_library(NULL) == 0, "libarchive is not there");
    csar_tar_send(in, out);
    must(lseek(out, 0, SEEK_SET) == 0, "no records to read");
    take_records(out, size);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    AUTO(diags_done)
    struct diags d = {0};
    AUTO(meta_file_done)
    struct meta_file says = {0};
    int r = meta_file_read((const char *)data, size, "TOSCA.meta", &says, &d);
    must((r == 0) == (says.entry != NULL) && (r < 0) == (d.errors > 0), "an entry or an error, not both");
    AUTO_CLOSE int raw = memory_file(data, size);
    if (csar_look("x.csar", raw) != CSAR_TAR)
        open_it(data, size);
    read_tar(data, size);
    take_records(raw, size);
    return 0;
}
