// SPDX-License-Identifier: Apache-2.0
/* The head's time never goes back: a floor on disk, for boards whose clock begins anew at each boot. */
#pragma once

#include "base/base.h"

/* Reads <dir>/clock and moves this process's clock forward to it where it stands before that. */
void head_clock_open(const char *dir);
/* Keeps the time as a floor: a write at most once an hour, when something happens that needs it (a certificate is given out). */
void head_clock_keep(const char *dir);
