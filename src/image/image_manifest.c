// SPDX-License-Identifier: Apache-2.0
/* Reads indexes, manifests and Docker's archive lists; what a field may hold is checked here, so that nobody after
 * needs to. */
#include "image/image_manifest.h"

#include <errno.h>
#include <string.h>

#define MAX_ENTRIES  1000
#define MAX_IMAGES   1000
#define TYPE_SCHEMA1 "application/vnd.docker.distribution.manifest.v1"

static void descriptor_done(struct image_descriptor *d)
{
    free(d->media_type);
    free(d->digest);
    *d = (struct image_descriptor){0};
}

static int descriptor_read(const json_t *v, const char *what, struct image_descriptor *ret, struct err *e)
{
    const char *digest = json_str(v, "digest", "");
    json_t *size = json_object_get(v, "size");
    if (!json_is_object(v))
        return err_set(e, ENOEXEC, "%s is not an object", what);
    if (!digest_valid(digest))
        return err_set(e, ENOEXEC, "%s: '%.80s' is not a sha256 digest", what, digest);
    if (!json_is_integer(size) || json_integer_value(size) < 0)
        return err_set(e, ENOEXEC, "%s: size is missing or negative", what);
    ret->media_type = mem_strdup(json_str(v, "mediaType", ""));
    ret->digest = mem_strdup(digest);
    ret->size = json_integer_value(size);
    return 0;
}

static char *optional(const json_t *obj, const char *key)
{
    const char *s = json_str(obj, key, NULL);
    return str_empty(s) ? NULL : mem_strdup(s);
}

static int entry_read(const json_t *v, size_t at, struct image_index_entry *ret, struct err *e)
{
    char what[48];
    snprintf(what, sizeof(what), "manifests[%zu]", at);
    int r = descriptor_read(v, what, &ret->d, e);
    if (r < 0)
        return r;
    const json_t *platform = json_object_get(v, "platform"), *notes = json_object_get(v, "annotations");
    ret->os = optional(platform, "os");
    ret->arch = optional(platform, "architecture");
    ret->variant = optional(platform, "variant");
    static const char *const naming[] = {"dev.sedge.image.names", "io.containerd.image.name",
                                         "org.opencontainers.image.ref.name"};
    for (size_t i = 0; i < ARRAY_LEN(naming) && !ret->name; i++)
        ret->name = optional(notes, naming[i]);
    return 0;
}

static int index_read(const json_t *v, struct image_manifest *m, struct err *e)
{
    json_t *list = json_object_get(v, "manifests");
    size_t n = json_array_size(list);
    if (n == 0 || n > MAX_ENTRIES)
        return err_set(e, ENOEXEC, "the index names %zu images; 1 to %d are possible", n, MAX_ENTRIES);
    m->kind = IMAGE_DOC_INDEX;
    m->entries = mem_array(n, sizeof(*m->entries));
    for (size_t i = 0; i < n; i++) {
        m->n_entries = i + 1;
        int r = entry_read(json_array_get(list, i), i, &m->entries[i], e);
        if (r < 0)
            return r;
    }
    return 0;
}

static int manifest_read(const json_t *v, struct image_manifest *m, struct err *e)
{
    json_t *layers = json_object_get(v, "layers");
    size_t n = json_array_size(layers);
    int r = descriptor_read(json_object_get(v, "config"), "config", &m->config, e);
    if (r < 0)
        return r;
    if (!json_is_array(layers) || n > IMAGE_MAX_LAYERS)
        return err_set(e, ENOEXEC, "the manifest has %zu layers; at most %d are possible", n, IMAGE_MAX_LAYERS);
    m->kind = IMAGE_DOC_MANIFEST;
    m->layers = mem_array(n + 1, sizeof(*m->layers));
    for (size_t i = 0; i < n; i++) {
        char what[48];
        snprintf(what, sizeof(what), "layers[%zu]", i);
        m->n_layers = i + 1;
        r = descriptor_read(json_array_get(layers, i), what, &m->layers[i], e);
        if (r < 0)
            return r;
    }
    return 0;
}

static int document_read(const json_t *v, struct image_manifest *m, struct err *e)
{
    if (json_int(v, "schemaVersion", 0) == 1 || str_starts(json_str(v, "mediaType", ""), TYPE_SCHEMA1))
        return err_set(e, ENOEXEC, "the image has Docker's old manifest (schema 1); push it again with a current tool");
    if (json_is_array(json_object_get(v, "manifests")))
        return index_read(v, m, e);
    if (json_is_object(json_object_get(v, "config")))
        return manifest_read(v, m, e);
    return err_set(e, ENOEXEC, "neither an image manifest nor an index");
}

