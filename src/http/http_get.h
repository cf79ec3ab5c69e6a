// SPDX-License-Identifier: Apache-2.0
/* One GET over http or https by libcurl, which is opened when first used: for processes that end, not for daemons. */
#pragma once

#include "base/base.h"

#define HTTP_GET_BODY_MAX (4U * 1024 * 1024) /* bytes, where the request says nothing else */

enum http_get_fault {
    HTTP_GET_FINE,
    HTTP_GET_NO_NAME,   /* the host has no address */
    HTTP_GET_UNTRUSTED, /* its certificate is not one that we trust */
    HTTP_GET_TOO_LONG,  /* the time is over, or nothing came for too long */
    HTTP_GET_TOO_BIG,
    HTTP_GET_BAD_URL,
    HTTP_GET_BROKEN, /* no connection, or it broke */
};

struct http_get_reply {
    long status;         /* 0: none came */
    struct buf body;     /* what the sink did not take */
    struct strv headers; /* the last answer's lines, "Name: value"; at most 64 KiB */
    size_t header_bytes;
    char *location;  /* where a redirect that was not followed leads, as a whole URL; or NULL */
    bool tls_failed; /* the other side does not speak TLS, or nobody listens */
    bool again;      /* it broke on the way: the same request may work */
    enum http_get_fault fault;
};
void http_get_reply_done(struct http_get_reply *r);
/* The values of a header, joined by ", " (RFC 9110, 5.3); NULL when it did not come. The caller frees. */
char *http_get_header(const struct http_get_reply *r, const char *name);

struct http_get_request {
    const char *url;
    const char *accept;         /* or NULL */
    const char *authorization;  /* "Basic ..." or "Bearer ..."; never sent on to another host; or NULL */
    const char *const *headers; /* more lines, closed by NULL; or NULL */
    const char *ca;             /* PEM file of who is trusted; NULL: as the system says */
    bool unchecked;             /* any certificate is fine */
    bool plain;                 /* http is fine, also to be sent on to */
    bool stay;                  /* a redirect is the answer, not followed */
    int64_t from;               /* ask for the bytes from here on; 0: all */
    size_t body_max;            /* bytes of reply.body; 0: HTTP_GET_BODY_MAX */
    int64_t time_us;            /* for all of it; 0: no end as long as bytes come */
    /* Takes the body of a 200 or 206; a negative value stops the transfer. NULL: it goes to reply.body. */
    int (*sink)(void *data, const struct http_get_reply *reply, const void *bytes, size_t len);
    void *data;
};
struct http_getter;
int http_getter_new(struct http_getter **ret, struct err *e);
void http_getter_free(struct http_getter *h); /* NULL is fine */
/* 0 when an answer came whole, whatever its status; -ENETUNREACH with `e` and reply->fault, again and tls_failed;
 * -ECANCELED when the sink stopped it. http_get_reply_done in any case. */
int http_get(struct http_getter *h, const struct http_get_request *q, struct http_get_reply *ret, struct err *e);
