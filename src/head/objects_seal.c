// SPDX-License-Identifier: Apache-2.0
/* Seals Secrets on their way into the store and opens them on their way out. */
#include "head/objects_seal.h"

#include <errno.h>
#include <string.h>

#include "head/object_shape.h"
#include "io/file.h"

#define PREFIX "/secrets/"
#define SEALED "sealed"

void objects_seal_done(struct objects_seal *s)
{
    key_ring_done(&s->ring);
    free(s->path);
}

bool objects_seal_applies(const char *key)
{
    return str_starts(key, PREFIX);
}

static bool any_sealed(const struct objects_seal *s)
{
    AUTO(store_list_done)
    struct store_list list = {0};
    return store_list(s->store, PREFIX, NULL, 1, &list, NULL) < 0 || list.n > 0;
}

/* A new key where sealed objects stand would hide that theirs is lost. */
static int make_keys(struct objects_seal *s, struct err *e)
{
    if (any_sealed(s))
        return err_set(e, ENOKEY,
                       "the key of the secrets, %s, is not there: restore it from a backup, or remove the secrets "
                       "(`sedge secret rm --force`) and set them anew",
                       s->path);
    AUTO_FREE char *folder = mem_strndup(s->path, (size_t)(strrchr(s->path, '/') - s->path));
    err_clear(e);
    int r = file_mkdirs(folder, 0700, e);
    return r < 0 ? r : key_ring_make(s->path, &s->ring, e);
}

int objects_seal_keys(struct objects_seal *s, struct err *e)
{
    if (s->ring.n > 0)
        return 0;
    if (!s->path) {
        key_ring_new(&s->ring);
        return 0;
    }
    int r = key_ring_read(s->path, &s->ring, e);
    return r == -ENOENT ? make_keys(s, e) : r;
}

/* What a sealed text belongs to: put under another name, or into another object, it does not open. */
static char *context_of(const char *key, const json_t *object)
{
    return mem_printf("%s %s", key, json_str(json_object_get(object, "metadata"), "uid", ""));
}

int objects_seal_close(struct objects_seal *s, const char *key, const json_t *object, json_t **ret, struct err *e)
{
    int r = objects_seal_keys(s, e);
    if (r < 0)
        return r;
    AUTO_JSON json_t *inner = json_object(), *v = json_copy((json_t *)(uintptr_t)object);
    AUTO_JSON json_t *meta = json_copy(json_object_get(object, "metadata"));
    json_object_set(inner, "data", json_object_get(object, "data"));
    json_object_set(inner, "annotations", json_object_get(meta, "annotations"));
    json_object_del(meta, "annotations");
    json_object_set(v, "metadata", meta);
    json_object_del(v, "data");
    char *text = json_text(inner);
    size_t len = strlen(text);
    AUTO_FREE char *context = context_of(key, object);
    AUTO_FREE char *sealed = key_ring_close(&s->ring, context, text, len);
    seal_wipe(text, len);
    json_put_str(v, SEALED, sealed);
    *ret = take_ptr(v);
    return 0;
}

int objects_seal_open(struct objects_seal *s, const char *key, json_t *object, struct err *e)
{
    const char *sealed = json_str(object, SEALED, NULL);
    AUTO_FREE char *context = context_of(key, object);
    char *text = NULL;
    size_t len = 0;
    if (!sealed)
        return 0;
    int r = objects_seal_keys(s, e);
    if (r == 0)
        r = key_ring_open(&s->ring, context, sealed, &text, &len, e);
    AUTO_JSON json_t *inner = r == 0 ? json_parse(text, len, e) : NULL;
    seal_wipe(text, len);
    if (!inner)
        return err_wrap(e, r < 0 ? r : -EBADMSG, "open %s", key);
    json_object_del(object, SEALED);
    if (json_object_get(inner, "data"))
        json_object_set(object, "data", json_object_get(inner, "data"));
    if (json_object_get(inner, "annotations"))
        json_object_set(object_part(object, "metadata"), "annotations", json_object_get(inner, "annotations"));
    return 0;
}

void objects_seal_check(struct objects_seal *s)
{
    struct err e = {0};
    if (any_sealed(s) && objects_seal_keys(s, &e) < 0)
        log_error("%s", err_text(&e));
}
