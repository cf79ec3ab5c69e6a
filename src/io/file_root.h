// SPDX-License-Identifier: Apache-2.0
/* A folder whose files are read by relative path and never outside it (openat2, RESOLVE_BENEATH); and where our own data files are. */
#pragma once

#include "base/base.h"

struct file_root {
    int fd;
    size_t max; /* bytes of one file */
};
int file_root_open(const char *folder, size_t max, struct file_root *ret, struct err *e);
void file_root_close(struct file_root *r);
/* `root` is a struct file_root. 0 with *ret (NUL-closed, the caller frees); -ENOENT; -EFBIG; -EXDEV when the path or a link on it leads outside; -errno with `e`.
 * These two fit struct tosca_source as they are. */
int file_root_read(void *root, const char *path, char **ret, size_t *ret_len, struct err *e);
bool file_root_exists(void *root, const char *path);
/* Opens what is there (never following a link that leads outside, never waiting for a pipe): a descriptor, or -errno with `e`. */
int file_root_fd(const struct file_root *root, const char *path, struct err *e);

/* The folder of a kind of data files ("profiles", "web"): $SEDGE_DATA/<kind>, or beside the program's build folder (<exe>/../../<kind>),
 * or as installed. 0 with *ret (the caller frees); -ENOENT with `e`. */
int file_data_folder(const char *kind, char **ret, struct err *e);
