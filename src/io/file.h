// SPDX-License-Identifier: Apache-2.0
/* Files and folders: whole reads with a limit, writes that survive a power cut, trees made and removed without following links. */
#pragma once

#include <sys/stat.h>
#include <sys/types.h>

#include "base/base.h"

/* Reads a whole regular file, pipe or /proc file of at most max bytes. 0 with text closed by NUL (the caller frees); -errno, -EFBIG past max. */
int file_read(const char *path, size_t max, char **ret, size_t *ret_len, struct err *e);
int file_read_at(int dirfd, const char *path, size_t max, char **ret, size_t *ret_len, struct err *e);
int file_read_fd(int fd, size_t max, char **ret, size_t *ret_len, struct err *e);
/* Replaces the file in one step: a temporary beside it, fsync, rename, fsync of the folder. Nothing is left behind on failure. */
int file_write(const char *path, const void *data, size_t len, mode_t mode, struct err *e);
/* Reads a regular file as file_read does, with what fstat says of it. -EISDIR, -EINVAL when it is no regular file. */
int file_read_seen(const char *path, size_t max, char **ret, size_t *ret_len, struct stat *ret_seen, struct err *e);
/* Replaces, as file_write does, the file that was seen, and keeps its mode, owner and group; through links, the file that they lead to. -EPERM when
 * we may not give a file to its owner; -EAGAIN when another or a changed one stands there by now. Nothing is changed then. */
int file_rewrite(const char *path, const void *data, size_t len, const struct stat *seen, struct err *e);
/* The same as file_write without the fsyncs, for what may be lost (under /run). */
int file_write_fast(const char *path, const void *data, size_t len, mode_t mode, struct err *e);
/* Removes the temporaries of `path` that writers left which were killed. Nobody may be writing it. */
void file_drop_temporaries(const char *path);
/* write(2) of all of it. 0 or -errno. */
int file_write_fd(int fd, const void *data, size_t len);
int file_fsync_dir(const char *path, struct err *e);
/* Makes a folder and its missing parents. 0 also when it is there. */
int file_mkdirs(const char *path, mode_t mode, struct err *e);
/* Removes a file or a whole tree; never follows links, never crosses into another mounted file system, no recursion deeper than the tree needs
 * (own stack). 0 also when nothing was there. */
int file_remove_tree(const char *path, struct err *e);
bool file_exists(const char *path);
/* Names in a folder without "." and "..", sorted. 0 or -errno. */
int file_list(const char *path, struct strv *ret, struct err *e);
/* a/b, with exactly one '/' between. The caller frees. */
char *file_join(const char *a, const char *b);
/* "x/../y//z" -> "y/z" ("" for the root itself): resolves "." and "..", gives NULL when it would leave the root or is absolute. Pure. The caller frees. */
char *file_clean_relative(const char *path);
/* Takes an exclusive lock on a file (made when missing), held by the descriptor. -EAGAIN with `e` when another holds it. */
int file_lock(const char *path, int *ret_fd, struct err *e);
/* Free bytes on the file system that holds path, or -errno. */
int64_t file_free_bytes(const char *path);
