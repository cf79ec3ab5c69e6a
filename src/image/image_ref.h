// SPDX-License-Identifier: Apache-2.0
/* Image references: [registry/]repository[:tag][@digest], as Docker and OCI write them. Pure. */
#pragma once

#include "base/base.h"

struct image_ref {
    char *registry;   /* host[:port]; "docker.io" when none was named */
    char *repository; /* "library/nginx" for "nginx" on docker.io; else as written */
    char *tag;        /* "latest" when neither tag nor digest was given; NULL with a digest alone */
    char *digest;     /* "sha256:..." or NULL */
};
/* 0, or -EINVAL with `e` saying what is wrong with it. At most 512 bytes. */
int image_ref_parse(const char *text, struct image_ref *ret, struct err *e);
void image_ref_done(struct image_ref *r);
/* The full name, "docker.io/library/nginx:latest". The caller frees. */
char *image_ref_text(const struct image_ref *r);
/* The name people write: "nginx:latest" for the former. The caller frees. */
char *image_ref_familiar(const struct image_ref *r);
