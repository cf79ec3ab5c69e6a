// SPDX-License-Identifier: Apache-2.0
/* Tar archives by libarchive, without times, owners and the clock in the packed stream's head. */
#include "cli/csar_write_tar.h"

#include <archive.h>
#include <archive_entry.h>
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "base/lazy.h"

#define TAR_FUNCTIONS(X)                                                                                               \
    X(archive_write_new)                                                                                               \
    X(archive_write_free)                                                                                              \
    X(archive_write_close)                                                                                             \
    X(archive_write_add_filter_gzip)                                                                                   \
    X(archive_write_add_filter_none)                                                                                   \
    X(archive_write_set_filter_option)                                                                                 \
    X(archive_write_set_format_pax_restricted)                                                                         \
    X(archive_write_open_filename)                                                                                     \
    X(archive_write_header)                                                                                            \
    X(archive_write_data)                                                                                              \
    X(archive_error_string)                                                                                            \
    X(archive_entry_new)                                                                                               \
    X(archive_entry_free)                                                                                              \
    X(archive_entry_set_pathname)                                                                                      \
    X(archive_entry_set_filetype)                                                                                      \
    X(archive_entry_set_perm)                                                                                          \
    X(archive_entry_set_size)                                                                                          \
    X(archive_entry_set_mtime)

static struct {
    TAR_FUNCTIONS(LAZY_MEMBER)
} lib;
#define LAZY_LIB lib
static const struct lazy_symbol lib_symbols[] = {TAR_FUNCTIONS(LAZY_SYMBOL)};

#define BLOCK 65536

struct csar_tar_writer {
    struct archive *archive;
    char *name;
};

bool csar_tar_is_name(const char *path)
{
    return str_ends(path, ".tar") || str_ends(path, ".tar.gz") || str_ends(path, ".tgz");
}

static int trouble(const struct csar_tar_writer *w, struct err *e)
{
    const char *why = lib.archive_error_string(w->archive);
    return err_set(e, EIO, "write '%s': %s", w->name, why ? why : "it failed");
}

int csar_tar_writer_new(const char *name, const char *part, struct csar_tar_writer **ret, struct err *e)
{
    int r = lazy_open("libarchive.so.13", lib_symbols, ARRAY_LEN(lib_symbols), e);
    if (r < 0)
        return r;
    struct csar_tar_writer *w = mem_alloc(sizeof(*w));
    w->name = mem_strdup(name);
    w->archive = lib.archive_write_new();
    bool plain = str_ends(name, ".tar");
    int ok = plain ? lib.archive_write_add_filter_none(w->archive) : lib.archive_write_add_filter_gzip(w->archive);
    if (ok == ARCHIVE_OK && !plain)
        ok = lib.archive_write_set_filter_option(w->archive, "gzip", "timestamp", NULL);
    if (ok == ARCHIVE_OK)
        ok = lib.archive_write_set_format_pax_restricted(w->archive);
    if (ok != ARCHIVE_OK || lib.archive_write_open_filename(w->archive, part) != ARCHIVE_OK) {
        r = trouble(w, e);
        csar_tar_writer_free(w);
        return r;
    }
    *ret = w;
    return 0;
}

static int begin(struct csar_tar_writer *w, const char *name, mode_t mode, int64_t size, struct err *e)
{
    struct archive_entry *entry = lib.archive_entry_new();
    lib.archive_entry_set_pathname(entry, name);
    lib.archive_entry_set_filetype(entry, AE_IFREG);
    lib.archive_entry_set_perm(entry, mode);
    lib.archive_entry_set_size(entry, size);
    lib.archive_entry_set_mtime(entry, 0, 0);
    int ok = lib.archive_write_header(w->archive, entry); /* a warning: its name is not ASCII, and kept as it is */
    lib.archive_entry_free(entry);
    return ok < ARCHIVE_WARN ? trouble(w, e) : 0;
}

int csar_tar_writer_add(struct csar_tar_writer *w, const char *name, mode_t mode, int fd, int64_t size, struct err *e)
{
    char block[BLOCK];
    int r = begin(w, name, mode, size, e);
    while (r == 0 && size > 0) {
        ssize_t n = read(fd, block, sizeof(block));
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return err_errno(e, errno, "read '%s'", name);
        if (n == 0 || n > size)
            return err_set(e, ESTALE, "'%s' changed while it was packed; try again", name);
        if (lib.archive_write_data(w->archive, block, (size_t)n) != n)
            r = trouble(w, e);
        size -= n;
    }
    return r;
}

int csar_tar_writer_add_text(struct csar_tar_writer *w, const char *name, const char *text, struct err *e)
{
    size_t len = strlen(text);
    int r = begin(w, name, 0644, (int64_t)len, e);
    return r == 0 && lib.archive_write_data(w->archive, text, len) != (la_ssize_t)len ? trouble(w, e) : r;
}

int csar_tar_writer_end(struct csar_tar_writer *w, struct err *e)
{
    return lib.archive_write_close(w->archive) == ARCHIVE_OK ? 0 : trouble(w, e);
}

void csar_tar_writer_free(struct csar_tar_writer *w)
{
    if (!w)
        return;
    lib.archive_write_free(w->archive);
    free(w->name);
    free(w);
}
