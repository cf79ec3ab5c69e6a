// SPDX-License-Identifier: Apache-2.0
/* The system calls that unpacking needs; all others fail with EPERM. */
#pragma once

#include "base/base.h"

/* Enters the filter for good. `writes`: also those that make files. 0 or -errno (-ENOSYS where the kernel or the
 * processor has no filter: then nothing is changed). */
int layer_seccomp_enter(bool writes);
