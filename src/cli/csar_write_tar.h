// SPDX-License-Identifier: Apache-2.0
/* Writes tar archives, plain or packed by gzip, file after file; equal files give equal archives. */
#pragma once

#include <sys/types.h>

#include "base/base.h"

/* Is it the name of one (.tar, .tar.gz, .tgz)? */
bool csar_tar_is_name(const char *path);

struct csar_tar_writer;
/* name: what the archive will be called; part: the file that it is written to. 0 with *ret; -errno with `e`. */
int csar_tar_writer_new(const char *name, const char *part, struct csar_tar_writer **ret, struct err *e);
/* Adds a regular file of `size` bytes read from `fd`. */
int csar_tar_writer_add(struct csar_tar_writer *w, const char *name, mode_t mode, int fd, int64_t size, struct err *e);
int csar_tar_writer_add_text(struct csar_tar_writer *w, const char *name, const char *text, struct err *e);
/* All is in it. 0; -errno. */
int csar_tar_writer_end(struct csar_tar_writer *w, struct err *e);
void csar_tar_writer_free(struct csar_tar_writer *w); /* NULL is fine */
