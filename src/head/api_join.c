// SPDX-License-Identifier: Apache-2.0
/* Boards that join, their certificates, and the tokens that let them in (model/join.h). */
#include <errno.h>
#include <string.h>

#include "head/api_private.h"
#include "head/head_clock.h"
#include "head/join_tokens.h"
#include "head/node_keys.h"
#include "head/object_facts.h"
#include "model/join.h"

#define TTL_DEFAULT_S 3600
#define TTL_MAX_S     (30LL * 24 * 3600)
#define USES_MAX      10000

static bool serves_tls(struct api_call *c)
{
    if (c->h->ca.cert_pem)
        return true;
    api_refuse(c->r, 409, "Conflict",
               "the API is not served over TLS on this machine: give `sedge up` a --listen address and port");
    return false;
}

void api_ca(struct api_call *c)
{
    if (!serves_tls(c))
        return;
    AUTO_JSON json_t *v = json_pack("{s:s}", "ca", c->h->ca.cert_pem);
    api_respond(c->r, 200, v);
}

/* ---- certificates ---- */

static int give_certificate(struct head *h, const char *node, const char *csr, json_t *to, struct err *e)
{
    AUTO_FREE char *name = mem_printf(NODE_USER_PREFIX "%s", node);
    AUTO_FREE char *pem = NULL;
    static const char *const groups[] = {NODE_GROUP, NULL};
    struct tls_request q = {
        .common_name = name, .organisations = groups, .client = true, .from_now = true, .valid_us = h->node_cert_valid_us};
    int r = tls_issue_for(csr, &q, &h->ca, &pem, e);
    if (r < 0)
        return r;
    json_put_str(to, "certificate", pem);
    json_put_int(to, "time", clock_now_us());
    head_clock_keep(h->dir);
    return 0;
}

/* The key that signed a request, which must be made out to that node. */
static int read_csr(const json_t *body, const char *node, char ret_key_id[TLS_KEY_ID_SIZE], struct err *e)
{
    AUTO_FREE char *cn = NULL;
    int r = tls_csr_read(json_str(body, "csr", ""), &cn, ret_key_id, e);
    if (r < 0)
        return r;
    if (!str_starts(cn, NODE_USER_PREFIX) || !str_eq(cn + strlen(NODE_USER_PREFIX), node))
        return err_set(e, EINVAL, "the certificate request is made out to '%.80s', not to node '%.64s'", cn, node);
    return 0;
}

/* Only the key itself counts: who holds it is the node. */
static int renew(struct head *h, const char *node, const json_t *body, json_t *to, struct err *e)
{
    AUTO(node_key_done)
    struct node_key known = {0};
    char key_id[TLS_KEY_ID_SIZE];
    int r = read_csr(body, node, key_id, e);
    if (r < 0)
        return r;
    r = node_key_get(h->store, node, &known, e);
    if (r == -ENOENT || (r == 0 && !str_eq(known.key_id, key_id)))
        return err_set(e, EACCES, "the cluster keeps another key for node '%.64s', or none: it has to join anew", node);
    return r < 0 ? r : give_certificate(h, node, json_str(body, "csr", ""), to, e);
}

static void refuse_or_fail(struct api_call *c, const char *node, int r, const struct err *e)
{
    log_warn("node=%.64s is refused: %s", node, err_text(e));
    if (r == -EACCES)
        api_refuse(c->r, 403, "Forbidden", "%s", err_text(e));
    else if (r == -EEXIST)
        api_refuse(c->r, 409, "Conflict", "%s", err_text(e));
    else
        api_fail(c->r, NULL, r, e);
}

void api_node_certificate(struct api_call *c)
{
    struct err e = {0};
    AUTO_JSON json_t *body = api_body(c->r, false), *v = json_object();
    if (!body || !serves_tls(c))
        return;
    int r = renew(c->h, c->route.name, body, v, &e);
    if (r < 0) {
        refuse_or_fail(c, c->route.name, r, &e);
        return;
    }
    log_info("node=%s has a new certificate", c->route.name);
    api_respond(c->r, 201, v);
}

/* ---- joining ---- */

/* Ranges that joined nodes must not get: those of nodes that have chosen their own. */
static int ranges_taken(struct head *h, struct strv *to, struct err *e)
{
    AUTO_JSON json_t *nodes = NULL;
    size_t i;
    json_t *node;
    int r = objects_list(h->objects, kind_find("Node"), NULL, &nodes, NULL, e);
    json_array_foreach(nodes, i, node)
    {
        const char *range = json_str(json_object_get(node, "spec"), "podCIDR", NULL);
        if (range)
            strv_add(to, range);
    }
    return r;
}

