// SPDX-License-Identifier: Apache-2.0
/* Feeds JSON to each kind's field table; what one takes must come back the same when it is encoded and decoded again.
 */
#include <string.h>

#include "base/base.h"
#include "fuzz_must.h"
#include "model/model.h"

static void feed(const struct field_table *t, const json_t *v)
{
    struct err e = {0};
    AUTO_FREE char *object = mem_alloc(t->size);
    if (fields_decode(t, v, object, &e) < 0) {
        must(e.code != 0 && strchr(e.text, ':') != NULL, "a refusal names its field");
        return;
    }
    AUTO_JSON json_t *once = fields_encode(t, object);
    fields_done(t, object);
    must(fields_decode(t, once, object, &e) == 0, "what we encode can be decoded");
    AUTO_JSON json_t *twice = fields_encode(t, object);
    fields_done(t, object);
    must(json_equal(once, twice), "and is the same");
    must(fields_check_update(t, once, twice, &e) == 0, "nothing immutable has changed");
    (void)fields_check_update(t, once, v, &e);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct err e = {0};
    AUTO_JSON json_t *v = json_parse((const char *)data, size, &e);
    if (v == NULL)
        return 0;
    const char *named = json_str(v, "kind", NULL);
    const struct kind *kind = named ? kind_find(named) : NULL;
    for (size_t i = 0; i < kinds_n; i++)
        if (kind == NULL || kind == &kinds[i])
            feed(kinds[i].table, v);
    if (kind == NULL)
        feed(&machine_fields, v);
    return 0;
}
