// SPDX-License-Identifier: Apache-2.0
/* Keeps an image from filling the disk: some room and some inodes stay free for the rest of the machine. */
#pragma once

#include "base/base.h"

/* 0, or -ENOSPC with `e` when the file system that holds the descriptor's folder has less free than its reserve: 5 % of
 * it, at least 64 MiB, at most 1 GiB; 2 % of its inodes. */
int image_disk_check(int fd, struct err *e);
/* What an image may take by default: the smaller of 16 GiB and 90 % of what is free at `path`. */
int64_t image_disk_budget(const char *path);
