// SPDX-License-Identifier: Apache-2.0
/* Certificates: made, signed and read. */
#include <arpa/inet.h>
#include <errno.h>
#include <string.h>

#include "io/tls_private.h"

/* 2020-01-01. A board without a clock starts some years back; certificates of our own making must be good there, too.
 */
#define NOT_BEFORE  1577836800
#define SERIAL_SIZE 16

void tls_identity_done(struct tls_identity *i)
{
    if (i->key_pem)
        explicit_bzero(i->key_pem, strlen(i->key_pem));
    mem_freep(&i->cert_pem);
    mem_freep(&i->key_pem);
    *i = (struct tls_identity){0};
}

void tls_crt_free(gnutls_x509_crt_t *crt)
{
    if (*crt)
        tls_library.gnutls_x509_crt_deinit(*crt);
}

void tls_key_free(gnutls_x509_privkey_t *key)
{
    if (*key)
        tls_library.gnutls_x509_privkey_deinit(*key);
}

static int crt_read(const char *pem, gnutls_x509_crt_t *ret)
{
    gnutls_datum_t text = tls_datum(pem);
    int r = tls_library.gnutls_x509_crt_init(ret);
    return r < 0 ? r : tls_library.gnutls_x509_crt_import(*ret, &text, GNUTLS_X509_FMT_PEM);
}

static int set_names(gnutls_x509_crt_t crt, const struct tls_request *q)
{
    int r = tls_library.gnutls_x509_crt_set_dn_by_oid(crt, GNUTLS_OID_X520_COMMON_NAME, 0, q->common_name,
                                                      (unsigned)strlen(q->common_name));
    for (size_t i = 0; r >= 0 && q->organisations && q->organisations[i]; i++)
        r = tls_library.gnutls_x509_crt_set_dn_by_oid(crt, GNUTLS_OID_X520_ORGANIZATION_NAME, 0, q->organisations[i],
                                                      (unsigned)strlen(q->organisations[i]));
    for (size_t i = 0; r >= 0 && q->names && q->names[i]; i++) {
        unsigned char address[16];
        const char *name = q->names[i];
        int size = inet_pton(AF_INET, name, address) == 1 ? 4 : inet_pton(AF_INET6, name, address) == 1 ? 16 : 0;
        r = size > 0 ? tls_library.gnutls_x509_crt_set_subject_alt_name(crt, GNUTLS_SAN_IPADDRESS, address,
                                                                        (unsigned)size, GNUTLS_FSAN_APPEND)
                     : tls_library.gnutls_x509_crt_set_subject_alt_name(crt, GNUTLS_SAN_DNSNAME, name,
                                                                        (unsigned)strlen(name), GNUTLS_FSAN_APPEND);
    }
    return r;
}

static int set_uses(gnutls_x509_crt_t crt, const struct tls_request *q)
{
    unsigned usage = q->ca ? GNUTLS_KEY_KEY_CERT_SIGN | GNUTLS_KEY_CRL_SIGN : GNUTLS_KEY_DIGITAL_SIGNATURE;
    int r = tls_library.gnutls_x509_crt_set_basic_constraints(crt, q->ca, -1);
    if (r >= 0)
        r = tls_library.gnutls_x509_crt_set_key_usage(crt, usage);
    if (r >= 0 && q->server)
        r = tls_library.gnutls_x509_crt_set_key_purpose_oid(crt, GNUTLS_KP_TLS_WWW_SERVER, 0);
    if (r >= 0 && q->client)
        r = tls_library.gnutls_x509_crt_set_key_purpose_oid(crt, GNUTLS_KP_TLS_WWW_CLIENT, 0);
    return r;
}

static int set_serial_and_times(gnutls_x509_crt_t crt, const struct tls_request *q)
{
    unsigned char serial[SERIAL_SIZE];
    int r = tls_library.gnutls_rnd(GNUTLS_RND_NONCE, serial, sizeof(serial));
    serial[0] = (serial[0] & 0x7f) | 0x40; /* positive and of full length */
    if (r >= 0)
        r = tls_library.gnutls_x509_crt_set_serial(crt, serial, sizeof(serial));
    int64_t now = clock_now_us() / US_PER_S;
    if (r >= 0)
        r = tls_library.gnutls_x509_crt_set_activation_time(crt, q->from_now || now < NOT_BEFORE ? now : NOT_BEFORE);
    if (r >= 0)
        r = tls_library.gnutls_x509_crt_set_expiration_time(crt, now + q->valid_us / US_PER_S);
    return r;
}

