// SPDX-License-Identifier: Apache-2.0
/* The inside of a registry's client, for the files that make it up. */
#pragma once

#include "http/http_get.h"
#include "image/registry.h"

struct registry {
    const struct registry_host *settings; /* borrowed */
    struct http_getter *http;
    char *host, *repository;
    char *base;          /* "https://host:port" */
    char *authorization; /* the header's value, or NULL */
    bool plain;          /* plain HTTP is fine */
};

/* As http_get; its error says what a person can do. */
int registry_ask(struct registry *r, const struct http_get_request *q, struct http_get_reply *ret, struct err *e);
/* GET <base>/v2/<path>, with a new token when the old one is refused. As http_get. */
int registry_get(struct registry *r, const char *path, struct http_get_request *q, struct http_get_reply *ret,
                 struct err *e);
/* Does what the challenge (WWW-Authenticate) asks for, and sets r->authorization. 0; -EACCES, -ENETUNREACH, -EPROTO
 * with `e`. */
int registry_authorize(struct registry *r, const char *challenge, struct err *e);
/* An answer other than the one wanted, in words. */
int registry_refused(const struct registry *r, const char *what, const struct http_get_reply *reply, struct err *e);
void registry_wait(int attempt); /* longer each time */

/* A challenge's parts. Pure; RFC 9110 section 11.6.1. */
struct registry_challenge {
    bool basic, bearer;
    char *realm, *service, *scope; /* of Bearer; or NULL */
};
void registry_challenge_parse(const char *text, struct registry_challenge *ret);
void registry_challenge_done(struct registry_challenge *c);
