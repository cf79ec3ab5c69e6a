// SPDX-License-Identifier: Apache-2.0
/* Removes a file or a whole tree without following links or entering other mounts.
 *
 * How it works: a stack of open folders walks down; each name is unlinked relative to its folder's descriptor, so a
 * link planted meanwhile is removed, never followed. The stack has a fixed height, because a container may leave a tree
 * deeper than we may hold descriptors: a folder below that height is moved up beside the root's children first and met
 * there again, which keeps both memory and descriptors bounded. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "io/file.h"

#define TREE_HEIGHT 48

struct tree {
    DIR *stack[TREE_HEIGHT];
    char *names[TREE_HEIGHT]; /* of stack[i] within stack[i - 1]; names[0] is unused */
    size_t n;
    dev_t dev;
    bool moved; /* folders were moved up since the root was last read from its start */
};

static void tree_done(struct tree *t)
{
    for (size_t i = 0; i < t->n; i++) {
        closedir(t->stack[i]);
        free(t->names[i]);
    }
}

/* Is the open folder the root of a mount (also a bind mount of the same file system)? Kernels before 5.8 can only tell
 * by the device. */
static bool is_mount(const struct tree *t, int fd)
{
    struct statx sx;
    if (statx(fd, "", AT_EMPTY_PATH | AT_NO_AUTOMOUNT, STATX_TYPE, &sx) == 0 &&
        (sx.stx_attributes_mask & STATX_ATTR_MOUNT_ROOT))
        return (sx.stx_attributes & STATX_ATTR_MOUNT_ROOT) != 0;
    struct stat st;
    return fstat(fd, &st) < 0 || (t->n > 0 && st.st_dev != t->dev);
}

/* Opens a folder and puts it on the stack. -EBUSY when it is a mount. */
static int tree_push(struct tree *t, int dirfd, const char *name)
{
    AUTO_CLOSE int fd = openat(dirfd, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (fd < 0)
        return -errno;
    if (is_mount(t, fd))
        return -EBUSY;
    struct stat st;
    if (t->n == 0 && fstat(fd, &st) == 0)
        t->dev = st.st_dev;
    DIR *dir = fdopendir(fd);
    if (!dir)
        return -errno;
    (void)take_fd(&fd);
    t->stack[t->n] = dir;
    t->names[t->n++] = mem_strdup(name);
    return 0;
}

/* Moves a folder that lies too deep up to the root of the tree; it is met there when the root is read again. */
static int move_up(struct tree *t, int from, const char *name)
{
    char mark[13], to[40];
    str_random(mark, sizeof(mark) - 1);
    snprintf(to, sizeof(to), ".sedge-removed-%s", mark);
    if (renameat(from, name, dirfd(t->stack[0]), to) < 0)
        return -errno;
    t->moved = true;
    return 0;
}

/* Removes the entry, or begins with its contents when it is a folder that is not empty. */
static int remove_entry(struct tree *t, const char *name)
{
    int fd = dirfd(t->stack[t->n - 1]);
    if (unlinkat(fd, name, 0) == 0 || errno == ENOENT)
        return 0;
    if (errno != EISDIR && errno != EPERM)
        return -errno;
    int code = errno;
    if (unlinkat(fd, name, AT_REMOVEDIR) == 0 || errno == ENOENT)
        return 0;
    if (errno == ENOTDIR)
        return -code;
    if (errno != ENOTEMPTY && errno != EEXIST)
        return -errno;
    return t->n < TREE_HEIGHT ? tree_push(t, fd, name) : move_up(t, fd, name);
}

/* The top folder has been read to its end: remove it from its parent, or read it again when something was moved into
 * the root. */
static int tree_pop(struct tree *t)
{
    if (t->n == 1) {
        if (t->moved) {
            t->moved = false;
            rewinddir(t->stack[0]);
            return 1;
        }
        closedir(t->stack[0]);
        free(t->names[0]);
        t->n = 0;
        return 0;
    }
    t->n--;
    closedir(t->stack[t->n]);
    AUTO_FREE char *name = t->names[t->n];
    if (unlinkat(dirfd(t->stack[t->n - 1]), name, AT_REMOVEDIR) < 0 && errno != ENOENT) {
        if (errno != ENOTEMPTY && errno != EEXIST)
            return -errno;
        /* Its reading missed entries, as some file systems do while names are removed: the parent meets it again. */
        rewinddir(t->stack[t->n - 1]);
    }
    return 1;
}

static int remove_below(struct tree *t, char **ret_where)
{
    int r = 1;
    while (r >= 0 && t->n > 0) {
        errno = 0;
        const struct dirent *entry = readdir(t->stack[t->n - 1]);
        if (!entry) {
            r = errno != 0 ? -errno : tree_pop(t);
            continue;
        }
        if (str_eq(entry->d_name, ".") || str_eq(entry->d_name, ".."))
            continue;
        AUTO_FREE char *name = mem_strdup(entry->d_name);
        r = remove_entry(t, name);
        if (r < 0)
            *ret_where = take_ptr(name);
    }
    return r < 0 ? r : 0;
}

int file_remove_tree(const char *path, struct err *e)
{
    AUTO(tree_done)
    struct tree t = {0};
    if (unlink(path) == 0 || errno == ENOENT || errno == ENOTDIR)
        return 0;
    if (errno != EISDIR && errno != EPERM)
        return err_errno(e, errno, "remove %s", path);
    AUTO_FREE char *where = NULL;
    int r = tree_push(&t, AT_FDCWD, path);
    if (r == -ENOENT)
        return 0;
    if (r == 0)
        r = remove_below(&t, &where);
    if (r == 0 && rmdir(path) < 0 && errno != ENOENT)
        r = -errno;
    if (r == -EBUSY)
        return err_set(e, EBUSY, "remove %s: %s is a mount point; unmount it first", path, where ? where : "it");
    if (r < 0)
        return err_errno(e, -r, "remove %s%s%s", path, where ? ": " : "", where ? where : "");
    return 0;
}
