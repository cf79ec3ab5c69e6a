// SPDX-License-Identifier: Apache-2.0
/* Reads the address to listen on. */
#include "head/head_listen.h"

#include <errno.h>
#include <string.h>

#include "head/pki.h"

int head_listen_split(const char *listen, char **ret_address, uint16_t *ret_port, struct err *e)
{
    const char *colon = strrchr(listen, ':');
    int64_t port;
    if (!colon || !str_to_i64(colon + 1, 0, UINT16_MAX, &port))
        return err_set(e, EINVAL, "listen: '%s' is no address and port; write it like 0.0.0.0:6443 or [::]:6443",
                       listen);
    size_t len = (size_t)(colon - listen);
    bool brackets = len >= 2 && listen[0] == '[' && listen[len - 1] == ']';
    *ret_address = brackets ? mem_strndup(listen + 1, len - 2) : mem_strndup(listen, len);
    *ret_port = (uint16_t)port;
    return 0;
}

char *head_listen_url(const char *listen)
{
    AUTO_FREE char *address = NULL;
    AUTO_STRV struct strv own = {0};
    uint16_t port;
    if (head_listen_split(listen, &address, &port, NULL) < 0)
        return NULL;
    const char *host = address;
    if (str_empty(host) || str_eq(host, "0.0.0.0") || str_eq(host, "::")) {
        pki_addresses(&own);
        host = own.n > 0 ? own.v[0] : "127.0.0.1";
    }
    return mem_printf(strchr(host, ':') ? "https://[%s]:%u" : "https://%s:%u", host, port);
}
