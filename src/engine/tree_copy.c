// SPDX-License-Identifier: Apache-2.0
/* Copying a tree by descriptors: each step opens one name below an open folder and follows no link. */
#include "engine/tree_copy.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "io/file.h"

#define DEPTH_MOST 64
#define COPY_STEP  (1U << 20)

struct copy {
    dev_t dev;
    struct err *e;
};

static int copy_attributes(int from, int to)
{
    char names[4096], value[4096];
    ssize_t n = flistxattr(from, names, sizeof(names));
    for (const char *name = names; n > 0 && name < names + n; name += strlen(name) + 1) {
        ssize_t len = fgetxattr(from, name, value, sizeof(value));
        if (len >= 0 && fsetxattr(to, name, value, (size_t)len, 0) < 0 && errno != ENOTSUP && errno != EPERM)
            return -errno;
    }
    return 0;
}

/* Owner first: changing it takes set-id bits and capabilities away. */
static int copy_meta(int from, int to, const struct stat *st)
{
    const struct timespec times[2] = {st->st_atim, st->st_mtim};
    if (fchown(to, st->st_uid, st->st_gid) < 0 || fchmod(to, st->st_mode & 07777) < 0)
        return -errno;
    int r = copy_attributes(from, to);
    return r < 0 ? r : futimens(to, times) < 0 ? -errno : 0;
}

static int copy_bytes(int from, int to)
{
    for (;;) {
        ssize_t n = copy_file_range(from, NULL, to, NULL, COPY_STEP, 0);
        if (n == 0)
            return 0;
        if (n < 0 && (errno == EXDEV || errno == EINVAL || errno == ENOSYS || errno == EOPNOTSUPP))
            break;
        if (n < 0 && errno != EINTR)
            return -errno;
    }
    char data[16384];
    ssize_t n;
    while ((n = read(from, data, sizeof(data))) > 0) {
        int r = file_write_fd(to, data, (size_t)n);
        if (r < 0)
            return r;
    }
    return n < 0 ? -errno : 0;
}

static int copy_file(int from_dir, int to_dir, const char *name, const struct stat *st)
{
    AUTO_CLOSE int from = openat(from_dir, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
    if (from < 0)
        return -errno;
    AUTO_CLOSE int to = openat(to_dir, name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
    if (to < 0)
        return -errno;
    int r = copy_bytes(from, to);
    return r < 0 ? r : copy_meta(from, to, st);
}

static int copy_link(int from_dir, int to_dir, const char *name, const struct stat *st)
{
    char text[PATH_MAX];
    ssize_t n = readlinkat(from_dir, name, text, sizeof(text) - 1);
    if (n < 0)
        return -errno;
    text[n] = '\0';
    if (symlinkat(text, to_dir, name) < 0 || fchownat(to_dir, name, st->st_uid, st->st_gid, AT_SYMLINK_NOFOLLOW) < 0)
        return -errno;
    return 0;
}

static int copy_special(int to_dir, const char *name, const struct stat *st)
{
    if (mknodat(to_dir, name, st->st_mode, st->st_rdev) < 0 ||
        fchownat(to_dir, name, st->st_uid, st->st_gid, AT_SYMLINK_NOFOLLOW) < 0 ||
        fchmodat(to_dir, name, st->st_mode & 07777, 0) < 0)
        return -errno;
    return 0;
}

static int copy_folder(struct copy *c, int from, int to, int depth);

static int copy_subfolder(struct copy *c, int from_dir, int to_dir, const char *name, const struct stat *st, int depth)
{
    if (st->st_dev != c->dev)
        return 0;
    if (depth >= DEPTH_MOST)
        return -ELOOP;
    AUTO_CLOSE int from = openat(from_dir, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (from < 0 || mkdirat(to_dir, name, 0700) < 0)
        return -errno;
    AUTO_CLOSE int to = openat(to_dir, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    return to < 0 ? -errno : copy_folder(c, from, to, depth + 1);
}

static int copy_entry(struct copy *c, int from, int to, const char *name, int depth)
{
    struct stat st;
    if (fstatat(from, name, &st, AT_SYMLINK_NOFOLLOW) < 0)
        return -errno;
    switch (st.st_mode & S_IFMT) {
    case S_IFDIR:
        return copy_subfolder(c, from, to, name, &st, depth);
    case S_IFREG:
        return copy_file(from, to, name, &st);
    case S_IFLNK:
        return copy_link(from, to, name, &st);
    case S_IFSOCK:
        return 0;
    default:
        return copy_special(to, name, &st);
    }
}

/* Owns neither descriptor. The folder's own mode and times come last: what is made inside would change them. */
static int copy_folder(struct copy *c, int from, int to, int depth)
{
    struct stat st;
    int again = openat(from, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    DIR *dir = again < 0 ? NULL : fdopendir(again);
    if (!dir || fstat(from, &st) < 0) {
        int r = -errno;
        if (dir)
            closedir(dir);
        return r;
    }
    int r = 0;
    const struct dirent *entry;
    while (r == 0 && (entry = readdir(dir)) != NULL) {
        if (str_eq(entry->d_name, ".") || str_eq(entry->d_name, ".."))
            continue;
        r = copy_entry(c, from, to, entry->d_name, depth);
        if (r < 0 && c->e && c->e->code == 0)
            err_errno(c->e, -r, "copy %s", entry->d_name);
    }
    closedir(dir);
    return r < 0 ? r : copy_meta(from, to, &st);
}

int tree_copy(int from_fd, const char *to, struct err *e)
{
    AUTO_CLOSE int to_fd = open(to, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    struct stat st;
    if (to_fd < 0 || fstat(from_fd, &st) < 0)
        return err_errno(e, errno, "copy to %s", to);
    struct err inner = {0};
    struct copy c = {.dev = st.st_dev, .e = &inner};
    int r = copy_folder(&c, from_fd, to_fd, 0);
    return r < 0 ? err_set(e, -r, "copy to %s: %s", to, err_text(&inner)) : 0;
}
