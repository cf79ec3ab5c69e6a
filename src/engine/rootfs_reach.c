// SPDX-License-Identifier: Apache-2.0
/* Opening and making files inside a container's root: the kernel resolves each path as if the root were "/" (openat2,
 * RESOLVE_IN_ROOT), so that no link of an image leads outside. */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/openat2.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "engine/rootfs_private.h"
#include "io/file.h"

#define LINKS_MOST 8 /* dangling links on the way to one target: each is one level of recursion */

static int open_in(int root_fd, const char *path, uint64_t flags)
{
    struct open_how how = {.flags = flags | O_CLOEXEC, .resolve = RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS};
    long fd;
    do
        fd = syscall(SYS_openat2, root_fd, path, &how, sizeof(how));
    while (fd < 0 && (errno == EINTR || errno == EAGAIN));
    return fd < 0 ? -errno : (int)fd;
}

int rootfs_open_file(const char *rootfs, const char *path)
{
    AUTO_CLOSE int root_fd = open(rootfs, O_PATH | O_DIRECTORY | O_CLOEXEC);
    if (root_fd < 0)
        return -errno;
    /* O_NONBLOCK: an image may have put a FIFO there, on which a plain open would wait for ever. */
    AUTO_CLOSE int fd = open_in(root_fd, path, O_RDONLY | O_NONBLOCK | O_NOCTTY);
    if (fd < 0)
        return fd;
    struct stat st;
    if (fstat(fd, &st) < 0)
        return -errno;
    if (!S_ISREG(st.st_mode))
        return S_ISDIR(st.st_mode) ? -EISDIR : -EINVAL;
    return take_fd(&fd);
}

int rootfs_open_folder(const char *rootfs, const char *path)
{
    AUTO_CLOSE int root_fd = open(rootfs, O_PATH | O_DIRECTORY | O_CLOEXEC);
    return root_fd < 0 ? -errno : open_in(root_fd, path, O_RDONLY | O_DIRECTORY);
}

/* "a/../../b" -> "b": above the root is the root, as in a chroot. The caller frees. */
static char *clean_in_root(const char *path)
{
    AUTO_STRV struct strv parts = {0};
    AUTO_BUF struct buf clean = {0};
    strv_split(&parts, path, "/");
    for (size_t i = 0; i < parts.n; i++) {
        if (str_eq(parts.v[i], "..")) {
            const char *slash = clean.len > 0 ? memrchr(clean.data, '/', clean.len) : NULL;
            clean.len = slash ? (size_t)(slash - clean.data) : 0;
        } else if (!str_eq(parts.v[i], ".")) {
            buf_addf(&clean, "%s%s", clean.len > 0 ? "/" : "", parts.v[i]);
        }
    }
    if (clean.len > 0)
        clean.data[clean.len] = '\0';
    return clean.len > 0 ? buf_take(&clean) : mem_strdup("");
}

/* Where a link that leads nowhere yet leads to, as a clean path in the root. */
static int dangling_target(int parent_fd, const char *path, char **ret)
{
    char text[PATH_MAX];
    const char *slash = strrchr(path, '/');
    ssize_t n = readlinkat(parent_fd, slash ? slash + 1 : path, text, sizeof(text) - 1);
    if (n < 0)
        return -errno;
    text[n] = '\0';
    AUTO_FREE char *joined = *text == '/' || !slash ? mem_strdup(text + strspn(text, "/"))
                                                    : mem_printf("%.*s/%s", (int)(slash - path), path, text);
    *ret = clean_in_root(joined);
    return 0;
}

static int make_folders(int root_fd, char *path, int links);

/* Opens the folder `path` ("" is the root), made when it is missing; its parent must be there. `links`: so many
 * dangling links may still be followed. */
static int open_or_make_folder(int root_fd, int parent_fd, const char *path, int links)
{
    int fd = open_in(root_fd, path, O_PATH | O_DIRECTORY);
    if (fd != -ENOENT)
        return fd;
    const char *slash = strrchr(path, '/');
    if (mkdirat(parent_fd, slash ? slash + 1 : path, 0755) == 0)
        return open_in(root_fd, path, O_PATH | O_DIRECTORY);
    if (errno != EEXIST || links == 0)
        return -errno;
    AUTO_FREE char *target = NULL;
    int r = dangling_target(parent_fd, path, &target);
    return r < 0 ? r : make_folders(root_fd, target, links - 1);
}

static int make_folders(int root_fd, char *path, int links)
{
    AUTO_CLOSE int at = open_in(root_fd, ".", O_PATH | O_DIRECTORY);
    for (char *end = path; at >= 0 && *end != '\0';) {
        end += strcspn(end, "/");
        char kept = *end;
        *end = '\0';
        int next = open_or_make_folder(root_fd, at, path, links);
        *end = kept;
        if (kept != '\0')
            end++;
        close(at);
        at = next;
    }
    return at < 0 ? at : take_fd(&at);
}

static int make_file(int root_fd, char *path, int links)
{
    AUTO_CLOSE int there = open_in(root_fd, path, O_PATH);
    if (there >= 0) {
        struct stat st;
        if (fstat(there, &st) < 0)
            return -errno;
        return S_ISDIR(st.st_mode) ? -EISDIR : 0;
    }
    char *slash = strrchr(path, '/');
    char empty[] = "";
    if (slash)
        *slash = '\0';
    AUTO_CLOSE int folder = make_folders(root_fd, slash ? path : empty, links);
    if (slash)
        *slash = '/';
    if (folder < 0)
        return folder;
    AUTO_CLOSE int fd =
        openat(folder, slash ? slash + 1 : path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0644);
    if (fd >= 0)
        return 0;
    if (errno != EEXIST || links == 0)
        return errno == EEXIST ? -ELOOP : -errno;
    AUTO_FREE char *target = NULL;
    int r = dangling_target(folder, path, &target);
    return r < 0 ? r : make_file(root_fd, target, links - 1);
}

int rootfs_make_target(int root_fd, const char *path, bool is_file, struct err *e)
{
    AUTO_FREE char *clean = file_clean_relative(path + strspn(path, "/"));
    if (*path != '/' || clean == NULL)
        return err_set(e, EINVAL, "path '%s' in the container is not absolute, or leads out of it", path);
    if (is_file) {
        int r = make_file(root_fd, clean, LINKS_MOST);
        return r < 0 ? err_errno(e, -r, "make file %s in the container", path) : 0;
    }
    AUTO_CLOSE int fd = make_folders(root_fd, clean, LINKS_MOST);
    return fd < 0 ? err_errno(e, -fd, "make folder %s in the container", path) : 0;
}
