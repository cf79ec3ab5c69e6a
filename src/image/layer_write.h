// SPDX-License-Identifier: Apache-2.0
/* Writes a layer's tar into a folder: whiteouts become overlayfs' own, nothing leads outside, nothing grows past its
 * limits. OCI image specification, "Image Layer Filesystem Changeset". Runs in the jail (image/layer_jail.h); the
 * fuzzer runs it alone. */
#pragma once

#include "image/layer_tree.h"

struct layer_limits {
    int64_t max_bytes; /* of file contents and of one file's length */
    int64_t max_entries;
    size_t max_depth; /* of a path, in components */
};
extern const struct layer_limits layer_limits_default;

struct layer_report { /* what was written; made in the jail: the numbers are for people, the paths are looked up anew
                         inside the layer */
    int64_t entries, bytes;
    int64_t skipped;     /* device nodes and sockets, which the runtime makes itself or nobody needs */
    char *first_skipped; /* the path of the first, or NULL */
    struct strv opaque;  /* folders that hide what lower layers have there */
};
void layer_report_done(struct layer_report *r);

struct layer_source { /* where the tar comes from */
    const void *head; /* bytes that were read already, given first; borrowed */
    size_t head_len;
    int fd; /* borrowed; -1: none */
    char buffer[256 * 1024];
};

/* Writes the bare tar of `source`, to its very end, into `root`. 0 with *ret; -ENOEXEC (not a usable layer), -EBADMSG
 * (broken or cut off), -EFBIG (a limit), -ENOSPC, -errno. */
int layer_write(struct layer_source *source, int root, const struct layer_limits *limits, struct layer_report *ret,
                struct err *e);

enum layer_packing { LAYER_BARE, LAYER_GZIP, LAYER_ZSTD, LAYER_XZ, LAYER_BZIP2 };
/* Told by the first bytes (6 are enough). */
enum layer_packing layer_packing_of(const void *head, size_t len);
/* Unpacks `source` onto `out`. 0; -EBADMSG when it is broken; -ENOMEM when it wants a larger window than is allowed;
 * -EPIPE when the reader is gone. */
int layer_inflate(struct layer_source *source, enum layer_packing packing, int out, struct err *e);
/* Opens libarchive: before a jail is entered, for there is nothing to open in it. */
int layer_archive_open(struct err *e);
