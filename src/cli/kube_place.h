// SPDX-License-Identifier: Apache-2.0
/* A head's place and the caller's credentials as kubeconfig files tell them. */
#pragma once

#include "base/base.h"

struct kube_place {
    char *host;
    uint16_t port;
    char *ca_pem, *cert_pem, *key_pem, *token, *ns; /* NULL where the file says nothing */
    char *server;                                   /* as written, for messages */
};
/* Reads the text of a kubeconfig, its current context. Files that it names ("certificate-authority: ca.pem") are read
 * relative to `folder`. 0; -EINVAL or the file's error with `e`. */
int kube_place_parse(const char *text, size_t len, const char *folder, struct kube_place *ret, struct err *e);
/* The same from a file. */
int kube_place_read(const char *path, struct kube_place **ret, struct err *e);
void kube_place_free(struct kube_place *p); /* NULL is fine */

/* "https://host:port", "https://[::1]:6443" split; port 6443 when there is none. -EINVAL with `e`. */
int kube_server_split(const char *url, char **ret_host, uint16_t *ret_port, struct err *e);

/* A kubeconfig's text for `user`; cert_pem and key_pem, or token. The caller frees. */
char *kube_config_text(const char *server, const char *ca_pem, const char *user, const char *cert_pem,
                       const char *key_pem, const char *token, const char *ns);
