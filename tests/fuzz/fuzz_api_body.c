// SPDX-License-Identifier: Apache-2.0
/* Feeds bodies to the API's way of making objects: the first byte chooses the kind, the rest is JSON. What is taken
 * must be found again, as it was answered, be replaced by itself without a write, and be deletable. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "fuzz_must.h"
#include "head/objects.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_made(struct objects *o, struct object_ref ref, const json_t *made)
{
    struct err e = {0};
    AUTO_JSON json_t *again = NULL;
    must(objects_get(o, ref, &again, &e) == 0 && json_equal(made, again), "what was made is not there as it was told");
    int64_t revision = objects_revision(o);
    must(objects_replace(o, ref, OBJECTS_SPEC, again, NULL, &e) == 0, "an object cannot replace itself");
    must(objects_replace(o, ref, OBJECTS_STATUS, again, NULL, &e) == 0, "a status cannot replace itself");
    must(objects_revision(o) == revision, "nothing changed, but it was written");
    must(objects_delete(o, ref, NULL, NULL, &e) == 0, "it cannot be deleted");
    must(objects_remove(o, ref, NULL, &e) == 0, "it cannot be removed");
}

static void feed(struct objects *o, const struct kind *k, const json_t *body, bool keep_status)
{
    struct err e = {0};
    AUTO_JSON json_t *made = NULL;
    int r = objects_create(o, k, "default", body, keep_status, &made, &e);
    must((r == 0) == (made != NULL) && (r == 0) == (e.code == 0), "an object or an error, not both");
    if (r < 0)
        return;
    const json_t *meta = json_object_get(made, "metadata");
    AUTO_FREE char *name = mem_strdup(json_str(meta, "name", NULL));
    must(name != NULL, "an object without a name");
    check_made(o, (struct object_ref){k, k->namespaced ? "default" : NULL, name}, made);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct err e = {0};
    struct store *s = NULL;
    struct objects *o = NULL;
    if (size == 0)
        return 0;
    AUTO_JSON json_t *body = json_parse((const char *)data + 1, size - 1, &e);
    if (!body)
        return 0;
    must(store_open_memory(&s) == 0 && objects_open(s, &o, &e) == 0, "an empty store does not open");
    feed(o, &kinds[data[0] % kinds_n], body, data[0] & 0x80);
    objects_close(o);
    store_close(s);
    return 0;
}
