// SPDX-License-Identifier: Apache-2.0
/* GnuTLS's functions that the TLS files use, opened when first needed. */
#pragma once

#include <gnutls/abstract.h>
#include <gnutls/crypto.h>
#include <gnutls/gnutls.h>
#include <gnutls/x509.h>

#include "base/lazy.h"
#include "io/tls.h"

#define GNUTLS_FUNCTIONS(X)                                                                                            \
    X(gnutls_alpn_set_protocols)                                                                                       \
    X(gnutls_bye)                                                                                                      \
    X(gnutls_certificate_allocate_credentials)                                                                         \
    X(gnutls_certificate_free_credentials)                                                                             \
    X(gnutls_certificate_get_peers)                                                                                    \
    X(gnutls_certificate_server_set_request)                                                                           \
    X(gnutls_certificate_set_x509_key_mem)                                                                             \
    X(gnutls_certificate_set_x509_trust_mem)                                                                           \
    X(gnutls_certificate_type_get)                                                                                     \
    X(gnutls_certificate_verification_status_print)                                                                    \
    X(gnutls_certificate_verify_peers)                                                                                 \
    X(gnutls_credentials_set)                                                                                          \
    X(gnutls_deinit)                                                                                                   \
    X(gnutls_error_is_fatal)                                                                                           \
    X(gnutls_global_set_time_function)                                                                                 \
    X(gnutls_handshake)                                                                                                \
    X(gnutls_handshake_set_timeout)                                                                                    \
    X(gnutls_init)                                                                                                     \
    X(gnutls_priority_deinit)                                                                                          \
    X(gnutls_priority_init)                                                                                            \
    X(gnutls_priority_set)                                                                                             \
    X(gnutls_priority_set_direct)                                                                                      \
    X(gnutls_pubkey_deinit)                                                                                            \
    X(gnutls_pubkey_import_x509_crq)                                                                                   \
    X(gnutls_pubkey_init)                                                                                              \
    X(gnutls_x509_crt_set_pubkey)                                                                                      \
    X(gnutls_record_check_pending)                                                                                     \
    X(gnutls_record_get_direction)                                                                                     \
    X(gnutls_record_recv)                                                                                              \
    X(gnutls_record_send)                                                                                              \
    X(gnutls_rnd)                                                                                                      \
    X(gnutls_server_name_set)                                                                                          \
    X(gnutls_session_get_verify_cert_status)                                                                           \
    X(gnutls_session_set_verify_cert)                                                                                  \
    X(gnutls_strerror)                                                                                                 \
    X(gnutls_transport_set_int2)                                                                                       \
    X(gnutls_x509_crq_deinit)                                                                                          \
    X(gnutls_x509_crq_export)                                                                                          \
    X(gnutls_x509_crq_get_dn_by_oid)                                                                                   \
    X(gnutls_x509_crq_get_key_id)                                                                                      \
    X(gnutls_x509_crq_import)                                                                                          \
    X(gnutls_x509_crq_init)                                                                                            \
    X(gnutls_x509_crq_set_dn_by_oid)                                                                                   \
    X(gnutls_x509_crq_set_key)                                                                                         \
    X(gnutls_x509_crq_set_version)                                                                                     \
    X(gnutls_x509_crq_sign2)                                                                                           \
    X(gnutls_x509_crq_verify)                                                                                          \
    X(gnutls_x509_crt_deinit)                                                                                          \
    X(gnutls_x509_crt_export)                                                                                          \
    X(gnutls_x509_crt_get_activation_time)                                                                             \
    X(gnutls_x509_crt_get_dn_by_oid)                                                                                   \
    X(gnutls_x509_crt_get_expiration_time)                                                                             \
    X(gnutls_x509_crt_get_key_id)                                                                                      \
    X(gnutls_x509_crt_import)                                                                                          \
    X(gnutls_x509_crt_init)                                                                                            \
    X(gnutls_x509_crt_set_activation_time)                                                                             \
    X(gnutls_x509_crt_set_authority_key_id)                                                                            \
    X(gnutls_x509_crt_set_basic_constraints)                                                                           \
    X(gnutls_x509_crt_set_dn_by_oid)                                                                                   \
    X(gnutls_x509_crt_set_expiration_time)                                                                             \
    X(gnutls_x509_crt_set_key)                                                                                         \
    X(gnutls_x509_crt_set_key_purpose_oid)                                                                             \
    X(gnutls_x509_crt_set_key_usage)                                                                                   \
    X(gnutls_x509_crt_set_serial)                                                                                      \
    X(gnutls_x509_crt_set_subject_alt_name)                                                                            \
    X(gnutls_x509_crt_set_subject_key_id)                                                                              \
    X(gnutls_x509_crt_set_version)                                                                                     \
    X(gnutls_x509_crt_sign2)                                                                                           \
    X(gnutls_x509_privkey_deinit)                                                                                      \
    X(gnutls_x509_privkey_export)                                                                                      \
    X(gnutls_x509_privkey_generate)                                                                                    \
    X(gnutls_x509_privkey_import)                                                                                      \
    X(gnutls_x509_privkey_init)

struct tls_library {
    GNUTLS_FUNCTIONS(LAZY_MEMBER)
};
extern struct tls_library tls_library;

#define TLS_PRIORITIES "NORMAL:-VERS-ALL:+VERS-TLS1.3:+VERS-TLS1.2"

struct tls_session {
    int fd;
    gnutls_session_t session;
    gnutls_certificate_credentials_t credentials; /* a client's own; NULL on a server's side */
};
/* Frees all but the descriptor. */
void tls_session_free(struct tls_session *s);

/* Opens the library; cheap when it is open. */
int tls_library_open(struct err *e);
/* Sets `e` to "<words>: <the library's reason>" and gives -code. */
__attribute__((format(printf, 4, 5))) int tls_fail(struct err *e, int code, int gnutls_code, const char *fmt, ...);
gnutls_datum_t tls_datum(const char *text);

/* ---- certificates (tls_cert.c) ---- */
void tls_crt_free(gnutls_x509_crt_t *crt);
void tls_key_free(gnutls_x509_privkey_t *key);
#define AUTO_CRT AUTO(tls_crt_free)
#define AUTO_KEY AUTO(tls_key_free)
#define TLS_PEM_SIZE 16384
#define TLS_NAME_SIZE 1024
/* A new P-256 key. The library's code. */
int tls_key_generate(gnutls_x509_privkey_t *ret);
int tls_key_import(const char *pem, gnutls_x509_privkey_t *ret);
int tls_key_export(gnutls_x509_privkey_t key, char **ret_pem);
/* Fills in all of a certificate but its key, signs it with the issuer's key and exports it. The library's code. */
int tls_crt_fill(gnutls_x509_crt_t crt, const struct tls_request *q);
int tls_crt_sign(gnutls_x509_crt_t crt, gnutls_x509_privkey_t own, const struct tls_identity *issuer);
int tls_crt_export(gnutls_x509_crt_t crt, char **ret_pem);
void tls_key_id_text(const unsigned char id[SHA256_DIGEST_SIZE], char ret[TLS_KEY_ID_SIZE]);
/* The certificate that the peer has shown, good or not, as PEM; NULL: none. The caller frees. */
char *tls_shown_pem(struct tls_session *s);
