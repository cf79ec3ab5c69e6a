// SPDX-License-Identifier: Apache-2.0
/* A YAML tree as flat bytes, for what is read at every start of the program and was parsed when it was built. */
#pragma once

#include "base/buf.h"
#include "base/yaml.h"

/* Appends a document's tree. Nodes that aliases reach again are written again; tags are not kept. */
void yflat_write(const struct ydoc *doc, struct buf *ret);
/* The tree again: its texts are borrowed from `data`, which has to outlive it; the rest is the document's (ydoc_done).
 * 0, or -EINVAL when the bytes are no such tree. */
int yflat_read(const void *data, size_t len, struct ydoc *ret);
