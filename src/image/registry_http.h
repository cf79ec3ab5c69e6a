// SPDX-License-Identifier: Apache-2.0
/* One HTTP request to a registry, by libcurl, which is opened when first used. */
#pragma once

#include "base/base.h"

struct registry_reply {
    long status;         /* 0: none came */
    struct buf body;     /* what the sink did not take; at most 4 MiB */
    char *challenge;     /* WWW-Authenticate, all of them joined by ", "; or NULL */
    char *digest;        /* Docker-Content-Digest, or NULL */
    int64_t range_start; /* of Content-Range; -1: none */
    bool tls_failed;     /* the other side does not speak TLS, or nobody listens */
    bool again;          /* it broke on the way: the same request may work */
};
void registry_reply_done(struct registry_reply *r);

struct registry_request {
    const char *url;
    const char *accept;        /* or NULL */
    const char *authorization; /* "Basic ..." or "Bearer ..."; never sent on to another host; or NULL */
    const char *ca;            /* or NULL */
    bool unchecked;            /* any certificate is fine */
    bool plain;                /* http is fine, also to be sent on to */
    int64_t from;              /* ask for the bytes from here on; 0: all */
    /* Takes the body of a 200 or 206; a negative value stops the transfer. NULL: it goes to reply.body. */
    int (*sink)(void *data, const struct registry_reply *reply, const void *bytes, size_t len);
    void *data;
};
struct registry_http;
int registry_http_new(struct registry_http **ret, struct err *e);
void registry_http_free(struct registry_http *h);
/* 0 when an answer came whole, whatever its status; -ENETUNREACH with `e` and reply->again and tls_failed; -ECANCELED
 * when the sink stopped it. */
int registry_http_get(struct registry_http *h, const struct registry_request *q, struct registry_reply *ret,
                      struct err *e);
