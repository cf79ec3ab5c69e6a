// SPDX-License-Identifier: Apache-2.0
/* The documents of an image: indexes, manifests, configurations and Docker's list of an archive, read from text of
 * foreign origin. Pure. OCI image specification 1.1 (index, manifest, config); Docker image manifest version 2,
 * schema 2. */
#pragma once

#include "image/image_platform.h"
#include "image/image_store.h"

#define IMAGE_MAX_LAYERS   400 /* the kernel's overlayfs takes 500 */
#define IMAGE_MAX_DOCUMENT JSON_MAX_BYTES

struct image_descriptor {
    char *media_type; /* "" when not said */
    char *digest;     /* checked: sha256 */
    int64_t size;     /* bytes, 0 or more */
};

enum image_document { IMAGE_DOC_INDEX, IMAGE_DOC_MANIFEST };

struct image_index_entry {
    struct image_descriptor d;
    char *os, *arch, *variant; /* NULL when not said */
    char *name;                /* an archive's annotation: a reference, several with spaces between, or a bare tag; or NULL */
};
struct image_manifest {
    enum image_document kind;
    struct image_index_entry *entries; /* of an index */
    size_t n_entries;
    struct image_descriptor config; /* of a manifest */
    struct image_descriptor *layers;
    size_t n_layers;
};
/* 0, or -ENOEXEC with `e` when the text is not such a document or uses what we do not take. */
int image_manifest_parse(const char *text, size_t len, struct image_manifest *ret, struct err *e);
void image_manifest_done(struct image_manifest *m);
/* The index's entry that fits best; NULL with `e` (-ENOENT's text, which lists what there is) when none does. Borrowed.
 */
const struct image_index_entry *image_manifest_choose(const struct image_manifest *m, const struct image_platform *want,
                                                      struct err *e);

struct image_details { /* what the configuration says */
    struct image_config config;
    struct strv diff_ids; /* lowest first, checked */
    char *os, *arch, *variant;
    int64_t created_us;
};
/* 0, or -ENOEXEC with `e`. */
int image_details_parse(const char *text, size_t len, struct image_details *ret, struct err *e);
void image_details_done(struct image_details *d);
void image_config_done(struct image_config *c);

struct docker_archive_item { /* one image of Docker's manifest.json */
    char *config;            /* paths inside the archive, relative */
    struct strv layers;      /* lowest first */
    struct strv names;
};
/* 0, or -ENOEXEC with `e`. */
int docker_archive_parse(const char *text, size_t len, struct docker_archive_item **ret, size_t *ret_n, struct err *e);
void docker_archive_free(struct docker_archive_item *items, size_t n);
