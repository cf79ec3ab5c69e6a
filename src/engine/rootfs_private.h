// SPDX-License-Identifier: Apache-2.0
/* Reaching into a container's root without ever being led out of it, and folders shared by the room's files. */
#pragma once

#include "base/base.h"
#include "engine/rootfs.h"

/* Opens a regular file of the container for reading; links are followed inside the root only. Descriptor or -errno
 * (-EISDIR, -EINVAL for what is no regular file). */
int rootfs_open_file(const char *rootfs, const char *path);
/* Opens a folder of the container for reading, likewise. Descriptor or -errno. */
int rootfs_open_folder(const char *rootfs, const char *path);
/* Makes a folder (with parents), or an empty file in it, inside the root behind root_fd. 0 also when it is there. */
int rootfs_make_target(int root_fd, const char *path, bool is_file, struct err *e);
/* Mounts the layers (lowest first) with upper and work as an overlay at `target`. */
int overlay_mount(const struct strv *layers, const char *upper, const char *work, const char *target, struct err *e);
/* Unmounts what is mounted at `target`, all of it. 0 also when nothing was. */
int overlay_unmount(const char *target, struct err *e);
bool overlay_is_mounted(const char *target);

/* Notes in `config` what the runtime compiled the same seccomp profile to before (<run_dir>/seccomp/<digest>), or else
 * leaves a wish in the bundle that rootfs_started keeps it. */
void seccomp_cache_use(const char *run_dir, const char *bundle, json_t *config);
/* Keeps what the runtime compiled for this container, where its bundle has that wish. */
void seccomp_cache_keep(const char *run_dir, const char *bundle, const char *id);
