// SPDX-License-Identifier: Apache-2.0
/* Feeds bodies in Kubernetes' protobuf form: an object or an error, and what is read is JSON that can be written. */
#include <errno.h>
#include <string.h>

#include "fuzz_must.h"
#include "head/api_protobuf.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    struct err e = {0};
    AUTO_JSON json_t *v = api_protobuf_read(data, len, &e);
    must((v == NULL) == (e.code != 0), "an object or an error, not both");
    if (!v)
        return 0;
    must(json_is_object(v) && json_str(v, "kind", NULL), "no object with a kind");
    AUTO_FREE char *text = json_text(v);
    must(text != NULL, "it cannot be written");
    return 0;
}
