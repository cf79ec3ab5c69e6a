// SPDX-License-Identifier: Apache-2.0
/* Brings what templates import by URL: from the cache or from its server, each once in a run of the command. */
#pragma once

#include "cli/import_options.h"
#include "tosca/tosca.h"

#define IMPORT_FILE_MAX  (8U << 20)      /* bytes of one */
#define IMPORT_FILE_US   (30 * US_PER_S) /* for one; $SEDGE_FETCH_SECONDS */
#define IMPORT_ALL_FILES 4               /* times that for all of a template's */

struct imports;
/* options: copied; NULL: only what the environment says. */
struct imports *imports_new(const struct import_options *options);
void imports_free(struct imports *m); /* NULL is fine */
/* As struct tosca_source's fetch. */
int imports_fetch(struct imports *m, const struct tosca_remote *what, struct err *e);
/* What was fetched under a path: text of *ret_len bytes, closed by NUL, borrowed; NULL: nothing. */
const char *imports_get(const struct imports *m, const char *path, size_t *ret_len);
