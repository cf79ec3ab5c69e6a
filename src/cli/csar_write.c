// SPDX-License-Identifier: Apache-2.0
/* Writes archives into a file beside the place, which is then renamed: zip by minizip, tar by csar_write_tar.c. */
#include "cli/csar_write.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zip.h>

#include "base/lazy.h"
#include "cli/csar_write_tar.h"
#include "io/file.h"

#define ZIP_FUNCTIONS(X)                                                                                               \
    X(zipOpen64)                                                                                                       \
    X(zipOpenNewFileInZip4_64)                                                                                         \
    X(zipWriteInFileInZip)                                                                                             \
    X(zipCloseFileInZip)                                                                                               \
    X(zipClose)

static struct {
    ZIP_FUNCTIONS(LAZY_MEMBER)
} lib;
#define LAZY_LIB lib
static const struct lazy_symbol lib_symbols[] = {ZIP_FUNCTIONS(LAZY_SYMBOL)};

#define METHOD_DEFLATE  8
#define LEVEL           9
#define WINDOW_BITS     (-15)
#define MEMORY_LEVEL    8
#define MADE_BY_UNIX_20 (3 << 8 | 20)
#define NAMES_ARE_UTF8  (1 << 11)
#define FOLDER_1980     0x21 /* 1 January 1980, the first day that a zip knows: no time of ours is in it */
#define BLOCK           16384

struct csar_writer {
    char *path, *part;
    zipFile zip; /* one of the two */
    struct csar_tar_writer *tar;
};

static int trouble(const struct csar_writer *w, struct err *e)
{
    return err_errno(e, errno ? errno : EIO, "write '%s'", w->path);
}

static int zip_begin(struct csar_writer *w, struct err *e)
{
    int r = lazy_open("libminizip.so.1", lib_symbols, ARRAY_LEN(lib_symbols), e);
    if (r < 0)
        return r;
    errno = 0;
    w->zip = lib.zipOpen64(w->part, APPEND_STATUS_CREATE);
    return w->zip ? 0 : trouble(w, e);
}

int csar_writer_new(const char *path, struct csar_writer **ret, struct err *e)
{
    AUTO(csar_writer_freep)
    struct csar_writer *w = mem_alloc(sizeof(*w));
    w->path = mem_strdup(path);
    w->part = mem_printf("%s.part-%d", path, (int)getpid());
    int r = csar_tar_is_name(path) ? csar_tar_writer_new(path, w->part, &w->tar, e) : zip_begin(w, e);
    if (r < 0)
        return r;
    *ret = take_ptr(w);
    return 0;
}

static int member_begin(struct csar_writer *w, const char *name, mode_t mode, struct err *e)
{
    const zip_fileinfo info = {.dosDate = (uLong)FOLDER_1980 << 16, .external_fa = (uLong)(S_IFREG | mode) << 16};
    errno = 0;
    if (lib.zipOpenNewFileInZip4_64(w->zip, name, &info, NULL, 0, NULL, 0, NULL, METHOD_DEFLATE, LEVEL, 0, WINDOW_BITS,
                                    MEMORY_LEVEL, 0, NULL, 0, MADE_BY_UNIX_20, NAMES_ARE_UTF8, 0) != ZIP_OK)
        return trouble(w, e);
    return 0;
}

/* Ends the member that is being written; r: how that went. */
static int member_end(struct csar_writer *w, int r, struct err *e)
{
    return r == 0 && lib.zipCloseFileInZip(w->zip) != ZIP_OK ? trouble(w, e) : r;
}

int csar_writer_add(struct csar_writer *w, const char *name, mode_t mode, int fd, struct err *e)
{
    char block[BLOCK];
    struct stat st;
    if (w->tar)
        return fstat(fd, &st) < 0 ? err_errno(e, errno, "look at '%s'", name)
                                  : csar_tar_writer_add(w->tar, name, mode, fd, st.st_size, e);
    int r = member_begin(w, name, mode, e);
    for (ssize_t n = 1; r == 0 && n != 0;) {
        n = read(fd, block, sizeof(block));
        if (n < 0 && errno != EINTR)
            r = err_errno(e, errno, "read '%s'", name);
        else if (n > 0 && lib.zipWriteInFileInZip(w->zip, block, (unsigned)n) != ZIP_OK)
            r = trouble(w, e);
    }
    return member_end(w, r, e);
}

int csar_writer_add_text(struct csar_writer *w, const char *name, const char *text, struct err *e)
{
    if (w->tar)
        return csar_tar_writer_add_text(w->tar, name, text, e);
    int r = member_begin(w, name, 0644, e);
    if (r == 0 && lib.zipWriteInFileInZip(w->zip, text, (unsigned)strlen(text)) != ZIP_OK)
        r = trouble(w, e);
    return member_end(w, r, e);
}

int csar_writer_end(struct csar_writer *w, int64_t *ret_size, struct err *e)
{
    struct stat st;
    int r = w->tar ? csar_tar_writer_end(w->tar, e) : 0;
    if (r < 0)
        return r;
    errno = 0;
    int closed = w->tar ? ZIP_OK : lib.zipClose(take_ptr(w->zip), NULL);
    AUTO_CLOSE int fd = open(w->part, O_RDONLY | O_CLOEXEC);
    if (closed != ZIP_OK || fd < 0 || fsync(fd) < 0 || fstat(fd, &st) < 0 || rename(w->part, w->path) < 0)
        return trouble(w, e);
    *ret_size = st.st_size;
    free(take_ptr(w->part));
    return 0;
}

void csar_writer_free(struct csar_writer *w)
{
    if (!w)
        return;
    if (w->zip)
        lib.zipClose(w->zip, NULL);
    csar_tar_writer_free(w->tar);
    if (w->part)
        unlink(w->part);
    free(w->path);
    free(w->part);
    free(w);
}

void csar_writer_freep(struct csar_writer **w)
{
    csar_writer_free(*w);
    *w = NULL;
}
