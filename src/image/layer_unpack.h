// SPDX-License-Identifier: Apache-2.0
/* Unpacks one stream into one folder: the children that read it are jailed, this side only counts, hashes and passes
 * on. */
#pragma once

#include "image/layer_write.h"

struct layer_unpack {
    int fd;             /* the stream as it came (packed or bare), read to its end; borrowed */
    const char *folder; /* there, and empty */
    struct layer_limits limits;
    int64_t stream_max;                             /* bytes of the unpacked tar */
    void (*progress)(void *data, int64_t unpacked); /* now and then; may be NULL */
    void *data;
};
struct layer_unpacked {
    char diff_id[DIGEST_TEXT_SIZE]; /* sha256 of the unpacked tar */
    int64_t bytes, entries, skipped;
    char *first_skipped; /* or NULL */
    bool hides_all;      /* the layer's root is opaque: what lies below it does not show */
};
void layer_unpacked_done(struct layer_unpacked *u);
/* 0 with *ret; -ENOEXEC, -EBADMSG, -EFBIG, -ENOSPC, -ENOMEM, -errno with `e`. On failure the folder holds what it
 * holds: remove it. Nothing is synced. SIGPIPE must be ignored in this process. */
int layer_unpack(const struct layer_unpack *o, struct layer_unpacked *ret, struct err *e);
