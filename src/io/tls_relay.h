// SPDX-License-Identifier: Apache-2.0
/* A TLS session as a plain descriptor: bytes are passed on between the two on a loop, without a thread. */
#pragma once

#include <uv.h>

#include "io/tls.h"

/* Takes over a session whose handshake is done. *ret_fd: the plain end (non-blocking, the caller's): what is written there goes to the peer, what the peer sends is
 * read there; its end is the session's end. Closing it ends the session; the relay then frees itself on the loop. 0, or -errno with `e` (the session is closed). */
int tls_relay_start(uv_loop_t *loop, struct tls_session *session, int *ret_fd, struct err *e);
