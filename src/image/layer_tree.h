// SPDX-License-Identifier: Apache-2.0
/* A layer's folder while it is written: paths resolved so that nothing leads outside, last components replaced, parents
 * made. */
#pragma once

#include <sys/types.h>

#include "base/base.h"

/* Every path is resolved by openat2(RESOLVE_IN_ROOT): links inside the layer work as in a chroot, and none leads out.
 */
struct layer_tree {
    int root;   /* borrowed */
    int parent; /* the folder that was asked for last, kept open since archives name neighbours in a row; or -1 */
    char *parent_path;
    bool stale;         /* a folder or a link was taken away: the parent must be looked up again */
    size_t max_depth;   /* of folders, when one is removed */
    struct strv opaque; /* folders that hide what lower layers have there */
};
void layer_tree_init(struct layer_tree *t, int root, size_t max_depth);
void layer_tree_done(struct layer_tree *t);

/* The folder `path` ("" is the root; cleaned, relative), made with its parents when missing. The descriptor is the
 * tree's, valid until the next call. */
int layer_tree_dir(struct layer_tree *t, const char *path, int *ret_fd, struct err *e);
/* Opens what is there, in the root; `flags` as for openat. The descriptor, or -errno. */
int layer_tree_open(const struct layer_tree *t, const char *path, int flags);
/* Takes `name` away from the folder `dir`, whatever it is. 0 also when nothing was there. `was_whiteout` may be NULL.
 */
int layer_tree_remove(struct layer_tree *t, int dir, const char *name, bool *was_whiteout);
/* Makes `name` in `dir` hide what lower layers have: `path` is both together. What this layer itself has there stays.
 */
int layer_tree_whiteout(struct layer_tree *t, int dir, const char *name, const char *path);
/* A new or kept folder. Opens it. `path` is both together. */
int layer_tree_mkdir(struct layer_tree *t, int dir, const char *name, const char *path, int *ret_fd);