/* Key ids let a verifier find the issuer among several of one name (a CA that was renewed). */
static int set_key_ids(gnutls_x509_crt_t crt, gnutls_x509_crt_t issuer)
{
    unsigned char id[64];
    size_t size = sizeof(id);
    int r = tls_library.gnutls_x509_crt_get_key_id(crt, 0, id, &size);
    if (r >= 0)
        r = tls_library.gnutls_x509_crt_set_subject_key_id(crt, id, size);
    size = sizeof(id);
    if (r >= 0)
        r = tls_library.gnutls_x509_crt_get_key_id(issuer, 0, id, &size);
    return r < 0 ? r : tls_library.gnutls_x509_crt_set_authority_key_id(crt, id, size);
}

int tls_crt_fill(gnutls_x509_crt_t crt, const struct tls_request *q)
{
    int r = tls_library.gnutls_x509_crt_set_version(crt, 3);
    if (r >= 0)
        r = set_serial_and_times(crt, q);
    if (r >= 0)
        r = set_names(crt, q);
    return r < 0 ? r : set_uses(crt, q);
}

int tls_crt_export(gnutls_x509_crt_t crt, char **ret_pem)
{
    char text[TLS_PEM_SIZE];
    size_t size = TLS_PEM_SIZE;
    int r = tls_library.gnutls_x509_crt_export(crt, GNUTLS_X509_FMT_PEM, text, &size);
    if (r >= 0)
        *ret_pem = mem_strndup(text, size);
    return r;
}

int tls_key_generate(gnutls_x509_privkey_t *ret)
{
    int r = tls_library.gnutls_x509_privkey_init(ret);
    return r < 0 ? r
                 : tls_library.gnutls_x509_privkey_generate(*ret, GNUTLS_PK_ECDSA,
                                                            GNUTLS_CURVE_TO_BITS(GNUTLS_ECC_CURVE_SECP256R1), 0);
}

int tls_key_import(const char *pem, gnutls_x509_privkey_t *ret)
{
    gnutls_datum_t text = tls_datum(pem);
    int r = tls_library.gnutls_x509_privkey_init(ret);
    return r < 0 ? r : tls_library.gnutls_x509_privkey_import(*ret, &text, GNUTLS_X509_FMT_PEM);
}

int tls_key_export(gnutls_x509_privkey_t key, char **ret_pem)
{
    char text[TLS_PEM_SIZE]; /* not on the heap: it is wiped at the end, whatever happens */
    size_t size = TLS_PEM_SIZE;
    int r = tls_library.gnutls_x509_privkey_export(key, GNUTLS_X509_FMT_PEM, text, &size);
    if (r >= 0)
        *ret_pem = mem_strndup(text, size);
    explicit_bzero(text, TLS_PEM_SIZE);
    return r;
}

/* Signs with the issuer's key, or with the certificate's own when there is no issuer. */
int tls_crt_sign(gnutls_x509_crt_t crt, gnutls_x509_privkey_t own, const struct tls_identity *issuer)
{
    AUTO_CRT gnutls_x509_crt_t by = NULL;
    AUTO_KEY gnutls_x509_privkey_t by_key = NULL;
    int r = issuer ? crt_read(issuer->cert_pem, &by) : 0;
    if (r >= 0 && issuer)
        r = tls_key_import(issuer->key_pem, &by_key);
    if (r >= 0)
        r = set_key_ids(crt, by ? by : crt);
    return r < 0 ? r
                 : tls_library.gnutls_x509_crt_sign2(crt, by ? by : crt, by_key ? by_key : own, GNUTLS_DIG_SHA256, 0);
}

int tls_issue(const struct tls_request *request, const struct tls_identity *issuer, struct tls_identity *ret,
              struct err *e)
{
    AUTO_CRT gnutls_x509_crt_t crt = NULL;
    AUTO_KEY gnutls_x509_privkey_t key = NULL;
    AUTO(tls_identity_done)
    struct tls_identity made = {0};
    int r = tls_library_open(e);
    if (r < 0)
        return r;
    r = tls_key_generate(&key);
    if (r >= 0)
        r = tls_library.gnutls_x509_crt_init(&crt);
    if (r >= 0)
        r = tls_crt_fill(crt, request);
    if (r >= 0)
        r = tls_library.gnutls_x509_crt_set_key(crt, key);
    if (r >= 0)
        r = tls_crt_sign(crt, key, issuer);
    if (r >= 0)
        r = tls_crt_export(crt, &made.cert_pem);
    if (r >= 0)
        r = tls_key_export(key, &made.key_pem);
    if (r < 0)
        return tls_fail(e, EINVAL, r, "make a certificate for '%s'", request->common_name);
    *ret = made;
    made = (struct tls_identity){0};
    return 0;
}

