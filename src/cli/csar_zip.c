// SPDX-License-Identifier: Apache-2.0
/* Reads zip archives with minizip, by their directory: every name, kind and size in it is looked at before any member
 * is read, and a member gives exactly the bytes that the directory says. */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>
#include <unzip.h>

#include "cli/csar.h"
#include "cli/csar_name.h"
#include "io/file.h"
#include "base/lazy.h"

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

#define NAME_ROOM  4096
#define RATIO_FREE (16LL << 20)
#define MADE_UNIX  3
#define FLAG_LOCK  0x1
#define STORED     0
#define DEFLATED   8
#define BLOCK      16384

struct csar {
    unzFile zip;
    struct csar_member *members;
    size_t n, named; /* folders that only others name are not counted in `named` */
    struct map by_path;
    int64_t packed, unpacked; /* bytes: of the archive, of all members so far */
};

/* ---- the directory ---- */

static struct csar_member *member_new(struct csar *c, char *path, bool folder)
{
    c->members = mem_push(c->members, c->n, sizeof(*c->members));
    c->members[c->n] = (struct csar_member){.path = path, .folder = folder};
    map_set(&c->by_path, path, (void *)(uintptr_t)(c->n + 1));
    return &c->members[c->n++];
}

/* The folders above a path. */
static int folders_add(struct csar *c, const char *path, struct err *e)
{
    for (const char *slash = strchr(path, '/'); slash; slash = strchr(slash + 1, '/')) {
        AUTO_FREE char *folder = mem_strndup(path, (size_t)(slash - path));
        const struct csar_member *there = csar_find(c, folder);
        if (there && !there->folder)
            return err_set(e, EBADMSG, "'%.200s' is a file, and the folder of others", folder);
        if (!there)
            member_new(c, take_ptr(folder), true);
    }
    return 0;
}

static int count_bytes(struct csar *c, uint64_t size, struct err *e)
{
    if (size > CSAR_BYTES_MAX || (c->unpacked += (int64_t)size) > CSAR_BYTES_MAX)
        return err_set(e, EBADMSG, "it unfolds to more than %lld bytes", CSAR_BYTES_MAX);
    if (c->unpacked > RATIO_FREE && c->unpacked / CSAR_RATIO_MAX > c->packed)
        return err_set(e, EBADMSG, "it unfolds to more than %d times its size", CSAR_RATIO_MAX);
    return 0;
}

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
    AUTO_FREE char *path = csar_name_clean(name, len, e);
    int r = path ? kind_check(info, path, folder, mode, e) : -EBADMSG;
    if (r == 0)
        r = folders_add(c, path, e);
    if (r == 0)
        r = count_bytes(c, folder ? 0 : info->uncompressed_size, e);
    if (r < 0)
        return r;
    const struct csar_member *there = csar_find(c, path);
    if (there && folder && there->folder)
        return 0;
    if (there)
        return err_set(e, EBADMSG, "'%.200s' is in it twice", path);
    unz64_file_pos at = {0};
    if (lib.unzGetFilePos64(c->zip, &at) != UNZ_OK)
        return err_set(e, EBADMSG, "its directory is damaged at '%.200s'", path);
    struct csar_member *m = member_new(c, take_ptr(path), folder);
    m->runs = !folder && (mode & 0111);
    m->size = folder ? 0 : (int64_t)info->uncompressed_size;
    m->at = at.pos_in_zip_directory;
    m->number = at.num_of_file;
    return 0;
}

static int member_look(struct csar *c, struct err *e)
{
    char name[NAME_ROOM] = "";
    unz_file_info64 info = {0};
    if (lib.unzGetCurrentFileInfo64(c->zip, &info, name, sizeof(name) - 1, NULL, 0, NULL, 0) != UNZ_OK)
        return err_set(e, EBADMSG, "it is no whole zip archive: its directory is damaged");
    if (++c->named > CSAR_MEMBERS_MAX)
        return err_set(e, EBADMSG, "it has more than %d members", CSAR_MEMBERS_MAX);
    size_t len = info.size_filename < sizeof(name) - 1 ? info.size_filename : sizeof(name) - 1;
    return member_add(c, &info, name, len, e);
}

static int directory_read(struct csar *c, struct err *e)
{
    int at = lib.unzGoToFirstFile(c->zip), r = 0;
    for (; at == UNZ_OK && r == 0; at = r == 0 ? lib.unzGoToNextFile(c->zip) : at)
        r = member_look(c, e);
    if (r == 0 && at != UNZ_END_OF_LIST_OF_FILE)
        r = err_set(e, EBADMSG, "it is no whole zip archive: its directory is damaged");
    return r == 0 && c->n == 0 ? err_set(e, EBADMSG, "it is empty") : r;
}

