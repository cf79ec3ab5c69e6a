// SPDX-License-Identifier: Apache-2.0
/* Imports from elsewhere, and the paths under which they stand among a template's own files. A path is made of the URL
 * alone: a bundle or an archive that holds the file under it needs no network, and no list of what came from where.
 * Pure. */
#pragma once

#include "base/base.h"

#define IMPORT_URL_FOLDER "TOSCA-Imports" /* what was fetched: TOSCA-Imports/https/example.org/types/shop.yaml */
#define OWN_PROFILE_FOLDER                                                                                             \
    "TOSCA-Profiles"       /* the user's profiles: TOSCA-Profiles/0/shop/profile.yaml (own_profile.h) */
#define IMPORT_URL_MAX 900 /* bytes of a URL and of its path */

/* "HTTPS://Example.org:8443/t/./a.yaml?v=2" -> "TOSCA-Imports/https/example.org+8443/t/a.yaml^3Fv=2": scheme and host
 * in lower case, no default port, no dot segments, no fragment (RFC 3986, 6.2.2); '^' and two hexadecimal digits stand
 * for a character that ends a path in a URL, a lone '^' for an empty part. NULL with `e`: not http or https, no host, a
 * user name in it, a control character, too long, or a path that leads above its host. The caller frees. */
char *import_url_path(const char *url, struct err *e);
/* The URL that such a path stands for, or NULL for any other path. The caller frees. */
char *import_url_of(const char *path);
/* A relative reference of a fetched file ("../b c.yaml?v=2#x") as relative path ("../b%20c.yaml^3Fv=2"). NULL with `e`
 * as above. The caller frees. */
char *import_url_relative(const char *reference, struct err *e);

/* Bytes of the path's beginning that references in that file may not leave ("TOSCA-Imports/https/example.org/",
 * "TOSCA-Profiles/0/"); 0: it is one of the template's own. */
size_t import_mount(const char *path);
