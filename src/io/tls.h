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
    bool from_now; /* good from now on only; else since long ago, for peers whose clock stands behind */
    int64_t valid_us;
};
/* A new P-256 key and a certificate for it, signed by `issuer` (NULL: by itself). 0 with *ret (owned); -errno with `e`. */
int tls_issue(const struct tls_request *request, const struct tls_identity *issuer, struct tls_identity *ret, struct err *e);
/* A new P-256 key as PEM. The caller frees it (and wipes it: tls_identity_done does). 0 or -errno with `e`. */
int tls_key_new(char **ret_pem, struct err *e);
/* A request (PKCS #10, RFC 2986) for a certificate of that key, signed with it. The caller frees. */
int tls_csr_make(const char *key_pem, const char *common_name, char **ret_pem, struct err *e);
/* What a request asks for, once its signature has proved that the asker holds the key. -EINVAL with `e` when it does not. The caller frees *ret_cn. */
#define TLS_KEY_ID_SIZE 65 /* SHA-256 of the public key (SubjectPublicKeyInfo) in hex, with its NUL */
int tls_csr_read(const char *csr_pem, char **ret_cn, char ret_key_id[TLS_KEY_ID_SIZE], struct err *e);
/* A certificate as `request` says for the request's key, signed by `issuer`. The caller frees. */
int tls_issue_for(const char *csr_pem, const struct tls_request *request, const struct tls_identity *issuer, char **ret_cert_pem, struct err *e);
int tls_key_id(const char *cert_pem, char ret[TLS_KEY_ID_SIZE], struct err *e); /* of a certificate's key */
/* Common name and first organisation of a PEM certificate; 0 or -errno. The caller frees both (organisation may be NULL). */
int tls_subject(const char *cert_pem, char **ret_cn, char **ret_org, struct err *e);
/* When the certificate ends, in microseconds since 1970; negative: -errno. */
int64_t tls_expiry_us(const char *cert_pem);
int64_t tls_begin_us(const char *cert_pem); /* from when on it is good; negative: -errno */

/* A client's session over a connected, blocking socket; the peer must show a certificate of `ca_pem` for `host`. Owns fd from success on. */
struct tls_session;
int tls_connect(int fd, const char *host, const char *ca_pem, const struct tls_identity *me, struct tls_session **ret, struct err *e);
/* The same with other demands on the peer. */
struct tls_trust {
    const char *ca_pem;
    bool anyone;      /* no certificate is looked at: only to fetch what is proved by other means (a CA whose key id is known) */
    int64_t floor_us; /* not 0: this side's clock is not trusted; the certificate must not have ended by then, and that is all that is asked of its times */
};
int tls_connect_trusting(int fd, const char *host, const struct tls_trust *trust, const struct tls_identity *me, struct tls_session **ret, struct err *e);
ssize_t tls_read(struct tls_session *s, void *data, size_t len);  /* 0 at the end; -errno */
ssize_t tls_write(struct tls_session *s, const void *data, size_t len); /* all of it, or -errno */
size_t tls_pending(const struct tls_session *s); /* bytes decrypted and not yet read: poll does not see them */
int tls_fd(const struct tls_session *s);
void tls_finish(struct tls_session *s); /* tells the peer that no more will be written; never waits */
void tls_close(struct tls_session *s);

/* A server's side, for non-blocking sockets: tls_read gives -EAGAIN, tls_pending is 0 after a read of 16 KiB or more; tls_write is not for it. */
struct tls_server;
/* client_ca: certificates that clients may show (asked for, not demanded), or NULL. -EINVAL with `e` when a certificate or key is no good. */
int tls_server_new(const struct tls_identity *me, const char *client_ca, struct tls_server **ret, struct err *e);
void tls_server_free(struct tls_server *s); /* after all its sessions; NULL is fine */
/* Begins a session over a connected, non-blocking socket. 0 or -errno. Owns fd from success on. */
int tls_server_begin(struct tls_server *s, int fd, struct tls_session **ret);
/* Goes on with the handshake: 0 when it is done, -EAGAIN (then tls_wants_write says for what to wait), other -errno: to be closed. */
int tls_handshake(struct tls_session *s);
bool tls_wants_write(const struct tls_session *s);
/* Writes at most one record: the bytes written. -EAGAIN: the record is kept by the session; call with (NULL, 0) when the socket takes more until it gives
 * the number of bytes that this was. Other -errno: to be closed. */
ssize_t tls_write_some(struct tls_session *s, const void *data, size_t len);
/* The certificate that the client has shown, as PEM, when it is good by client_ca and meant for clients; NULL otherwise. The caller frees. */
char *tls_peer_pem(struct tls_session *s);
