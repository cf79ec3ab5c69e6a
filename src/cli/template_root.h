// SPDX-License-Identifier: Apache-2.0
/* Where the root folder of a template given as a file is: its own folder, or above it where the template names files
 * there. */
#pragma once

#include "cli/template_overlay.h"
#include "tosca/tosca.h"

#define TEMPLATE_LIFT_MAX 4 /* folders */

/* over: may be NULL. folder: absolute path of the entry's folder; entry: its file name; trees: gets what was parsed, by path below the
 * root (struct tosca_tree). 0 with the root's absolute path and the entry's path below it (the caller frees both), or -errno
 * with `e`. */
int template_root_find(const char *folder, const char *entry, const struct template_overlay *over, struct map *trees,
                       char **ret_folder, char **ret_entry, struct err *e);
