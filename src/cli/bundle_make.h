// SPDX-License-Identifier: Apache-2.0
/* Makes the bundle of a template and sends the head what it lacks of it. */
#pragma once

#include "cli/template.h"
#include "http/http_client.h"
#include "model/bundle_manifest.h"

/* The files that the template names (tosca_files), by digest; a folder that it names counts with all in it. 0 with *ret
 * (bundle_manifest_done); -errno with `e`. Findings about files that cannot be read are not told here: check the
 * template first. */
int bundle_make(const struct template *t, struct bundle_manifest *ret, struct err *e);

/* Brings the bundle to the head: asks first, sends only the blobs that are missing, then the manifest. 0 with the
 * bundle's digest, for the application's spec; -errno with `e`. *ret_sent: files sent, may be NULL. A file that changed
 * meanwhile is -ESTALE. */
int bundle_upload(struct http_conn *c, const struct template *t, const struct bundle_manifest *m,
                  char ret_digest[DIGEST_TEXT_SIZE], size_t *ret_sent, struct err *e);
