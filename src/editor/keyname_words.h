// SPDX-License-Identifier: Apache-2.0
/* What keynames of TOSCA's grammar mean, in a line each. Pure. */
#pragma once

#include "tosca/grammar.h"

/* A line without full stop, or NULL where the key's shape says all there is. `key` is the name in the core form. */
const char *keyname_words(enum shape in, const char *key);
