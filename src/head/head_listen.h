// SPDX-License-Identifier: Apache-2.0
/* Where the API is served over TLS: "address:port" as machine.json has it. */
#pragma once

#include "base/base.h"

/* Splits it ("[::]:6443" too). *ret_address: the caller frees. -EINVAL with `e`. Pure. */
int head_listen_split(const char *listen, char **ret_address, uint16_t *ret_port, struct err *e);
/* "https://192.0.2.7:6443": how others reach it; for all addresses the machine's first. NULL when `listen` is none. The
 * caller frees. */
char *head_listen_url(const char *listen);
