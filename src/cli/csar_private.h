// SPDX-License-Identifier: Apache-2.0
/* The inside of archives, for the files that make them up: one list of members, and who reads them. */
#pragma once

#include "cli/csar.h"

struct csar;
/* How a kind of archive gives its members. */
struct csar_kind {
    /* Gives the bytes of a file to `take`, block by block: exactly m->size of them, or -EBADMSG, or what take gave. */
    int (*unpack)(struct csar *c, const struct csar_member *m, int (*take)(void *, const char *, size_t), void *data);
    void (*close)(struct csar *c);
};

struct csar {
    const struct csar_kind *kind; /* NULL: not opened yet */
    void *zip;                    /* of csar_zip.c */
    int spool;                    /* of csar_tar.c: what the members hold, one after another; else -1 */
    struct csar_member *members;
    size_t n, named; /* folders that only others name are not counted in `named` */
    struct map by_path;
    int64_t packed, unpacked; /* bytes: of the archive, of all members so far */
};

/* One more member comes: -EBADMSG with `e` when there are too many. */
int csar_count(struct csar *c, struct err *e);
/* Adds it, and the folders above it: 0; -EBADMSG with `e`: it stands there already, or is beyond the limits. path:
 * clean (csar_name_clean), copied. */
int csar_add(struct csar *c, const struct csar_member *m, struct err *e);

/* Each fills `c` from the archive in `fd`: 0; -EBADMSG or another -errno with `e`. */
int csar_zip_open(struct csar *c, int fd, struct err *e);
int csar_tar_open(struct csar *c, int fd, struct err *e);
