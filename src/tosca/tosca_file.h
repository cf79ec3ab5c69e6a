// SPDX-License-Identifier: Apache-2.0
/* Reads template files and what they import. */
#pragma once

#include "tosca/context.h"

/* Reads the entry, all that it imports, and the built-in types. The entry's file, or NULL (told). */
struct tfile *tfile_load_all(struct tctx *c);

/* `rel` seen from the folder of `base` ("" for the root), or from the root when it begins with '/'; "." and ".." are
 * carried out. In the context's memory; NULL when it leaves the root. */
const char *tfile_join(struct tctx *c, const char *base, const char *rel);
bool tfile_is_url(const char *s);
/* Is there such a file among the user's? */
bool tfile_exists(struct tctx *c, const char *path);
/* `rel` as found from the file that names it, or else from the root; NULL when there is none. What is said in a file
 * from elsewhere (import_url.h) is looked for there alone. */
const char *tfile_find(struct tctx *c, struct tfile *from, const char *rel);
/* The same; what a fetched file names is fetched too. */
const char *tfile_get(struct tctx *c, struct tfile *from, const char *rel);
/* The built-in file that stands for imports of that file name in a file of that generation, or NULL. */
const char *tfile_builtin_name(struct tctx *c, const struct tfile *f, const char *name);
/* The words that tosca_definitions_version may be, by number from 0; NULL behind the last. */
const char *tfile_version_word(size_t i);
/* What `from` would import to see a built-in type that not every file sees, in quotes ("'sedge.yaml'", in TOSCA 2.0
 * "the profile 'dev.sedge:1.0'"), or NULL. */
const char *tfile_import_of(struct tctx *c, const struct tfile *from, enum type_kind kind, const char *name);
