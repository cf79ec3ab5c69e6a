// SPDX-License-Identifier: Apache-2.0
/* Whole reads with a limit, writes that survive a power cut, names, locks; trees are removed in file_tree.c. */
#include "io/file.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/statvfs.h>
#include <unistd.h>

#define READ_STEP       4096
#define TEMPORARY_TRIES 16
#define MARK_LEN        8 /* of a temporary's name behind that of its file */

/* One read(2) that is not broken by signals. */
static ssize_t read_some(int fd, void *data, size_t len)
{
    ssize_t n;
    do
        n = read(fd, data, len);
    while (n < 0 && errno == EINTR);
    return n < 0 ? -errno : n;
}

/* How much to make room for at first: what fstat promises (0 for /proc and pipes), never more than the limit. */
static size_t first_room(int fd, size_t max)
{
    struct stat st;
    if (fstat(fd, &st) == 0 && S_ISREG(st.st_mode) && st.st_size > 0 && (uint64_t)st.st_size <= max)
        return (size_t)st.st_size + 1;
    return max < READ_STEP ? max + 1 : READ_STEP;
}

int file_read_fd(int fd, size_t max, char **ret, size_t *ret_len, struct err *e)
{
    AUTO_BUF struct buf text = {0};
    size_t room = first_room(fd, max);
    for (;;) {
        char *to = buf_room(&text, room);
        ssize_t n = read_some(fd, to, room);
        if (n < 0)
            return err_errno(e, (int)-n, "read");
        if (n == 0)
            break;
        text.len += (size_t)n;
        text.data[text.len] = '\0';
        if (text.len > max)
            return err_set(e, EFBIG, "larger than the limit of %zu bytes", max);
        room = READ_STEP > text.len ? READ_STEP : text.len;
        if (room > max - text.len + 1)
            room = max - text.len + 1;
    }
    if (ret_len)
        *ret_len = text.len;
    *ret = buf_take(&text);
    return 0;
}

int file_read_at(int dirfd, const char *path, size_t max, char **ret, size_t *ret_len, struct err *e)
{
    AUTO_CLOSE int fd = openat(dirfd, path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
    if (fd < 0)
        return err_errno(e, errno, "open %s", path);
    return err_wrap(e, file_read_fd(fd, max, ret, ret_len, e), "%s", path);
}

int file_read(const char *path, size_t max, char **ret, size_t *ret_len, struct err *e)
{
    return file_read_at(AT_FDCWD, path, max, ret, ret_len, e);
}

int file_read_seen(const char *path, size_t max, char **ret, size_t *ret_len, struct stat *ret_seen, struct err *e)
{
    AUTO_CLOSE int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
    if (fd < 0 || fstat(fd, ret_seen) < 0)
        return err_errno(e, errno, "open %s", path);
    if (S_ISDIR(ret_seen->st_mode))
        return err_errno(e, EISDIR, "read %s", path);
    if (!S_ISREG(ret_seen->st_mode))
        return err_set(e, EINVAL, "%s is no regular file", path);
    return err_wrap(e, file_read_fd(fd, max, ret, ret_len, e), "%s", path);
}

int file_write_fd(int fd, const void *data, size_t len)
{
    const char *p = data;
    while (len > 0) {
        ssize_t n = write(fd, p, len);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return -errno;
        p += n;
        len -= (size_t)n;
    }
    return 0;
}

/* The folder part of a path, for the fsync after a rename. */
static char *parent_of(const char *path)
{
    const char *slash = strrchr(path, '/');
    if (!slash)
        return mem_strdup(".");
    return slash == path ? mem_strdup("/") : mem_strndup(path, (size_t)(slash - path));
}

int file_fsync_dir(const char *path, struct err *e)
{
    AUTO_CLOSE int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0)
        return err_errno(e, errno, "open folder %s", path);
    if (fsync(fd) < 0)
        return err_errno(e, errno, "fsync folder %s", path);
    return 0;
}

