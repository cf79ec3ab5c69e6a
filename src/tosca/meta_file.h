// SPDX-License-Identifier: Apache-2.0
/* TOSCA.meta: what an archive, or a folder laid out as one, says of itself (TOSCA 1.3, 6.2; 2.0, 17.2). Pure. */
#pragma once

#include "tosca/tosca.h"

/* Where it may stand, the older place first; closed by NULL. */
extern const char *const meta_file_places[];

struct meta_file {
    char *entry;        /* Entry-Definitions */
    struct strv others; /* Other-Definitions: templates that may stand in for nodes of the entry */
};
void meta_file_done(struct meta_file *m);
/* Blocks of "Name: value" lines; the first block counts. 0 with *ret (meta_file_done), or -EBADMSG with CSAR findings
 * about file `path`. */
int meta_file_read(const char *text, size_t len, const char *path, struct meta_file *ret, struct diags *d);
