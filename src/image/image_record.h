// SPDX-License-Identifier: Apache-2.0
/* The store's inside: its paths, its locks, and one image's record. For the files that fill the store; others use
 * image/image_store.h.
 *
 * Locks, both flock(2) on files of the store:
 *   lock   shared by each helper for its whole life; exclusive for who cleans up or takes layers away. So nothing
 * vanishes that a helper counts on. names  exclusive and short, for every change of a record. Order: lock before names.
 */
#pragma once

#include "image/image_store.h"

#define IMAGE_SWEEP_WANTED "sweep-wanted" /* a file in the store: a sweep was put off */

struct image_record {
    char *id;
    struct strv names, layers; /* layers: diff ids, lowest first */
    int64_t size, created_us;
    char *digest;       /* or NULL */
    int64_t touched_ns; /* when it was written: of two that carry one name, the later has it */
};
void image_record_done(struct image_record *r);
void image_record_free(void *r); /* a struct image_record of malloc */

/* Paths; the caller frees. Digests must be valid ones. */
char *image_path_blob(const char *folder, const char *digest);
char *image_path_layer(const char *folder, const char *diff_id);
char *image_path_layer_facts(const char *folder, const char *diff_id);
char *image_path_record(const char *folder, const char *id);

/* 0; -ENOENT when it is not there; -EBADMSG with `e` when it cannot be understood. */
int image_record_load(const char *folder, const char *id, struct image_record *ret, struct err *e);
int image_record_save(const char *folder, const struct image_record *r, struct err *e);
/* All that can be read, in no order. The caller frees each with image_record_free and the array. */
int image_record_list(const char *folder, struct image_record ***ret, size_t *ret_n, struct err *e);
void image_record_list_free(struct image_record **list, size_t n);

enum image_lock { IMAGE_LOCK_USE, IMAGE_LOCK_CLEAN, IMAGE_LOCK_NAMES };
/* Waits, but for IMAGE_LOCK_CLEAN: -EAGAIN when a helper is at work. The caller closes the descriptor. */
int image_lock(const char *folder, enum image_lock which, int *ret_fd, struct err *e);

/* What one whole layer weighs and whether it hides all below it; false when the layer is not there. */
bool image_layer_facts(const char *folder, const char *diff_id, int64_t *ret_bytes, bool *ret_hides_all);
int image_layer_facts_save(const char *folder, const char *diff_id, int64_t bytes, bool hides_all, struct err *e);

/* Writes the record, gives it `name` (NULL: none) and takes that name from every other image. */
int image_record_put(const char *folder, struct image_record *r, const char *name, struct err *e);
/* Takes away what is under way and what nothing needs any more. Under IMAGE_LOCK_CLEAN only. */
int image_store_clean(const char *folder, struct err *e);
int image_store_sweep(const char *folder, struct err *e);
/* Wants a sweep: now, or as soon as nobody is at work. */
void image_store_sweep_ask(const char *folder);
/* Sweeps, when the sweep that somebody wanted was put off and nobody is at work now. */
void image_store_sweep_later(const char *folder);
