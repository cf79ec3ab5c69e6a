// SPDX-License-Identifier: Apache-2.0
/* Sources of Applications, loaded from their bundles once and kept while an Application names them. */
#pragma once

#include "head/orchestrate.h"

struct source_shelf;
struct source_shelf *source_shelf_new(const char *head_dir); /* head_dir is borrowed */
void source_shelf_free(struct source_shelf *s);              /* NULL is fine */

/* Loads the source, or gives it as it was loaded before; it must be one that sedge can run. *ret is borrowed, until
 * source_shelf_keep. -ENOENT, -EINVAL, -EIO with `e`: for a template with errors the first of them, with its place. */
int source_shelf_get(struct source_shelf *s, const struct application_source *from, const struct orchestrate_part **ret,
                     struct err *e);
/* Names of the template's inputs that are sensitive, as far as it can be read. -errno with `e`: it cannot. */
int source_sensitive_inputs(const char *head_dir, const char *bundle, const char *entry, struct strv *ret,
                            struct err *e);
/* Drops what none of the Applications (objects) names. */
void source_shelf_keep(struct source_shelf *s, const struct object_list *applications);
