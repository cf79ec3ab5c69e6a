// SPDX-License-Identifier: Apache-2.0
/* Keeps the CA and the server's certificate on disk. */
#include "head/pki.h"

#include <arpa/inet.h>
#include <errno.h>
#include <ifaddrs.h>
#include <net/if.h>
#include <string.h>

#include "io/io.h"

#define DAY_US       (24 * 3600 * US_PER_S)
#define CA_VALID     (3650 * DAY_US)
#define SERVER_VALID (365 * DAY_US)
#define RENEW_AT     (30 * DAY_US)
#define PEM_MAX      (64 * 1024)

/* ---- addresses ---- */

static bool address_text(const struct sockaddr *a, char ret[INET6_ADDRSTRLEN])
{
    if (a->sa_family == AF_INET) {
        const struct in_addr *v4 = &((const struct sockaddr_in *)(const void *)a)->sin_addr;
        bool local = (ntohl(v4->s_addr) >> 16) == 0xa9fe; /* 169.254/16 */
        return !local && inet_ntop(AF_INET, v4, ret, INET6_ADDRSTRLEN);
    }
    if (a->sa_family == AF_INET6) {
        const struct in6_addr *v6 = &((const struct sockaddr_in6 *)(const void *)a)->sin6_addr;
        return !IN6_IS_ADDR_LINKLOCAL(v6) && inet_ntop(AF_INET6, v6, ret, INET6_ADDRSTRLEN);
    }
    return false;
}

void pki_addresses(struct strv *ret)
{
    struct ifaddrs *all = NULL;
    char text[INET6_ADDRSTRLEN];
    if (getifaddrs(&all) < 0)
        return;
    for (const struct ifaddrs *i = all; i; i = i->ifa_next)
        if (i->ifa_addr && !(i->ifa_flags & IFF_LOOPBACK) && address_text(i->ifa_addr, text) && !strv_has(ret, text))
            strv_add(ret, text);
    freeifaddrs(all);
}

/* ---- files ---- */

static int read_identity(const char *folder, const char *name, struct tls_identity *ret, struct err *e)
{
    AUTO_FREE char *cert = mem_printf("%s/%s.crt", folder, name);
    AUTO_FREE char *key = mem_printf("%s/%s.key", folder, name);
    int r = file_read(cert, PEM_MAX, &ret->cert_pem, NULL, e);
    if (r == 0)
        r = file_read(key, PEM_MAX, &ret->key_pem, NULL, e);
    if (r < 0)
        tls_identity_done(ret);
    return r;
}

/* The key first: a certificate that is there has its key. */
static int write_identity(const char *folder, const char *name, const struct tls_identity *i, struct err *e)
{
    AUTO_FREE char *cert = mem_printf("%s/%s.crt", folder, name);
    AUTO_FREE char *key = mem_printf("%s/%s.key", folder, name);
    int r = file_write(key, i->key_pem, strlen(i->key_pem), 0600, e);
    return r < 0 ? r : file_write(cert, i->cert_pem, strlen(i->cert_pem), 0644, e);
}

static int open_ca(const char *folder, struct tls_identity *ret, struct err *e)
{
    int r = read_identity(folder, "ca", ret, e);
    if (r != -ENOENT)
        return r;
    AUTO_FREE char *cert = file_join(folder, "ca.crt");
    if (file_exists(cert)) /* clients trust it: another one would lock them out */
        return err_wrap(e, r, "the CA's certificate is there, its key is not; restore it, or remove %s to begin anew",
                        cert);
    err_clear(e);
    struct tls_request q = {.common_name = "sedge", .ca = true, .valid_us = CA_VALID};
    r = tls_issue(&q, NULL, ret, e);
    return r < 0 ? r : write_identity(folder, "ca", ret, e);
}

/* ---- the server's certificate ---- */

static void server_names(const char *name, struct strv *ret)
{
    static const char *const always[] = {"localhost", "127.0.0.1", "::1", "kubernetes", "kubernetes.default"};
    strv_add(ret, name);
    for (size_t i = 0; i < ARRAY_LEN(always); i++)
        if (!strv_has(ret, always[i]))
            strv_add(ret, always[i]);
    AUTO_STRV struct strv addresses = {0};
    pki_addresses(&addresses);
    strv_sort(&addresses);
    for (size_t i = 0; i < addresses.n; i++)
        strv_add(ret, addresses.v[i]);
}

/* Is the certificate there, good for long enough, and for these names (kept beside it)? */
static bool server_is_good(const char *folder, const char *names, struct tls_identity *ret)
{
    AUTO_FREE char *path = file_join(folder, "server.names");
    AUTO_FREE char *text = NULL;
    if (file_read(path, PEM_MAX, &text, NULL, NULL) < 0 || !str_eq(text, names) ||
        read_identity(folder, "server", ret, NULL) < 0)
        return false;
    if (tls_expiry_us(ret->cert_pem) - clock_now_us() > RENEW_AT)
        return true;
    tls_identity_done(ret);
    return false;
}

static int open_server(const char *folder, const char *name, const struct tls_identity *ca, struct tls_identity *ret,
                       struct err *e)
{
    AUTO_STRV struct strv list = {0};
    server_names(name, &list);
    AUTO_FREE char *names = strv_join(&list, "\n");
    if (server_is_good(folder, names, ret))
        return 0;
    struct tls_request q = {
        .common_name = name, .names = (const char *const *)list.v, .server = true, .valid_us = SERVER_VALID};
    AUTO_FREE char *path = file_join(folder, "server.names");
    int r = tls_issue(&q, ca, ret, e);
    if (r == 0)
        r = write_identity(folder, "server", ret, e);
    return r < 0 ? r : file_write(path, names, strlen(names), 0600, e);
}

int pki_open(const struct pki_place *p, struct tls_identity *ret_ca, struct tls_identity *ret_server, struct err *e)
{
    AUTO_FREE char *folder = file_join(p->dir, "pki");
    int r = file_mkdirs(folder, 0700, e);
    if (r == 0)
        r = open_ca(folder, ret_ca, e);
    if (r == 0)
        r = open_server(folder, p->name, ret_ca, ret_server, e);
    return err_wrap(e, r, "prepare the API's certificates");
}
