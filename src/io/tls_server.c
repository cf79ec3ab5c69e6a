// SPDX-License-Identifier: Apache-2.0
/* A server's side of TLS over non-blocking sockets. */
#include <errno.h>
#include <string.h>

#include "io/tls_private.h"

struct tls_server {
    gnutls_certificate_credentials_t credentials;
    gnutls_priority_t priorities;
    bool asks; /* for a client's certificate */
};

void tls_server_free(struct tls_server *s)
{
    if (!s)
        return;
    if (s->credentials)
        tls_library.gnutls_certificate_free_credentials(s->credentials);
    if (s->priorities)
        tls_library.gnutls_priority_deinit(s->priorities);
    free(s);
}

static void server_freep(struct tls_server **s)
{
    tls_server_free(*s);
}

static int set_up(struct tls_server *s, const struct tls_identity *me, const char *client_ca)
{
    gnutls_datum_t cert = tls_datum(me->cert_pem), key = tls_datum(me->key_pem);
    int r = tls_library.gnutls_certificate_allocate_credentials(&s->credentials);
    if (r >= 0)
        r = tls_library.gnutls_certificate_set_x509_key_mem(s->credentials, &cert, &key, GNUTLS_X509_FMT_PEM);
    if (r >= 0)
        r = tls_library.gnutls_priority_init(&s->priorities, TLS_PRIORITIES, NULL);
    if (r < 0 || !client_ca)
        return r;
    gnutls_datum_t ca = tls_datum(client_ca);
    s->asks = true;
    r = tls_library.gnutls_certificate_set_x509_trust_mem(s->credentials, &ca, GNUTLS_X509_FMT_PEM);
    return r == 0 ? GNUTLS_E_NO_CERTIFICATE_FOUND : r;
}

int tls_server_new(const struct tls_identity *me, const char *client_ca, struct tls_server **ret, struct err *e)
{
    int r = tls_library_open(e);
    if (r < 0)
        return r;
    AUTO(server_freep)
    struct tls_server *s = mem_alloc(sizeof(*s));
    r = set_up(s, me, client_ca);
    if (r < 0)
        return tls_fail(e, EINVAL, r, "read the certificates to serve with");
    *ret = take_ptr(s);
    return 0;
}

static int set_session(struct tls_server *server, struct tls_session *s)
{
    static const gnutls_datum_t http = {.data = (unsigned char *)(uintptr_t) "http/1.1", .size = 8};
    int r = tls_library.gnutls_init(&s->session, GNUTLS_SERVER | GNUTLS_NONBLOCK | GNUTLS_NO_SIGNAL);
    if (r >= 0)
        r = tls_library.gnutls_priority_set(s->session, server->priorities);
    if (r >= 0)
        r = tls_library.gnutls_credentials_set(s->session, GNUTLS_CRD_CERTIFICATE, server->credentials);
    if (r >= 0)
        r = tls_library.gnutls_alpn_set_protocols(s->session, &http, 1, 0);
    if (r < 0)
        return r;
    if (server->asks)
        tls_library.gnutls_certificate_server_set_request(s->session, GNUTLS_CERT_REQUEST);
    tls_library.gnutls_transport_set_int2(s->session, s->fd, s->fd);
    return 0;
}

int tls_server_begin(struct tls_server *server, int fd, struct tls_session **ret)
{
    struct tls_session *s = mem_alloc(sizeof(*s));
    s->fd = fd;
    if (set_session(server, s) < 0) {
        tls_session_free(s);
        return -ENOMEM;
    }
    *ret = s;
    return 0;
}

int tls_handshake(struct tls_session *s)
{
    int r;
    do
        r = tls_library.gnutls_handshake(s->session);
    while (r < 0 && r != GNUTLS_E_AGAIN && !tls_library.gnutls_error_is_fatal(r));
    if (r == GNUTLS_E_AGAIN)
        return -EAGAIN;
    return r < 0 ? -EPROTO : 0;
}

bool tls_wants_write(const struct tls_session *s)
{
    return tls_library.gnutls_record_get_direction(s->session) == 1;
}

ssize_t tls_write_some(struct tls_session *s, const void *data, size_t len)
{
    ssize_t n = tls_library.gnutls_record_send(s->session, data, len);
    if (n >= 0)
        return n;
    return n == GNUTLS_E_AGAIN || n == GNUTLS_E_INTERRUPTED ? -EAGAIN : -ECONNRESET;
}
