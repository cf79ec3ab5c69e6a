// SPDX-License-Identifier: Apache-2.0
/* Certificate requests (PKCS #10): a key that stays where it was made, and a certificate for it from somebody else. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "io/tls_private.h"

static void crq_free(gnutls_x509_crq_t *crq)
{
    if (*crq)
        tls_library.gnutls_x509_crq_deinit(*crq);
}
#define AUTO_CRQ AUTO(crq_free)

void tls_key_id_text(const unsigned char id[SHA256_DIGEST_SIZE], char ret[TLS_KEY_ID_SIZE])
{
    for (size_t i = 0; i < SHA256_DIGEST_SIZE; i++)
        snprintf(ret + 2 * i, 3, "%02x", id[i]);
}

int tls_key_new(char **ret_pem, struct err *e)
{
    AUTO_KEY gnutls_x509_privkey_t key = NULL;
    int r = tls_library_open(e);
    if (r < 0)
        return r;
    r = tls_key_generate(&key);
    if (r >= 0)
        r = tls_key_export(key, ret_pem);
    return r < 0 ? tls_fail(e, EINVAL, r, "make a key") : 0;
}

static int csr_export(gnutls_x509_crq_t crq, char **ret_pem)
{
    char text[TLS_PEM_SIZE];
    size_t size = TLS_PEM_SIZE;
    int r = tls_library.gnutls_x509_crq_export(crq, GNUTLS_X509_FMT_PEM, text, &size);
    if (r >= 0)
        *ret_pem = mem_strndup(text, size);
    return r;
}

int tls_csr_make(const char *key_pem, const char *common_name, char **ret_pem, struct err *e)
{
    AUTO_KEY gnutls_x509_privkey_t key = NULL;
    AUTO_CRQ gnutls_x509_crq_t crq = NULL;
    int r = tls_library_open(e);
    if (r < 0)
        return r;
    r = tls_key_import(key_pem, &key);
    if (r >= 0)
        r = tls_library.gnutls_x509_crq_init(&crq);
    if (r >= 0)
        r = tls_library.gnutls_x509_crq_set_version(crq, 1);
    if (r >= 0)
        r = tls_library.gnutls_x509_crq_set_dn_by_oid(crq, GNUTLS_OID_X520_COMMON_NAME, 0, common_name,
                                                      (unsigned)strlen(common_name));
    if (r >= 0)
        r = tls_library.gnutls_x509_crq_set_key(crq, key);
    if (r >= 0)
        r = tls_library.gnutls_x509_crq_sign2(crq, key, GNUTLS_DIG_SHA256, 0);
    if (r >= 0)
        r = csr_export(crq, ret_pem);
    return r < 0 ? tls_fail(e, EINVAL, r, "make a certificate request for '%s'", common_name) : 0;
}

/* The request, with its signature proved. */
static int csr_read(const char *pem, gnutls_x509_crq_t *ret)
{
    gnutls_datum_t text = tls_datum(pem);
    int r = tls_library.gnutls_x509_crq_init(ret);
    if (r >= 0)
        r = tls_library.gnutls_x509_crq_import(*ret, &text, GNUTLS_X509_FMT_PEM);
    return r < 0 ? r : tls_library.gnutls_x509_crq_verify(*ret, 0);
}

int tls_csr_read(const char *csr_pem, char **ret_cn, char ret_key_id[TLS_KEY_ID_SIZE], struct err *e)
{
    AUTO_CRQ gnutls_x509_crq_t crq = NULL;
    char name[TLS_NAME_SIZE];
    unsigned char id[SHA256_DIGEST_SIZE];
    size_t size = sizeof(name), id_size = sizeof(id);
    int r = tls_library_open(e);
    if (r < 0)
        return r;
    r = csr_read(csr_pem, &crq);
    if (r >= 0)
        r = tls_library.gnutls_x509_crq_get_dn_by_oid(crq, GNUTLS_OID_X520_COMMON_NAME, 0, 0, name, &size);
    if (r >= 0)
        r = tls_library.gnutls_x509_crq_get_key_id(crq, GNUTLS_KEYID_USE_SHA256, id, &id_size);
    if (r < 0)
        return tls_fail(e, EINVAL, r, "read a certificate request");
    if (memchr(name, '\0', size))
        return err_set(e, EINVAL, "read a certificate request: its name holds a NUL");
    *ret_cn = mem_strndup(name, size);
    tls_key_id_text(id, ret_key_id);
    return 0;
}

static void pubkey_free(gnutls_pubkey_t *key)
{
    if (*key)
        tls_library.gnutls_pubkey_deinit(*key);
}

static int take_key(gnutls_x509_crt_t crt, gnutls_x509_crq_t crq)
{
    AUTO(pubkey_free) gnutls_pubkey_t key = NULL;
    int r = tls_library.gnutls_pubkey_init(&key);
    if (r >= 0)
        r = tls_library.gnutls_pubkey_import_x509_crq(key, crq, 0);
    return r < 0 ? r : tls_library.gnutls_x509_crt_set_pubkey(crt, key);
}

int tls_issue_for(const char *csr_pem, const struct tls_request *request, const struct tls_identity *issuer,
                  char **ret_cert_pem, struct err *e)
{
    AUTO_CRQ gnutls_x509_crq_t crq = NULL;
    AUTO_CRT gnutls_x509_crt_t crt = NULL;
    int r = tls_library_open(e);
    if (r < 0)
        return r;
    r = csr_read(csr_pem, &crq);
    if (r >= 0)
        r = tls_library.gnutls_x509_crt_init(&crt);
    if (r >= 0) /* the key alone: names and uses are the issuer's to say */
        r = take_key(crt, crq);
    if (r >= 0)
        r = tls_crt_fill(crt, request);
    if (r >= 0)
        r = tls_crt_sign(crt, NULL, issuer);
    if (r >= 0)
        r = tls_crt_export(crt, ret_cert_pem);
    return r < 0 ? tls_fail(e, EINVAL, r, "make a certificate for '%s'", request->common_name) : 0;
}
