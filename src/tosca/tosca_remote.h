// SPDX-License-Identifier: Apache-2.0
/* What a file names, as paths of the source, and the files of the network among it. */
#pragma once

#include "tosca/tosca_file.h"

/* Where a file of the network was imported from, for what it names itself. */
struct tremote {
    const char *credential; /* header line; never NULL */
    const char *below;      /* sent only for paths that begin so */
};

/* The path that `name`, said in `f`, stands for: a URL (import_url_path), or relative to the file. NULL with `e`: the
 * URL is none to be fetched, or the path leads out of where the file's own may not lead. In the context's memory. */
const char *remote_path(struct tctx *c, const struct tfile *f, const char *name, struct err *e);
/* The credential, remembered for all that is fetched below the URL of its repository. NULL without one. */
struct tremote *remote_new(struct tctx *c, const char *credential, const char *repository_url);
/* Brings the file of the network that the path stands for into the source. 0; -errno with `e`. `from`: what goes with
 * it; may be NULL. A copy that is old is told at `at`. */
int remote_fetch(struct tctx *c, struct at at, const char *path, const struct tremote *from, bool artifact,
                 struct err *e);
