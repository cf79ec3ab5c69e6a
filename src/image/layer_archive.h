// SPDX-License-Identifier: Apache-2.0
/* libarchive's functions, opened when first needed, for the two files that read with it. */
#pragma once

#include <archive.h>
#include <archive_entry.h>

#include "image/layer_write.h"
#include "base/lazy.h"

#define ARCHIVE_FUNCTIONS(X)                                                                                           \
    X(archive_read_new)                                                                                                \
    X(archive_read_free)                                                                                               \
    X(archive_read_open)                                                                                               \
    X(archive_read_append_filter)                                                                                      \
    X(archive_read_support_format_tar)                                                                                 \
    X(archive_read_support_format_raw)                                                                                 \
    X(archive_read_next_header)                                                                                        \
    X(archive_read_data_block)                                                                                         \
    X(archive_read_data)                                                                                               \
    X(archive_error_string)                                                                                            \
    X(archive_entry_pathname)                                                                                          \
    X(archive_entry_hardlink)                                                                                          \
    X(archive_entry_symlink)                                                                                           \
    X(archive_entry_filetype)                                                                                          \
    X(archive_entry_perm)                                                                                              \
    X(archive_entry_uid)                                                                                               \
    X(archive_entry_gid)                                                                                               \
    X(archive_entry_size)                                                                                              \
    X(archive_entry_mtime)                                                                                             \
    X(archive_entry_mtime_nsec)                                                                                        \
    X(archive_entry_xattr_reset)                                                                                       \
    X(archive_entry_xattr_next)

struct layer_archive_functions {
    ARCHIVE_FUNCTIONS(LAZY_MEMBER)
};
extern struct layer_archive_functions layer_archive; /* filled by layer_archive_open */

/* A reader over `source`; NULL only when memory is out. Free with layer_archive.archive_read_free. */
struct archive *layer_archive_reader(void);
int layer_archive_start(struct archive *a, struct layer_source *source);
/* The library's last words, never NULL. */
const char *layer_archive_fault(struct archive *a);
