// SPDX-License-Identifier: Apache-2.0
/* Unpacks zip archives with libarchive: names are checked before anything is made, and every byte is counted. */
#include <archive.h>
#include <archive_entry.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli/csar.h"
#include "io/file.h"
#include "io/lazy.h"

#define ARCHIVE_FUNCTIONS(X)                                                                                           \
    X(archive_read_new)                                                                                                \
    X(archive_read_free)                                                                                               \
    X(archive_read_open_fd)                                                                                            \
    X(archive_read_support_format_zip)                                                                                 \
    X(archive_read_next_header)                                                                                        \
    X(archive_read_data)                                                                                               \
    X(archive_error_string)                                                                                            \
    X(archive_entry_pathname)                                                                                          \
    X(archive_entry_pathname_utf8)                                                                                     \
    X(archive_entry_filetype)                                                                                          \
    X(archive_entry_hardlink)                                                                                          \
    X(archive_entry_perm)

static struct {
    ARCHIVE_FUNCTIONS(LAZY_MEMBER)
} lib;
#define LAZY_LIB lib
static const struct lazy_symbol lib_symbols[] = {ARCHIVE_FUNCTIONS(LAZY_SYMBOL)};

#define PATH_MAX_BYTES 1024
#define RATIO_FREE     (16LL << 20)

struct unpacking {
    const char *shown;
    struct diags *d;
    struct archive *a;
    int folder_fd;
    int64_t packed, unpacked; /* bytes */
    int members;
    struct map seen; /* clean paths of files and folders: -> "f" or "d" */
};

static void reader_free(struct archive **a)
{
    if (*a)
        lib.archive_read_free(*a);
}

/* A fault of the archive itself: always -EBADMSG. */
__attribute__((format(printf, 2, 3))) static int bad(const struct unpacking *u, const char *fmt, ...)
{
    char text[600];
    va_list ap;
    va_start(ap, fmt);
    vsnprintf(text, sizeof(text), fmt, ap);
    va_end(ap);
    diags_add(u->d, DIAG_ERROR, "CSAR", u->shown, 1, 1, "unpack '%s': %s", u->shown, text);
    return -EBADMSG;
}

static int broken(const struct unpacking *u)
{
    const char *why = lib.archive_error_string(u->a);
    return bad(u, "it is no whole zip archive (%s)", why ? why : "no reason given");
}

/* The machine failed us, not the archive. */
static int trouble(const struct unpacking *u, int r, const char *path)
{
    diags_add(u->d, DIAG_ERROR, "IO", u->shown, 1, 1, "unpack '%s': write '%s': %s", u->shown, path, strerror(-r));
    return r;
}

static bool has_control(const char *s)
{
    for (; *s; s++)
        if ((unsigned char)*s < 0x20 || *s == 0x7f || *s == '\\')
            return true;
    return false;
}

/* The member's path without a slash at its end; NULL (told) when it is not clean. */
static char *member_path(const struct unpacking *u, struct archive_entry *entry)
{
    const char *name = lib.archive_entry_pathname_utf8(entry);
    name = name ? name : lib.archive_entry_pathname(entry);
    if (!name || !str_is_utf8(name, strlen(name)) || has_control(name)) {
        bad(u, "a member has a name that is not plain UTF-8 text with '/' between its parts");
        return NULL;
    }
    size_t len = strlen(name);
    while (len > 1 && name[len - 1] == '/')
        len--;
    AUTO_FREE char *path = mem_strndup(name, len);
    AUTO_FREE char *clean = file_clean_relative(path);
    if (!clean || !*clean || !str_eq(clean, path) || len > PATH_MAX_BYTES) {
        bad(u, "member '%.200s' has a name that is absolute, leads elsewhere or is too long", name);
        return NULL;
    }
    return take_ptr(clean);
}

/* Makes the folder of a path and those above it. -ENOTDIR (told) where a file stands. */
static int folder_make(struct unpacking *u, const char *path)
{
    AUTO_FREE char *part = mem_strdup(path);
    for (char *slash = strchr(part, '/');; slash = strchr(slash + 1, '/')) {
        if (slash)
            *slash = '\0';
        const char *there = map_get(&u->seen, part);
        if (there && *there == 'f')
            return bad(u, "'%.200s' is a file, and the folder of others", part);
        if (!there && mkdirat(u->folder_fd, part, 0700) < 0)
            return trouble(u, -errno, part);
        map_set(&u->seen, part, (void *)(uintptr_t) "d");
        if (!slash)
            return 0;
        *slash = '/';
    }
}

