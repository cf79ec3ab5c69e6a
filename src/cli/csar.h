// SPDX-License-Identifier: Apache-2.0
/* TOSCA archives: the members of a zip, read where they stand, or of a tar, plain or packed by gzip; within limits. */
#pragma once

#include "tosca/tosca.h"

#define CSAR_MEMBERS_MAX 10000
#define CSAR_BYTES_MAX   (512LL << 20) /* unpacked */
#define CSAR_RATIO_MAX   200           /* unpacked to packed, beyond the first 16 MiB */

struct csar;
struct csar_member {
    char *path;  /* clean and relative, without a slash at its end */
    bool folder; /* named, or only the folder of others */
    bool runs;   /* a file that may be executed */
    int64_t size;
    uint64_t at, number; /* where the archive's directory speaks of it, or where it stands in the spool */
};

enum csar_look { CSAR_NONE, CSAR_ZIP, CSAR_TAR };
#define TAR_MAGIC_AT 257
/* What a file begins like; else what its name says it is, so that what is wrong with it is told. */
enum csar_look csar_look(const char *name, int fd);

/* Opens the archive that `fd` (a regular file, borrowed until csar_close) holds. A tar is unpacked once, by a process
 * without rights, into a file without a name. Takes folders and regular files with clean
 * relative names only: no links, no devices, no "..", no name twice, nothing locked, nothing beyond the limits. `shown`
 * names it in findings. 0, or -EBADMSG (CSAR told), or another -errno (IO told). */
int csar_open(int fd, const char *shown, struct csar **ret, struct diags *d);
void csar_close(struct csar *c); /* NULL is fine */

/* All members, in the archive's order; folders that are not named stand before what they hold. */
size_t csar_members(const struct csar *c, const struct csar_member **ret);
const struct csar_member *csar_find(const struct csar *c, const char *path);

/* The whole of a file: 0 with *ret (closed by NUL, the caller frees); -ENOENT; -EISDIR; -EFBIG past max; -EBADMSG when
 * it is damaged; all but -ENOENT with `e`. */
int csar_read(struct csar *c, const char *path, size_t max, char **ret, size_t *ret_len, struct err *e);
/* The same as a descriptor of a file in memory, at its beginning. */
int csar_fd(struct csar *c, const char *path, struct err *e);
