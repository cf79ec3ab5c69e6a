// SPDX-License-Identifier: Apache-2.0
/* Hands out certificates and tokens to root of this machine, for others to reach the API over TLS. */
#include <errno.h>
#include <string.h>

#include "head/api_auth.h"
#include "head/api_private.h"
#include "head/head_listen.h"
#include "head/pki.h"

#define TTL_DEFAULT_S (365LL * 24 * 3600)
#define TTL_MIN_S     60
#define TTL_MAX_S     (3650LL * 24 * 3600)
#define NAME_MAX_LEN  64

struct wish {
    const char *name;
    bool token;
    int64_t ttl_us;
};

static int read_wish(const json_t *body, struct wish *ret, struct err *e)
{
    const char *kind = json_str(body, "kind", "certificate");
    int64_t ttl_s = json_int(body, "ttlSeconds", TTL_DEFAULT_S);
    *ret =
        (struct wish){.name = json_str(body, "name", ""), .token = str_eq(kind, "token"), .ttl_us = ttl_s * US_PER_S};
    if (ret->name[0] == '\0' || strlen(ret->name) > NAME_MAX_LEN)
        return err_set(e, EINVAL, "name: give the user's name, at most %d bytes", NAME_MAX_LEN);
    if (str_starts(ret->name, "system:"))
        return err_set(e, EINVAL, "name: names that begin with 'system:' are not given out");
    if (!ret->token && !str_eq(kind, "certificate"))
        return err_set(e, EINVAL, "kind: '%.40s' is neither certificate nor token", kind);
    if (ttl_s < TTL_MIN_S || ttl_s > TTL_MAX_S)
        return err_set(e, EINVAL, "ttlSeconds: must be from %d to %lld", TTL_MIN_S, TTL_MAX_S);
    return 0;
}

static int fulfil(struct head *h, const struct wish *w, json_t *to, struct err *e)
{
    int r;
    if (w->token) {
        AUTO_FREE char *token = NULL;
        r = pki_token_make(h->dir, w->name, w->ttl_us, &token, e);
        json_put_str(to, "token", token);
        return r;
    }
    AUTO(tls_identity_done)
    struct tls_identity made = {0};
    struct tls_request q = {.common_name = w->name, .client = true, .valid_us = w->ttl_us};
    r = tls_issue(&q, &h->ca, &made, e);
    json_put_str(to, "certificate", made.cert_pem);
    json_put_str(to, "key", made.key_pem);
    return r;
}

void api_credentials(struct api_call *c)
{
    struct err e = {0};
    struct wish w;
    AUTO_JSON json_t *body = api_body(c->r, false), *v = json_object();
    if (!body)
        return;
    if (!c->h->ca.cert_pem) {
        api_refuse(c->r, 409, "Conflict",
                   "the API is not served over TLS on this machine: give `sedge up` a --listen address and port");
        return;
    }
    int r = read_wish(body, &w, &e);
    if (r == 0)
        r = fulfil(c->h, &w, v, &e);
    if (r < 0) {
        api_fail(c->r, NULL, r, &e);
        return;
    }
    AUTO_FREE char *url = head_listen_url(c->h->machine.listen);
    json_put_str(v, "ca", c->h->ca.cert_pem);
    json_put_str(v, "server", url);
    log_info("user=%s a %s was given out", w.name, w.token ? "token" : "certificate");
    api_respond(c->r, 201, v);
}
