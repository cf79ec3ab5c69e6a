// SPDX-License-Identifier: Apache-2.0
/* Texts that stand for those of files on disk: what an editor has open and has not saved. */
#pragma once

#include "base/base.h"

struct template_overlay {
    /* The text that stands for the file of that absolute path; false: what is on disk counts. Borrowed. */
    bool (*text)(void *data, const char *path, const char **ret, size_t *ret_len);
    void *data;
};

/* A copy of the text of a file below a folder: 0 with *ret (closed by NUL, the caller frees), or -ENOENT. `over` may be
 * NULL. */
int template_overlay_read(const struct template_overlay *over, const char *folder, const char *path, char **ret,
                          size_t *ret_len);
bool template_overlay_has(const struct template_overlay *over, const char *folder, const char *path);
