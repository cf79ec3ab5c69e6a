// SPDX-License-Identifier: Apache-2.0
/* The values of Secrets that a pod refers to, as the head gave them (model/node_link.h): {"<secret>": {"<key>":
 * base64}}. Pure. */
#pragma once

#include "base/base.h"
#include "model/pod.h"

/* The value of a variable. 0 with *ret (owned; NULL: it is optional and not there); -ENOENT with `e`: a value is not
 * there; -EINVAL: it is none that a variable can have. */
int pod_env_value(const json_t *secrets, const struct env_var *v, char **ret, struct err *e);

/* One file of a secret's volume. */
struct secret_file {
    char *name;
    uint8_t *bytes;
    size_t len;
    unsigned mode;
};
struct secret_files {
    struct secret_file *v;
    size_t n;
};
/* The files of a volume, owned by *ret; -ENOENT with `e`. */
int pod_secret_files(const json_t *secrets, const struct secret_volume *v, struct secret_files *ret, struct err *e);
void pod_secret_files_done(struct secret_files *f); /* wipes them */

/* Puts "(sensitive)" where values of at least SECRET_SHOWN_MAX bytes stand in a text that is to be told. Takes the
 * text; new text, the caller frees. NULL gives NULL. */
#define SECRET_SHOWN_MAX 4 /* what is shorter stands in every second text by chance */
char *pod_secrets_hide(const json_t *secrets, char *text);
/* What operations put out, with the references (model/secret_token.h) in place of such values: what is made of them
 * stays a secret. A new value. */
json_t *pod_secrets_refer(const json_t *secrets, const json_t *outputs);
