// SPDX-License-Identifier: Apache-2.0
/* Kernel settings that the network needs: set, and for those of the whole machine remembered, so that they can be put
 * back. */
#pragma once

#include "base/base.h"

/* Sets the settings of the machine and of the bridge. What the machine's were before stands in <run_dir>/net.sysctl
 * from before the first change on. */
int net_sysctl_apply(const char *run_dir, const char *bridge, struct err *e);
/* Puts the machine's back, save those that somebody else has changed since, and forgets. 0 also when there is nothing
 * to put back. */
int net_sysctl_restore(const char *run_dir, struct err *e);
