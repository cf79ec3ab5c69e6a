// SPDX-License-Identifier: Apache-2.0
/* Request paths and queries: split, percent-decoded, refused when malformed. Pure. */
#pragma once

#include "base/base.h"

#define HTTP_PATH_PARTS 16

/* "/apis/sedge.dev/v1/x?watch=1": decoded parts and query pairs. */
struct http_path {
    struct strv parts;
    struct map query; /* key -> char *, owned */
};
/* 0; -EINVAL on a bad escape, NUL, "." or "..", more than HTTP_PATH_PARTS parts, more than 64 query pairs, more than 8 KiB. */
int http_path_parse(const char *target, struct http_path *ret, struct err *e);
void http_path_done(struct http_path *p);
/* Percent-encodes for use as one part or one query value. The caller frees. */
char *http_escape(const char *s);
