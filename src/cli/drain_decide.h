// SPDX-License-Identifier: Apache-2.0
/* Which pods of a node that is to be emptied may go next. Pure. */
#pragma once

#include "base/base.h"

struct drain {
    const char *node;
    const json_t *pods;     /* array: all of the cluster, as they are */
    const struct map *want; /* uid of an owner -> number of its pods when it began (uintptr_t); see drain_owners */
    size_t at_once;         /* most that are on their way at a time */
};
/* Why a pod of the node should not be asked to go, or NULL: it uses a volume, whose data stays on that node, or names
 * that node itself (neither asked about with `volumes`: it waits for the node then), or no owner would make it anew (`unowned`: may go all the same). */
const char *drain_objection(const json_t *pod, bool volumes, bool unowned);
/* Does it stand on the node (it has not ended)? */
bool drain_stands(const json_t *pod, const char *node);
/* How many pods each owner has, by uid. */
void drain_owners(const json_t *pods, struct map *ret);
/* Pods to ask to go now (weak, at most `most`); gives their number. One that is ready goes when none of its owner's is
 * on its way, as many as at the beginning are there, and those elsewhere are ready. */
size_t drain_next(const struct drain *d, const json_t **ret, size_t most);
/* How many still stand on the node. */
size_t drain_left(const struct drain *d);
