// SPDX-License-Identifier: Apache-2.0
/* Feeds text to the reader of a registry's authentication challenges. */
#include <string.h>

#include "base/base.h"
#include "fuzz_must.h"
#include "image/registry_private.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    AUTO_FREE char *text = mem_strndup((const char *)data, size);
    struct registry_challenge c;
    registry_challenge_parse(text, &c);
    const char *const parts[] = {c.realm, c.service, c.scope};
    for (size_t i = 0; i < ARRAY_LEN(parts); i++)
        must(parts[i] == NULL || (c.bearer && strlen(parts[i]) <= strlen(text)),
             "parts come from a bearer's challenge");
    registry_challenge_done(&c);
    must(c.realm == NULL && !c.bearer && !c.basic, "nothing is left");
    return 0;
}
