// SPDX-License-Identifier: Apache-2.0
/* A small file from a web server, fetched by a helper process with few rights that ends: libcurl and TLS are there, not
 * here. */
#pragma once

#include "base/base.h"

#define HTTP_FETCH_REDIRECTS_MAX 5

struct http_fetch {
    const char *url;        /* http or https */
    const char *credential; /* one header line, "Authorization: Basic ..."; not sent on to another host. NULL: none */
    const char *etag;       /* of the copy that we have: If-None-Match; or NULL */
    const char *modified;   /* the same: If-Modified-Since; or NULL */
    const char *ca;         /* PEM file of who is trusted; NULL: as the system says */
    size_t max;             /* bytes of the file */
    int64_t time_us;        /* for all of it, redirects too */
};
struct http_fetched {
    int status;                            /* of the last answer; 304: what we have is right still */
    char *etag, *modified, *cache_control; /* its headers, or NULL */
    char *text;                            /* of a 200, closed by NUL */
    size_t len;
};
void http_fetched_done(struct http_fetched *f);
/* 0 when an answer came, whatever its status. Redirects are followed, HTTP_FETCH_REDIRECTS_MAX of them, never from
 * https to http. -EFBIG, -ETIMEDOUT, -ELOOP (redirects), -ENETUNREACH, -EKEYREJECTED (a certificate that is not
 * trusted), -EINVAL with `e`. */
int http_fetch(const struct http_fetch *q, struct http_fetched *ret, struct err *e);

/* The helper's program, `sedge fetch-helper`: a request as one JSON object on standard input; on standard output a line
 * of JSON, {"status", "etag", "modified", "cache_control"} followed by the body, or {"error", "errno"}. */
int fetch_helper_main(int argc, char **argv);
