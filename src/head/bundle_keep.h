// SPDX-License-Identifier: Apache-2.0
/* Which bundles are still needed. */
#pragma once

#include "head/head_state.h"

/* Removes bundles and blobs that no object names any more. Failures are logged. */
void bundle_keep_sweep(struct head *h);
