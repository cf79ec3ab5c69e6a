// SPDX-License-Identifier: Apache-2.0
/* Reads tar archives with libarchive and tells what is in them. */
#include <archive.h>
#include <archive_entry.h>
#include <errno.h>
#include <string.h>

#include "base/lazy.h"
#include "cli/csar_tar.h"
#include "io/file.h"

#define TAR_FUNCTIONS(X)                                                                                               \
    X(archive_read_new)                                                                                                \
    X(archive_read_free)                                                                                               \
    X(archive_read_open_fd)                                                                                            \
    X(archive_read_support_filter_gzip)                                                                                \
    X(archive_read_support_format_tar)                                                                                 \
    X(archive_read_next_header)                                                                                        \
    X(archive_read_data)                                                                                               \
    X(archive_entry_pathname)                                                                                          \
    X(archive_entry_hardlink)                                                                                          \
    X(archive_entry_filetype)                                                                                          \
    X(archive_entry_perm)                                                                                              \
    X(archive_entry_size)

static struct {
    TAR_FUNCTIONS(LAZY_MEMBER)
} lib;
#define LAZY_LIB lib
static const struct lazy_symbol lib_symbols[] = {TAR_FUNCTIONS(LAZY_SYMBOL)};

#define BLOCK 65536

int csar_tar_library(struct err *e)
{
    return lazy_open("libarchive.so.13", lib_symbols, ARRAY_LEN(lib_symbols), e);
}

static uint32_t what_is(struct archive_entry *e)
{
    if (lib.archive_entry_hardlink(e))
        return CSAR_TAR_OTHER;
    mode_t type = lib.archive_entry_filetype(e);
    return type == AE_IFREG ? CSAR_TAR_FILE : type == AE_IFDIR ? CSAR_TAR_FOLDER : CSAR_TAR_OTHER;
}

/* Exactly as many bytes as its header says. */
static int send_data(struct archive *a, int64_t size, int out)
{
    char block[BLOCK];
    while (size > 0) {
        la_ssize_t n = lib.archive_read_data(a, block, sizeof(block));
        if (n <= 0 || n > size)
            return -EBADMSG;
        int r = file_write_fd(out, block, (size_t)n);
        if (r < 0)
            return r;
        size -= n;
    }
    return 0;
}

static int send_member(struct archive *a, struct archive_entry *e, int out)
{
    const char *name = lib.archive_entry_pathname(e);
    struct csar_tar_record record = {.what = what_is(e), .runs = (lib.archive_entry_perm(e) & 0111) != 0};
    size_t len = name ? strlen(name) : 0;
    record.name_len = (uint32_t)(len < CSAR_TAR_NAME_MAX ? len : CSAR_TAR_NAME_MAX);
    record.size = record.what == CSAR_TAR_FILE ? lib.archive_entry_size(e) : 0;
    int r = file_write_fd(out, &record, sizeof(record));
    if (r == 0)
        r = file_write_fd(out, name, record.name_len);
    return r == 0 ? send_data(a, record.size, out) : r;
}

static int send_all(struct archive *a, int out)
{
    struct archive_entry *e;
    int at, r = 0;
    while ((at = lib.archive_read_next_header(a, &e)) == ARCHIVE_OK || at == ARCHIVE_WARN) {
        r = send_member(a, e, out);
        if (r < 0)
            return r;
    }
    if (at != ARCHIVE_EOF)
        return -EBADMSG;
    const struct csar_tar_record end = {.what = CSAR_TAR_END};
    return file_write_fd(out, &end, sizeof(end));
}

int csar_tar_send(int in, int out)
{
    struct archive *a = lib.archive_read_new();
    int r = a ? 0 : -ENOMEM;
    if (a &&
        (lib.archive_read_support_filter_gzip(a) < ARCHIVE_WARN ||
         lib.archive_read_support_format_tar(a) < ARCHIVE_WARN || lib.archive_read_open_fd(a, in, BLOCK) != ARCHIVE_OK))
        r = -EBADMSG;
    if (r == 0)
        r = send_all(a, out);
    if (a)
        lib.archive_read_free(a);
    return r;
}