int image_manifest_parse(const char *text, size_t len, struct image_manifest *ret, struct err *e)
{
    *ret = (struct image_manifest){0};
    AUTO_JSON json_t *v = json_parse(text, len, e);
    if (!v) {
        err_wrap(e, -1, "manifest");
        return -ENOEXEC;
    }
    struct image_manifest m = {0};
    int r = document_read(v, &m, e);
    if (r < 0) {
        image_manifest_done(&m);
        return r;
    }
    *ret = m;
    return 0;
}

void image_manifest_done(struct image_manifest *m)
{
    for (size_t i = 0; i < m->n_entries; i++) {
        struct image_index_entry *x = &m->entries[i];
        descriptor_done(&x->d);
        free(x->os);
        free(x->arch);
        free(x->variant);
        free(x->name);
    }
    for (size_t i = 0; i < m->n_layers; i++)
        descriptor_done(&m->layers[i]);
    descriptor_done(&m->config);
    free(m->entries);
    free(m->layers);
    *m = (struct image_manifest){0};
}

/* "linux/amd64, linux/arm/v7": what an index has, for the message that the wanted one is missing. */
static char *platforms_text(const struct image_manifest *m)
{
    AUTO_STRV struct strv all = {0};
    for (size_t i = 0; i < m->n_entries && all.n < 12; i++) {
        const struct image_index_entry *x = &m->entries[i];
        if (!x->arch || str_eq(x->arch, "unknown"))
            continue;
        strv_addf(&all, "%.16s/%.16s%s%.16s", x->os ? x->os : "?", x->arch, x->variant ? "/" : "",
                  x->variant ? x->variant : "");
    }
    return all.n ? strv_join(&all, ", ") : mem_strdup("none that are named");
}

const struct image_index_entry *image_manifest_choose(const struct image_manifest *m, const struct image_platform *want,
                                                      struct err *e)
{
    const struct image_index_entry *best = NULL;
    int best_score = 0;
    for (size_t i = 0; i < m->n_entries; i++) {
        const struct image_index_entry *x = &m->entries[i];
        int score = image_platform_score(want, x->os, x->arch, x->variant);
        if (score > best_score) {
            best = x;
            best_score = score;
        }
    }
    if (!best) {
        AUTO_FREE char *have = platforms_text(m), *wanted = image_platform_text(want);
        err_set(e, ENOENT, "there is no image for %s; there are: %s; choose one with --platform", wanted, have);
    }
    return best;
}

/* A path inside an archive. Where it may lead is the reader's care (openat2 inside the unpacked archive); here only its
 * form. */
static bool is_archive_path(const json_t *v)
{
    const char *s = json_string_value(v);
    return !str_empty(s) && strlen(s) == json_string_length(v) && strlen(s) < 1024;
}

static int texts_read(const json_t *list, const char *what, size_t max, struct strv *ret, struct err *e)
{
    size_t n = json_array_size(list);
    if (n > max)
        return err_set(e, ENOEXEC, "%s has %zu entries; at most %zu are possible", what, n, max);
    for (size_t i = 0; i < n; i++) {
        if (!is_archive_path(json_array_get(list, i)))
            return err_set(e, ENOEXEC, "%s[%zu] is not a usable text", what, i);
        strv_add(ret, json_string_value(json_array_get(list, i)));
    }
    return 0;
}

static int item_read(const json_t *v, struct docker_archive_item *ret, struct err *e)
{
    json_t *config = json_object_get(v, "Config");
    if (!is_archive_path(config))
        return err_set(e, ENOEXEC, "Config is missing");
    ret->config = mem_strdup(json_string_value(config));
    int r = texts_read(json_object_get(v, "Layers"), "Layers", IMAGE_MAX_LAYERS, &ret->layers, e);
    return r < 0 ? r : texts_read(json_object_get(v, "RepoTags"), "RepoTags", MAX_IMAGES, &ret->names, e);
}

int docker_archive_parse(const char *text, size_t len, struct docker_archive_item **ret, size_t *ret_n, struct err *e)
{
    *ret = NULL;
    *ret_n = 0;
    AUTO_JSON json_t *v = json_parse(text, len, e);
    size_t n = json_array_size(v);
    if (!v)
        return -ENOEXEC;
    if (n == 0 || n > MAX_IMAGES)
        return err_set(e, ENOEXEC, "it lists %zu images; 1 to %d are possible", n, MAX_IMAGES);
    struct docker_archive_item *items = mem_array(n, sizeof(*items));
    for (size_t i = 0; i < n; i++) {
        int r = item_read(json_array_get(v, i), &items[i], e);
        if (r < 0) {
            docker_archive_free(items, n);
            return err_wrap(e, r, "image %zu", i + 1);
        }
    }
    *ret = items;
    *ret_n = n;
    return 0;
}

void docker_archive_free(struct docker_archive_item *items, size_t n)
{
    for (size_t i = 0; items && i < n; i++) {
        free(items[i].config);
        strv_done(&items[i].layers);
        strv_done(&items[i].names);
    }
    free(items);
}
