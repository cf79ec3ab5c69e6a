// SPDX-License-Identifier: Apache-2.0
/* A client's TLS session over a connected socket. */
#include "io/tls.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <unistd.h>

#include "io/tls_private.h"

#define HANDSHAKE_MS 30000

void tls_session_free(struct tls_session *s)
{
    if (s->session)
        tls_library.gnutls_deinit(s->session);
    if (s->credentials)
        tls_library.gnutls_certificate_free_credentials(s->credentials);
    free(s);
}

static void session_freep(struct tls_session **s)
{
    if (*s)
        tls_session_free(*s);
}

/* Nothing to trust is a fault, not a free pass. */
static int set_ca(struct tls_session *s, const char *ca_pem)
{
    gnutls_datum_t ca = tls_datum(ca_pem ? ca_pem : "");
    int r = tls_library.gnutls_certificate_set_x509_trust_mem(s->credentials, &ca, GNUTLS_X509_FMT_PEM);
    return r == 0 ? GNUTLS_E_NO_CERTIFICATE_FOUND : r;
}

static int set_credentials(struct tls_session *s, const struct tls_trust *trust, const struct tls_identity *me)
{
    int r = tls_library.gnutls_certificate_allocate_credentials(&s->credentials);
    if (r >= 0 && !trust->anyone)
        r = set_ca(s, trust->ca_pem);
    if (r >= 0 && me && me->cert_pem) {
        gnutls_datum_t cert = tls_datum(me->cert_pem), key = tls_datum(me->key_pem);
        r = tls_library.gnutls_certificate_set_x509_key_mem(s->credentials, &cert, &key, GNUTLS_X509_FMT_PEM);
    }
    return r;
}

static bool is_address(const char *host)
{
    unsigned char address[16];
    return inet_pton(AF_INET, host, address) == 1 || inet_pton(AF_INET6, host, address) == 1;
}

static int set_session(struct tls_session *s, const char *host, const struct tls_trust *trust)
{
    int r = tls_library.gnutls_init(&s->session, GNUTLS_CLIENT | GNUTLS_NO_SIGNAL);
    if (r >= 0)
        r = tls_library.gnutls_priority_set_direct(s->session, TLS_PRIORITIES, NULL);
    if (r >= 0)
        r = tls_library.gnutls_credentials_set(s->session, GNUTLS_CRD_CERTIFICATE, s->credentials);
    if (r >= 0 && !is_address(host))
        r = tls_library.gnutls_server_name_set(s->session, GNUTLS_NAME_DNS, host, strlen(host));
    if (r < 0)
        return r;
    if (!trust->anyone)
        tls_library.gnutls_session_set_verify_cert(s->session, host,
                                                   trust->floor_us ? GNUTLS_VERIFY_DISABLE_TIME_CHECKS : 0);
    tls_library.gnutls_handshake_set_timeout(s->session, HANDSHAKE_MS);
    tls_library.gnutls_transport_set_int2(s->session, s->fd, s->fd);
    return 0;
}

/* The peer's certificate was refused: says why in the library's words. */
static int refused(struct tls_session *s, const char *host, struct err *e)
{
    gnutls_datum_t words = {0};
    unsigned status = tls_library.gnutls_session_get_verify_cert_status(s->session);
    tls_library.gnutls_certificate_verification_status_print(status, GNUTLS_CRT_X509, &words, 0);
    int r = err_set(e, EKEYREJECTED, "connect to %s over TLS: its certificate is refused: %s", host,
                    words.data ? (const char *)words.data : "unknown reason");
    free(words.data);
    return r;
}

static int handshake(struct tls_session *s, const char *host, struct err *e)
{
    int r;
    do
        r = tls_library.gnutls_handshake(s->session);
    while (r == GNUTLS_E_INTERRUPTED || r == GNUTLS_E_AGAIN || r == GNUTLS_E_WARNING_ALERT_RECEIVED);
    if (r == GNUTLS_E_CERTIFICATE_VERIFICATION_ERROR)
        return refused(s, host, e);
    if (r == GNUTLS_E_TIMEDOUT)
        return err_set(e, ETIMEDOUT, "connect to %s over TLS: no answer within %d s", host, HANDSHAKE_MS / 1000);
    return r < 0 ? tls_fail(e, EPROTO, r, "connect to %s over TLS", host) : 0;
}