static int zip_open(int fd, struct csar *c, struct err *e)
{
    AUTO_FREE char *path = mem_printf("/proc/self/fd/%d", fd);
    struct stat st;
    int r = lazy_open("libminizip.so.1", lib_symbols, ARRAY_LEN(lib_symbols), e);
    if (r < 0)
        return r;
    if (fstat(fd, &st) < 0)
        return err_errno(e, errno, "look at it");
    c->packed = st.st_size;
    c->zip = lib.unzOpen64(path);
    return c->zip ? directory_read(c, e) : err_set(e, EBADMSG, "it is no whole zip archive");
}

int csar_open(int fd, const char *shown, struct csar **ret, struct diags *d)
{
    struct csar *c = mem_alloc(sizeof(*c));
    struct err e = {0};
    int r = zip_open(fd, c, &e);
    if (r == 0) {
        *ret = c;
        return 0;
    }
    diags_add(d, DIAG_ERROR, r == -EBADMSG ? "CSAR" : "IO", shown, 1, 1, "unpack '%s': %s", shown, err_text(&e));
    csar_close(c);
    return r;
}

void csar_close(struct csar *c)
{
    if (!c)
        return;
    if (c->zip)
        lib.unzClose(c->zip);
    for (size_t i = 0; i < c->n; i++)
        free(c->members[i].path);
    free(c->members);
    map_done(&c->by_path);
    free(c);
}

size_t csar_members(const struct csar *c, const struct csar_member **ret)
{
    *ret = c->members;
    return c->n;
}

const struct csar_member *csar_find(const struct csar *c, const char *path)
{
    uintptr_t i = (uintptr_t)map_get(&c->by_path, path);
    return i ? &c->members[i - 1] : NULL;
}

/* ---- members ---- */

static int damaged(const struct csar_member *m, struct err *e)
{
    return err_set(e, EBADMSG, "member '%.200s' of the archive is damaged", m->path);
}

/* Gives the member's bytes to `take`, block by block. */
static int member_unpack(struct csar *c, const struct csar_member *m, int (*take)(void *, const char *, size_t),
                         void *data, struct err *e)
{
    char block[BLOCK];
    const unz64_file_pos at = {.pos_in_zip_directory = m->at, .num_of_file = m->number};
    if (lib.unzGoToFilePos64(c->zip, &at) != UNZ_OK || lib.unzOpenCurrentFile(c->zip) != UNZ_OK)
        return damaged(m, e);
    int64_t left = m->size;
    int n, r = 0;
    while (r == 0 && (n = lib.unzReadCurrentFile(c->zip, block, sizeof(block))) > 0) {
        r = n <= left ? take(data, block, (size_t)n) : -EBADMSG;
        left -= n;
    }
    bool whole = n == 0 && left == 0;
    if (lib.unzCloseCurrentFile(c->zip) != UNZ_OK) /* the check sum */
        whole = false;
    if (r < 0 && r != -EBADMSG)
        return err_errno(e, -r, "unpack '%.200s'", m->path);
    return whole ? 0 : damaged(m, e);
}

static int file_member(const struct csar *c, const char *path, const struct csar_member **ret, struct err *e)
{
    *ret = csar_find(c, path);
    if (!*ret)
        return -ENOENT;
    return (*ret)->folder ? err_set(e, EISDIR, "'%.200s' is a folder of the archive", path) : 0;
}

static int take_text(void *data, const char *block, size_t n)
{
    buf_add(data, block, n);
    return 0;
}

int csar_read(struct csar *c, const char *path, size_t max, char **ret, size_t *ret_len, struct err *e)
{
    const struct csar_member *m;
    AUTO_BUF struct buf text = {0};
    int r = file_member(c, path, &m, e);
    if (r == 0 && (uint64_t)m->size > max)
        r = err_set(e, EFBIG, "'%.200s' has %lld bytes; at most %zu are taken", path, (long long)m->size, max);
    if (r == 0)
        r = member_unpack(c, m, take_text, &text, e);
    if (r < 0)
        return r;
    *ret_len = text.len;
    *ret = buf_take(&text);
    return 0;
}

static int take_bytes(void *data, const char *block, size_t n)
{
    return file_write_fd(*(int *)data, block, n);
}

int csar_fd(struct csar *c, const char *path, struct err *e)
{
    const struct csar_member *m;
    int r = file_member(c, path, &m, e);
    if (r == -ENOENT)
        r = err_set(e, ENOENT, "'%.200s' is not in the archive", path);
    if (r < 0)
        return r;
    AUTO_CLOSE int fd = memfd_create("sedge-csar", MFD_CLOEXEC);
    if (fd < 0)
        return err_errno(e, errno, "unpack '%.200s'", path);
    r = member_unpack(c, m, take_bytes, &fd, e);
    if (r == 0 && lseek(fd, 0, SEEK_SET) < 0)
        r = err_errno(e, errno, "unpack '%.200s'", path);
    return r < 0 ? r : take_fd(&fd);
}
