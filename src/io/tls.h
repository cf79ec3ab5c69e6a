// SPDX-License-Identifier: Apache-2.0
/* TLS and certificates behind one seam (GnuTLS, opened when first used). */
#pragma once

#include "base/base.h"

struct tls_identity {
    char *cert_pem, *key_pem; /* owned */
};
void tls_identity_done(struct tls_identity *i);

struct tls_request {
    const char *common_name;         /* becomes the user's or node's name */
    const char *const *organisations; /* groups; closed by NULL; may be NULL */
    const char *const *names;        /* subject alternative names: DNS names and addresses; closed by NULL; may be NULL */
    bool ca, server, client;
    int64_t valid_us;
};
/* A new P-256 key and a certificate for it, signed by `issuer` (NULL: by itself). 0 with *ret (owned); -errno with `e`. */
int tls_issue(const struct tls_request *request, const struct tls_identity *issuer, struct tls_identity *ret, struct err *e);
/* Common name and first organisation of a PEM certificate; 0 or -errno. The caller frees both (organisation may be NULL). */
int tls_subject(const char *cert_pem, char **ret_cn, char **ret_org, struct err *e);
/* When the certificate ends, in microseconds since 1970; negative: -errno. */
int64_t tls_expiry_us(const char *cert_pem);

/* A client's session over a connected, blocking socket; the peer must show a certificate of `ca_pem` for `host`. Owns fd from success on. */
struct tls_session;
int tls_connect(int fd, const char *host, const char *ca_pem, const struct tls_identity *me, struct tls_session **ret, struct err *e);
ssize_t tls_read(struct tls_session *s, void *data, size_t len);  /* 0 at the end; -errno */
ssize_t tls_write(struct tls_session *s, const void *data, size_t len); /* all of it, or -errno */
size_t tls_pending(const struct tls_session *s); /* bytes decrypted and not yet read: poll does not see them */
int tls_fd(const struct tls_session *s);
void tls_close(struct tls_session *s);

/* A server's side of it: the certificate that the peer of a GnuTLS session (gnutls_session_t) has shown, as PEM, when it is good by the CA of the
 * session's credentials and meant for clients; NULL otherwise. The caller frees. */
char *tls_peer_pem(void *gnutls_session);