/* One name of the subject, or NULL. */
static char *subject_part(gnutls_x509_crt_t crt, const char *oid)
{
    char text[TLS_NAME_SIZE];
    size_t size = sizeof(text);
    if (tls_library.gnutls_x509_crt_get_dn_by_oid(crt, oid, 0, 0, text, &size) < 0 || memchr(text, '\0', size))
        return NULL; /* a NUL inside would make one name look like another */
    return mem_strndup(text, size);
}

int tls_subject(const char *cert_pem, char **ret_cn, char **ret_org, struct err *e)
{
    AUTO_CRT gnutls_x509_crt_t crt = NULL;
    int r = tls_library_open(e);
    if (r < 0)
        return r;
    r = crt_read(cert_pem, &crt);
    if (r < 0)
        return tls_fail(e, EINVAL, r, "read a certificate");
    char *cn = subject_part(crt, GNUTLS_OID_X520_COMMON_NAME);
    if (!cn)
        return err_set(e, EINVAL, "read a certificate: it has no common name");
    *ret_cn = cn;
    *ret_org = subject_part(crt, GNUTLS_OID_X520_ORGANIZATION_NAME);
    return 0;
}

/* One of the certificate's two times, in microseconds. */
static int64_t time_of(const char *cert_pem, bool end)
{
    AUTO_CRT gnutls_x509_crt_t crt = NULL;
    int r = tls_library_open(NULL);
    if (r < 0)
        return r;
    if (crt_read(cert_pem, &crt) < 0)
        return -EINVAL;
    time_t t = end ? tls_library.gnutls_x509_crt_get_expiration_time(crt)
                   : tls_library.gnutls_x509_crt_get_activation_time(crt);
    return t < 0 ? -EINVAL : (int64_t)t * US_PER_S;
}

int64_t tls_expiry_us(const char *cert_pem)
{
    return time_of(cert_pem, true);
}

int64_t tls_begin_us(const char *cert_pem)
{
    return time_of(cert_pem, false);
}

int tls_key_id(const char *cert_pem, char ret[TLS_KEY_ID_SIZE], struct err *e)
{
    AUTO_CRT gnutls_x509_crt_t crt = NULL;
    unsigned char id[SHA256_DIGEST_SIZE];
    size_t size = sizeof(id);
    int r = tls_library_open(e);
    if (r < 0)
        return r;
    r = crt_read(cert_pem, &crt);
    if (r >= 0)
        r = tls_library.gnutls_x509_crt_get_key_id(crt, GNUTLS_KEYID_USE_SHA256, id, &size);
    if (r < 0)
        return tls_fail(e, EINVAL, r, "read a certificate");
    tls_key_id_text(id, ret);
    return 0;
}

char *tls_shown_pem(struct tls_session *s)
{
    AUTO_CRT gnutls_x509_crt_t crt = NULL;
    char *pem = NULL;
    unsigned n = 0;
    const gnutls_datum_t *shown = tls_library.gnutls_certificate_get_peers(s->session, &n);
    if (!shown || n == 0 || tls_library.gnutls_x509_crt_init(&crt) < 0 ||
        tls_library.gnutls_x509_crt_import(crt, &shown[0], GNUTLS_X509_FMT_DER) < 0 || tls_crt_export(crt, &pem) < 0)
        return NULL;
    return pem;
}

char *tls_peer_pem(struct tls_session *s)
{
    gnutls_typed_vdata_st purpose = {.type = GNUTLS_DT_KEY_PURPOSE_OID,
                                     .data = (unsigned char *)(uintptr_t)GNUTLS_KP_TLS_WWW_CLIENT};
    unsigned n = 0, status = 0;
    if (tls_library_open(NULL) < 0 || tls_library.gnutls_certificate_type_get(s->session) != GNUTLS_CRT_X509)
        return NULL;
    if (!tls_library.gnutls_certificate_get_peers(s->session, &n) || n == 0 ||
        tls_library.gnutls_certificate_verify_peers(s->session, &purpose, 1, &status) < 0 || status != 0)
        return NULL;
    return tls_shown_pem(s);
}
