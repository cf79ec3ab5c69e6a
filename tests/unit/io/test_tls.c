// SPDX-License-Identifier: Apache-2.0
/* Certificates made and read; sessions between our client and our server's side: who is let in, bytes both ways. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "io/tls.h"

#define DAY  (24 * 3600 * US_PER_S)
#define BULK (1024 * 1024)

static struct tls_identity ca, other_ca, server_id, client_id, stranger_id;

static void issue(struct tls_identity *to, const struct tls_identity *issuer, const struct tls_request *q)
{
    struct err e = {0};
    if (tls_issue(q, issuer, to, &e) < 0)
        fail_msg("%s", err_text(&e));
}

static int set_up(void **state)
{
    static const char *const names[] = {"head.test", "127.0.0.1", "::1", NULL};
    static const char *const groups[] = {"nodes", NULL};
    issue(&ca, NULL, &(struct tls_request){.common_name = "ca", .ca = true, .valid_us = DAY});
    issue(&other_ca, NULL,
          &(struct tls_request){.common_name = "ca", .ca = true, .valid_us = DAY}); /* of the same name */
    issue(&server_id, &ca,
          &(struct tls_request){.common_name = "head", .names = names, .server = true, .valid_us = DAY});
    issue(&client_id, &ca,
          &(struct tls_request){.common_name = "node-1", .organisations = groups, .client = true, .valid_us = DAY});
    issue(&stranger_id, &other_ca,
          &(struct tls_request){.common_name = "node-1", .organisations = groups, .client = true, .valid_us = DAY});
    return 0;
}

static int clean_up(void **state)
{
    struct tls_identity *all[] = {&ca, &other_ca, &server_id, &client_id, &stranger_id};
    for (size_t i = 0; i < ARRAY_LEN(all); i++)
        tls_identity_done(all[i]);
    return 0;
}

static void makes_and_reads_certificates(void **state)
{
    struct err e = {0};
    AUTO_FREE char *cn = NULL;
    AUTO_FREE char *org = NULL;
    AUTO_FREE char *cn2 = NULL;
    AUTO_FREE char *org2 = NULL;
    assert_int_equal(tls_subject(client_id.cert_pem, &cn, &org, &e), 0);
    assert_string_equal(cn, "node-1");
    assert_string_equal(org, "nodes");
    assert_int_equal(tls_subject(ca.cert_pem, &cn2, &org2, &e), 0);
    assert_string_equal(cn2, "ca");
    assert_null(org2);
    int64_t ends = tls_expiry_us(client_id.cert_pem), due = clock_now_us() + DAY;
    assert_true(ends > due - 600 * US_PER_S && ends <= due);
    assert_string_not_equal(ca.cert_pem, other_ca.cert_pem);
    assert_non_null(strstr(client_id.key_pem, "PRIVATE KEY"));
}

static void a_key_stays_and_gets_a_certificate(void **state)
{
    struct err e = {0};
    AUTO_FREE char *key = NULL;
    AUTO_FREE char *csr = NULL;
    AUTO_FREE char *cn = NULL;
    AUTO_FREE char *cert = NULL;
    AUTO_FREE char *name = NULL;
    AUTO_FREE char *group = NULL;
    static const char *const groups[] = {"system:nodes", NULL};
    char of_request[TLS_KEY_ID_SIZE], of_cert[TLS_KEY_ID_SIZE];
    struct tls_request q = {.common_name = "system:node:b", .organisations = groups, .client = true, .from_now = true, .valid_us = DAY};
    assert_int_equal(tls_key_new(&key, &e), 0);
    assert_int_equal(tls_csr_make(key, "system:node:a", &csr, &e), 0);
    assert_int_equal(tls_csr_read(csr, &cn, of_request, &e), 0);
    assert_string_equal(cn, "system:node:a");
    assert_int_equal(tls_issue_for(csr, &q, &ca, &cert, &e), 0);
    assert_int_equal(tls_subject(cert, &name, &group, &e), 0);
    assert_string_equal(name, "system:node:b"); /* the issuer's words, not the request's */
    assert_string_equal(group, "system:nodes");
    assert_int_equal(tls_key_id(cert, of_cert, &e), 0);
    assert_string_equal(of_request, of_cert);
    int64_t begin_us = tls_begin_us(cert);
    assert_true(begin_us > clock_now_us() - 600 * US_PER_S && begin_us <= clock_now_us());
}

