// SPDX-License-Identifier: Apache-2.0
/* A YAML tree as flat bytes, for what is read at every start of the program and was parsed when it was built. */
#pragma once

#include "base/buf.h"
#include "base/yaml.h"

/* Appends a document's tree. Nodes that aliases reach again are written again; tags are not kept. */
void yflat_write(const struct ydoc *doc, struct buf *ret);
/* The tree again: its texts are borrowed from `data`, which has to outlive it; the rest is the document's (ydoc_done).
 * Mappings in the mappings under the root's keys that end with `folded` (NULL: none) stay folded: they have no pairs
 * until yflat_unfold. 0, or -EINVAL when the bytes are no such tree. */
int yflat_read(const void *data, size_t len, const char *folded, struct ydoc *ret);

/* Gives a folded node of the document its pairs; nothing happens to any other. */
void yflat_unfold(struct ydoc *doc, struct ynode *n);
/* What a mapping has under the key, or NULL; of a folded one that node alone is made, anew at each call. */
const struct ynode *yflat_peek(struct ydoc *doc, const struct ynode *n, const char *key);
