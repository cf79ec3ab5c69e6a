// SPDX-License-Identifier: Apache-2.0
/* Feeds bytes to the unpacker of archives and to the reader of TOSCA.meta; whatever they hold, nothing may come to
 * stand but plain files and folders below the given folder. */
#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli/csar.h"
#include "io/file.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool held, const char *words)
{
    if (held)
        return;
    fprintf(stderr, "fuzz_csar: %s\n", words);
    abort();
}

static int look_at(const char *path, const struct stat *st, int type, struct FTW *where)
{
    must(S_ISREG(st->st_mode) || S_ISDIR(st->st_mode), "something other than a file or a folder was made");
    must((st->st_mode & 077) == 0, "others may read what was unpacked");
    must(!S_ISREG(st->st_mode) || st->st_nlink == 1, "a hard link was made");
    return 0;
}

static void unpack(const uint8_t *data, size_t size)
{
    char top[] = "/tmp/sedge-fuzz-csar-XXXXXX";
    AUTO(diags_done)
    struct diags d = {0};
    must(mkdtemp(top) != NULL, "no folder to unpack into");
    AUTO_FREE char *inside = file_join(top, "inside");
    AUTO_STRV struct strv names = {0};
    must(mkdir(inside, 0700) == 0, "no folder to unpack into");
    AUTO_CLOSE int fd = memfd_create("csar", MFD_CLOEXEC);
    AUTO_CLOSE int to = open(inside, O_PATH | O_DIRECTORY | O_CLOEXEC);
    must(file_write_fd(fd, data, size) == 0 && lseek(fd, 0, SEEK_SET) == 0, "no archive to read");
    int r = csar_unpack(fd, to, "x.csar", &d);
    must((r == 0) == (d.errors == 0), "a fault that was not told, or told without one");
    must(nftw(inside, look_at, 20, FTW_PHYS) == 0, "what was unpacked cannot be walked");
    must(file_list(top, &names, NULL) == 0 && names.n == 1, "something was made outside of the folder");
    must(file_remove_tree(top, NULL) == 0, "the folder cannot be removed");
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    AUTO(diags_done)
    struct diags d = {0};
    AUTO_FREE char *entry = NULL;
    int r = csar_meta_read((const char *)data, size, "TOSCA.meta", &entry, &d);
    must((r == 0) == (entry != NULL) && (r < 0) == (d.errors > 0), "an entry or an error, not both");
    unpack(data, size);
    return 0;
}