static void a_request_that_was_changed_is_refused(void **state)
{
    struct err e = {0};
    AUTO_FREE char *key = NULL;
    AUTO_FREE char *csr = NULL;
    AUTO_FREE char *cn = NULL;
    char id[TLS_KEY_ID_SIZE];
    assert_int_equal(tls_key_new(&key, &e), 0);
    assert_int_equal(tls_csr_make(key, "system:node:a", &csr, &e), 0);
    char *at = strstr(csr, "\n") + 40;
    *at = *at == 'A' ? 'B' : 'A';
    assert_int_equal(tls_csr_read(csr, &cn, id, &e), -EINVAL);
    assert_null(cn);
    assert_int_equal(tls_csr_read("", &cn, id, &e), -EINVAL);
}

static void refuses_what_is_no_certificate(void **state)
{
    static const char *const texts[] = {"", "x", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"};
    struct tls_server *s = NULL;
    for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
        struct err e = {0};
        char *cn = NULL, *org = NULL;
        assert_true(tls_subject(texts[i], &cn, &org, &e) < 0);
        assert_true(e.text[0] != '\0');
        assert_true(tls_expiry_us(texts[i]) < 0);
        if (i < 2) { /* over a third one the library leaks */
            struct tls_identity broken = {.cert_pem = mem_strdup(texts[i]), .key_pem = mem_strdup(server_id.key_pem)};
            assert_int_equal(tls_server_new(&broken, NULL, &s, &e), -EINVAL);
            tls_identity_done(&broken);
        }
        assert_int_equal(tls_server_new(&server_id, texts[i], &s, &e), -EINVAL); /* nothing to trust is no free pass */
    }
    /* A key that is none; one of another certificate is refused, too, but the library leaks over it. */
    struct tls_identity mixed = {.cert_pem = server_id.cert_pem, .key_pem = server_id.cert_pem};
    struct err e = {0};
    assert_int_equal(tls_server_new(&mixed, NULL, &s, &e), -EINVAL);
    assert_null(s);
}

/* A server in a thread: shakes hands, says who came, then sends back what comes until the end. */
struct serving {
    int fd;
    struct tls_server *server;
    pthread_t thread;
    int result;
    char *peer;
};

static void wait_for(int fd, short events)
{
    struct pollfd p = {.fd = fd, .events = events};
    poll(&p, 1, 20000);
}

static int shake(struct tls_session *s)
{
    int r;
    while ((r = tls_handshake(s)) == -EAGAIN)
        wait_for(tls_fd(s), tls_wants_write(s) ? POLLOUT : POLLIN);
    return r;
}

static int send_back(struct tls_session *s, const char *bytes, size_t len)
{
    for (size_t at = 0; at < len;) {
        ssize_t n = tls_write_some(s, bytes + at, len - at);
        while (n == -EAGAIN) {
            wait_for(tls_fd(s), POLLOUT);
            n = tls_write_some(s, NULL, 0);
        }
        if (n < 0)
            return (int)n;
        at += (size_t)n;
    }
    return 0;
}

static void *serve(void *data)
{
    struct serving *v = data;
    struct tls_session *s = NULL;
    char step[16384];
    v->result = tls_server_begin(v->server, v->fd, &s);
    if (v->result == 0)
        v->result = shake(s);
    if (v->result == 0)
        v->peer = tls_peer_pem(s);
    for (ssize_t n = 1; v->result == 0 && n != 0;) {
        n = tls_read(s, step, sizeof(step));
        if (n == -EAGAIN)
            wait_for(v->fd, POLLIN);
        else if (n > 0)
            v->result = send_back(s, step, (size_t)n);
        else
            v->result = (int)n;
    }
    tls_close(s);
    return NULL;
}

/* The client's end; -1 for a descriptor that was taken. */
static int begin(struct serving *v, const char *client_ca)
{
    int pair[2];
    struct err e = {0};
    *v = (struct serving){0};
    assert_int_equal(tls_server_new(&server_id, client_ca, &v->server, &e), 0);
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair), 0);
    v->fd = pair[1];
    fcntl(v->fd, F_SETFL, O_NONBLOCK);
    assert_int_equal(pthread_create(&v->thread, NULL, serve, v), 0);
    return pair[0];
}

static void end(struct serving *v)
{
    pthread_join(v->thread, NULL);
    tls_server_free(v->server);
    free(v->peer);
}

