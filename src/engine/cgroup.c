// SPDX-License-Identifier: Apache-2.0
/* The machine's control groups made ready for crun, and cleaned up after the last container.
 *
 * Version 2: one tree at /sys/fs/cgroup; the controllers we limit with are handed down to our branch.
 * Version 1: a folder for each controller, sometimes with an empty version 2 beside it. crun takes that for a mixed
 * ("hybrid") tree and fails as long as version 2 still holds a controller that no version 1 mount has taken, so such
 * left-over controllers are mounted here. Their mount names "sedge" as its source: by that cgroup_cleanup knows them
 * again. */
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <linux/magic.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "engine/config_private.h"
#include "engine/rootfs.h"
#include "io/file.h"

#define CGROUP_DIR    "/sys/fs/cgroup"
#define OUR_SOURCE    "sedge"
#define REMOVE_ROUNDS 50
#define FILE_MOST     (1U << 20)

bool cgroup_is_v2(void)
{
    struct statfs fs;
    return statfs(CGROUP_DIR, &fs) == 0 && fs.f_type == CGROUP2_SUPER_MAGIC;
}

static int write_text(const char *path, const char *text)
{
    AUTO_CLOSE int fd = open(path, O_WRONLY | O_CLOEXEC);
    return fd < 0 ? -errno : file_write_fd(fd, text, strlen(text));
}

static int read_words(const char *path, struct strv *ret)
{
    AUTO_FREE char *text = NULL;
    int r = file_read(path, FILE_MOST, &text, NULL, NULL);
    if (r == 0)
        strv_split(ret, text, " \n");
    return r;
}

static int memory_missing(struct err *e)
{
    return err_set(e, ENOTSUP,
                   "the kernel's memory controller is off, so memory limits cannot work; add 'cgroup_enable=memory' to "
                   "the kernel's command line (Raspberry Pi: "
                   "/boot/firmware/cmdline.txt) and restart the machine");
}

/* ---- version 2 ---- */

static int prepare_v2(struct err *e)
{
    static const char *const wanted[] = {"memory", "pids", "cpu", "cpuset"};
    static const char *const parts[] = {CGROUP_DIR, CGROUP_DIR "/" CGROUP_ROOT_NAME};
    AUTO_STRV struct strv there = {0};
    int r = read_words(CGROUP_DIR "/cgroup.controllers", &there);
    if (r < 0)
        return err_errno(e, -r, "read " CGROUP_DIR "/cgroup.controllers");
    if (!strv_has(&there, "memory"))
        return memory_missing(e);
    if (mkdir(parts[1], 0755) < 0 && errno != EEXIST)
        return err_errno(e, errno, "make cgroup %s", parts[1]);
    for (size_t part = 0; part < ARRAY_LEN(parts); part++) {
        AUTO_FREE char *path = file_join(parts[part], "cgroup.subtree_control");
        for (size_t i = 0; i < ARRAY_LEN(wanted); i++) {
            AUTO_FREE char *text = mem_printf("+%s", wanted[i]);
            if (!strv_has(&there, wanted[i]))
                continue;
            r = write_text(path, text);
            if (r < 0)
                return err_errno(e, -r, "turn on the %s controller in %s", wanted[i], path);
        }
    }
    return 0;
}

/* ---- version 1 ---- */

static int mount_controller(const char *name, struct err *e)
{
    AUTO_FREE char *path = file_join(CGROUP_DIR, name);
    if (mkdir(path, 0755) < 0 && errno != EEXIST)
        return err_errno(e, errno, "make folder %s", path);
    if (mount(OUR_SOURCE, path, "cgroup", MS_NOSUID | MS_NODEV | MS_NOEXEC, name) < 0)
        return err_errno(e, errno, "mount the left-over cgroup controller %s", name);
    return 0;
}

static bool memory_is_on(void)
{
    AUTO_FREE char *text = NULL;
    if (file_read("/proc/cgroups", FILE_MOST, &text, NULL, NULL) < 0)
        return false;
    const char *line = strstr(text, "\nmemory\t");
    return line != NULL && line[strcspn(line + 1, "\n")] == '1'; /* the last column: enabled */
}

static int prepare_v1(struct err *e)
{
    if (!memory_is_on() || !file_exists(CGROUP_DIR "/memory"))
        return memory_missing(e);
    AUTO_STRV struct strv left = {0};
    if (read_words(CGROUP_DIR "/unified/cgroup.controllers", &left) < 0)
        return 0; /* no version 2 beside it: nothing to take for hybrid */
    int r = 0;
    for (size_t i = 0; r == 0 && i < left.n; i++)
        r = mount_controller(left.v[i], e);
    return r;
}

int cgroup_prepare(struct err *e)
{
    return err_wrap(e, cgroup_is_v2() ? prepare_v2(e) : prepare_v1(e), "make cgroups ready");
}

/* ---- clean up ---- */

static int remove_one(const char *path, const struct stat *st, int kind, struct FTW *ftw)
{
    if (kind == FTW_DP || kind == FTW_D)
        rmdir(path);
    return 0;
}

/* Removes a branch, leaves first; the kernel keeps a group for a moment after its last process has gone. */
static int remove_branch(const char *path, struct err *e)
{
    for (int i = 0; i < REMOVE_ROUNDS; i++) {
        if (nftw(path, remove_one, 16, FTW_DEPTH | FTW_PHYS | FTW_MOUNT) < 0 || !file_exists(path))
            return 0;
        usleep(10000);
    }
    return err_set(e, EBUSY, "remove cgroup %s: it still has processes; stop their containers first", path);
}

static bool is_ours(const char *mount_line, char *ret_target, size_t size)
{
    size_t source = strcspn(mount_line, " ");
    if (source != strlen(OUR_SOURCE) || strncmp(mount_line, OUR_SOURCE, source) != 0)
        return false;
    const char *target = mount_line + source + 1;
    size_t n = strcspn(target, " ");
    if (n >= size || strncmp(target, CGROUP_DIR "/", strlen(CGROUP_DIR "/")) != 0)
        return false;
    memcpy(ret_target, target, n);
    ret_target[n] = '\0';
    return true;
}

static int unmount_ours(struct err *e)
{
    AUTO_FREE char *mounts = NULL;
    int r = file_read("/proc/self/mounts", 16U << 20, &mounts, NULL, e);
    char *at = mounts, *line;
    while (r == 0 && (line = strsep(&at, "\n")) != NULL) {
        char target[256];
        if (!is_ours(line, target, sizeof(target)))
            continue;
        if (umount2(target, 0) < 0)
            r = err_errno(e, errno, "unmount %s", target);
        else
            rmdir(target);
    }
    return r;
}

int cgroup_cleanup(struct err *e)
{
    if (cgroup_is_v2())
        return remove_branch(CGROUP_DIR "/" CGROUP_ROOT_NAME, e);
    AUTO_STRV struct strv trees = {0};
    int r = file_list(CGROUP_DIR, &trees, e);
    for (size_t i = 0; r == 0 && i < trees.n; i++) {
        AUTO_FREE char *path = mem_printf("%s/%s/%s", CGROUP_DIR, trees.v[i], CGROUP_ROOT_NAME);
        if (file_exists(path))
            r = remove_branch(path, e);
    }
    return r < 0 ? r : unmount_ours(e);
}
