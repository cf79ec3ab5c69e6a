// SPDX-License-Identifier: Apache-2.0
/* What a fuzz target says before it ends the process: a promise of the code under test that did not hold. */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static inline void must(bool held, const char *words)
{
    if (held)
        return;
    fprintf(stderr, "broken promise: %s\n", words);
    abort();
}
