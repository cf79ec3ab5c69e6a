// SPDX-License-Identifier: Apache-2.0
/* Finds tokens in a text. */
#include "tosca/text_token.h"

#include <stddef.h>
#include <string.h>

const char *text_token(const char *text, const char *separators, int64_t index)
{
    const char *p = text;
    for (; index > 0; index--) {
        p += strcspn(p, separators);
        if (!*p)
            return NULL;
        p++;
    }
    return p;
}
