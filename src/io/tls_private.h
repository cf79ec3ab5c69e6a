// SPDX-License-Identifier: Apache-2.0
/* GnuTLS's functions that the TLS files use, opened when first needed. */
#pragma once

#include <gnutls/crypto.h>
#include <gnutls/gnutls.h>
#include <gnutls/x509.h>

#include "io/lazy.h"
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
    X(gnutls_handshake)                                                                                                \
    X(gnutls_handshake_set_timeout)                                                                                    \
    X(gnutls_init)                                                                                                     \
    X(gnutls_priority_deinit)                                                                                          \
    X(gnutls_priority_init)                                                                                            \
    X(gnutls_priority_set)                                                                                             \
    X(gnutls_priority_set_direct)                                                                                      \
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
    X(gnutls_x509_crt_deinit)                                                                                          \
    X(gnutls_x509_crt_export)                                                                                          \
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
