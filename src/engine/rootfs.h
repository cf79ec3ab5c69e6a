// SPDX-License-Identifier: Apache-2.0
/* A container's files: its image's layers below, one writable layer on top (overlayfs), and the bundle folder beside
 * them. */
#pragma once

#include "engine/container_spec.h"

/* Folders (state_dir survives a reboot, run_dir does not):
 *   <state_dir>/containers/<id>/upper, work     the writable layer
 *   <state_dir>/containers/<id>/log, log.1 ...  the log and its older parts
 *   <run_dir>/containers/<id>/rootfs            the mounted root (also the mount's parent for crun), config.json, pid,
 * fifos, the keeper's state file <run_dir>/init                              the small init that containers with
 * spec.init get at /sedge/init */
struct rootfs_dirs {
    const char *state_dir; /* "/var/lib/sedge" */
    const char *run_dir;   /* "/run/sedge" */
};
/* Mounts (when it is not mounted yet), makes mount targets inside the writable layer safely (openat2, in root), writes
 * config.json. 0, or -errno and everything of this call undone. Safe to repeat. More layers than one mount option page
 * holds must work (short link names or relative paths from the layers' folder). */
int rootfs_prepare(const struct rootfs_dirs *d, const struct container_spec *s, struct err *e);
/* To be called once keeper_start has said that it runs: keeps what crun made of its seccomp profile for the next container, which then starts in
 * half the time. */
void rootfs_started(const struct rootfs_dirs *d, const char *id);
/* Unmounts and removes <run_dir>/containers/<id>; the writable layer stays. 0 also when nothing was there. */
int rootfs_release(const struct rootfs_dirs *d, const char *id, struct err *e);
/* Removes the writable layer and the logs too. Slow for big layers: call it from a thread (uv_queue_work). */
int rootfs_remove(const struct rootfs_dirs *d, const char *id, struct err *e);
/* ids that have a folder in either place. */
int rootfs_list(const struct rootfs_dirs *d, struct strv *ret, struct err *e);
char *rootfs_path(const struct rootfs_dirs *d, const char *id);   /* the mounted root. The caller frees. */
char *rootfs_bundle(const struct rootfs_dirs *d, const char *id); /* the folder with config.json. The caller frees. */
char *rootfs_log_path(const struct rootfs_dirs *d, const char *id);
/* Is the machine's cgroup tree v2 only (unified at /sys/fs/cgroup)? */
bool cgroup_is_v2(void);
/* Makes ready what containers need of the cgroups on this machine: on v1 mounts the left-over controllers that would
 * make crun take the tree for hybrid; on v2 enables cpu, memory, pids for the tree. Says in `e` and gives -ENOTSUP when
 * the memory controller is off (Raspberry Pi: cgroup_enable=memory). Safe to repeat. */
int cgroup_prepare(struct err *e);
/* Removes our cgroup tree ("sedge") and the controller mount that cgroup_prepare made. */
int cgroup_cleanup(struct err *e);
