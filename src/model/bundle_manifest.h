// SPDX-License-Identifier: Apache-2.0
/* A bundle: the files of an application, named by digest, so that what is there already is never sent again.
 *
 * A bundle is a manifest, and blobs. The manifest is canonical JSON (json_text: compact, keys sorted):
 *     {"files": {"scripts/start.sh": {"digest": "sha256:...", "mode": 493, "size": 120}, ...}}
 * The bundle's own digest is that of this text; a blob is one file's content. Paths are relative, '/'-separated, clean. The command line makes it,
 * the head keeps it, the node lays the files out read-only at /sedge/bundle in the containers of the application. */
#pragma once

#include "base/base.h"

#define BUNDLE_MOUNT  "/sedge/bundle"  /* where its files lie in a container */
#define OUTPUTS_MOUNT "/sedge/outputs" /* where operations find the file that takes their outputs */
#define BUNDLE_FILES_MAX 10000
#define BUNDLE_FILE_BYTES_MAX (1LL << 30)

struct bundle_file {
    char *path;
    char digest[DIGEST_TEXT_SIZE];
    int64_t size;
    unsigned mode; /* 0644 or 0755 */
};
struct bundle_manifest {
    struct bundle_file *files; /* sorted by path */
    size_t n;
};
/* Strict: unknown keys, unclean paths (absolute, "..", empty parts, NUL, over 1024 bytes), a path that is another's folder, bad digests, sizes and modes
 * are -EINVAL with `e`. */
int bundle_manifest_parse(const char *text, size_t len, struct bundle_manifest *ret, struct err *e);
/* The canonical text; the caller frees. */
char *bundle_manifest_text(const struct bundle_manifest *m);
/* Adds a file (copies); keeps the order. -EEXIST with `e` on a double. */
int bundle_manifest_add(struct bundle_manifest *m, const char *path, const char *digest, int64_t size, unsigned mode, struct err *e);
const struct bundle_file *bundle_manifest_find(const struct bundle_manifest *m, const char *path); /* or NULL */
void bundle_manifest_done(struct bundle_manifest *m);
