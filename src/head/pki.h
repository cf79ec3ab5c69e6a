// SPDX-License-Identifier: Apache-2.0
/* The cluster's certificates under <head dir>/pki, and the tokens that the head has given out. */
#pragma once

#include "base/base.h"
#include "io/tls.h"

struct pki_place {
    const char *dir;  /* of the head */
    const char *name; /* of the machine */
};
/* Reads the CA and the server's certificate, made at the first start; the server's anew when it ends within 30 days or
 * the machine's addresses are others. The caller owns both. */
int pki_open(const struct pki_place *p, struct tls_identity *ret_ca, struct tls_identity *ret_server, struct err *e);
/* The machine's addresses that others may reach it by, without loopback and link-local ones. */
void pki_addresses(struct strv *ret);

/* Makes a token that is good for so long; only its digest is kept. *ret: the caller frees. */
int pki_token_make(const char *dir, const char *user, int64_t valid_us, char **ret, struct err *e);
/* The user that the token was made for (the caller frees), or NULL: unknown or out of date. */
char *pki_token_user(const char *dir, const char *token);
