// SPDX-License-Identifier: Apache-2.0
/* Files fetched for templates, kept by URL in the user's cache folder: one file each, written in one step, with a
 * digest that tells when it was damaged. */
#pragma once

#include "base/base.h"

#define IMPORT_CACHE_MAX    500                    /* files; the one longest unused goes first */
#define IMPORT_FRESH_US     (10 * 60 * US_PER_S)   /* so long a copy is not asked about where its server does not say */
#define IMPORT_FRESH_MAX_US (24 * 3600 * US_PER_S) /* whatever it says */

struct import_copy {
    char *etag, *modified; /* for asking whether it changed; or NULL */
    int64_t fetched_us;    /* when its server last said that it is right (wall clock) */
    int64_t fresh_us;      /* and so long it is not asked again */
    char *text;            /* closed by NUL */
    size_t len;
};
void import_copy_done(struct import_copy *c);
/* Is it not to be asked about yet? */
bool import_copy_fresh(const struct import_copy *c, int64_t now_us);
/* For how long a Cache-Control header (NULL: none) lets a copy be taken without asking: 0 with no-cache; -1: not to be
 * kept. Pure (RFC 9111, 5.2.2). */
int64_t import_fresh_us(const char *cache_control);

/* "$SEDGE_CACHE/imports", for root "/var/cache/sedge/imports", "$XDG_CACHE_HOME/sedge/imports" or
 * "~/.cache/sedge/imports"; NULL when there is no home. The caller frees. */
char *import_cache_folder(void);
/* 0 with *ret (import_copy_done); -ENOENT; -EBADMSG with `e`: it is there, but damaged. */
int import_cache_read(const char *folder, const char *url, struct import_copy *ret, struct err *e);
/* Makes the folder where it is missing (0700). 0; -errno with `e`. */
int import_cache_write(const char *folder, const char *url, const struct import_copy *copy, struct err *e);
