// SPDX-License-Identifier: Apache-2.0
/* What the operator says about registries: credentials, CAs, mirrors, and which may be spoken to without TLS. */
#pragma once

#include "base/base.h"

struct registry_host {
    char *username, *password; /* NULL: none */
    char *ca;                  /* path of a PEM file, or NULL: the machine's own */
    char *mirror;              /* host[:port] that is asked first, or NULL */
    bool insecure;             /* plain HTTP and unchecked certificates are fine */
};
struct registry_settings {
    struct map hosts; /* "host[:port]" -> struct registry_host */
};
/* Reads `path` (missing is fine) and then the "auths" of ~/.docker/config.json for hosts that had no credentials. 0, or
 * -EINVAL with `e`. */
int registry_settings_load(const char *path, struct registry_settings *ret, struct err *e);
void registry_settings_done(struct registry_settings *s);
/* Never NULL: an empty one when nothing was said. Borrowed. */
const struct registry_host *registry_settings_get(const struct registry_settings *s, const char *host);
/* Is "host[:port]" this machine itself? */
bool registry_is_loopback(const char *host);
