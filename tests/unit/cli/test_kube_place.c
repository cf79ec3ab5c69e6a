// SPDX-License-Identifier: Apache-2.0
/* Kubeconfig files, read and written. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "cli/kube_place.h"

static struct kube_place *parse(const char *text, struct err *e)
{
    struct kube_place *p = mem_alloc(sizeof(*p));
    if (kube_place_parse(text, strlen(text), "/nowhere", p, e) == 0)
        return p;
    kube_place_free(p);
    return NULL;
}

static void test_round(void **state)
{
    struct err e = {0};
    AUTO_FREE char *text =
        kube_config_text("https://board.example:7443", "CA\nPEM\n", "ann", "CERT\n", "KEY\n", NULL, "prod");
    struct kube_place *p = parse(text, &e);
    assert_non_null(p);
    assert_string_equal(p->host, "board.example");
    assert_int_equal(p->port, 7443);
    assert_string_equal(p->ca_pem, "CA\nPEM\n");
    assert_string_equal(p->cert_pem, "CERT\n");
    assert_string_equal(p->key_pem, "KEY\n");
    assert_string_equal(p->ns, "prod");
    assert_null(p->token);
    kube_place_free(p);
    AUTO_FREE char *with_token = kube_config_text("https://[fd00::1]", "CA", "ann", NULL, NULL, "secret", NULL);
    p = parse(with_token, &e);
    assert_non_null(p);
    assert_string_equal(p->host, "fd00::1");
    assert_int_equal(p->port, 6443);
    assert_string_equal(p->token, "secret");
    assert_null(p->cert_pem);
    assert_null(p->ns);
    kube_place_free(p);
}

#define CONTEXT "current-context: a\ncontexts: [{name: a, context: {cluster: c, user: u}}]\n"

static void test_faults(void **state)
{
    static const struct {
        const char *text, *says;
    } rows[] = {
        {"", "no context ''"},
        {"a: [", "line "},
        {"current-context: b\n", "no context 'b'"},
        {CONTEXT, "names no cluster with a server"},
        {CONTEXT "clusters: [{name: c, cluster: {server: 'http://x'}}]\n", "does not begin with https://"},
        {CONTEXT "clusters: [{name: c, cluster: {server: 'https://x'}}]\n", "whom to trust?"},
        {CONTEXT "clusters: [{name: c, cluster: {server: 'https://x', certificate-authority-data: '!'}}]\n",
         "not base64"},
        {CONTEXT "clusters: [{name: c, cluster: {server: 'https://x', certificate-authority: ca.pem}}]\n",
         "/nowhere/ca.pem"},
        {CONTEXT "clusters: [{name: c, cluster: {server: 'https://x', certificate-authority-data: QQ==}}]\n"
                 "users: [{name: u, user: {client-certificate-data: QQ==}}]\n",
         "no client-key"},
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct err e = {0};
        assert_null(parse(rows[i].text, &e));
        if (!strstr(e.text, rows[i].says))
            fail_msg("'%s' does not say '%s'", e.text, rows[i].says);
    }
}

static void test_servers(void **state)
{
    static const char *const bad[] = {"",
                                      "x",
                                      "http://x:1",
                                      "https://",
                                      "https://:1",
                                      "https://x:",
                                      "https://x:0",
                                      "https://x:65536",
                                      "https://x:1/a",
                                      "https://[::1",
                                      "https://[]:1"};
    struct err e;
    char *host;
    uint16_t port;
    for (size_t i = 0; i < ARRAY_LEN(bad); i++)
        if (kube_server_split(bad[i], &host, &port, &e) != -EINVAL)
            fail_msg("'%s' was taken", bad[i]);
    assert_int_equal(kube_server_split("https://10.0.0.1:8443/", &host, &port, &e), 0);
    assert_string_equal(host, "10.0.0.1");
    assert_int_equal(port, 8443);
    free(host);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_round), cmocka_unit_test(test_faults),
                                       cmocka_unit_test(test_servers)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
