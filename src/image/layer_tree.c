// SPDX-License-Identifier: Apache-2.0
/* The writer's hands: each call touches one place inside the layer, found by openat2 in the root and held by its
 * parent's descriptor. */
#include "image/layer_tree.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

void layer_tree_init(struct layer_tree *t, int root, size_t max_depth)
{
    *t = (struct layer_tree){.root = root, .parent = -1, .max_depth = max_depth};
}

static void forget_parent(struct layer_tree *t)
{
    mem_closep(&t->parent);
    t->parent = -1;
    free(t->parent_path);
    t->parent_path = NULL;
    t->stale = false;
}

void layer_tree_done(struct layer_tree *t)
{
    forget_parent(t);
    strv_done(&t->opaque);
}

int layer_tree_open(const struct layer_tree *t, const char *path, int flags)
{
    struct open_how how = {.flags = (uint64_t)flags | O_CLOEXEC, .resolve = RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS};
    int fd;
    do
        fd = (int)syscall(SYS_openat2, t->root, *path ? path : ".", &how, sizeof(how));
    while (fd < 0 && (errno == EINTR || errno == EAGAIN)); /* EAGAIN: something was renamed during the walk */
    return fd < 0 ? -errno : fd;
}

static bool is_whiteout(const struct stat *st)
{
    return S_ISCHR(st->st_mode) && st->st_rdev == 0;
}

/* Makes one missing step of a path. `prefix` does not open as a folder: nothing is there, or a whiteout, which then
 * gives way. */
static int make_step(struct layer_tree *t, const char *prefix)
{
    AUTO_FREE char *above = mem_strdup(prefix);
    char *slash = strrchr(above, '/');
    const char *name = slash ? prefix + (slash - above) + 1 : prefix;
    if (slash)
        *slash = '\0';
    AUTO_CLOSE int dir = layer_tree_open(t, slash ? above : "", O_RDONLY | O_DIRECTORY);
    struct stat st;
    if (dir < 0)
        return dir;
    if (fstatat(dir, name, &st, AT_SYMLINK_NOFOLLOW) == 0) {
        if (!is_whiteout(&st))
            return S_ISLNK(st.st_mode) ? -ENOENT : -ENOTDIR; /* a link that leads nowhere, or a file */
        if (unlinkat(dir, name, 0) < 0)
            return -errno;
        strv_add(&t->opaque, prefix);
    }
    return mkdirat(dir, name, 0755) < 0 ? -errno : 0;
}

static int open_or_make(struct layer_tree *t, const char *path)
{
    int fd = layer_tree_open(t, path, O_RDONLY | O_DIRECTORY);
    if (fd >= 0 || (fd != -ENOENT && fd != -ENOTDIR))
        return fd;
    AUTO_FREE char *prefix = mem_strdup(path);
    for (size_t i = 0;; i++) { /* every prefix that ends before a '/' or at the end */
        if (path[i] != '/' && path[i] != '\0')
            continue;
        prefix[i] = '\0';
        AUTO_CLOSE int step = layer_tree_open(t, prefix, O_PATH | O_DIRECTORY);
        int r = step >= 0 ? 0 : make_step(t, prefix);
        if (r < 0)
            return r;
        if (path[i] == '\0')
            return layer_tree_open(t, path, O_RDONLY | O_DIRECTORY);
        prefix[i] = '/';
    }
}

int layer_tree_dir(struct layer_tree *t, const char *path, int *ret_fd, struct err *e)
{
    if (t->parent < 0 || t->stale || !str_eq(t->parent_path, path)) {
        int fd = open_or_make(t, path);
        if (fd == -ENOENT || fd == -ENOTDIR || fd == -ELOOP)
            return err_set(e, ENOEXEC, "folder '%.300s' leads through a file or a link without a target", path);
        if (fd < 0)
            return err_errno(e, -fd, "open folder '%.300s' of the layer", path);
        forget_parent(t);
        t->parent = fd;
        t->parent_path = mem_strdup(path);
    }
    *ret_fd = t->parent;
    return 0;
}