/* The name must not be that of the head's own node, nor of one that came before keys were kept. */
static int check_name(struct head *h, const char *name, struct err *e)
{
    if (!str_is_label(name))
        return err_set(e, EINVAL, "name: '%.64s' cannot be a node's name: up to 63 of a-z, 0-9 and '-'", name);
    if (str_eq(name, h->machine.name))
        return err_set(e, EEXIST, "node '%s' is the head's own machine; join under another --name", name);
    return 0;
}

static int take_in(struct head *h, const json_t *body, json_t *to, struct err *e)
{
    AUTO(node_key_done)
    struct node_key known = {0};
    AUTO_STRV struct strv taken = {0};
    AUTO_FREE char *subcluster = NULL;
    char key_id[TLS_KEY_ID_SIZE];
    const char *name = json_str(body, "name", ""), *csr = json_str(body, "csr", "");
    int r = check_name(h, name, e);
    if (r == 0)
        r = read_csr(body, name, key_id, e);
    if (r == 0)
        r = join_token_use(h->store, json_str(body, "token", ""), name, key_id, &subcluster, e);
    if (r == 0)
        r = ranges_taken(h, &taken, e);
    if (r == 0)
        r = node_key_add(h->store, name, key_id, subcluster, &taken, &known, e);
    if (r == 0)
        r = give_certificate(h, name, csr, to, e);
    json_put_str(to, "name", name);
    json_put_str(to, "podCIDR", known.pod_cidr);
    json_put_str(to, "serviceCIDR", h->machine.service_cidr);
    return r;
}

void api_join(struct api_call *c)
{
    struct err e = {0};
    AUTO_JSON json_t *body = api_body(c->r, false), *v = json_object();
    if (!body || !serves_tls(c))
        return;
    const char *name = json_str(body, "name", "");
    int r = take_in(c->h, body, v, &e);
    if (r < 0) {
        refuse_or_fail(c, name, r, &e);
        return;
    }
    log_info("node=%s has joined, addresses %s", name, json_str(v, "podCIDR", ""));
    api_respond(c->r, 201, v);
}

/* ---- tokens ---- */

static int read_terms(const json_t *body, struct join_terms *ret, struct err *e)
{
    int64_t ttl_s = json_int(body, "ttlSeconds", TTL_DEFAULT_S);
    *ret = (struct join_terms){.ttl_us = ttl_s * US_PER_S,
                               .uses = json_int(body, "uses", 1),
                               .subcluster = json_str(body, "subcluster", NULL)};
    if (ttl_s < 1 || ttl_s > TTL_MAX_S)
        return err_set(e, EINVAL, "ttlSeconds: must be from 1 to %lld", TTL_MAX_S);
    if (ret->uses < 0 || ret->uses > USES_MAX)
        return err_set(e, EINVAL, "uses: must be from 0 (any number) to %d", USES_MAX);
    if (ret->subcluster && !str_is_label(ret->subcluster))
        return err_set(e, EINVAL, "subcluster: '%.64s' is no name: up to 63 of a-z, 0-9 and '-'", ret->subcluster);
    return 0;
}

void api_make_join_token(struct api_call *c)
{
    struct err e = {0};
    struct join_terms terms;
    char key_id[TLS_KEY_ID_SIZE];
    AUTO_FREE char *token = NULL;
    AUTO_JSON json_t *body = api_body(c->r, true), *v = json_object();
    if (!body || !serves_tls(c))
        return;
    int r = read_terms(body, &terms, &e);
    if (r == 0)
        r = tls_key_id(c->h->ca.cert_pem, key_id, &e);
    if (r == 0)
        r = join_token_make(c->h->store, key_id, &terms, &token, &e);
    if (r < 0) {
        api_fail(c->r, NULL, r, &e);
        return;
    }
    json_put_str(v, "token", token);
    json_put_str(v, "listen", c->h->machine.listen);
    log_info("user=%s a token to join was given out", c->user);
    api_respond(c->r, 201, v);
}

void api_join_tokens(struct api_call *c)
{
    struct err e = {0};
    AUTO_JSON json_t *items = NULL;
    int r = join_token_list(c->h->store, &items, &e);
    if (r < 0) {
        api_fail(c->r, NULL, r, &e);
        return;
    }
    AUTO_JSON json_t *v = json_pack("{s:O}", "items", items);
    api_respond(c->r, 200, v);
}

void api_remove_join_token(struct api_call *c)
{
    struct err e = {0};
    int r = join_token_remove(c->h->store, c->route.name, &e);
    if (r < 0) {
        api_fail(c->r, NULL, r, &e);
        return;
    }
    AUTO_JSON json_t *v = json_object();
    api_respond(c->r, 200, v);
}