static int count_bytes(struct unpacking *u, la_ssize_t n)
{
    u->unpacked += n;
    if (u->unpacked > CSAR_BYTES_MAX)
        return bad(u, "it unfolds to more than %lld bytes", CSAR_BYTES_MAX);
    if (u->unpacked > RATIO_FREE && u->unpacked / CSAR_RATIO_MAX > u->packed)
        return bad(u, "it unfolds to more than %d times its size", CSAR_RATIO_MAX);
    return 0;
}

static int file_fill(struct unpacking *u, int fd, const char *path)
{
    char block[16384];
    for (;;) {
        la_ssize_t n = lib.archive_read_data(u->a, block, sizeof(block));
        if (n < 0)
            return broken(u);
        if (n == 0)
            return 0;
        int r = count_bytes(u, n);
        if (r < 0)
            return r;
        r = file_write_fd(fd, block, (size_t)n);
        if (r < 0)
            return trouble(u, r, path);
    }
}

static int file_make(struct unpacking *u, struct archive_entry *entry, const char *path)
{
    const char *slash = strrchr(path, '/');
    AUTO_FREE char *folder = mem_strndup(path, slash ? (size_t)(slash - path) : 0);
    if (map_has(&u->seen, path))
        return bad(u, "'%.200s' is in it twice", path);
    int r = slash ? folder_make(u, folder) : 0;
    if (r < 0)
        return r;
    map_set(&u->seen, path, (void *)(uintptr_t) "f");
    mode_t mode = lib.archive_entry_perm(entry) & 0111 ? 0700 : 0600;
    AUTO_CLOSE int fd = openat(u->folder_fd, path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, mode);
    return fd < 0 ? trouble(u, -errno, path) : file_fill(u, fd, path);
}

static int member_take(struct unpacking *u, struct archive_entry *entry)
{
    if (++u->members > CSAR_MEMBERS_MAX)
        return bad(u, "it has more than %d members", CSAR_MEMBERS_MAX);
    AUTO_FREE char *path = member_path(u, entry);
    if (!path)
        return -EBADMSG;
    mode_t type = lib.archive_entry_filetype(entry);
    if (type == AE_IFDIR)
        return folder_make(u, path);
    if (type != AE_IFREG || lib.archive_entry_hardlink(entry))
        return bad(u, "member '%.200s' is neither a file nor a folder; links are not taken", path);
    return file_make(u, entry, path);
}

static int unpack_all(struct unpacking *u, int fd)
{
    if (lib.archive_read_support_format_zip(u->a) != ARCHIVE_OK)
        return bad(u, "this machine's libarchive reads no zip archives");
    if (lib.archive_read_open_fd(u->a, fd, 65536) != ARCHIVE_OK)
        return broken(u);
    for (;;) {
        struct archive_entry *entry;
        int got = lib.archive_read_next_header(u->a, &entry);
        if (got == ARCHIVE_EOF)
            return u->members ? 0 : bad(u, "it is empty");
        /* A warning is about a name in another code: the name itself is checked. */
        int r = got == ARCHIVE_OK || got == ARCHIVE_WARN ? member_take(u, entry) : broken(u);
        if (r < 0)
            return r;
    }
}

int csar_unpack(int fd, int folder_fd, const char *shown, struct diags *d)
{
    struct err e = {0};
    struct stat st;
    int r = lazy_open("libarchive.so.13", lib_symbols, ARRAY_LEN(lib_symbols), &e);
    if (r == 0 && fstat(fd, &st) < 0)
        r = err_errno(&e, errno, "look at it");
    if (r < 0) {
        diags_add(d, DIAG_ERROR, "IO", shown, 1, 1, "unpack '%s': %s", shown, err_text(&e));
        return r;
    }
    AUTO(reader_free)
    struct archive *a = lib.archive_read_new();
    struct unpacking u = {.shown = shown, .d = d, .a = a, .folder_fd = folder_fd, .packed = st.st_size};
    r = a ? unpack_all(&u, fd) : trouble(&u, -ENOMEM, shown);
    map_done(&u.seen);
    return r;
}
