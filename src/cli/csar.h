// SPDX-License-Identifier: Apache-2.0
/* TOSCA archives: unpacks a zip within limits, and finds the entry template of unpacked files. */
#pragma once

#include "tosca/tosca.h"

#define CSAR_MEMBERS_MAX 10000
#define CSAR_BYTES_MAX   (512LL << 20) /* unpacked */
#define CSAR_RATIO_MAX   200           /* unpacked to packed, beyond the first 16 MiB */

/* Unpacks the zip read from `fd` (a regular file) into the empty folder `folder_fd`. Takes folders and regular files
 * with clean relative names only: no links, no devices, no "..", no name twice, nothing beyond the limits. `shown`
 * names it in findings. 0, or -EBADMSG (CSAR told), or another -errno (IO told). */
int csar_unpack(int fd, int folder_fd, const char *shown, struct diags *d);

/* TOSCA.meta's blocks of "Name: value" lines; the first block counts. 0 with *ret_entry (the caller frees), or -EBADMSG
 * with CSAR findings about file `path`. */
int csar_meta_read(const char *text, size_t len, const char *path, char **ret_entry, struct diags *d);
