// SPDX-License-Identifier: Apache-2.0
/* Which file of a folder or an archive is the entry template. */
#pragma once

#include "cli/template_files.h"
#include "tosca/tosca.h"

/* By TOSCA-Metadata/TOSCA.meta or TOSCA.meta; without it the only YAML file of the root, which in an archive has to
 * name and version itself. `shown` stands before paths in findings. 0 with *ret (the caller frees), or -errno with an
 * error in `d`. */
int template_entry_find(struct template_files *files, const char *shown, char **ret, struct diags *d);
