// SPDX-License-Identifier: Apache-2.0
/* Which names the members of an archive may have. Pure. */
#pragma once

#include "base/base.h"

/* The name without a slash at its end; NULL, with `e` saying why, when it is not plain UTF-8, absolute, leads elsewhere
 * or is too long. The caller frees. */
char *csar_name_clean(const char *name, size_t len, struct err *e);
