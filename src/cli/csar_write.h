// SPDX-License-Identifier: Apache-2.0
/* Writes an archive, file after file: a tar where it is called .tar, .tar.gz or .tgz, else a zip. Equal files give
 * equal archives. */
#pragma once

#include <sys/types.h>

#include "base/base.h"

struct csar_writer;
/* Begins an archive that will stand at `path` when it is whole. 0 with *ret (csar_writer_free); -errno with `e`. */
int csar_writer_new(const char *path, struct csar_writer **ret, struct err *e);
/* Adds a file read from `fd` to its end, under a name that is not in it yet. */
int csar_writer_add(struct csar_writer *w, const char *name, mode_t mode, int fd, struct err *e);
int csar_writer_add_text(struct csar_writer *w, const char *name, const char *text, struct err *e);
/* Puts the archive in its place, on disk. *ret_size: its bytes. */
int csar_writer_end(struct csar_writer *w, int64_t *ret_size, struct err *e);
void csar_writer_free(struct csar_writer *w); /* one that was not ended leaves nothing. NULL is fine */
void csar_writer_freep(struct csar_writer **w);
