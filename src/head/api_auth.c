// SPDX-License-Identifier: Apache-2.0
/* Tells who sends a request: root over the Unix socket, a certificate of our CA, or a token. */
#include "head/api_auth.h"

#include <string.h>
#include <strings.h>

#include "head/node_keys.h"
#include "head/pki.h"
#include "model/join.h"

void api_user_done(struct api_user *u)
{
    mem_freep(&u->name);
}

/* A node is one as long as the cluster keeps its key: a certificate that outlives that gives nothing. */
static bool is_node(const struct head *h, const char *name, const char *pem)
{
    AUTO(node_key_done)
    struct node_key known = {0};
    char key_id[TLS_KEY_ID_SIZE];
    struct err e = {0};
    if (tls_key_id(pem, key_id, &e) == 0 && node_key_get(h->store, name, &known, &e) == 0 &&
        str_eq(known.key_id, key_id))
        return true;
    log_warn("node=%.64s is refused: its certificate is of a key that the cluster does not keep for it", name);
    return false;
}

static void by_certificate(const struct head *h, const char *pem, struct api_user *ret)
{
    AUTO_FREE char *organisation = NULL;
    struct err e = {0};
    if (tls_subject(pem, &ret->name, &organisation, &e) < 0) {
        log_warn("a client's certificate: %s", err_text(&e));
        return;
    }
    bool node = str_starts(ret->name, NODE_USER_PREFIX);
    if (node && !is_node(h, ret->name + strlen(NODE_USER_PREFIX), pem))
        mem_freep(&ret->name); /* nobody we know */
    else
        ret->right = node ? RIGHT_NODE : RIGHT_USER;
}

static void by_token(const struct head *h, const char *header, struct api_user *ret)
{
    static const char scheme[] = "Bearer ";
    if (strncasecmp(header, scheme, strlen(scheme)) != 0)
        return;
    ret->name = pki_token_user(h->dir, header + strlen(scheme));
    ret->right = ret->name ? RIGHT_USER : RIGHT_NONE;
}

void api_user_of(const struct head *h, const struct http_request *r, struct api_user *ret)
{
    const char *pem = http_client_cert(r), *header = http_header(r, "Authorization");
    *ret = (struct api_user){0};
    if (http_is_local(r)) {
        bool root = http_peer_uid(r) == 0;
        ret->name = mem_printf("uid:%u", (unsigned)http_peer_uid(r));
        ret->right = root ? RIGHT_ROOT : RIGHT_NONE;
    } else if (pem) {
        by_certificate(h, pem, ret);
    } else if (header) {
        by_token(h, header, ret);
    }
}
