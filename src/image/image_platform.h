// SPDX-License-Identifier: Apache-2.0
/* Platforms: which of an index's images runs here. OCI image specification, "image index", field platform. Pure but for
 * image_platform_host. */
#pragma once

#include "base/base.h"

struct image_platform {
    char *os, *arch, *variant; /* "linux", "arm", "v7"; variant may be NULL */
};

/* "os/arch[/variant]", also as uname and Debian name them ("linux/armhf"). 0, or -EINVAL with `e`. */
int image_platform_parse(const char *text, struct image_platform *ret, struct err *e);
/* The machine that this runs on, asked of uname(2). */
void image_platform_host(struct image_platform *ret);
/* How well an image for (os, arch, variant) fits `want`: 0 not at all, else the bigger the better. NULL or "" for what
 * the image does not say. */
int image_platform_score(const struct image_platform *want, const char *os, const char *arch, const char *variant);
/* "linux/arm/v7". The caller frees. */
char *image_platform_text(const struct image_platform *p);
void image_platform_done(struct image_platform *p);
