// SPDX-License-Identifier: Apache-2.0
/* How a board joins a cluster: what the token says, and what head and node say to each other over TLS. Pure.
 *
 *   GET  /sedge/v1/ca                        -> {"ca": PEM}. Anybody may ask, over a connection that is not trusted yet: the token tells whether it is the right one.
 *   POST /sedge/v1/join                      {"token", "name", "csr": PEM (PKCS #10, signed by the node's new key)}
 *                                            -> {"name", "certificate": PEM, "podCIDR", "serviceCIDR", "time": microseconds since 1970}
 *   POST /sedge/v1/nodes/<name>/certificate  {"csr"}: signed by the key that the node has joined with; this is all that it has to show, also after a long absence
 *                                            -> {"certificate", "time"}
 *
 * A node's certificate names it "system:node:<name>" (as Kubernetes' nodes are), organisation "system:nodes"; it is good for NODE_CERT_VALID_US and renewed by the
 * running node when a third of that is left. */
#pragma once

#include "base/base.h"

#define NODE_USER_PREFIX   "system:node:"
#define NODE_GROUP         "system:nodes"
#define NODE_CERT_VALID_US (24 * 3600 * US_PER_S)
#define JOIN_PIN_SIZE      33 /* the first 128 bits of the SHA-256 of the CA's public key, in hex, with the NUL */
#define JOIN_SECRET_SIZE   33

/* "sedge-join-<secret>-<seconds since 1970>-<pin>" */
struct join_token {
    char secret[JOIN_SECRET_SIZE];
    int64_t made_us;          /* a lower bound of the time, for a board that has no clock */
    char pin[JOIN_PIN_SIZE];  /* which CA is the cluster's */
};
/* 0 or -EINVAL with `e`, which never holds the secret. */
int join_token_parse(const char *text, struct join_token *ret, struct err *e);
/* A new one. ca_key_id: tls_key_id of the CA. The caller frees. */
char *join_token_new(const char *ca_key_id, int64_t now_us);