/* Removes a folder's tree with a stack of open folders: no recursion, no path that could be led astray. */
struct removal {
    DIR **stack;
    char **names;
    size_t n;
};

static void removal_pop(struct removal *m)
{
    m->n--;
    closedir(m->stack[m->n]);
    free(m->names[m->n]);
}

static void removal_done(struct removal *m)
{
    while (m->n)
        removal_pop(m);
    free(m->stack);
    free(m->names);
}

static int removal_push(struct removal *m, int dir, const char *name, size_t max_depth)
{
    int fd = openat(dir, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (fd < 0)
        return -errno;
    DIR *d = m->n < max_depth ? fdopendir(fd) : NULL;
    if (!d) {
        close(fd);
        return m->n < max_depth ? -ENOMEM : -ELOOP;
    }
    m->stack = mem_push(m->stack, m->n, sizeof(*m->stack));
    m->names = mem_push(m->names, m->n, sizeof(*m->names));
    m->names[m->n] = mem_strdup(name);
    m->stack[m->n++] = d;
    return 0;
}

/* One entry of the innermost folder, or the folder itself once it is empty. */
static int removal_step(struct removal *m, int dir, size_t max_depth)
{
    DIR *top = m->stack[m->n - 1];
    struct dirent *x = readdir(top);
    if (!x) {
        int above = m->n > 1 ? dirfd(m->stack[m->n - 2]) : dir;
        AUTO_FREE char *name = mem_strdup(m->names[m->n - 1]);
        removal_pop(m);
        return unlinkat(above, name, AT_REMOVEDIR) < 0 ? -errno : 0;
    }
    if (str_eq(x->d_name, ".") || str_eq(x->d_name, ".."))
        return 0;
    if (unlinkat(dirfd(top), x->d_name, 0) == 0)
        return 0;
    return errno == EISDIR || errno == EPERM ? removal_push(m, dirfd(top), x->d_name, max_depth) : -errno;
}

static int remove_tree(int dir, const char *name, size_t max_depth)
{
    AUTO(removal_done)
    struct removal m = {0};
    int r = removal_push(&m, dir, name, max_depth);
    while (r == 0 && m.n)
        r = removal_step(&m, dir, max_depth);
    return r;
}

int layer_tree_remove(struct layer_tree *t, int dir, const char *name, bool *was_whiteout)
{
    struct stat st;
    if (was_whiteout)
        *was_whiteout = false;
    if (fstatat(dir, name, &st, AT_SYMLINK_NOFOLLOW) < 0)
        return errno == ENOENT ? 0 : -errno;
    if (was_whiteout)
        *was_whiteout = is_whiteout(&st);
    t->stale = t->stale || S_ISDIR(st.st_mode) || S_ISLNK(st.st_mode);
    if (!S_ISDIR(st.st_mode))
        return unlinkat(dir, name, 0) < 0 ? -errno : 0;
    return remove_tree(dir, name, t->max_depth + 1);
}

int layer_tree_whiteout(struct layer_tree *t, int dir, const char *name, const char *path)
{
    struct stat st;
    if (fstatat(dir, name, &st, AT_SYMLINK_NOFOLLOW) == 0) {
        if (S_ISDIR(st.st_mode))
            strv_add(&t->opaque, path);
        return 0;
    }
    return mknodat(dir, name, S_IFCHR, 0) < 0 ? -errno : 0;
}

int layer_tree_mkdir(struct layer_tree *t, int dir, const char *name, const char *path, int *ret_fd)
{
    struct stat st;
    bool hides = false;
    int r = 0;
    if (fstatat(dir, name, &st, AT_SYMLINK_NOFOLLOW) < 0 || !S_ISDIR(st.st_mode)) {
        r = layer_tree_remove(t, dir, name, &hides);
        if (r == 0)
            r = mkdirat(dir, name, 0755) < 0 ? -errno : 0;
    }
    if (r < 0)
        return r;
    if (hides)
        strv_add(&t->opaque, path);
    *ret_fd = openat(dir, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    return *ret_fd < 0 ? -errno : 0;
}
