// SPDX-License-Identifier: Apache-2.0
/* What pull and import share: a layer becomes a folder of the store once, an image becomes a record, and both are told
 * as they happen. */
#pragma once

#include "image/image_manifest.h"
#include "image/image_record.h"
#include "image/layer_unpack.h"

struct image_bring {
    struct image_store *store;
    const char *folder; /* the store's; borrowed */
    struct image_platform platform;
    bool platform_given; /* by the user */
    int64_t budget;      /* unpacked bytes that this image may still take */
    int64_t said_us;     /* when progress was told last */
    const char *label;   /* the layer at work, for progress; borrowed */
    int64_t total;       /* its size when known */
    const char *doing;   /* "unpacking", ... */
};

/* One JSON line on standard output. Progress lines come at most ten a second. */
void image_say(struct image_bring *b, const char *status, const char *layer, int64_t current, int64_t total);
void image_say_progress(struct image_bring *b, int64_t current);
/* {"image", "name"}: the last line. */
void image_say_done(const char *id, const char *name);
/* {"error", "code"}: the last line. Gives the exit status, 1. */
int image_say_error(const struct err *e);

/* A new empty folder "<folder>/<sub>/tmp-XXXXXXXX" (in tmp/ as well). The caller frees the path, and removes the folder
 * unless it renamed it. */
int image_bring_folder(struct image_bring *b, const char *sub, char **ret, struct err *e);
bool image_bring_has(const struct image_bring *b, const char *diff_id);
/* Unpacks the stream (packed or bare) into the store. `diff_id`: what it must come to. Nothing stays on failure. */
int image_bring_layer(struct image_bring *b, int fd, const char *diff_id, struct err *e);
/* Unpacks the stream into a folder of its own, for a look at what it is. The caller removes the folder (*ret_path,
 * freed by the caller). */
int image_bring_spool(struct image_bring *b, int fd, char **ret_path, struct layer_unpacked *ret, struct err *e);
/* Makes such a folder a layer. */
int image_bring_adopt(struct image_bring *b, const char *path, const struct layer_unpacked *u, struct err *e);
/* Writes the configuration and the record once all layers are there. `manifest_digest` and `name` may be NULL (name:
 * full reference). */
int image_bring_finish(struct image_bring *b, const char *config, size_t config_len, const char *manifest_digest,
                       const char *name, char **ret_id, struct err *e);
/* The configuration of foreign origin: parsed, and for this machine. */
int image_bring_details(struct image_bring *b, const char *text, size_t len, struct image_details *ret, struct err *e);

/* The two ways in. `name` as in image_ref_text; NULL for import: the archive's own names. */
struct image_ref;
struct registry_settings;
int image_import(struct image_bring *b, int fd, const char *name, struct err *e);
int image_pull(struct image_bring *b, const struct image_ref *ref, const struct registry_settings *settings,
               struct err *e);
