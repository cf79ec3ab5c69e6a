// SPDX-License-Identifier: Apache-2.0
/* Where the head is and how this node shows who it is: the Unix socket of its own machine, or TLS with the certificate that it got when it joined.
 *
 *   <state>/node/pki/node.key, node.crt, ca.crt, clock      clock: a time that has been, as the head told it; this node's time never stands before it
 *
 * All of it blocks and touches nothing but its arguments and these files: for the thread pool. */
#pragma once

#include "http/http_client.h"
#include "model/machine.h"

struct head_place {
    char *state_dir, *name;
    char *unix_path;       /* or NULL: */
    char *host, *ca_pem;
    uint16_t port;
    struct tls_identity me;
    int64_t floor_us;
};
void head_place_done(struct head_place *p);
/* -ENOENT with `e`: a head elsewhere, and this machine has not joined it. */
int head_place_read(const char *run_dir, const char *state_dir, const struct machine *m, struct head_place *ret, struct err *e);
int head_place_open(const struct head_place *p, struct http_conn **ret, struct err *e);

/* Gets a new certificate for the key that is there (model/join.h) and keeps it, and the time. -EACCES: the cluster does not keep this node's key (any more). */
int head_place_renew(struct head_place *p, struct err *e);
/* How long from now until the certificate is to be renewed: a third of its life is left then. 0: now. Negative: never (no certificate is needed). */
int64_t head_place_renew_in_us(const struct head_place *p);

/* What joining gives: written so that either all of it is there or the node has not joined. */
struct head_admission {
    const char *key_pem, *cert_pem, *ca_pem;
    int64_t time_us;
};
int head_place_write(const char *state_dir, const struct head_admission *a, struct err *e);
/* Moves this process's clock forward to what is kept. */
void head_place_clock(const char *state_dir);
/* "board1", "board1:6443", "[::1]:6443", with or without "https://". -EINVAL with `e`. The caller frees *ret_host. */
int head_address_split(const char *text, char **ret_host, uint16_t *ret_port, struct err *e);