static void echoes(struct tls_session *s, size_t len)
{
    AUTO_FREE char *sent = mem_alloc(len);
    AUTO_FREE char *got = mem_alloc(len);
    for (size_t i = 0; i < len; i++)
        sent[i] = (char)(i * 13 + (i >> 8));
    for (size_t at = 0; at < len;) { /* in steps: the other side sends back before it reads on */
        size_t step = len - at < 50000 ? len - at : 50000;
        assert_int_equal(tls_write(s, sent + at, step), step);
        for (size_t back = 0; back < step;) {
            ssize_t n = tls_read(s, got + at + back, step - back);
            assert_true(n > 0);
            back += (size_t)n;
        }
        at += step;
    }
    assert_memory_equal(sent, got, len);
}

static void passes_bytes(void **state)
{
    struct serving v;
    struct tls_session *s = NULL;
    struct err e = {0};
    int fd = begin(&v, ca.cert_pem);
    assert_int_equal(tls_connect(fd, "head.test", ca.cert_pem, &client_id, &s, &e), 0);
    assert_int_equal(tls_fd(s), fd);
    echoes(s, 1);
    echoes(s, BULK);
    tls_close(s);
    end(&v);
    assert_int_equal(v.result, 0); /* it saw a proper end */
}

static void knows_clients(void **state)
{
    struct {
        const char *client_ca;
        const struct tls_identity *me;
        bool known;
    } cases[] = {
        {ca.cert_pem, &client_id, true},    {ca.cert_pem, NULL, false},
        {ca.cert_pem, &stranger_id, false}, /* by another CA of the same name */
        {ca.cert_pem, &server_id, false},   /* a server's is no client's */
        {NULL, &client_id, false},          /* nobody asked */
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct serving v;
        struct tls_session *s = NULL;
        struct err e = {0};
        int fd = begin(&v, cases[i].client_ca);
        assert_int_equal(tls_connect(fd, "head.test", ca.cert_pem, cases[i].me, &s, &e), 0);
        echoes(s, 10);
        tls_close(s);
        pthread_join(v.thread, NULL);
        assert_int_equal(v.peer != NULL, cases[i].known);
        if (v.peer)
            assert_string_equal(v.peer, client_id.cert_pem);
        tls_server_free(v.server);
        free(v.peer);
    }
}

static void checks_the_server(void **state)
{
    struct {
        const char *host, *ca_pem;
        int result;
    } cases[] = {
        {"head.test", ca.cert_pem, 0},
        {"127.0.0.1", ca.cert_pem, 0},
        {"::1", ca.cert_pem, 0},
        {"other.test", ca.cert_pem, -EKEYREJECTED},
        {"127.0.0.2", ca.cert_pem, -EKEYREJECTED},
        {"head.test", other_ca.cert_pem, -EKEYREJECTED},
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct serving v;
        struct tls_session *s = NULL;
        struct err e = {0};
        int fd = begin(&v, NULL);
        int r = tls_connect(fd, cases[i].host, cases[i].ca_pem, NULL, &s, &e);
        if (r != cases[i].result)
            fail_msg("case %zu: %d %s", i, r, err_text(&e));
        if (r == 0)
            tls_close(s);
        else
            close(fd);
        end(&v);
    }
}

static void refuses_the_expired(void **state)
{
    static const char *const names[] = {"head.test", NULL};
    struct serving v;
    struct tls_session *s = NULL;
    struct err e = {0};
    struct tls_identity fresh = server_id;
    clock_turn(-2 * DAY); /* made two days ago for one */
    issue(&server_id, &ca,
          &(struct tls_request){.common_name = "old", .names = names, .server = true, .valid_us = DAY});
    clock_turn(2 * DAY);
    int fd = begin(&v, NULL);
    assert_int_equal(tls_connect(fd, "head.test", ca.cert_pem, NULL, &s, &e), -EKEYREJECTED);
    assert_non_null(strstr(err_text(&e), "expired"));
    close(fd);
    end(&v);
    tls_identity_done(&server_id);
    server_id = fresh;
}

static void stranger_closes(void **state)
{
    struct serving v;
    int fd = begin(&v, NULL);
    assert_int_equal(write(fd, "GET / HTTP/1.1\r\n\r\n", 18), 18); /* no TLS at all */
    close(fd);
    end(&v);
    assert_true(v.result < 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(makes_and_reads_certificates),
        cmocka_unit_test(a_key_stays_and_gets_a_certificate),
        cmocka_unit_test(a_request_that_was_changed_is_refused),
        cmocka_unit_test(refuses_what_is_no_certificate),
        cmocka_unit_test(passes_bytes),
        cmocka_unit_test(knows_clients),
        cmocka_unit_test(checks_the_server),
        cmocka_unit_test(refuses_the_expired),
        cmocka_unit_test(stranger_closes),
    };
    return cmocka_run_group_tests(tests, set_up, clean_up);
}
