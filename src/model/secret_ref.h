// SPDX-License-Identifier: Apache-2.0
/* References to values of Secrets, where pods have them: in the environment and as volumes. */
#pragma once

#include "model/fields.h"

struct secret_key_ref {
    char *name, *key; /* of the Secret in the pod's namespace; of its value */
    bool optional;    /* leave it out when there is none */
};
/* A piece of a text that is put together on the node; one of both. */
struct env_part {
    char *text;
    struct secret_key_ref *secret;
};
/* Where a variable's value comes from; one of both. */
struct env_source {
    struct secret_key_ref *secret;
    struct field_list parts; /* struct env_part (ours) */
};
struct env_var {
    char *name, *value;
    struct env_source *from; /* NULL: value */
};
extern const struct field_table env_var_fields;

struct secret_item {
    char *key, *path; /* path: a name in the volume */
    int64_t mode;     /* FIELD_UNSET: the volume's */
};
struct secret_volume {
    char *secret;
    struct field_list items; /* struct secret_item; none: every value under its own name */
    int64_t mode;            /* of the files; 0644 where absent */
    bool optional;
};
extern const struct field_table secret_volume_fields;

/* What is referred to anywhere in a value (a pod's spec, an Application), by secretKeyRef, volumes and get_secret, into
 * `ret`: {"<secret>": {"<key>": true, ...}}; a key "*" asks for all. */
void secret_refs_gather(const json_t *v, json_t *ret);
/* The values that `refs` (as above) asks for out of a Secret's data: a new object, key -> base64. */
json_t *secret_refs_pick(const json_t *keys, const json_t *data);
