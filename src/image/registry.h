// SPDX-License-Identifier: Apache-2.0
/* A registry, as the OCI distribution specification 1.1 describes pulling: manifests and blobs of one repository, with
 * what access it asks for. */
#pragma once

#include "image/registry_settings.h"

struct registry;
/* Asks the registry whether it is one, and for its way of access. `host` as in a reference ("docker.io" is known);
 * `repository` without the host. 0; -ENETUNREACH, -EACCES, -EPROTO with `e`. The settings must outlive it. */
int registry_open(const struct registry_settings *settings, const char *host, const char *repository,
                  struct registry **ret, struct err *e);
void registry_close(struct registry *r);
void registry_closep(struct registry **r);

/* The text of the manifest or index that a tag or digest names, checked against the digest when that was given;
 * ret_digest is the text's own. 0; -ENOENT, -EACCES, -EBADMSG, -ENETUNREACH with `e`. The caller frees. */
int registry_manifest(struct registry *r, const char *reference, char **ret, size_t *ret_len,
                      char ret_digest[DIGEST_TEXT_SIZE], struct err *e);
/* Gets the blob into `fd`, a file that may hold its beginning from a broken transfer: goes on there, again when the
 * transfer breaks. When it gives 0 the file is `size` bytes and has the digest; when it gives -EBADMSG the file is
 * empty. Otherwise what is there is right as far as it goes. `progress` is called now and then; may be NULL. */
int registry_blob(struct registry *r, const char *digest, int64_t size, int fd,
                  void (*progress)(void *data, int64_t bytes), void *data, struct err *e);
