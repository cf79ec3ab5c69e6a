// SPDX-License-Identifier: Apache-2.0
/* What passes between the process that reads a tar and the one that keeps what is in it: records on a pipe. Private to
 * the readers of archives. */
#pragma once

#include "cli/csar_private.h"

enum csar_tar_what { CSAR_TAR_FILE = 1, CSAR_TAR_FOLDER, CSAR_TAR_OTHER, CSAR_TAR_END };
/* Then the name (name_len bytes), then, of a file, `size` bytes. An end without CSAR_TAR_END is a fault. */
struct csar_tar_record {
    uint32_t what, runs, name_len, spare;
    int64_t size;
};
#define CSAR_TAR_NAME_MAX 4096

/* Opens libarchive. 0; -ENOENT with `e`. */
int csar_tar_library(struct err *e);
/* Reads the tar in `in`, plain or packed by gzip, and writes records to `out`: for a process that has given its rights
 * away. 0; -errno. */
int csar_tar_send(int in, int out);
/* Takes records from `in`, of whom nothing is believed, into `c` and its spool. 0; -EBADMSG or another -errno with `e`.
 */
int csar_tar_take(struct csar *c, int in, struct err *e);
