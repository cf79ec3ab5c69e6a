// SPDX-License-Identifier: Apache-2.0
/* The YAML files that a command's words name. */
#pragma once

#include "base/base.h"

/* Adds a file as it is named; of a folder all *.yaml and *.yml below it, sorted, but nothing whose name begins with a
 * dot, and through no links. 0, or -errno with `e`. */
int yaml_files(const char *path, struct strv *ret, struct err *e);