/* Of times, only that the certificate was still good when we last knew the time. */
static int check_floor(struct tls_session *s, const char *host, int64_t floor_us, struct err *e)
{
    AUTO_FREE char *pem = tls_shown_pem(s);
    int64_t ends_us = pem ? tls_expiry_us(pem) : -EINVAL;
    if (ends_us >= floor_us)
        return 0;
    return err_set(e, EKEYREJECTED, "connect to %s over TLS: its certificate had ended when this machine last knew the time",
                   host);
}

int tls_connect_trusting(int fd, const char *host, const struct tls_trust *trust, const struct tls_identity *me,
                         struct tls_session **ret, struct err *e)
{
    int r = tls_library_open(e);
    if (r < 0)
        return r;
    AUTO(session_freep)
    struct tls_session *s = mem_alloc(sizeof(*s));
    s->fd = fd;
    r = set_credentials(s, trust, me);
    if (r < 0)
        return tls_fail(e, EINVAL, r, "read the certificates to connect to %s", host);
    r = set_session(s, host, trust);
    if (r < 0)
        return tls_fail(e, EPROTO, r, "set up TLS to %s", host);
    r = handshake(s, host, e);
    if (r == 0 && trust->floor_us)
        r = check_floor(s, host, trust->floor_us, e);
    if (r < 0)
        return r;
    *ret = take_ptr(s);
    return 0;
}

int tls_connect(int fd, const char *host, const char *ca_pem, const struct tls_identity *me, struct tls_session **ret,
                struct err *e)
{
    struct tls_trust trust = {.ca_pem = ca_pem};
    return tls_connect_trusting(fd, host, &trust, me, ret, e);
}

/* What a failed call means to the caller: 0 to try again, otherwise a negative errno. */
static int what_now(const struct tls_session *s, ssize_t r, short events)
{
    switch (r) {
    case GNUTLS_E_INTERRUPTED:
    case GNUTLS_E_WARNING_ALERT_RECEIVED:
    case GNUTLS_E_REHANDSHAKE:
        return 0;
    case GNUTLS_E_AGAIN:
        /* A blocking read ends so, too, after a message that was not data (a session ticket). */
        if (!(fcntl(s->fd, F_GETFL) & O_NONBLOCK))
            return 0;
        if (events & POLLOUT) {
            struct pollfd p = {.fd = s->fd, .events = POLLOUT};
            return poll(&p, 1, -1) < 0 && errno != EINTR ? -errno : 0;
        }
        return -EAGAIN;
    case GNUTLS_E_PREMATURE_TERMINATION:
    case GNUTLS_E_PULL_ERROR:
    case GNUTLS_E_PUSH_ERROR:
        return -ECONNRESET;
    default:
        return -EPROTO;
    }
}

ssize_t tls_read(struct tls_session *s, void *data, size_t len)
{
    for (;;) {
        ssize_t n = tls_library.gnutls_record_recv(s->session, data, len);
        if (n >= 0)
            return n;
        int r = what_now(s, n, POLLIN);
        if (r < 0)
            return r;
    }
}

ssize_t tls_write(struct tls_session *s, const void *data, size_t len)
{
    for (size_t sent = 0; sent < len;) {
        ssize_t n = tls_library.gnutls_record_send(s->session, (const char *)data + sent, len - sent);
        int r = n < 0 ? what_now(s, n, POLLOUT) : 0;
        if (r < 0)
            return r;
        sent += n > 0 ? (size_t)n : 0;
    }
    return (ssize_t)len;
}

size_t tls_pending(const struct tls_session *s)
{
    return tls_library.gnutls_record_check_pending(s->session);
}

int tls_fd(const struct tls_session *s)
{
    return s->fd;
}

void tls_finish(struct tls_session *s)
{
    /* Half a farewell, and only if there is room to send it: waiting would let a dead peer hold us. */
    fcntl(s->fd, F_SETFL, fcntl(s->fd, F_GETFL) | O_NONBLOCK);
    tls_library.gnutls_bye(s->session, GNUTLS_SHUT_WR);
}

void tls_close(struct tls_session *s)
{
    if (!s)
        return;
    tls_finish(s);
    close(s->fd);
    tls_session_free(s);
}
