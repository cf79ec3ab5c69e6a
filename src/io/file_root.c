// SPDX-License-Identifier: Apache-2.0
/* Reads below one folder only. */
#include "io/file_root.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "io/child.h"
#include "io/file.h"

int file_root_open(const char *folder, size_t max, struct file_root *ret, struct err *e)
{
    ret->max = max;
    ret->fd = open(folder, O_PATH | O_DIRECTORY | O_CLOEXEC);
    return ret->fd < 0 ? err_errno(e, errno, "open folder %s", folder) : 0;
}

void file_root_close(struct file_root *r)
{
    mem_closep(&r->fd);
    r->fd = -1;
}

static int open_beneath(const struct file_root *r, const char *path, uint64_t flags)
{
    struct open_how how = {.flags = flags | O_CLOEXEC, .resolve = RESOLVE_BENEATH | RESOLVE_NO_MAGICLINKS};
    long fd = syscall(SYS_openat2, r->fd, path, &how, sizeof(how));
    return fd < 0 ? -errno : (int)fd;
}

int file_root_fd(const struct file_root *root, const char *path, struct err *e)
{
    int fd = open_beneath(root, path, O_RDONLY | O_NONBLOCK | O_NOCTTY);
    if (fd == -EXDEV)
        return err_set(e, EXDEV, "open %s: it leads out of its folder, by a link or by '..'", path);
    return fd < 0 ? err_errno(e, -fd, "open %s", path) : fd;
}

int file_root_read(void *root, const char *path, char **ret, size_t *ret_len, struct err *e)
{
    const struct file_root *r = root;
    AUTO_CLOSE int fd = file_root_fd(r, path, e);
    if (fd < 0)
        return fd;
    return err_wrap(e, file_read_fd(fd, r->max, ret, ret_len, e), "%s", path);
}

bool file_root_exists(void *root, const char *path)
{
    AUTO_CLOSE int fd = open_beneath(root, path, O_PATH);
    return fd >= 0;
}

int file_data_folder(const char *kind, char **ret, struct err *e)
{
    const char *given = getenv("SEDGE_DATA");
    AUTO_FREE char *folder = mem_strdup(child_self());
    for (int up = 0; up < 2; up++) {
        char *slash = strrchr(folder, '/');
        if (slash)
            *slash = '\0';
    }
    const char *places[] = {given, folder, SEDGE_DATADIR};
    for (size_t i = 0; i < ARRAY_LEN(places); i++) {
        if (str_empty(places[i]))
            continue;
        AUTO_FREE char *path = file_join(places[i], kind);
        if (file_exists(path)) {
            *ret = take_ptr(path);
            return 0;
        }
    }
    return err_set(e, ENOENT,
                   "the folder '%s' of sedge's own data is neither beside the program nor in %s; run 'make install' or "
                   "set SEDGE_DATA",
                   kind, SEDGE_DATADIR);
}
