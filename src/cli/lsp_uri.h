// SPDX-License-Identifier: Apache-2.0
/* Names of documents: file URIs (RFC 8089) and paths. Pure. */
#pragma once

#include "base/base.h"

/* The absolute, clean path of a file URI of this machine, or NULL for any other text. The caller frees. */
char *lsp_uri_path(const char *uri);
/* The URI of an absolute path. The caller frees. */
char *lsp_uri_make(const char *path);
/* An absolute path without "." and "..". NULL when it is none. The caller frees. */
char *lsp_path_clean(const char *path);
