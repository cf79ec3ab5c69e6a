// SPDX-License-Identifier: Apache-2.0
/* The entries of a section of substitution mappings, whichever way they are written. */
#pragma once

#include "tosca/context.h"

/* One entry: `key` is the name on the outside; `at` is [name, name], [name] or a lone name. */
typedef void (*mapping_do)(void *data, const struct ynode *key, struct at at);

/* Calls back for each entry of a map, or of a list of one-key maps. {mapping: ...} is seen through, and a list of lists
 * is one entry each. */
void mappings_each(struct tctx *c, struct at section, mapping_do do_it, void *data);
/* Which of the outer node's assignments of one requirement a mapping is for: `n` of them from the `first` one on. */
struct share {
    uint64_t first, n; /* n: UINT64_MAX for all that follow */
};
typedef void (*mapping_share_do)(void *data, const struct ynode *key, struct at at, struct share share);
/* Mappings of requirements. In TOSCA 2.0 several entries of one name share its assignments out in their order, one each
 * or as many as [name, count] says; one entry alone takes all (15.5.1). In 1.x each entry takes all. Keys that are
 * lists of another form are told. */
void mappings_of_requirements(struct tctx *c, struct at section, mapping_share_do do_it, void *data);
/* The first entry of that name; false when there is none. */
bool mapping_find(struct tctx *c, struct at section, const char *name, struct at *ret);
/* Item i of an entry; a lone name is item 0. Without node when there is none. */
struct at mapping_item(struct at at, size_t i);
/* The section of the file's substitution mappings. */
struct at mapping_section(struct tfile *f, const char *key);
