// SPDX-License-Identifier: Apache-2.0
/* The files of a template, whether they stand in a folder, in an archive, or were fetched. Paths are relative and
 * clean. */
#pragma once

#include <sys/types.h>

#include "cli/csar.h"
#include "cli/import_fetch.h"
#include "cli/profile_files.h"
#include "cli/template_overlay.h"
#include "io/file_root.h"

struct template_files {
    char *folder;                        /* on disk; NULL for an archive */
    struct file_root root;               /* of the folder */
    struct csar *archive;                /* NULL for a folder */
    size_t max;                          /* bytes of a file that is read as text */
    const struct template_overlay *over; /* stands before the folder's files; may be NULL. Borrowed */
    struct imports *imports;             /* stands in for what is nowhere else; owned; NULL: nothing is fetched */
    struct profile_files *profiles;      /* the user's own; owned; NULL: none */
};
int template_files_folder(const char *folder, size_t max, struct template_files *ret, struct err *e);
/* Findings as csar_open tells them. */
int template_files_archive(int fd, const char *shown, size_t max, struct template_files *ret, struct diags *d);
void template_files_close(struct template_files *f); /* also one that is all zero */

/* `files` is a struct template_files. These four fit struct tosca_source. */
int template_files_read(void *files, const char *path, char **ret, size_t *ret_len, struct err *e);
bool template_files_exists(void *files, const char *path);
int template_files_fetch(void *files, const struct tosca_remote *what, struct err *e);
int template_files_profile(void *files, const char *name, char **ret, struct strv *known, struct err *e);
/* A regular file for reading: a descriptor, with *ret_mode 0755 or 0644; -EISDIR for a folder; -errno; with `e`. */
int template_files_fd(const struct template_files *f, const char *path, mode_t *ret_mode, struct err *e);
/* Adds the names of files and folders in a folder ("" for the root); links are passed over. 0; -errno with `e`. */
int template_files_list(const struct template_files *f, const char *path, struct strv *ret, struct err *e);