/* Makes a new file beside `path`, with a dot in front so that readers of the folder pass it over. */
static int temporary_beside(const char *path, char **ret, struct err *e)
{
    AUTO_FREE char *dir = parent_of(path);
    const char *slash = strrchr(path, '/');
    for (int i = 0; i < TEMPORARY_TRIES; i++) {
        char mark[MARK_LEN + 1];
        str_random(mark, sizeof(mark) - 1);
        AUTO_FREE char *name = mem_printf("%s/.%s.%s", dir, slash ? slash + 1 : path, mark);
        int fd = open(name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
        if (fd >= 0) {
            *ret = take_ptr(name);
            return fd;
        }
        if (errno != EEXIST)
            return err_errno(e, errno, "make a file in %s", dir);
    }
    return err_set(e, EEXIST, "make a file in %s: every name tried was taken", dir);
}

void file_drop_temporaries(const char *path)
{
    AUTO_STRV struct strv names = {0};
    AUTO_FREE char *dir = parent_of(path), *start = NULL;
    const char *slash = strrchr(path, '/');
    start = mem_printf(".%s.", slash ? slash + 1 : path);
    if (file_list(dir, &names, NULL) < 0)
        return;
    for (size_t i = 0; i < names.n; i++) {
        if (!str_starts(names.v[i], start) || strlen(names.v[i]) != strlen(start) + MARK_LEN)
            continue;
        AUTO_FREE char *name = file_join(dir, names.v[i]);
        unlink(name);
    }
}

/* What a new file is to be: a mode, or mode and owner of one that was seen and still has to be there. */
struct becoming {
    mode_t mode;
    bool durable;
    const struct stat *seen; /* or NULL */
};

static int fill(int fd, const void *data, size_t len, const struct becoming *to, const char **ret_what)
{
    *ret_what = "write";
    int r = file_write_fd(fd, data, len);
    if (r < 0)
        return r;
    *ret_what = "keep the owner of";
    struct stat st;
    if (to->seen && fstat(fd, &st) == 0 && (st.st_uid != to->seen->st_uid || st.st_gid != to->seen->st_gid) &&
        fchown(fd, to->seen->st_uid, to->seen->st_gid) < 0)
        return -errno;
    *ret_what = "set the mode of";
    if (fchmod(fd, to->mode) < 0)
        return -errno;
    *ret_what = "fsync";
    return to->durable && fsync(fd) < 0 ? -errno : 0;
}

static bool same_file(const struct stat *a, const struct stat *b)
{
    return a->st_dev == b->st_dev && a->st_ino == b->st_ino && a->st_size == b->st_size &&
           a->st_mtim.tv_sec == b->st_mtim.tv_sec && a->st_mtim.tv_nsec == b->st_mtim.tv_nsec;
}

static int put_in_place(const char *temporary, const char *path, const struct stat *seen, const char **ret_what)
{
    struct stat now;
    *ret_what = "look again at";
    if (seen && stat(path, &now) < 0)
        return -errno;
    *ret_what = "someone changed it meanwhile: replace";
    if (seen && !same_file(seen, &now))
        return -EAGAIN;
    *ret_what = "rename into place";
    return rename(temporary, path) < 0 ? -errno : 0;
}

static int replace(const char *path, const void *data, size_t len, const struct becoming *to, struct err *e)
{
    AUTO_FREE char *temporary = NULL;
    AUTO_CLOSE int fd = temporary_beside(path, &temporary, e);
    if (fd < 0)
        return err_wrap(e, fd, "write %s", path);
    const char *what;
    int r = fill(fd, data, len, to, &what);
    if (r == 0)
        r = put_in_place(temporary, path, to->seen, &what);
    if (r < 0) {
        unlink(temporary);
        return err_errno(e, -r, "%s %s", what, path);
    }
    if (!to->durable)
        return 0;
    AUTO_FREE char *dir = parent_of(path);
    return file_fsync_dir(dir, e);
}

int file_write(const char *path, const void *data, size_t len, mode_t mode, struct err *e)
{
    return replace(path, data, len, &(struct becoming){.mode = mode, .durable = true}, e);
}

int file_write_fast(const char *path, const void *data, size_t len, mode_t mode, struct err *e)
{
    return replace(path, data, len, &(struct becoming){.mode = mode}, e);
}

int file_rewrite(const char *path, const void *data, size_t len, const struct stat *seen, struct err *e)
{
    AUTO_FREE char *real = realpath(path, NULL);
    if (!real)
        return err_errno(e, errno, "find %s", path);
    return replace(real, data, len, &(struct becoming){.mode = seen->st_mode & 07777, .durable = true, .seen = seen},
                   e);
}

static int make_one(const char *path, mode_t mode, struct err *e)
{
    struct stat st;
    if (mkdir(path, mode) == 0)
        return 0;
    int code = errno;
    /* EROFS and EACCES come before EEXIST on some file systems: what counts is whether it is there. */
    if (stat(path, &st) == 0)
        return S_ISDIR(st.st_mode) ? 0 : err_errno(e, ENOTDIR, "make folder %s", path);
    return err_errno(e, code, "make folder %s", path);
}

int file_mkdirs(const char *path, mode_t mode, struct err *e)
{
    AUTO_FREE char *p = mem_strdup(path);
    for (char *s = p; *s; s++) {
        if (*s != '/' || s == p || s[-1] == '/')
            continue;
        *s = '\0';
        int r = make_one(p, mode, e);
        if (r < 0)
            return r;
        *s = '/';
    }
    return make_one(p, mode, e);
}

bool file_exists(const char *path)
{
    struct stat st;
    return lstat(path, &st) == 0;
}

int file_list(const char *path, struct strv *ret, struct err *e)
{
    DIR *dir = opendir(path);
    if (!dir)
        return err_errno(e, errno, "list folder %s", path);
    AUTO_STRV struct strv names = {0};
    const struct dirent *entry;
    errno = 0;
    while ((entry = readdir(dir)) != NULL) {
        if (!str_eq(entry->d_name, ".") && !str_eq(entry->d_name, ".."))
            strv_add(&names, entry->d_name);
        errno = 0;
    }
    int code = errno;
    closedir(dir);
    if (code != 0)
        return err_errno(e, code, "list folder %s", path);
    strv_sort(&names);
    strv_copy(ret, &names);
    return 0;
}

char *file_join(const char *a, const char *b)
{
    size_t len = strlen(a);
    while (len > 0 && a[len - 1] == '/')
        len--;
    while (*b == '/')
        b++;
    return mem_printf("%.*s/%s", (int)len, a, b);
}

/* Puts one part of a path behind `to`, or takes one off for "..". False when it would leave the root. */
static bool clean_part(struct buf *to, const char *part, size_t len)
{
    if (len == 0 || (len == 1 && part[0] == '.'))
        return true;
    if (len == 2 && part[0] == '.' && part[1] == '.') {
        if (to->len == 0)
            return false;
        const char *slash = memrchr(to->data, '/', to->len);
        to->len = slash ? (size_t)(slash - to->data) : 0;
        to->data[to->len] = '\0';
        return true;
    }
    if (to->len > 0)
        buf_addc(to, '/');
    buf_add(to, part, len);
    return true;
}

char *file_clean_relative(const char *path)
{
    AUTO_BUF struct buf clean = {0};
    if (*path == '/')
        return NULL;
    for (const char *p = path;;) {
        size_t len = strcspn(p, "/");
        if (!clean_part(&clean, p, len))
            return NULL;
        if (p[len] == '\0')
            return buf_take(&clean);
        p += len + 1;
    }
}

int file_lock(const char *path, int *ret_fd, struct err *e)
{
    AUTO_CLOSE int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (fd < 0)
        return err_errno(e, errno, "open lock %s", path);
    while (flock(fd, LOCK_EX | LOCK_NB) < 0) {
        if (errno == EINTR)
            continue;
        if (errno == EWOULDBLOCK)
            return err_set(e, EAGAIN, "lock %s: another process holds it; wait for it, or stop it first", path);
        return err_errno(e, errno, "lock %s", path);
    }
    *ret_fd = take_fd(&fd);
    return 0;
}

int64_t file_free_bytes(const char *path)
{
    struct statvfs st;
    if (statvfs(path, &st) < 0)
        return -errno;
    uint64_t bytes;
    if (__builtin_mul_overflow((uint64_t)st.f_bavail, (uint64_t)st.f_frsize, &bytes) || bytes > INT64_MAX)
        return INT64_MAX;
    return (int64_t)bytes;
}
