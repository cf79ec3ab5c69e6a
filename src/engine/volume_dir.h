// SPDX-License-Identifier: Apache-2.0
/* Named volumes: folders that outlive containers, <state_dir>/volumes/<namespace>/<name>/data. */
#pragma once

#include "base/base.h"

/* Makes it when missing. When it is new and `root` (a container's mounted root) has a folder `seed` (its path in the container), that folder's content, owners, modes and times
 * are copied in first, as Docker does; whole or not at all. root NULL: it begins empty. *ret: the data folder (the caller frees). */
int volume_dir_open(const char *state_dir, const char *ns, const char *name, const char *root, const char *seed, char **ret, struct err *e);
int volume_dir_remove(const char *state_dir, const char *ns, const char *name, struct err *e); /* 0 also when absent */
struct volume_dir_item {
    char *ns, *name;
};
int volume_dir_list(const char *state_dir, struct volume_dir_item **ret, size_t *ret_n,
                    struct err *e); /* the caller frees all */
