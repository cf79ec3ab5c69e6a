// SPDX-License-Identifier: Apache-2.0
/* The head's bundles: manifests and blobs by digest, under <head dir>/bundles/<hex> and <head dir>/blobs/<hex>. */
#pragma once

#include "model/bundle_manifest.h"

/* Takes a spooled file in (renamed away) when it has that digest; -EBADMSG with `e` otherwise. */
int bundle_store_blob(const char *head_dir, const char *digest, const char *spooled, struct err *e);
/* Keeps a manifest whose blobs are all there. -ENOENT: *missing lists digests that are not; -EBADMSG: not that digest; -EINVAL: no manifest. */
int bundle_store_put(const char *head_dir, const char *digest, const char *text, size_t len, struct strv *missing, struct err *e);
/* Opens a blob or manifest to send it. -ENOENT. */
int bundle_store_open(const char *head_dir, const char *kind /* "blobs" or "bundles" */, const char *digest, int *ret_fd, struct err *e);
/* Removes what none of the named bundles needs and what is older than an hour. */
int bundle_store_sweep(const char *head_dir, const struct strv *keep, struct err *e);

/* One bundle's files, to read templates from: bundle_read and bundle_exists fit struct tosca_source with the bundle as data. */
struct bundle;
int bundle_open(const char *head_dir, const char *digest, struct bundle **ret, struct err *e);
void bundle_close(struct bundle *b); /* NULL is fine */
int bundle_read(void *bundle, const char *path, char **ret, size_t *ret_len, struct err *e); /* at most 16 MiB */
bool bundle_exists(void *bundle, const char *path);
const char *bundle_digest_of(void *bundle, const char *path); /* NULL when absent. Borrowed */
