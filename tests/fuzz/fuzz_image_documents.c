// SPDX-License-Identifier: Apache-2.0
/* Feeds text to the readers of an image's documents: manifests and indexes, configurations, Docker's archive lists. */
#include <string.h>

#include "base/base.h"
#include "fuzz_must.h"
#include "image/image_manifest.h"

static void check_descriptor(const struct image_descriptor *d)
{
    must(digest_valid(d->digest) && d->size >= 0 && d->media_type, "a descriptor is checked");
}

static void feed_manifest(const char *text, size_t size)
{
    static const struct image_platform platforms[] = {{.os = "linux", .arch = "amd64"},
                                                      {.os = "linux", .arch = "arm", .variant = "v7"}};
    struct err e = {0};
    struct image_manifest m;
    if (image_manifest_parse(text, size, &m, &e) < 0) {
        must(e.code != 0 && m.entries == NULL && m.layers == NULL, "a refused manifest has words and leaves nothing");
        return;
    }
    for (size_t i = 0; i < m.n_layers; i++)
        check_descriptor(&m.layers[i]);
    for (size_t i = 0; i < m.n_entries; i++)
        check_descriptor(&m.entries[i].d);
    if (m.kind == IMAGE_DOC_MANIFEST)
        check_descriptor(&m.config);
    for (size_t i = 0; m.kind == IMAGE_DOC_INDEX && i < ARRAY_LEN(platforms); i++) {
        err_clear(&e);
        must(!image_manifest_choose(&m, &platforms[i], &e) == (e.code != 0),
             "an image is chosen, or it is said why not");
    }
    image_manifest_done(&m);
}

static void feed_details(const char *text, size_t size)
{
    struct err e = {0};
    struct image_details d;
    if (image_details_parse(text, size, &d, &e) < 0) {
        must(e.code != 0 && d.diff_ids.n == 0 && d.config.env.n == 0, "a refused configuration leaves nothing");
        return;
    }
    for (size_t i = 0; i < d.diff_ids.n; i++)
        must(digest_valid(d.diff_ids.v[i]), "diff ids are digests");
    image_details_done(&d);
}

static void feed_archive(const char *text, size_t size)
{
    struct err e = {0};
    struct docker_archive_item *items;
    size_t n;
    if (docker_archive_parse(text, size, &items, &n, &e) < 0) {
        must(e.code != 0 && items == NULL && n == 0, "a refused list has words and leaves nothing");
        return;
    }
    for (size_t i = 0; i < n; i++)
        must(!str_empty(items[i].config), "each image has a configuration");
    docker_archive_free(items, n);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    feed_manifest((const char *)data, size);
    feed_details((const char *)data, size);
    feed_archive((const char *)data, size);
    return 0;
}
