// SPDX-License-Identifier: Apache-2.0
/* The user's own profiles among a template's files: folder number N of theirs stands at TOSCA-Profiles/N/, and the
 * profiles that were asked for in a list beside (tosca/own_profile.h). What is packed or sent is read from here, too.
 */
#pragma once

#include <sys/types.h>

#include "cli/own_profiles.h"

struct profile_files;
/* given: folders, may be NULL. */
struct profile_files *profile_files_new(const struct strv *given);
void profile_files_free(struct profile_files *f); /* NULL is fine */
/* As struct tosca_source's profile. */
int profile_files_find(struct profile_files *f, const char *name, char **ret, struct strv *known, struct err *e);

/* Is there such a file? `f` may be NULL. */
bool profile_files_has(const struct profile_files *f, const char *path);
/* The whole text: 0 (the caller frees); -ENOENT; another -errno with `e`. */
int profile_files_read(const struct profile_files *f, const char *path, size_t max, char **ret, size_t *ret_len,
                       struct err *e);
/* For reading: a descriptor; -EISDIR; -errno with `e`. */
int profile_files_fd(const struct profile_files *f, const char *path, mode_t *ret_mode, struct err *e);
/* Adds the names in a folder. 0; -errno with `e`. */
int profile_files_list(const struct profile_files *f, const char *path, struct strv *ret, struct err *e);
/* Where the file is on disk; NULL: nowhere. The caller frees. */
char *profile_files_place(const struct profile_files *f, const char *path);
