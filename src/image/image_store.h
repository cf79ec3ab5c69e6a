// SPDX-License-Identifier: Apache-2.0
/* The images on this machine: what is there, its configuration and its layers' folders.
 *
 * On disk, under the store's folder:
 *   blobs/sha256/<hex>        manifests and configurations, as they came (layers' archives are not kept once unpacked)
 *   layers/<diff id hex>/     one unpacked layer each, made under layers/tmp-* and renamed into place when it is whole and synced
 *   images/<id hex>.json      one image: {"id", "names": [...], "layers": [diff ids, lowest first], "size", "created", "digest"}; renamed into place
 *   tmp/                      what is under way; emptied when the store is opened and nobody holds its lock */
#pragma once

#include "base/base.h"

struct image_config { /* what the image says about running it */
    struct strv entrypoint, command, env; /* env: "NAME=value" */
    char *user, *working_dir, *stop_signal;
    struct strv volumes;                  /* paths */
    struct strv ports;                    /* "80/tcp" */
};
struct image {
    char *id;           /* "sha256:..." of the configuration */
    struct strv names;  /* full references that name it now */
    struct strv layers; /* absolute paths of the layers' folders, lowest first */
    int64_t size;       /* bytes unpacked */
    int64_t created_us;
    char *digest;       /* of the manifest, when it came from a registry */
    struct image_config config;
};
void image_free(struct image *i);
void image_freep(struct image **i);

struct image_store;
/* Makes the folders when missing. Cheap: no index is kept in memory. */
int image_store_open(const char *folder, struct image_store **ret, struct err *e);
void image_store_close(struct image_store *s);
const char *image_store_folder(const struct image_store *s);

/* By name (any way people write it), by id or by a unique prefix of at least 6 hex digits of the id. -ENOENT with `e` that suggests the nearest name, -EEXIST when a prefix is
 * not unique. */
int image_find(struct image_store *s, const char *name, struct image **ret, struct err *e);
/* All, sorted by first name. The caller frees each and the array. */
int image_list(struct image_store *s, struct image ***ret, size_t *ret_n, struct err *e);
/* Takes the name away; the image and the layers that nothing else needs go when its last name went. `in_use` is asked for the image's id.
 * -EBUSY with `e` when it is in use, -ENOENT. *ret_freed: bytes. */
int image_remove(struct image_store *s, const char *name, bool (*in_use)(void *data, const char *id), void *data, int64_t *ret_freed, struct err *e);
int image_tag(struct image_store *s, const char *name, const char *new_name, struct err *e);
