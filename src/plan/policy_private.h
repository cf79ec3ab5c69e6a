// SPDX-License-Identifier: Apache-2.0
/* What the files on policies share. Private to them. */
#pragma once

#include "plan/policy.h"

#define POLICY_SITE_LABEL "sedge.dev/site" /* of nodes: where they stand */

/* Is the container, or software in it, among these components? */
bool policy_holds(const struct topology *t, const size_t *components, size_t n, size_t container);
