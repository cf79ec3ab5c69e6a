// SPDX-License-Identifier: Apache-2.0
/* A file of keys to seal with: a line of 64 hex digits each, readable by its owner only. The first one seals, all of
 * them open, so a key is changed by a new line at the top. */
#pragma once

#include "base/base.h"
#include "base/seal.h"

struct key_ring {
    struct seal_key *keys;
    size_t n; /* 0: not read yet, or wiped */
};
/* -ENOENT: there is none; -EINVAL: it is no file of keys; -EACCES: others than its owner may read it. */
int key_ring_read(const char *path, struct key_ring *ret, struct err *e);
/* Makes the file with one new key, on disk before this returns; -EEXIST when there is one. */
int key_ring_make(const char *path, struct key_ring *ret, struct err *e);
/* A ring with one new key that is kept nowhere. */
void key_ring_new(struct key_ring *ret);
void key_ring_done(struct key_ring *r); /* wipes it */

/* seal_close with the first key. */
char *key_ring_close(const struct key_ring *r, const char *context, const void *plain, size_t len);
/* seal_open with the key that it was sealed with; -ENOKEY when the ring does not have that one. */
int key_ring_open(const struct key_ring *r, const char *context, const char *sealed, char **ret, size_t *ret_len,
                  struct err *e);
