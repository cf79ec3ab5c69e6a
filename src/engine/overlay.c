// SPDX-License-Identifier: Apache-2.0
/* The overlay mount. Its options must fit one page: where they would not, or a path holds a character that the options
 * give a meaning, each folder is opened and named by its descriptor, /proc/self/fd/N, which the kernel follows while it
 * mounts. */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include "engine/rootfs_private.h"

#define OPTIONS_MOST 4000 /* a page, less what the kernel adds */
#define LAYERS_MOST  500  /* the kernel's limit */

/* Folders opened for the time of one mount. */
struct opened {
    int fds[LAYERS_MOST + 2];
    size_t n;
};

static void opened_done(struct opened *o)
{
    while (o->n > 0)
        close(o->fds[--o->n]);
}

static int add_folder(struct buf *options, const char *path, struct opened *by_fd, struct err *e)
{
    if (!by_fd) {
        buf_adds(options, path);
        return 0;
    }
    int fd = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0)
        return err_errno(e, errno, "open layer %s", path);
    by_fd->fds[by_fd->n++] = fd;
    buf_addf(options, "/proc/self/fd/%d", fd);
    return 0;
}

static int make_options(const struct strv *layers, const char *upper, const char *work, struct opened *by_fd,
                        struct buf *ret, struct err *e)
{
    buf_adds(ret, "lowerdir=");
    int r = 0;
    for (size_t i = layers->n; r == 0 && i > 0; i--) { /* the kernel wants the highest first */
        r = add_folder(ret, layers->v[i - 1], by_fd, e);
        buf_addc(ret, i > 1 ? ':' : ',');
    }
    buf_adds(ret, "upperdir=");
    if (r == 0)
        r = add_folder(ret, upper, by_fd, e);
    buf_adds(ret, ",workdir=");
    if (r == 0)
        r = add_folder(ret, work, by_fd, e);
    return r;
}

static bool has_special(const struct strv *layers, const char *upper)
{
    for (size_t i = 0; i < layers->n; i++)
        if (strpbrk(layers->v[i], ":,\\"))
            return true;
    return strpbrk(upper, ":,\\") != NULL;
}

int overlay_mount(const struct strv *layers, const char *upper, const char *work, const char *target, struct err *e)
{
    if (layers->n == 0 || layers->n > LAYERS_MOST)
        return err_set(e, EINVAL, "mount %s: an image has 1 to %d layers, this one %zu", target, LAYERS_MOST,
                       layers->n);
    AUTO_BUF struct buf options = {0};
    AUTO(opened_done)
    struct opened by_fd = {.n = 0};
    int r = make_options(layers, upper, work, NULL, &options, e);
    if (r == 0 && (options.len > OPTIONS_MOST || has_special(layers, upper))) {
        buf_clear(&options);
        r = make_options(layers, upper, work, &by_fd, &options, e);
    }
    if (r < 0)
        return r;
    if (options.len > OPTIONS_MOST)
        return err_set(e, E2BIG,
                       "mount %s: %zu layers are more than one mount can name; make the image of fewer layers", target,
                       layers->n);
    if (mount("overlay", target, "overlay", 0, options.data) < 0)
        return err_errno(e, errno, "mount %zu layers at %s", layers->n, target);
    return 0;
}

bool overlay_is_mounted(const char *target)
{
    struct stat st, above;
    AUTO_FREE char *parent = mem_printf("%s/..", target);
    return stat(target, &st) == 0 && stat(parent, &above) == 0 && st.st_dev != above.st_dev;
}

int overlay_unmount(const char *target, struct err *e)
{
    for (;;) {
        if (umount2(target, UMOUNT_NOFOLLOW) == 0)
            continue; /* there may be another below it */
        if (errno == EBUSY && umount2(target, UMOUNT_NOFOLLOW | MNT_DETACH) == 0)
            continue;
        if (errno == EINVAL || errno == ENOENT)
            return 0;
        return err_errno(e, errno, "unmount %s", target);
    }
}
