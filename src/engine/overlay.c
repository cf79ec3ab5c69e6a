// SPDX-License-Identifier: Apache-2.0
/* The overlay mount. Its options must fit one page: where they would not, or a path holds a character that the options
 * give a meaning, each folder is opened and named by its descriptor's number alone, as seen from /proc/self/fd by a
 * thread that stands there. So also the most layers that the kernel takes find room. */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include "engine/rootfs_private.h"

#define OPTIONS_MOST 4000 /* a page, less what the kernel adds */
#define LAYERS_MOST  500  /* the kernel's limit */

/* Folders opened for the time of one mount. */
struct opened {
    int fds[LAYERS_MOST + 3]; /* layers, upper, work, target */
    size_t n;
};

static void opened_done(struct opened *o)
{
    while (o->n > 0)
        close(o->fds[--o->n]);
}

static int open_folder(struct opened *o, const char *path, struct err *e)
{
    int fd = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0)
        return err_errno(e, errno, "open folder %s", path);
    o->fds[o->n++] = fd;
    return fd;
}

static int add_folder(struct buf *options, const char *path, struct opened *by_fd, struct err *e)
{
    if (!by_fd) {
        buf_adds(options, path);
        return 0;
    }
    int fd = open_folder(by_fd, path, e);
    if (fd < 0)
        return fd;
    buf_addf(options, "%d", fd);
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

/* One mount by numbers, done by a thread of its own: only it changes its working folder. */
struct numbered {
    const char *options;
    char target[16];
    int r;
};

static void *mount_numbered(void *data)
{
    struct numbered *m = data;
    if (unshare(CLONE_FS) < 0 || chdir("/proc/self/fd") < 0 ||
        mount("overlay", m->target, "overlay", 0, m->options) < 0)
        m->r = -errno;
    return NULL;
}

static int mount_by_number(struct opened *by_fd, const char *options, const char *target, struct err *e)
{
    struct numbered m = {.options = options};
    pthread_t thread;
    int fd = open_folder(by_fd, target, e);
    if (fd < 0)
        return fd;
    snprintf(m.target, sizeof(m.target), "%d", fd);
    int code = pthread_create(&thread, NULL, mount_numbered, &m);
    if (code != 0)
        return err_errno(e, code, "start a thread to mount %s", target);
    pthread_join(thread, NULL);
    return m.r;
}

/* -E2BIG, without a word, when they do not fit a page. */
static int mount_named(const struct strv *layers, const char *upper, const char *work, const char *target,
                       struct err *e)
{
    AUTO_BUF struct buf options = {0};
    int r = make_options(layers, upper, work, NULL, &options, e);
    if (r < 0)
        return r;
    if (options.len > OPTIONS_MOST || has_special(layers, upper))
        return -E2BIG;
    return mount("overlay", target, "overlay", 0, options.data) < 0 ? -errno : 0;
}

static int mount_opened(const struct strv *layers, const char *upper, const char *work, const char *target,
                        struct err *e)
{
    AUTO_BUF struct buf options = {0};
    AUTO(opened_done)
    struct opened by_fd = {.n = 0};
    int r = make_options(layers, upper, work, &by_fd, &options, e);
    return r < 0 ? r : mount_by_number(&by_fd, options.data, target, e);
}

int overlay_mount(const struct strv *layers, const char *upper, const char *work, const char *target, struct err *e)
{
    struct err inner = {0};
    if (layers->n == 0 || layers->n > LAYERS_MOST)
        return err_set(e, EINVAL, "mount %s: an image has 1 to %d layers, this one %zu", target, LAYERS_MOST,
                       layers->n);
    int r = mount_named(layers, upper, work, target, &inner);
    if (r == -E2BIG)
        r = mount_opened(layers, upper, work, target, &inner);
    if (r < 0 && inner.code != 0)
        return err_set(e, -r, "mount %zu layers at %s: %s", layers->n, target, err_text(&inner));
    return r < 0 ? err_errno(e, -r, "mount %zu layers at %s", layers->n, target) : 0;
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
