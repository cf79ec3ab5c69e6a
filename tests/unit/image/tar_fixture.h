// SPDX-License-Identifier: Apache-2.0
/* Tars made by hand, entry by entry, also such as no tool would write. */
#pragma once

#include "base/base.h"

struct tar_entry {
    const char *name; /* at most 100 bytes */
    char type;        /* '0' file (when 0), '1' hard link, '2' link, '3' and '4' devices, '5' folder, '6' FIFO */
    const char *data, *link;
    unsigned mode; /* 0: 0644, folders 0755 */
    unsigned uid, gid, mtime;
    int64_t claims; /* length in the header when not that of `data`; 0: as it is */
};
void tar_add(struct buf *to, const struct tar_entry *x);
/* Pax records for the next entry: keys and values in turn, closed by NULL. */
void tar_pax(struct buf *to, const char *const *pairs);
void tar_end(struct buf *to);
