// SPDX-License-Identifier: Apache-2.0
/* The entries of a section of substitution mappings, whichever way they are written. */
#pragma once

#include "tosca/context.h"

/* One entry: `key` is the name on the outside; `at` is [name, name], [name] or a lone name. */
typedef void (*mapping_do)(void *data, const struct ynode *key, struct at at);

/* Calls back for each entry of a map, or of a list of one-key maps. {mapping: ...} is seen through, and a list of lists
 * is one entry each. */
void mappings_each(struct tctx *c, struct at section, mapping_do do_it, void *data);
/* The first entry of that name; false when there is none. */
bool mapping_find(struct tctx *c, struct at section, const char *name, struct at *ret);
/* Item i of an entry; a lone name is item 0. Without node when there is none. */
struct at mapping_item(struct at at, size_t i);
/* The section of the file's substitution mappings. */
struct at mapping_section(struct tfile *f, const char *key);
