// SPDX-License-Identifier: Apache-2.0
/* Asks the file system for what is left. */
#include "image/image_disk.h"

#include <errno.h>
#include <sys/statvfs.h>

#include "io/file.h"

#define MIB (1024LL * 1024)

static int64_t clamp(int64_t v, int64_t min, int64_t max)
{
    return v < min ? min : v > max ? max : v;
}

int image_disk_check(int fd, struct err *e)
{
    struct statvfs st;
    if (fstatvfs(fd, &st) < 0)
        return err_errno(e, errno, "ask for free space");
    int64_t unit = (int64_t)st.f_frsize, total, left;
    if (__builtin_mul_overflow((int64_t)st.f_blocks, unit, &total) ||
        __builtin_mul_overflow((int64_t)st.f_bavail, unit, &left))
        return 0;
    int64_t reserve = clamp(total / 20, 64 * MIB, 1024 * MIB);
    if (left < reserve)
        return err_set(e, ENOSPC,
                       "only %lld MiB of disk are free, and %lld MiB stay reserved; remove images ('sedge image rm') "
                       "or free some space",
                       (long long)(left / MIB), (long long)(reserve / MIB));
    if (st.f_files && st.f_favail < st.f_files / 50)
        return err_set(e, ENOSPC,
                       "the file system runs out of inodes (%llu of %llu are free); remove images ('sedge image rm')",
                       (unsigned long long)st.f_favail, (unsigned long long)st.f_files);
    return 0;
}

int64_t image_disk_budget(const char *path)
{
    int64_t left = file_free_bytes(path);
    return left < 0 ? 16384 * MIB : clamp(left / 10 * 9, MIB, 16384 * MIB);
}
