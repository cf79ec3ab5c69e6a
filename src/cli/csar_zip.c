// SPDX-License-Identifier: Apache-2.0
/* Reads zip archives with minizip, by their directory: every name, kind and size in it is looked at before any member
 * is read, and a member gives exactly the bytes that the directory says. */
#include <errno.h>
#include <sys/stat.h>
#include <unzip.h>

#include "base/lazy.h"
#include "cli/csar_name.h"
#include "cli/csar_private.h"

#define ZIP_FUNCTIONS(X)                                                                                               \
    X(unzOpen64)                                                                                                       \
    X(unzClose)                                                                                                        \
    X(unzGoToFirstFile)                                                                                                \
    X(unzGoToNextFile)                                                                                                 \
    X(unzGetCurrentFileInfo64)                                                                                         \
    X(unzGetFilePos64)                                                                                                 \
    X(unzGoToFilePos64)                                                                                                \
    X(unzOpenCurrentFile)                                                                                              \
    X(unzReadCurrentFile)                                                                                              \
    X(unzCloseCurrentFile)

static struct {
    ZIP_FUNCTIONS(LAZY_MEMBER)
} lib;
#define LAZY_LIB lib
static const struct lazy_symbol lib_symbols[] = {ZIP_FUNCTIONS(LAZY_SYMBOL)};

#define NAME_ROOM 4096
#define MADE_UNIX 3
#define FLAG_LOCK 0x1
#define STORED    0
#define DEFLATED  8
#define BLOCK     16384

/* ---- the directory ---- */

/* A file or a folder, and of a kind that can be read? */
static int kind_check(const unz_file_info64 *info, const char *path, bool folder, mode_t mode, struct err *e)
{
    mode_t type = mode & S_IFMT;
    if (type && type != (folder ? S_IFDIR : S_IFREG))
        return err_set(e, EBADMSG, "member '%.200s' is neither a file nor a folder; links are not taken", path);
    if (info->flag & FLAG_LOCK)
        return err_set(e, EBADMSG, "member '%.200s' is encrypted", path);
    if (info->compression_method != STORED && info->compression_method != DEFLATED)
        return err_set(e, EBADMSG, "member '%.200s' is packed by method %lu; stored and deflated ones are read", path,
                       info->compression_method);
    return 0;
}

static int member_add(struct csar *c, const unz_file_info64 *info, const char *name, size_t len, struct err *e)
{
    mode_t mode = info->version >> 8 == MADE_UNIX ? (mode_t)(info->external_fa >> 16) : 0;
    bool folder = (len > 0 && name[len - 1] == '/') || S_ISDIR(mode);
    unz64_file_pos at = {0};
    AUTO_FREE char *path = csar_name_clean(name, len, e);
    int r = path ? kind_check(info, path, folder, mode, e) : -EBADMSG;
    if (r == 0 && lib.unzGetFilePos64(c->zip, &at) != UNZ_OK)
        r = err_set(e, EBADMSG, "its directory is damaged at '%.200s'", path);
    if (r < 0)
        return r;
    const struct csar_member m = {
        .path = path,
        .folder = folder,
        .runs = !folder && (mode & 0111),
        .size = folder                                          ? 0
                : info->uncompressed_size > (uint64_t)INT64_MAX ? INT64_MAX
                                                                : (int64_t)info->uncompressed_size,
        .at = at.pos_in_zip_directory,
        .number = at.num_of_file,
    };
    return csar_add(c, &m, e);
}

static int member_look(struct csar *c, struct err *e)
{
    char name[NAME_ROOM] = "";
    unz_file_info64 info = {0};
    if (lib.unzGetCurrentFileInfo64(c->zip, &info, name, sizeof(name) - 1, NULL, 0, NULL, 0) != UNZ_OK)
        return err_set(e, EBADMSG, "it is no whole zip archive: its directory is damaged");
    size_t len = info.size_filename < sizeof(name) - 1 ? info.size_filename : sizeof(name) - 1;
    int r = csar_count(c, e);
    return r < 0 ? r : member_add(c, &info, name, len, e);
}

static int directory_read(struct csar *c, struct err *e)
{
    int at = lib.unzGoToFirstFile(c->zip), r = 0;
    for (; at == UNZ_OK && r == 0; at = r == 0 ? lib.unzGoToNextFile(c->zip) : at)
        r = member_look(c, e);
    if (r == 0 && at != UNZ_END_OF_LIST_OF_FILE)
        r = err_set(e, EBADMSG, "it is no whole zip archive: its directory is damaged");
    return r;
}

/* ---- members ---- */

static int zip_unpack(struct csar *c, const struct csar_member *m, int (*take)(void *, const char *, size_t),
                      void *data)
{
    char block[BLOCK];
    const unz64_file_pos at = {.pos_in_zip_directory = m->at, .num_of_file = m->number};
    if (lib.unzGoToFilePos64(c->zip, &at) != UNZ_OK || lib.unzOpenCurrentFile(c->zip) != UNZ_OK)
        return -EBADMSG;
    int64_t left = m->size;
    int n, r = 0;
    while (r == 0 && (n = lib.unzReadCurrentFile(c->zip, block, sizeof(block))) > 0) {
        r = n <= left ? take(data, block, (size_t)n) : -EBADMSG;
        left -= n;
    }
    bool whole = n == 0 && left == 0;
    if (lib.unzCloseCurrentFile(c->zip) != UNZ_OK) /* the check sum */
        whole = false;
    return r < 0 ? r : whole ? 0 : -EBADMSG;
}

static void zip_close(struct csar *c)
{
    lib.unzClose(c->zip);
}

int csar_zip_open(struct csar *c, int fd, struct err *e)
{
    static const struct csar_kind kind = {zip_unpack, zip_close};
    AUTO_FREE char *path = mem_printf("/proc/self/fd/%d", fd);
    int r = lazy_open("libminizip.so.1", lib_symbols, ARRAY_LEN(lib_symbols), e);
    if (r < 0)
        return r;
    c->zip = lib.unzOpen64(path);
    if (!c->zip)
        return err_set(e, EBADMSG, "it is no whole zip archive");
    c->kind = &kind;
    return directory_read(c, e);
}
